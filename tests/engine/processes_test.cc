// SPDX-License-Identifier: Apache-2.0
//
// Several engines over the same stores, as several processes have them: what
// one does is seen by the other, whatever became of the file that hastens it,
// or of the one.

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "engine/engine_rig.h"
#include "infermesh.pb.h"
#include "keys/ledger.h"
#include "privet/engine.h"
#include "support/catch.h"
#include "support/infermesh_records.h"
#include "support/status_assertions.h"

namespace privet {
namespace {

using testing::ActorOf;
using testing::EngineRig;
using testing::FailurePlan;
using Code = absl::StatusCode;

constexpr PurposeId kDelivery("service.delivery");
constexpr PurposeId kAnalytics("analytics");
constexpr PurposeId kExperience("experience");
constexpr PurposeId kImprovement("improvement");

TEST_CASE("A stranger to one process is known to it once another seals",
          "[engine][processes]") {
  EngineRig rig;
  const Engine one = rig.OpenOrDie(), two = rig.OpenOrDie();
  const Actor reader = ActorOf(one, "gateway");
  // That nothing is known of Ada is remembered, or not.
  REQUIRE_OK(reader.Minimize(rig.Request("ada"), Subject("ada"), kDelivery));
  const SealedRecord sealed =
      testing::StoreOrDie(rig, ActorOf(two, "gateway"), rig.Request("ada"));
  REQUIRE_OK(reader.OpenBytes(sealed, Subject("ada"), kDelivery));
  REQUIRE_OK(one.Prefetch(Subject("ada")));
  REQUIRE_ERROR(reader.OpenBytes(sealed, Subject("bob"), kDelivery),
                Code::kPermissionDenied, "somebody else");
}

TEST_CASE("Without the file that hastens it, all is seen within the ttl",
          "[engine][processes]") {
  EngineRig rig;
  const Engine one = rig.OpenOrDie();
  const SealedRecord sealed =
      testing::StoreOrDie(rig, ActorOf(one, "gateway"), rig.Request("ada"));
  REQUIRE_OK(one.subjects().GiveConsent(Subject("ada"), kAnalytics));
  const auto delivery = [&] {
    return ActorOf(one, "gateway").OpenBytes(sealed, Subject("ada"), kDelivery);
  };
  const auto analytics = [&] {
    return ActorOf(one, "product")
        .OpenBytes(sealed, Subject("ada"), kAnalytics);
  };
  REQUIRE_OK(delivery());
  REQUIRE_OK(analytics());
  // As a backup that is restored over it does.
  REQUIRE(std::filesystem::remove(rig.folder / "ledger.changes"));
  const Engine two = rig.OpenOrDie();
  SECTION("a withdrawal") {
    REQUIRE_OK(two.subjects().WithdrawConsent(Subject("ada"), kAnalytics));
    rig.clock.Advance(absl::Seconds(5));
    REQUIRE_ERROR(analytics(), Code::kFailedPrecondition, "consent");
    REQUIRE_OK(delivery());
  }
  SECTION("a restriction") {
    REQUIRE_OK(two.subjects().Restrict(
        Subject("ada"), RestrictionGround::kAccuracyContested, "case 7"));
    rig.clock.Advance(absl::Seconds(5));
    REQUIRE_ERROR(delivery(), Code::kFailedPrecondition, "restricted");
  }
  SECTION("an erasure") {
    REQUIRE_OK(two.subjects().Erase(Subject("ada")));
    rig.clock.Advance(absl::Seconds(5));
    REQUIRE_ERROR(
        ActorOf(one, "gateway").OpenBytes(sealed, AnySubject(), kDelivery),
        Code::kNotFound, "");
    CHECK_FALSE(delivery().ok());
  }
  SECTION("a consent") {
    const auto use = [&] {
      return ActorOf(one, "product")
          .OpenBytes(sealed, Subject("ada"), kExperience)
          .status();
    };
    REQUIRE_ERROR(use(), Code::kFailedPrecondition, "consent");
    REQUIRE_OK(two.subjects().GiveConsent(Subject("ada"), kExperience));
    rig.clock.Advance(absl::Seconds(5));
    REQUIRE_OK(use());
  }
  SECTION("what the first one does, by the second") {
    REQUIRE_OK(
        ActorOf(two, "product").OpenBytes(sealed, Subject("ada"), kAnalytics));
    REQUIRE_OK(one.subjects().WithdrawConsent(Subject("ada"), kAnalytics));
    rig.clock.Advance(absl::Seconds(5));
    REQUIRE_ERROR(
        ActorOf(two, "product").OpenBytes(sealed, Subject("ada"), kAnalytics),
        Code::kFailedPrecondition, "consent");
  }
}

// Two processes over one state; one of them is about to die.
class TwoProcesses {
 public:
  TwoProcesses() : dying(rig.OpenOrDie()), living(rig.OpenOrDie()) {
    testing::StoreOrDie(rig, ActorOf(dying, "gateway"), rig.Request("ada"));
    REQUIRE_OK(dying.subjects().GiveConsent(ada, kAnalytics));
    // Both have her in memory.
    rig.clock.Advance(absl::Minutes(1));
    for (const Engine& engine : {dying, living}) {
      REQUIRE_OK(Use(engine, "product", kAnalytics));
    }
  }

  absl::Status Use(const Engine& engine, const char* actor,
                   PurposeId purpose) const {
    return ActorOf(engine, actor)
        .Minimize(rig.Request("ada"), ada, purpose)
        .status();
  }
  std::size_t LedgerLength() {
    auto ledger = keys::Ledger::Open(rig.folder / "ledger");
    REQUIRE_OK(ledger);
    return (*ledger)->Head()->number;
  }

  EngineRig rig;
  Engine dying, living;
  const Subject ada{"ada"};
};

struct Change {
  const char* name;
  std::function<absl::Status(const Subjects&, const Subject&)> make;
  const char* actor;  // who then is, or is no longer, refused
  PurposeId purpose;
};

const std::vector<Change>& EachChange() {
  static const std::vector<Change> all = {
      {"a consent that is withdrawn",
       [](const Subjects& subjects, const Subject& ada) {
         return subjects.WithdrawConsent(ada, kAnalytics);
       },
       "product", kAnalytics},
      {"a consent",
       [](const Subjects& subjects, const Subject& ada) {
         return subjects.GiveConsent(ada, kExperience);
       },
       "product", kExperience},
      {"an objection",
       [](const Subjects& subjects, const Subject& ada) {
         return subjects.Object(ada, kImprovement);
       },
       "product", kImprovement},
      {"a restriction",
       [](const Subjects& subjects, const Subject& ada) {
         return subjects.Restrict(ada, RestrictionGround::kAccuracyContested,
                                  "7");
       },
       "gateway", kDelivery},
  };
  return all;
}

TEST_CASE("What a process that died has changed counts within five seconds",
          "[engine][subjects][processes]") {
  // It stops before a call of the state, or after one of which it never learns.
  const bool answer_is_lost = GENERATE(false, true);
  for (const Change& change : EachChange()) {
    bool stopped = true;
    bool made = false;
    for (int calls = 0; stopped; ++calls) {
      INFO(change.name << ", after calls: " << calls);
      TwoProcesses two;
      const absl::Status before =
          two.Use(two.living, change.actor, change.purpose);
      FailurePlan& plan = two.rig.state->plan();
      const int first = plan.calls();
      const absl::Status killed = absl::UnavailableError("killed");
      if (answer_is_lost) {
        plan.LoseAnswer(calls, killed);
      } else {
        plan.FailAfter(calls, killed);
      }
      const absl::Status status = change.make(two.dying.subjects(), two.ada);
      stopped = plan.calls() - first > calls;
      plan.Pass();
      two.rig.clock.Advance(absl::Seconds(5));
      const absl::Status used =
          two.Use(two.living, change.actor, change.purpose);
      const Engine third = two.rig.OpenOrDie();
      CHECK(used.code() == two.Use(third, change.actor, change.purpose).code());
      made = made || (!status.ok() && used.code() != before.code());
      if (status.ok()) CHECK(used.code() != before.code());
    }
    // And not told of: else this test shows nothing.
    if (answer_is_lost) CHECK(made);
  }
}

TEST_CASE(
    "What an erased person's law keeps is for that law within five "
    "seconds",
    "[engine][erase][processes]") {
  bool stopped = true;
  bool made = false;
  for (int calls = 0; stopped; ++calls) {
    INFO("after calls: " << calls);
    TwoProcesses two;
    const SealedRecord payment = testing::StoreOrDie(
        two.rig, ActorOf(two.dying, "payments"), testing::PaymentOf("ada"));
    const auto open = [&] {
      return ActorOf(two.living, "payments")
          .OpenBytes(payment, AnySubject(), PurposeId("billing.records"))
          .status();
    };
    REQUIRE_OK(open());
    FailurePlan& plan = two.rig.vault->plan();
    const int first = plan.calls();
    plan.LoseAnswer(calls, absl::UnavailableError("killed"));
    const absl::Status erased = two.dying.subjects().Erase(two.ada).status();
    stopped = plan.calls() - first > calls;
    plan.Pass();
    two.rig.clock.Advance(absl::Seconds(5));
    const std::size_t left = two.LedgerLength();
    const absl::Status seen = open();
    if (left == 0) {
      REQUIRE_OK(seen);
    } else {
      REQUIRE_ERROR(seen, Code::kPermissionDenied, "obligation");
      made = made || !erased.ok();
    }
  }
  CHECK(made);
}

}  // namespace
}  // namespace privet
