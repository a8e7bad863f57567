// SPDX-License-Identifier: Apache-2.0
//
// A change of what is known of a person that stops half-way, at every call of a
// store: what the ledger says of it is true when the next process has begun,
// and no key dies before.

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "engine/engine_rig.h"
#include "keys/ledger.h"
#include "privet/engine.h"
#include "privet/subjects.h"
#include "subject/due_rows.h"
#include "support/catch.h"
#include "support/edited_policy.h"
#include "support/infermesh_records.h"
#include "support/status_assertions.h"

namespace privet {
namespace {

using testing::ActorOf;
using testing::Adding;
using testing::EngineRig;
using testing::FailurePlan;
using testing::PolicyEdit;
using testing::PolicyOrDie;
using testing::RowsOf;
using testing::StoreRows;
using Code = absl::StatusCode;

constexpr absl::Duration kDay = absl::Hours(24);
constexpr EventId kClosed("account_closed");
constexpr PurposeId kExperience("experience");
constexpr PurposeId kImprovement("improvement");

std::size_t RowsWith(Store& store, std::string_view prefix) {
  std::size_t count = 0;
  for (const auto& row : RowsOf(store)) {
    count += row.first.compare(0, prefix.size(), prefix) == 0;
  }
  return count;
}
// What the vault knows of deadlines, for who has no key.
constexpr std::string_view kDeadline = "d", kUnsettled = "u";

// One person, and processes that come and go.
class House {
 public:
  explicit House(const std::vector<PolicyEdit>& edits = {})
      : rig(PolicyOrDie(edits)), engine(rig.OpenOrDie()) {}

  SealedRecord Account() {
    return StoreOrDie(rig, ActorOf(engine, "accounts"),
                      testing::AccountOf("ada"));
  }
  SealedRecord Session() {
    return StoreOrDie(rig, ActorOf(engine, "gateway"),
                      testing::SessionOf("ada"));
  }
  Subjects subjects() const { return engine.subjects(); }
  absl::Status Close() { return subjects().RecordEvent(ada, kClosed); }
  absl::Status Reopen() { return subjects().UndoEvent(ada, kClosed); }
  void GoToDay(int day) { rig.clock.Set(start + day * kDay); }
  void NextProcess() { engine = rig.OpenOrDie(); }

  std::size_t LedgerLength() {
    auto ledger = keys::Ledger::Open(rig.folder / "ledger");
    REQUIRE_OK(ledger);
    return (*ledger)->Head()->number;
  }
  // Sweeps, whether or not a state that no engine has opened yet lets it.
  void TrySweep() {
    const auto report = rig.TrySweep();
    if (!report.ok()) REQUIRE_ERROR(report, Code::kUnavailable, "an engine");
  }
  bool Lives(const SealedRecord& account) {
    const auto seen =
        ActorOf(engine, "accounts")
            .OpenBytes(account, ada, PurposeId("service.authentication"));
    if (!seen.ok()) REQUIRE_ERROR(seen, Code::kNotFound, "");
    return seen.ok();
  }
  bool IsWhole(const SealedRecord& record) {
    const auto left = rig.records->Get(record.id());
    REQUIRE_OK(left);
    return left->bytes() == record.bytes();
  }

  EngineRig rig;
  Engine engine;
  const Subject ada{"ada"};
  const absl::Time start = rig.clock.Now();
};

// Stops `change` at each call of each store in turn, in houses of their own;
// then tells `check` whether the ledger says that it was made.
void StopEverywhere(const std::vector<PolicyEdit>& edits,
                    const std::function<void(House&)>& begin,
                    const std::function<absl::Status(House&)>& change,
                    const std::function<void(House&, bool said)>& check) {
  for (const bool in_vault : {true, false}) {
    bool stopped = true;
    for (int calls = 0; stopped; ++calls) {
      INFO((in_vault ? "vault" : "state") << ", after calls: " << calls);
      House house(edits);
      begin(house);
      const std::size_t before = house.LedgerLength();
      FailurePlan& plan =
          (in_vault ? house.rig.vault : house.rig.state)->plan();
      const int made = plan.calls();
      plan.FailAfter(calls, absl::UnavailableError("killed"));
      const absl::Status status = change(house);
      if (!status.ok()) REQUIRE_ERROR(status, Code::kUnavailable, "killed");
      stopped = plan.calls() - made > calls;
      plan.Pass();
      const bool said = house.LedgerLength() > before;
      CHECK((said || !status.ok()));
      check(house, said);
    }
  }
}

TEST_CASE("An event that was undone kills no key, wherever that stopped",
          "[engine][event][settle]") {
  const bool swept_before = GENERATE(false, true);
  std::optional<SealedRecord> account;
  StopEverywhere(
      {},
      [&](House& house) {
        account = house.Account();
        REQUIRE_OK(house.Close());
        house.GoToDay(50);
      },
      [](House& house) { return house.Reopen(); },
      [&](House& house, bool said) {
        house.GoToDay(said ? 91 : 89);
        if (swept_before) house.TrySweep();
        house.NextProcess();
        CHECK(house.Lives(*account));
        if (!said) REQUIRE_OK(house.Reopen());
        house.GoToDay(120);
        house.rig.SweepOrDie();
        CHECK(house.Lives(*account));
        CHECK(RowsWith(*house.rig.vault, kDeadline) == 0);
        CHECK(RowsWith(*house.rig.state, subject::kEventDuePrefix) == 0);
      });
}

TEST_CASE("An event has its deadline in the vault, wherever telling it stopped",
          "[engine][event][settle]") {
  std::optional<SealedRecord> account;
  StopEverywhere(
      {}, [&](House& house) { account = house.Account(); },
      [](House& house) { return house.Close(); },
      [&](House& house, bool said) {
        house.NextProcess();
        CHECK(RowsWith(*house.rig.vault, kDeadline) == (said ? 1 : 0));
        CHECK(RowsWith(*house.rig.vault, kUnsettled) == 0);
        CHECK((RowsWith(*house.rig.state, subject::kEventDuePrefix) > 0) ==
              said);
        house.GoToDay(90);
        house.rig.SweepOrDie();
        CHECK(house.Lives(*account) == !said);
      });
}

// Optional session data is kept for ten days after consent to `experience` was
// withdrawn.
const std::vector<PolicyEdit> kAfterWithdrawal = {
    Adding("retention { id: \"optional\" categories: [\"session.optional\"] "
           "keep: \"10d\" after: \"withdrawn:experience\" then: DELETE }")};

TEST_CASE("A consent that is given again kills no key, wherever that stopped",
          "[engine][event][settle]") {
  std::optional<SealedRecord> session;
  StopEverywhere(
      kAfterWithdrawal,
      [&](House& house) {
        REQUIRE_OK(house.subjects().GiveConsent(house.ada, kExperience));
        session = house.Session();
        REQUIRE_OK(house.subjects().WithdrawConsent(house.ada, kExperience));
        house.GoToDay(5);
      },
      [](House& house) {
        return house.subjects().GiveConsent(house.ada, kExperience);
      },
      [&](House& house, bool said) {
        house.GoToDay(said ? 11 : 9);
        house.TrySweep();
        house.NextProcess();
        house.TrySweep();
        CHECK(house.IsWhole(*session));
        CHECK(RowsWith(*house.rig.vault, kDeadline) == (said ? 0 : 1));
      });
}

TEST_CASE("A restored vault has the deadlines that the ledger asks for",
          "[engine][event][settle][restore]") {
  House house;
  const SealedRecord account = house.Account();
  const StoreRows open = RowsOf(*house.rig.vault);
  REQUIRE_OK(house.Close());
  house.GoToDay(50);
  SECTION("none, of an event that was undone since") {
    const StoreRows closed = RowsOf(*house.rig.vault);
    REQUIRE_OK(house.Reopen());
    testing::Restore(*house.rig.vault, closed);
    const bool swept_before = GENERATE(false, true);
    house.GoToDay(91);
    if (swept_before) house.TrySweep();
    house.NextProcess();
    house.rig.SweepOrDie();
    CHECK(house.Lives(account));
    CHECK(RowsWith(*house.rig.vault, kDeadline) == 0);
  }
  SECTION("one, of an event that happened since") {
    testing::Restore(*house.rig.vault, open);
    house.NextProcess();
    CHECK(RowsWith(*house.rig.vault, kDeadline) == 1);
  }
}

TEST_CASE("A restored state kills no key for an event that was undone since",
          "[engine][event][settle][restore]") {
  House house;
  const SealedRecord account = house.Account();
  REQUIRE_OK(house.Close());
  const StoreRows closed = RowsOf(*house.rig.state);
  house.GoToDay(50);
  REQUIRE_OK(house.Reopen());
  house.GoToDay(91);
  // A process that goes on with it may stop anywhere, too.
  bool stopped = true;
  for (int calls = 0; stopped; ++calls) {
    INFO("after calls: " << calls);
    testing::Restore(*house.rig.state, closed);
    FailurePlan& plan = house.rig.state->plan();
    const int made = plan.calls();
    plan.FailAfter(calls, absl::UnavailableError("killed"));
    const auto opened = house.rig.TryOpen();
    if (!opened.ok()) REQUIRE_ERROR(opened, Code::kUnavailable, "killed");
    stopped = plan.calls() - made > calls;
    plan.Pass();
    house.TrySweep();
    house.NextProcess();
    house.rig.SweepOrDie();
    REQUIRE(house.Lives(account));
    CHECK(RowsWith(*house.rig.state, subject::kEventDuePrefix) == 0);
    CHECK(RowsWith(*house.rig.state, subject::kUnsettledPrefix) == 0);
  }
}

TEST_CASE("A row that an undone event left goes, whatever its class",
          "[engine][event][settle][restore]") {
  House house;
  house.Account();
  REQUIRE_OK(house.Close());
  subject::EventDue stale;
  for (const auto& row : RowsOf(*house.rig.state)) {
    stale = subject::ParseEventDue(row.first).value_or(stale);
  }
  stale.retention_class = 0xffffff07;
  REQUIRE_OK(house.rig.state->Commit({}, {{subject::KeyOf(stale), ""}}));
  const StoreRows closed = RowsOf(*house.rig.state);
  REQUIRE_OK(house.Reopen());
  testing::Restore(*house.rig.state, closed);
  house.NextProcess();
  CHECK(RowsWith(*house.rig.state, subject::kEventDuePrefix) == 0);
}

// What is optional rests on one purpose alone.
const PolicyEdit kNotForCompliance = {
    "permit { categories: [\"*\"]  except_categories: [\"content\"]",
    "permit { categories: [\"*\"]  except_categories: [\"content\", "
    "\"session.optional\"]"};
const PolicyEdit kForImprovement = {
    "\"communication.feedback\"]  purposes: [\"improvement\"]",
    "\"communication.feedback\", \"session.optional\"]  purposes: "
    "[\"improvement\"]"};
const PolicyEdit kProvedForImprovement = {
    "\"usage_statistics\", \"communication.feedback\"] }\n",
    "\"usage_statistics\", \"communication.feedback\", "
    "\"session.optional\"] }\n"};

struct Taken {
  const char* name;
  std::vector<PolicyEdit> edits;
  // Before a record is stored, after it, and what then takes the ground away.
  std::function<absl::Status(House&)> give, begin, take;
};

std::vector<Taken> EachTaken() {
  return {
      {"a consent",
       {kNotForCompliance},
       [](House& house) {
         return house.subjects().GiveConsent(house.ada, kExperience);
       },
       [](House&) { return absl::OkStatus(); },
       [](House& house) {
         return house.subjects().WithdrawConsent(house.ada, kExperience);
       }},
      {"an objection",
       {kNotForCompliance, kForImprovement, kProvedForImprovement},
       [](House&) { return absl::OkStatus(); },
       [](House& house) {
         return house.subjects().Object(house.ada, kImprovement);
       },
       [](House& house) {
         return house.subjects().ResolveObjection(house.ada, kImprovement,
                                                  ObjectionResult::kUpheld);
       }},
  };
}

TEST_CASE("What has lost its ground is due, wherever saying so stopped",
          "[engine][ground][settle]") {
  for (const Taken& taken : EachTaken()) {
    INFO(taken.name);
    std::optional<SealedRecord> session;
    StopEverywhere(
        taken.edits,
        [&](House& house) {
          REQUIRE_OK(taken.give(house));
          session = house.Session();
          REQUIRE_OK(taken.begin(house));
        },
        taken.take,
        [&](House& house, bool said) {
          house.NextProcess();
          const SweepReport report = house.rig.SweepOrDie();
          CHECK(report.without_ground == (said ? 1 : 0));
          CHECK(house.IsWhole(*session) == !said);
          CHECK(RowsWith(*house.rig.state, subject::kUnsettledPrefix) == 0);
          // Who says it again has nothing left to say.
          if (said) REQUIRE_OK(taken.take(house));
          CHECK(house.rig.SweepOrDie().without_ground == 0);
        });
  }
}

TEST_CASE("What lost its ground is due under a restored state too",
          "[engine][ground][settle][restore]") {
  for (const Taken& taken : EachTaken()) {
    for (const bool empty : {false, true}) {
      INFO(taken.name << (empty ? ", nothing restored" : ""));
      House house(taken.edits);
      REQUIRE_OK(taken.give(house));
      const SealedRecord session = house.Session();
      REQUIRE_OK(taken.begin(house));
      const StoreRows before = RowsOf(*house.rig.state);
      REQUIRE_OK(taken.take(house));
      testing::Restore(*house.rig.state, empty ? StoreRows() : before);
      house.NextProcess();
      CHECK(house.rig.SweepOrDie().without_ground == 1);
      CHECK_FALSE(house.IsWhole(session));
    }
  }
}

}  // namespace
}  // namespace privet
