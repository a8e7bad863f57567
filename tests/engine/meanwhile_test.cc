// SPDX-License-Identifier: Apache-2.0
//
// Two processes at one person at once: what one of them worked out before the
// other spoke takes nothing away, and keeps nothing.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "engine/engine_rig.h"
#include "privet/engine.h"
#include "privet/subjects.h"
#include "subject/due_rows.h"
#include "support/catch.h"
#include "support/infermesh_records.h"
#include "support/meanwhile_store.h"
#include "support/status_assertions.h"

namespace privet {
namespace {

using testing::ActorOf;
using testing::Adding;
using testing::EngineRig;
using testing::MeanwhileStore;
using testing::PolicyEdit;
using testing::PolicyOrDie;
using testing::Version;

constexpr absl::Duration kDay = absl::Hours(24);
constexpr EventId kClosed("account_closed");
constexpr PurposeId kExperience("experience");
constexpr PurposeId kAnalytics("analytics");

// Optional session data rests on consent alone: to either of two purposes.
const PolicyEdit kNotForCompliance = {
    "permit { categories: [\"*\"]  except_categories: [\"content\"]",
    "permit { categories: [\"*\"]  except_categories: [\"content\", "
    "\"session.optional\"]"};
const PolicyEdit kForNobody = {
    "permit { categories: [\"service_log\", \"session.optional\"]",
    "permit { categories: [\"service_log\"]"};
const PolicyEdit kRenews = {"event { id: \"account_closed\"",
                            "event { id: \"account_closed\" renews: true"};

// Two engines, and a state between them in which one may forestall the other.
class Neighbours {
 public:
  explicit Neighbours(const std::vector<PolicyEdit>& edits)
      : rig(PolicyOrDie(edits)),
        vault(std::make_shared<MeanwhileStore>(rig.vault)),
        one((rig.state = std::make_shared<testing::FailingStore>(state),
             rig.vault = std::make_shared<testing::FailingStore>(vault),
             rig.OpenOrDie())),
        other(rig.OpenOrDie()) {}

  template <typename T>
  SealedRecord StoreBy(const char* actor, const T& record) {
    return StoreOrDie(rig, ActorOf(other, actor), record);
  }
  SealedRecord Session() {
    return StoreBy("gateway", testing::SessionOf("ada"));
  }
  SealedRecord Account() {
    return StoreBy("accounts", testing::AccountOf("ada"));
  }
  bool IsWhole(const SealedRecord& record) {
    const auto left = rig.records->Get(record.id());
    return left.ok() && left->bytes() == record.bytes();
  }
  bool Opens(const SealedRecord& account) {
    return ActorOf(other, "accounts")
        .OpenBytes(account, ada, PurposeId("service.authentication"))
        .ok();
  }

  EngineRig rig;
  std::shared_ptr<MeanwhileStore> state =
      std::make_shared<MeanwhileStore>(testing::NewMemoryStore());
  std::shared_ptr<MeanwhileStore> vault;
  Engine one, other;
  const Subject ada{"ada"};
  const absl::Time start = rig.clock.Now();
};

using Change = std::function<absl::Status(const Subjects&, const Subject&)>;

Change Give(PurposeId purpose) {
  return [purpose](const Subjects& subjects, const Subject& ada) {
    return subjects.GiveConsent(ada, purpose);
  };
}
Change Withdraw(PurposeId purpose) {
  return [purpose](const Subjects& subjects, const Subject& ada) {
    return subjects.WithdrawConsent(ada, purpose);
  };
}
Change Close() {
  return [](const Subjects& subjects, const Subject& ada) {
    return subjects.RecordEvent(ada, kClosed);
  };
}

TEST_CASE("Of two changes at once neither is worked out without the other",
          "[engine][processes][ground]") {
  struct Case {
    const char* name;
    std::vector<Change> before;
    Change first, second;  // the second is made while the first is
    bool stays;
    std::vector<PolicyEdit> edits = {kNotForCompliance};
  };
  const std::vector<Case> cases = {
      {"one consent is given, the other withdrawn",
       {Give(kAnalytics)},
       Give(kExperience),
       Withdraw(kAnalytics),
       true},
      {"one consent is withdrawn, the other given",
       {Give(kAnalytics)},
       Withdraw(kAnalytics),
       Give(kExperience),
       true},
      {"both are withdrawn",
       {Give(kAnalytics), Give(kExperience)},
       Withdraw(kAnalytics),
       Withdraw(kExperience),
       false},
      {"one is withdrawn twice",
       {Give(kAnalytics)},
       Withdraw(kAnalytics),
       Withdraw(kAnalytics),
       false},
      {"one is withdrawn, and given again",
       {Give(kAnalytics)},
       Withdraw(kAnalytics),
       Give(kAnalytics),
       true},
      {"one is given again, while something else happens",
       {Give(kExperience), Withdraw(kExperience)},
       Give(kExperience),
       Close(),
       true,
       {kNotForCompliance, Adding("retention { id: \"optional\" categories: "
                                  "[\"session.optional\"] keep: \"10d\" after: "
                                  "\"withdrawn:experience\" then: DELETE }")}},
  };
  for (const Case& each : cases) {
    INFO(each.name);
    Neighbours at(each.edits);
    std::unique_ptr<SealedRecord> stored;
    for (const Change& change : each.before) {
      REQUIRE_OK(change(at.one.subjects(), at.ada));
      if (stored == nullptr) {
        stored = std::make_unique<SealedRecord>(at.Session());
      }
    }
    const SealedRecord& session = *stored;
    at.state->BeforeCommit(
        [&] { REQUIRE_OK(each.second(at.other.subjects(), at.ada)); });
    REQUIRE_OK(each.first(at.one.subjects(), at.ada));
    CHECK(at.state->happened());
    CHECK(at.rig.SweepOrDie().without_ground == (each.stays ? 0 : 1));
    CHECK(at.IsWhole(session) == each.stays);
  }
}

TEST_CASE("A period that waits for two events begins, whoever tells of each",
          "[engine][processes][event]") {
  const bool closed_first = GENERATE(false, true);
  Neighbours at({Adding(
      "retention { id: \"optional\" categories: [\"session.optional\"] keep: "
      "\"10d\" after: [\"withdrawn:experience\", \"account_closed\"] then: "
      "DELETE }")});
  REQUIRE_OK(at.one.subjects().GiveConsent(at.ada, kExperience));
  const SealedRecord session = at.Session();
  const Change withdraw = Withdraw(kExperience), close = Close();
  at.state->BeforeCommit([&] {
    REQUIRE_OK((closed_first ? withdraw : close)(at.other.subjects(), at.ada));
  });
  REQUIRE_OK((closed_first ? close : withdraw)(at.one.subjects(), at.ada));
  at.rig.clock.Set(at.start + 9 * kDay);
  at.rig.SweepOrDie();
  CHECK(at.IsWhole(session));
  at.rig.clock.Set(at.start + 11 * kDay);
  SECTION("by the rows of the state") { at.rig.SweepOrDie(); }
  SECTION("by the deadline in the vault") {
    at.rig.state =
        std::make_shared<testing::FailingStore>(testing::NewMemoryStore());
    at.rig.TrySweep().IgnoreError();
    at.rig.OpenOrDie();
    at.rig.SweepOrDie();
  }
  CHECK_FALSE(at.IsWhole(session));
}

TEST_CASE("What is stored once ground is back stays, although a sweep runs",
          "[engine][sweep][ground]") {
  Neighbours at({kNotForCompliance});
  REQUIRE_OK(at.one.subjects().GiveConsent(at.ada, kExperience));
  const SealedRecord before = at.Session();
  std::unique_ptr<SealedRecord> after;
  SECTION("of one person") {
    REQUIRE_OK(at.one.subjects().WithdrawConsent(at.ada, kExperience));
    at.state->BeforeRead(subject::kGroundPrefix, [&] {
      REQUIRE_OK(at.other.subjects().GiveConsent(at.ada, kExperience));
      after = std::make_unique<SealedRecord>(at.Session());
    });
  }
  SECTION("of everybody") {
    at.rig.SwapOrDie(at.other,
                     PolicyOrDie({Version(5), kNotForCompliance, kForNobody}));
    at.state->BeforeRead(subject::kGroundPrefix, [&] {
      at.rig.SwapOrDie(at.other, PolicyOrDie({Version(6), kNotForCompliance}));
      after = std::make_unique<SealedRecord>(at.Session());
    });
  }
  CHECK(at.rig.SweepOrDie().without_ground == 0);
  REQUIRE(at.state->happened());
  CHECK(at.IsWhole(before));
  CHECK(at.IsWhole(*after));
}

TEST_CASE(
    "What is stored once a period has begun anew stays, though a sweep "
    "runs",
    "[engine][sweep][event]") {
  Neighbours at({kRenews});
  const SealedRecord before = at.Account();
  REQUIRE_OK(at.one.subjects().RecordEvent(at.ada, kClosed));
  at.rig.clock.Set(at.start + 100 * kDay);
  std::unique_ptr<SealedRecord> after;
  at.state->BeforeRead(subject::kEventDuePrefix, [&] {
    REQUIRE_OK(at.other.subjects().RecordEvent(at.ada, kClosed));
    after = std::make_unique<SealedRecord>(at.Account());
  });
  at.rig.SweepOrDie();
  REQUIRE(at.state->happened());
  CHECK(at.IsWhole(*after));
  CHECK(at.Opens(*after));
  CHECK_FALSE(at.Opens(before));
}

TEST_CASE("Of two who let a period begin anew neither ends the other's",
          "[engine][processes][event]") {
  Neighbours at({kRenews});
  const SealedRecord before = at.Account();
  REQUIRE_OK(at.one.subjects().RecordEvent(at.ada, kClosed));
  at.rig.clock.Set(at.start + 100 * kDay);
  std::unique_ptr<SealedRecord> after;
  const auto begin_anew = [&] {
    REQUIRE_OK(at.other.subjects().RecordEvent(at.ada, kClosed));
    after = std::make_unique<SealedRecord>(at.Account());
  };
  SECTION("before he is read") { at.state->BeforeRead("s/", begin_anew); }
  SECTION("before his key dies") { at.vault->BeforeRead("f", begin_anew); }
  REQUIRE_OK(at.one.subjects().RecordEvent(at.ada, kClosed));
  REQUIRE((at.state->happened() && at.vault->happened()));
  CHECK(at.Opens(*after));
  CHECK_FALSE(at.Opens(before));
}

}  // namespace
}  // namespace privet
