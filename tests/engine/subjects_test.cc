// SPDX-License-Identifier: Apache-2.0
//
// What a person says counts for the next call, of every engine over the same
// stores, and is not forgotten.

#include "privet/subjects.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "engine/desk.h"
#include "engine/engine_rig.h"
#include "infermesh.pb.h"
#include "privet/engine.h"
#include "support/catch.h"
#include "support/edited_policy.h"
#include "support/infermesh_records.h"
#include "support/status_assertions.h"

namespace privet {
namespace {

using testing::ActorOf;
using testing::Desk;
using testing::EngineRig;
using testing::kAda;
using testing::PolicyEdit;
using testing::PolicyOrDie;
using Code = absl::StatusCode;

constexpr PurposeId kAnalytics("analytics");
constexpr PurposeId kExperience("experience");
constexpr PurposeId kImprovement("improvement");
constexpr RestrictionGround kContested = RestrictionGround::kAccuracyContested;
constexpr RestrictionGround kPending = RestrictionGround::kObjectionPending;

// Uses Ada's request by `actor` of `engine` for `purpose`.
absl::Status Use(const Engine& engine, const char* actor, PurposeId purpose,
                 const EngineRig& rig) {
  return ActorOf(engine, actor)
      .Minimize(rig.Request(kAda), Subject(kAda), purpose)
      .status();
}

TEST_CASE("What one engine is told counts for the next call of another",
          "[engine][subjects]") {
  Desk desk;
  const Engine other = desk.rig.OpenOrDie();
  const auto use = [&](const char* actor, PurposeId purpose) {
    return Use(other, actor, purpose, desk.rig);
  };
  SECTION("a consent, and its withdrawal") {
    REQUIRE_ERROR(use("product", kAnalytics), Code::kFailedPrecondition,
                  "consent");
    REQUIRE_OK(desk.subjects().GiveConsent(desk.ada, kAnalytics, "form 7"));
    REQUIRE_OK(use("product", kAnalytics));
    REQUIRE_OK(desk.subjects().WithdrawConsent(desk.ada, kAnalytics));
    REQUIRE_ERROR(use("product", kAnalytics), Code::kFailedPrecondition,
                  "consent");
  }
  SECTION("an objection, and what came of it") {
    REQUIRE_OK(use("product", kImprovement));
    REQUIRE_OK(desk.subjects().Object(desk.ada, kImprovement));
    REQUIRE_ERROR(use("product", kImprovement), Code::kFailedPrecondition,
                  "objection");
    REQUIRE_OK(desk.subjects().ResolveObjection(
        desk.ada, kImprovement, ObjectionResult::kOverridden, "balance 3"));
    REQUIRE_OK(use("product", kImprovement));
  }
  SECTION("a restriction, and its end") {
    desk.Restrict();
    REQUIRE_ERROR(use("gateway", PurposeId("service.delivery")),
                  Code::kFailedPrecondition, "restricted");
    REQUIRE_OK(desk.subjects().RecordNotice(desk.ada, "told", "email"));
    REQUIRE_OK(desk.subjects().Lift(desk.ada, kContested, "told"));
    REQUIRE_OK(use("gateway", PurposeId("service.delivery")));
  }
  SECTION("an event, and that it did not happen") {
    desk.Close(absl::Hours(24 * 89));
    const auto sign_in = [&] {
      return ActorOf(other, "accounts")
          .OpenBytes(desk.account, desk.ada,
                     PurposeId("service.authentication"))
          .status();
    };
    REQUIRE_OK(sign_in());
    REQUIRE_OK(desk.subjects().UndoEvent(desk.ada, EventId("account_closed")));
    desk.rig.clock.Advance(absl::Hours(24));
    REQUIRE_OK(sign_in());
    REQUIRE_OK(desk.subjects().RecordEvent(
        desk.ada, EventId("account_closed"),
        desk.rig.clock.Now() - 90 * absl::Hours(24)));
    REQUIRE_ERROR(sign_in(), Code::kNotFound, "retention");
  }
}

TEST_CASE("Consent to one purpose is consent to no other",
          "[engine][subjects]") {
  Desk desk;
  REQUIRE_OK(desk.subjects().GiveConsent(desk.ada, kExperience));
  REQUIRE_OK(Use(desk.engine, "product", kExperience, desk.rig));
  REQUIRE_ERROR(Use(desk.engine, "product", kAnalytics, desk.rig),
                Code::kFailedPrecondition, "consent to `analytics`");
  // Nor does Ada speak for Bob.
  REQUIRE_ERROR(desk.As("product").Minimize(desk.rig.Request("bob"),
                                            Subject("bob"), kExperience),
                Code::kFailedPrecondition, "consent to `experience`");
}

TEST_CASE("Withdrawing what was never given makes nobody known",
          "[engine][subjects]") {
  EngineRig rig;
  const Engine engine = rig.OpenOrDie();
  const auto vault = testing::RowsOf(*rig.vault);
  REQUIRE_OK(engine.subjects().WithdrawConsent(Subject(kAda), kAnalytics));
  CHECK(testing::RowsOf(*rig.vault) == vault);
  REQUIRE_ERROR(engine.Prefetch(Subject(kAda)), Code::kNotFound, "known");
}

TEST_CASE("What is said before there is a record counts for the first one",
          "[engine][subjects]") {
  EngineRig rig;
  const Engine engine = rig.OpenOrDie();
  REQUIRE_OK(engine.subjects().Object(Subject(kAda), kImprovement));
  const SealedRecord sealed =
      testing::StoreOrDie(rig, ActorOf(engine, "gateway"), rig.Request(kAda));
  REQUIRE_ERROR(
      ActorOf(engine, "product").OpenBytes(sealed, AnySubject(), kImprovement),
      Code::kFailedPrecondition, "objection");
}

TEST_CASE("An objection to a group holds for all beneath it, until resolved",
          "[engine][subjects]") {
  Desk desk;
  const PurposeId security("security"), fraud("security.fraud"),
      abuse("security.abuse");
  REQUIRE_OK(desk.subjects().Object(desk.ada, security));
  for (const PurposeId purpose : {fraud, abuse}) {
    REQUIRE_ERROR(Use(desk.engine, "guard", purpose, desk.rig),
                  Code::kFailedPrecondition, "objection");
  }
  REQUIRE_OK(Use(desk.engine, "product", kImprovement, desk.rig));
  // That to the leaf is another one, which there is not.
  REQUIRE_ERROR(desk.subjects().ResolveObjection(
                    desk.ada, fraud, ObjectionResult::kOverridden, "balance 3"),
                Code::kNotFound, "no objection");
  REQUIRE_OK(desk.subjects().ResolveObjection(
      desk.ada, security, ObjectionResult::kOverridden, "balance 3"));
  for (const PurposeId purpose : {fraud, abuse}) {
    REQUIRE_OK(Use(desk.engine, "guard", purpose, desk.rig));
  }
}

TEST_CASE("An objection that was upheld is not pending again",
          "[engine][subjects]") {
  Desk desk;
  REQUIRE_OK(desk.subjects().Object(desk.ada, kImprovement));
  REQUIRE_OK(desk.subjects().ResolveObjection(desk.ada, kImprovement,
                                              ObjectionResult::kUpheld));
  const auto rows = testing::RowsOf(*desk.rig.state);
  REQUIRE_OK(desk.subjects().Object(desk.ada, kImprovement));
  CHECK(testing::RowsOf(*desk.rig.state) == rows);
  REQUIRE_ERROR(Use(desk.engine, "product", kImprovement, desk.rig),
                Code::kFailedPrecondition, "objection");
}

TEST_CASE("A restriction leaves storage, and what goes on while restricted",
          "[engine][subjects]") {
  Desk desk;
  for (const RestrictionGround ground : {kContested, kPending}) {
    REQUIRE_OK(desk.subjects().Restrict(desk.ada, ground, "case 7"));
  }
  const auto stops = [&](const char* actor, const char* purpose) {
    return Use(desk.engine, actor, PurposeId::FromText(purpose), desk.rig)
               .code() == Code::kFailedPrecondition;
  };
  REQUIRE_OK(desk.gateway().Seal(desk.rig.Request(kAda), desk.ada));
  CHECK_FALSE(stops("legal", "compliance"));
  for (const auto& [actor, purpose] :
       {std::pair("gateway", "service.delivery"),
        std::pair("support_desk", "service.support"),
        std::pair("guard", "security.fraud"),
        std::pair("auditor", "billing.audit"),
        std::pair("product", "improvement")}) {
    INFO(purpose);
    CHECK(stops(actor, purpose));
  }
  SECTION("until the last ground is lifted") {
    REQUIRE_OK(desk.subjects().RecordNotice(desk.ada, "told", "letter"));
    REQUIRE_OK(desk.subjects().Lift(desk.ada, kContested, "told"));
    CHECK(stops("gateway", "service.delivery"));
    REQUIRE_OK(desk.subjects().Lift(desk.ada, kPending, "told"));
    CHECK_FALSE(stops("gateway", "service.delivery"));
    desk.rig.clock.Advance(absl::Seconds(1));
    REQUIRE_OK(desk.subjects().Restrict(desk.ada, kPending, "case 8"));
    CHECK(stops("gateway", "service.delivery"));
    REQUIRE_ERROR(desk.subjects().Lift(desk.ada, kPending, "told"),
                  Code::kFailedPrecondition, "notice");
    REQUIRE_OK(desk.subjects().RecordNotice(desk.ada, "told", "letter"));
    REQUIRE_OK(desk.subjects().Lift(desk.ada, kPending, "told"));
    CHECK_FALSE(stops("gateway", "service.delivery"));
  }
  SECTION("for her and nobody else") {
    REQUIRE_OK(desk.gateway().Minimize(desk.rig.Request("bob"), Subject("bob"),
                                       PurposeId("service.delivery")));
  }
}

TEST_CASE("A profile takes the place of the one before", "[engine][subjects]") {
  EngineRig rig(PolicyOrDie(
      {testing::Adding("fact { id: \"plan\" about: SUBJECT values: [\"free\", "
                       "\"paid\"] }"),
       {"permit { categories: [\"service_log\", \"usage_statistics\", "
        "\"communication.feedback\"]  purposes: [\"improvement\"] }",
        "permit { categories: [\"service_log\", \"usage_statistics\", "
        "\"communication.feedback\"]  purposes: [\"improvement\"] } when { "
        "fact { id: \"plan\" any_of: \"paid\" } }"}}));
  const Engine engine = rig.OpenOrDie();
  const auto set = [&](const Profile& profile) {
    REQUIRE_OK(engine.subjects().SetProfile(Subject(kAda), profile));
  };
  const auto improves = [&] {
    return Use(engine, "product", kImprovement, rig).ok();
  };
  CHECK_FALSE(improves());  // unknown is not yes
  set({RegionId(), "", {{"plan", "paid"}}});
  CHECK(improves());
  set({RegionId(), "", {{"plan", "free"}}});
  CHECK_FALSE(improves());
  set({RegionId(), "", {{"plan", "paid"}}});
  set({RegionId("de"), "", {}});
  CHECK_FALSE(improves());
}

TEST_CASE("The region of a profile says which retentions cover",
          "[engine][subjects]") {
  // Elsewhere than in Germany logs live longer.
  EngineRig rig(PolicyOrDie(
      {{"retention { id: \"log\"       categories: [\"service_log\", "
        "\"security_log\"]   keep: \"30d\"",
        "retention { id: \"long\" categories: [\"service_log\", "
        "\"security_log\"] keep: \"60d\" then: DELETE } retention { id: "
        "\"log\" categories: [\"service_log\", \"security_log\"] "
        "subject_regions: \"de\" keep: \"30d\""}}));
  const Engine engine = rig.OpenOrDie();
  const auto days_kept = [&](const std::string& who) {
    const auto sealed =
        ActorOf(engine, "gateway").Seal(rig.Request(who), Subject(who));
    REQUIRE_OK(sealed);
    const absl::Time start = rig.clock.Now();
    for (int days : {30, 60}) {
      rig.clock.Set(start + days * absl::Hours(24));
      const auto seen = ActorOf(engine, "product")
                            .OpenBytes(*sealed, AnySubject(), kImprovement);
      if (!seen.ok()) return days;
    }
    return 0;
  };
  const auto live_in = [&](const std::string& who, RegionId region) {
    REQUIRE_OK(engine.subjects().SetProfile(Subject(who), {region, "", {}}));
  };
  live_in("ada", RegionId("de"));
  CHECK(days_kept("ada") == 30);
  live_in("bea", RegionId("br"));
  CHECK(days_kept("bea") == 60);
  CHECK(days_kept("cleo") == 30);  // unknown: every retention covers
  live_in("ada", RegionId("us"));
  CHECK(days_kept("ada") == 60);  // from the next record on
}

TEST_CASE("A notice of one successor is not that of another, and stays",
          "[engine][subjects]") {
  EngineRig rig;
  const Engine engine = rig.OpenOrDie();
  const SealedRecord account = testing::StoreOrDie(
      rig, ActorOf(engine, "accounts"), testing::AccountOf(kAda));
  const auto hand_over = [&](const Engine& by) {
    return ActorOf(by, "legal")
        .Share(account, Subject(kAda), RecipientId("successor"),
               PurposeId("transfer_of_business"))
        .status();
  };
  for (const char* notice : {"successor", "successor:other", "told"}) {
    REQUIRE_OK(engine.subjects().RecordNotice(Subject(kAda), notice, "email"));
    REQUIRE_ERROR(hand_over(engine), Code::kFailedPrecondition, "notice");
  }
  REQUIRE_OK(engine.subjects().RecordNotice(Subject(kAda),
                                            "successor:successor", "email"));
  REQUIRE_OK(hand_over(engine));
  REQUIRE_OK(hand_over(rig.OpenOrDie()));
  REQUIRE_OK(engine.subjects().Object(Subject(kAda),
                                      PurposeId("transfer_of_business")));
  REQUIRE_ERROR(hand_over(engine), Code::kFailedPrecondition, "objection");
}

TEST_CASE("A directed recipient gets what the person told us to send",
          "[engine][subjects]") {
  EngineRig rig(
      PolicyOrDie({{"recipient { id: \"payment\"   role: PROCESSOR",
                    "recipient { id: \"payment\"   role: DIRECTED"}}));
  const Engine engine = rig.OpenOrDie();
  const auto send = [&] {
    return ActorOf(engine, "payments")
        .Share(testing::PaymentOf(kAda), Subject(kAda), RecipientId("payment"),
               PurposeId("billing.payment"))
        .status();
  };
  REQUIRE_ERROR(send(), Code::kFailedPrecondition, "instruction");
  REQUIRE_OK(engine.subjects().RecordInstruction(Subject(kAda),
                                                 RecipientId("helpdesk")));
  REQUIRE_ERROR(send(), Code::kFailedPrecondition, "instruction");
  REQUIRE_OK(engine.subjects().RecordInstruction(Subject(kAda),
                                                 RecipientId("payment")));
  REQUIRE_OK(send());
}

TEST_CASE("A state that is restored forgets no refusal", "[engine][subjects]") {
  EngineRig rig;
  {
    const Engine engine = rig.OpenOrDie();
    REQUIRE_OK(engine.subjects().GiveConsent(Subject(kAda), kAnalytics));
    REQUIRE_OK(engine.subjects().GiveConsent(Subject(kAda), kExperience));
  }
  const auto backup = testing::RowsOf(*rig.state);
  {
    const Engine engine = rig.OpenOrDie();
    REQUIRE_OK(engine.subjects().WithdrawConsent(Subject(kAda), kAnalytics));
    REQUIRE_OK(engine.subjects().Object(Subject(kAda), kImprovement));
    REQUIRE_OK(engine.subjects().Restrict(Subject("bob"), kContested, "7"));
  }
  SECTION("from a backup") { testing::Restore(*rig.state, backup); }
  SECTION("from nothing") { testing::Restore(*rig.state, {}); }
  const Engine engine = rig.OpenOrDie();
  REQUIRE_ERROR(Use(engine, "product", kAnalytics, rig),
                Code::kFailedPrecondition, "consent");
  REQUIRE_ERROR(Use(engine, "product", kImprovement, rig),
                Code::kFailedPrecondition, "objection");
  REQUIRE_ERROR(ActorOf(engine, "gateway")
                    .Minimize(rig.Request("bob"), Subject("bob"),
                              PurposeId("service.delivery")),
                Code::kFailedPrecondition, "restricted");
}

// `experience` is called `personal` from version 5 on.
const std::vector<PolicyEdit> kRenamed = {
    testing::Version(5),
    {"purpose { id: \"experience\" ",
     "purpose { id: \"personal\" was: \"experience\" "},
    {"\"analytics\", \"experience\"]  human",
     "\"analytics\", \"personal\"]  human"},
    {"purposes: [\"analytics\", \"experience\"] } }",
     "purposes: [\"analytics\", \"personal\"] } }"},
    {"purposes: [\"experience\"]", "purposes: [\"personal\"]"},
    {"purposes: [\"analytics\", \"experience\"]  categories",
     "purposes: [\"analytics\", \"personal\"]  categories"},
};

TEST_CASE("What was said of a purpose stands under its new name",
          "[engine][subjects][swap]") {
  Desk desk;
  const PurposeId personal("personal");
  REQUIRE_OK(desk.subjects().GiveConsent(desk.ada, kExperience));
  REQUIRE_OK(desk.engine.SetPolicy(PolicyOrDie(kRenamed)));
  REQUIRE_OK(Use(desk.engine, "product", personal, desk.rig));
  SECTION("and is taken back under the new one") {
    REQUIRE_OK(desk.subjects().WithdrawConsent(desk.ada, personal));
  }
  SECTION("or under the old one, which hosts may still know") {
    REQUIRE_OK(desk.subjects().WithdrawConsent(desk.ada, kExperience));
  }
  REQUIRE_ERROR(Use(desk.engine, "product", personal, desk.rig),
                Code::kFailedPrecondition, "consent");
  REQUIRE_OK(desk.subjects().GiveConsent(desk.ada, personal));
  REQUIRE_OK(Use(desk.engine, "product", personal, desk.rig));
}

}  // namespace
}  // namespace privet
