// SPDX-License-Identifier: Apache-2.0
//
// Every status that subjects.h speaks of, entry point by entry point.

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "engine/desk.h"
#include "engine/engine_rig.h"
#include "privet/engine.h"
#include "privet/subjects.h"
#include "support/catch.h"
#include "support/edited_policy.h"
#include "support/status_assertions.h"

namespace privet {
namespace {

using testing::CheckEach;
using testing::Desk;
using testing::EngineRig;
using testing::kAda;
using Code = absl::StatusCode;

constexpr PurposeId kImprovement("improvement");
constexpr PurposeId kAnalytics("analytics");
constexpr EventId kClosed("account_closed");

// Each call of Subjects that changes something, with arguments that it takes.
using Call =
    std::pair<const char*,
              std::function<absl::Status(const Subjects&, const Subject&)>>;
const std::vector<Call>& EachCall() {
  static const std::vector<Call> calls = {
      {"SetProfile",
       [](const Subjects& subjects, const Subject& who) {
         return subjects.SetProfile(who, {RegionId("de"), "customer", {}});
       }},
      {"GiveConsent",
       [](const Subjects& subjects, const Subject& who) {
         return subjects.GiveConsent(who, kAnalytics);
       }},
      {"WithdrawConsent",
       [](const Subjects& subjects, const Subject& who) {
         return subjects.WithdrawConsent(who, kAnalytics);
       }},
      {"Object",
       [](const Subjects& subjects, const Subject& who) {
         return subjects.Object(who, kImprovement);
       }},
      {"ResolveObjection",
       [](const Subjects& subjects, const Subject& who) {
         return subjects.ResolveObjection(who, kImprovement,
                                          ObjectionResult::kUpheld);
       }},
      {"Restrict",
       [](const Subjects& subjects, const Subject& who) {
         return subjects.Restrict(who, RestrictionGround::kAccuracyContested,
                                  "2 BvR 17/26");
       }},
      {"Lift",
       [](const Subjects& subjects, const Subject& who) {
         return subjects.Lift(who, RestrictionGround::kAccuracyContested,
                              "told");
       }},
      {"RecordEvent",
       [](const Subjects& subjects, const Subject& who) {
         return subjects.RecordEvent(who, kClosed);
       }},
      {"UndoEvent",
       [](const Subjects& subjects, const Subject& who) {
         return subjects.UndoEvent(who, kClosed);
       }},
      {"RecordNotice",
       [](const Subjects& subjects, const Subject& who) {
         return subjects.RecordNotice(who, "told", "email");
       }},
      {"RecordInstruction",
       [](const Subjects& subjects, const Subject& who) {
         return subjects.RecordInstruction(who, RecipientId("helpdesk"));
       }},
      {"Erase",
       [](const Subjects& subjects, const Subject& who) {
         return subjects.Erase(who).status();
       }},
  };
  return calls;
}

TEST_CASE("No call of Subjects takes somebody whom nobody could be",
          "[engine][subjects][statuses]") {
  Desk desk;
  for (const auto& [name, call] : EachCall()) {
    INFO(name);
    REQUIRE_ERROR(call(desk.subjects(), NoSubject()), Code::kInvalidArgument,
                  "nobody");
    REQUIRE_ERROR(call(desk.subjects(), Subject(std::string(1025, 'x'))),
                  Code::kInvalidArgument, "1 to 1,024 bytes");
  }
}

TEST_CASE("No call of Subjects works without a state",
          "[engine][subjects][statuses]") {
  auto bare = Engine::Create(testing::PolicyOrDie());
  REQUIRE_OK(bare);
  for (const auto& [name, call] : EachCall()) {
    INFO(name);
    REQUIRE_ERROR(call(bare->subjects(), Subject(kAda)),
                  Code::kFailedPrecondition, "`state`");
  }
}

TEST_CASE("Each call of Subjects says that a store does not answer",
          "[engine][subjects][statuses]") {
  for (const auto& [name, call] : EachCall()) {
    DYNAMIC_SECTION(name) {
      Desk desk;
      desk.rig.state->plan().FailAfter(0, absl::UnavailableError("unplugged"));
      REQUIRE_ERROR(call(desk.subjects(), desk.ada), Code::kUnavailable,
                    "unplugged");
      desk.rig.state->plan().Pass();
      // A call about somebody who is in no memory asks the vault as well.
      const Engine cold = desk.rig.OpenOrDie();
      desk.rig.vault->plan().FailAfter(0, absl::UnavailableError("unplugged"));
      REQUIRE_ERROR(call(cold.subjects(), desk.ada), Code::kUnavailable,
                    "unplugged");
    }
  }
}

TEST_CASE("Subjects says what is wrong with a profile",
          "[engine][subjects][statuses]") {
  EngineRig rig(testing::PolicyOrDie(
      {testing::Adding("fact { id: \"plan\" about: SUBJECT values: [\"free\", "
                       "\"paid\"] } fact { id: \"urgent\" about: REQUEST }")}));
  const Engine engine = rig.OpenOrDie();
  const auto set = [&](const Profile& profile) {
    return engine.subjects().SetProfile(Subject(kAda), profile);
  };
  REQUIRE_OK(set({RegionId("br"), "visitor", {{"plan", "paid"}}}));
  REQUIRE_OK(set({}));
  CheckEach({
      {"a region that is none",
       [&] {
         return set({RegionId("size 44"), "", {}});
       },
       Code::kInvalidArgument,
       {"region", "one place"}},
      {"a set of regions",
       [&] {
         return set({RegionId("eea"), "", {}});
       },
       Code::kInvalidArgument,
       {"region", "one place"}},
      {"a kind that the policy does not declare",
       [&] {
         return set({RegionId(), "ghost", {}});
       },
       Code::kInvalidArgument,
       {"`ghost`", "not declared"}},
      {"a fact that the policy does not declare",
       [&] {
         return set({RegionId(), "", {{"shoe", "size 44"}}});
       },
       Code::kInvalidArgument,
       {"`shoe`", "not declared"}},
      {"a fact of requests",
       [&] {
         return set({RegionId(), "", {{"urgent", "yes"}}});
       },
       Code::kInvalidArgument,
       {"`urgent`", "about a request"}},
      {"a value that the policy does not declare",
       [&] {
         return set({RegionId(), "", {{"plan", "size 44"}}});
       },
       Code::kInvalidArgument,
       {"`plan`", "`free` or `paid`"}},
      {"a fact twice",
       [&] {
         return set({RegionId(), "", {{"plan", "free"}, {"plan", "paid"}}});
       },
       Code::kInvalidArgument,
       {"`plan`", "twice"}},
      {"more than a row holds",
       [&] {
         return set({RegionId(), "",
                     std::vector<FactValue>(10'000, {"plan", "free"})});
       },
       Code::kInvalidArgument,
       {"16384 bytes"}},
  });
}

TEST_CASE("Subjects says what is wrong with a consent or an objection",
          "[engine][subjects][statuses]") {
  EngineRig rig(testing::PolicyOrDie({testing::Adding(
      "purpose { id: \"mailing\" basis: LEGITIMATE_INTERESTS interest: "
      "\"news\" kinds: DIRECT_MARKETING }")}));
  const Engine engine = rig.OpenOrDie();
  const Subjects subjects = engine.subjects();
  const Subject ada(kAda);
  const std::string novel(257, 'x');
  CheckEach({
      {"consent to what the policy does not declare",
       [&] { return subjects.GiveConsent(ada, PurposeId("resale")); },
       Code::kInvalidArgument,
       {"`resale`", "not declared"}},
      {"consent to nothing",
       [&] { return subjects.GiveConsent(ada, PurposeId()); },
       Code::kInvalidArgument,
       {"purpose"}},
      {"consent to a group",
       [&] { return subjects.GiveConsent(ada, PurposeId("service")); },
       Code::kInvalidArgument,
       {"`service`", "group", "such as `service.delivery`"}},
      {"evidence that is a novel",
       [&] { return subjects.GiveConsent(ada, kAnalytics, novel); },
       Code::kInvalidArgument,
       {"evidence", "256 bytes"}},
      {"a withdrawal of what the policy does not declare",
       [&] { return subjects.WithdrawConsent(ada, PurposeId("resale")); },
       Code::kInvalidArgument,
       {"`resale`"}},
      {"a withdrawal of a group",
       [&] { return subjects.WithdrawConsent(ada, PurposeId("service")); },
       Code::kInvalidArgument,
       {"`service`", "group"}},
      {"an objection to what the policy does not declare",
       [&] { return subjects.Object(ada, PurposeId("resale")); },
       Code::kInvalidArgument,
       {"`resale`"}},
      {"an objection to a contract",
       [&] { return subjects.Object(ada, PurposeId("service.delivery")); },
       Code::kFailedPrecondition,
       {"`service.delivery`", "law", "`objectable`"}},
      {"an objection to a consent",
       [&] { return subjects.Object(ada, kAnalytics); },
       Code::kFailedPrecondition,
       {"`analytics`", "law"}},
      {"an objection to a group of contracts",
       [&] { return subjects.Object(ada, PurposeId("service")); },
       Code::kFailedPrecondition,
       {"law"}},
      {"an objection that there is not",
       [&] {
         return subjects.ResolveObjection(ada, kImprovement,
                                          ObjectionResult::kUpheld);
       },
       Code::kNotFound,
       {"no objection"}},
      {"an override without reasons",
       [&] {
         REQUIRE_OK(subjects.Object(ada, kImprovement));
         return subjects.ResolveObjection(ada, kImprovement,
                                          ObjectionResult::kOverridden);
       },
       Code::kInvalidArgument,
       {"compelling grounds", "name where"}},
      {"reasons that are a novel",
       [&] {
         REQUIRE_OK(subjects.Object(ada, kImprovement));
         return subjects.ResolveObjection(ada, kImprovement,
                                          ObjectionResult::kOverridden, novel);
       },
       Code::kInvalidArgument,
       {"reasons", "256 bytes"}},
      {"an override of direct marketing",
       [&] {
         REQUIRE_OK(subjects.Object(ada, PurposeId("mailing")));
         return subjects.ResolveObjection(ada, PurposeId("mailing"),
                                          ObjectionResult::kOverridden,
                                          "balance-3");
       },
       Code::kFailedPrecondition,
       {"direct marketing", "cannot be overridden"}},
  });
}

TEST_CASE("A rule's own basis lets people object to what it permits",
          "[engine][subjects][statuses]") {
  EngineRig rig(testing::PolicyOrDie(
      {testing::Adding("rule { name: \"learn from use\" permit { categories: "
                       "[\"service_log.model\"] purposes: "
                       "[\"service.delivery\"] operations: USE "
                       "} basis: LEGITIMATE_INTERESTS }")}));
  const Engine engine = rig.OpenOrDie();
  const Subjects subjects = engine.subjects();
  REQUIRE_OK(subjects.Object(Subject("ada"), PurposeId("service.delivery")));
  REQUIRE_ERROR(
      subjects.Object(Subject("ada"), PurposeId("service.troubleshooting")),
      Code::kFailedPrecondition, "law");
}

TEST_CASE("Subjects says what is wrong with a restriction",
          "[engine][subjects][statuses]") {
  Desk desk;
  const Subjects subjects = desk.subjects();
  const auto restrict_on = [&](RestrictionGround ground) {
    return subjects.Restrict(desk.ada, ground, "2 BvR 17/26");
  };
  const auto lift = [&] {
    return subjects.Lift(desk.ada, RestrictionGround::kObjectionPending,
                         "told");
  };
  CheckEach({
      {"ground (b)",
       [&] { return restrict_on(RestrictionGround::kUnlawful); },
       Code::kFailedPrecondition,
       {"(b)", "hold", "not supported yet"}},
      {"ground (c)",
       [&] { return restrict_on(RestrictionGround::kNeededForClaims); },
       Code::kFailedPrecondition,
       {"(c)", "hold", "not supported yet"}},
      {"a case reference that is a novel",
       [&] {
         return subjects.Restrict(desk.ada,
                                  RestrictionGround::kAccuracyContested,
                                  std::string(257, 'x'));
       },
       Code::kInvalidArgument,
       {"case reference", "256 bytes"}},
      {"a lift of what there is not",
       lift,
       Code::kNotFound,
       {"no such restriction"}},
      {"a lift by a notice of a restriction before",
       [&] {
         REQUIRE_OK(restrict_on(RestrictionGround::kObjectionPending));
         REQUIRE_OK(subjects.RecordNotice(desk.ada, "told", "email"));
         REQUIRE_OK(lift());
         desk.rig.clock.Advance(absl::Milliseconds(1));
         REQUIRE_OK(restrict_on(RestrictionGround::kObjectionPending));
         return lift();
       },
       Code::kFailedPrecondition,
       {"18(3)", "since it began", "record the notice first"}},
      {"a lift of another ground",
       [&] {
         desk.Restrict();
         return lift();
       },
       Code::kNotFound,
       {"no such restriction"}},
      {"a lift before the person was told",
       [&] {
         REQUIRE_OK(restrict_on(RestrictionGround::kObjectionPending));
         return lift();
       },
       Code::kFailedPrecondition,
       {"told before", "record the notice"}},
  });
}

TEST_CASE("Subjects says what is wrong with an event, a notice, an instruction",
          "[engine][subjects][statuses]") {
  Desk desk;
  const Subjects subjects = desk.subjects();
  const absl::Time now = desk.rig.clock.Now();
  CheckEach({
      {"an event that the policy does not declare",
       [&] { return subjects.RecordEvent(desk.ada, EventId("married")); },
       Code::kInvalidArgument,
       {"`married`", "not declared"}},
      {"an event of tomorrow",
       [&] {
         return subjects.RecordEvent(desk.ada, kClosed,
                                     now + absl::Minutes(5) + absl::Seconds(1));
       },
       Code::kInvalidArgument,
       {"1970", "five minutes"}},
      {"an event before all time",
       [&] {
         return subjects.RecordEvent(desk.ada, kClosed,
                                     absl::UnixEpoch() - absl::Seconds(1));
       },
       Code::kInvalidArgument,
       {"1970"}},
      {"undoing an event that the policy does not declare",
       [&] { return subjects.UndoEvent(desk.ada, EventId("married")); },
       Code::kInvalidArgument,
       {"`married`"}},
      {"undoing what did not happen",
       [&] { return subjects.UndoEvent(desk.ada, kClosed); },
       Code::kNotFound,
       {"`account_closed`", "not on record"}},
      {"undoing an event twice",
       [&] {
         REQUIRE_OK(subjects.RecordEvent(desk.ada, kClosed));
         REQUIRE_OK(subjects.UndoEvent(desk.ada, kClosed));
         return subjects.UndoEvent(desk.ada, kClosed);
       },
       Code::kNotFound,
       {"not on record"}},
      {"undoing an event whose period has ended",
       [&] {
         desk.Close(absl::Hours(24 * 90));
         return subjects.UndoEvent(desk.ada, kClosed);
       },
       Code::kFailedPrecondition,
       {"has ended", "destroyed"}},
      {"a notice without a name",
       [&] { return subjects.RecordNotice(desk.ada, "", "email"); },
       Code::kInvalidArgument,
       {"a notice needs a name"}},
      {"a notice whose name is a novel",
       [&] {
         return subjects.RecordNotice(desk.ada, std::string(257, 'x'), "email");
       },
       Code::kInvalidArgument,
       {"name of a notice", "256 bytes"}},
      {"a channel that is a novel",
       [&] {
         return subjects.RecordNotice(desk.ada, "told", std::string(257, 'x'));
       },
       Code::kInvalidArgument,
       {"channel", "256 bytes"}},
      {"an instruction to a recipient that the policy does not declare",
       [&] {
         return subjects.RecordInstruction(desk.ada, RecipientId("friend"));
       },
       Code::kInvalidArgument,
       {"`friend`", "not declared"}},
  });
}

TEST_CASE("An instruction names a recipient, not a group of them",
          "[engine][subjects][statuses]") {
  EngineRig rig(testing::PolicyOrDie({testing::Adding(
      "recipient { id: \"bank\" role: DIRECTED } recipient { id: \"bank.a\" "
      "purposes: \"billing.payment\" regions: \"eea\" }")}));
  const Engine engine = rig.OpenOrDie();
  REQUIRE_OK(engine.subjects().RecordInstruction(Subject(kAda),
                                                 RecipientId("bank.a")));
  REQUIRE_ERROR(
      engine.subjects().RecordInstruction(Subject(kAda), RecipientId("bank")),
      Code::kInvalidArgument, "group");
}

}  // namespace
}  // namespace privet
