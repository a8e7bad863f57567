// SPDX-License-Identifier: Apache-2.0
//
// What a refusal by the policy says to programs: its code, and a Denial that
// names the rule or the gate, the field, and what would lift it.

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "engine/desk.h"
#include "engine/engine_rig.h"
#include "engine/status_table.h"
#include "infermesh.pb.h"
#include "privet/actor.h"
#include "privet/denial.h"
#include "privet/engine.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet {
namespace {

using infermesh::v1::ApiRequest;
using testing::ActorOf;
using testing::Desk;
using testing::kAda;
using testing::OfCase;
using testing::WithFact;
using Code = absl::StatusCode;

constexpr char kRequestType[] = "infermesh.v1.ApiRequest";
constexpr PurposeId kDelivery("service.delivery");
constexpr PurposeId kAnalytics("analytics");
constexpr PurposeId kImprovement("improvement");
constexpr PurposeId kCompliance("compliance");
constexpr RecipientId kModelHost("model_host");

// The message names what the Denial names.
void CheckText(const absl::Status& status, const Denial& denial) {
  const std::string text(status.message());
  INFO(text);
  CHECK(testing::ReadsWell(text));
  for (const std::string* name : {&denial.field, &denial.rule}) {
    if (name->empty()) continue;
    CHECK(text.find("`" + *name + "`") != std::string::npos);
  }
  CHECK(text.find(denial.missing) != std::string::npos);
}

struct Case {
  std::string name;
  std::function<absl::Status()> call;
  Code code = Code::kOk;
  // Of what it must name; with neither rule nor gate nothing permits it.
  std::string rule, gate, field, category, missing;
};

void CheckEach(const std::vector<Case>& table) {
  for (const Case& test : table) {
    DYNAMIC_SECTION(test.name) {
      const absl::Status status = test.call();
      CHECK(status.code() == test.code);
      const auto denial = GetDenial(status);
      REQUIRE(denial.has_value());
      CHECK(denial->rule == test.rule);
      CHECK(denial->gate == test.gate);
      CHECK(denial->field == test.field);
      CHECK(denial->category == test.category);
      CHECK_THAT(denial->missing, testing::ContainsSubstring(test.missing));
      CheckText(status, *denial);
      for (const std::string& value : testing::ValuesOfDesk()) {
        INFO("value: " << value);
        // With its payload.
        CHECK(status.ToString().find(value) == std::string::npos);
      }
    }
  }
}

TEST_CASE("A refusal of the request as such names its gate, and no field",
          "[engine][denial]") {
  Desk desk;
  const auto use = [&desk](const char* actor, PurposeId purpose) {
    return desk.As(actor).OpenBytes(desk.request, desk.ada, purpose).status();
  };
  const auto share = [&desk](const char* actor, const SealedRecord& record,
                             RecipientId recipient, PurposeId purpose,
                             const RequestOptions& options = {}) {
    return desk.As(actor)
        .Share(record, desk.ada, recipient, purpose, options)
        .status();
  };
  CheckEach({
      {"a purpose that the actor may not claim",
       [&] { return use("gateway", kImprovement); }, Code::kPermissionDenied,
       "", "actor", "", "", "`product`"},
      {"a type that the actor may not store",
       [&] {
         return desk.As("guard")
             .Seal(desk.rig.Request(kAda), desk.ada)
             .status();
       },
       Code::kPermissionDenied, "", "actor", "", "", "may store"},
      {"a purpose beyond the recipient's ceiling",
       [&] {
         return share("gateway", desk.request, RecipientId("helpdesk"),
                      kDelivery);
       },
       Code::kPermissionDenied, "", "ceiling", "", "", "`helpdesk`"},
      {"an agreement that has ended",
       [&] {
         desk.rig.clock.Set(
             absl::FromCivil(absl::CivilDay(2028, 1, 1), absl::UTCTimeZone()));
         return desk.gateway()
             .Share(desk.rig.Request("bob-90aa"), Subject("bob-90aa"),
                    kModelHost, kDelivery)
             .status();
       },
       Code::kPermissionDenied, "", "agreement", "", "", "in force"},
      {"an authority without a case",
       [&] {
         return share("legal", desk.account, RecipientId("authority"),
                      kCompliance);
       },
       Code::kPermissionDenied, "", "case", "", "", "case reference"},
      {"a successor that nobody was told of",
       [&] {
         return share("legal", desk.account, RecipientId("successor"),
                      PurposeId("transfer_of_business"));
       },
       Code::kFailedPrecondition, "", "notice", "", "", "successor"},
      {"a restriction",
       [&] {
         desk.Restrict();
         return use("gateway", kDelivery);
       },
       Code::kFailedPrecondition, "", "restricted", "", "", "restriction"},
  });
}

TEST_CASE("A refusal by one field names it, and its category",
          "[engine][denial]") {
  Desk desk;
  const auto use = [&desk](const char* actor, PurposeId purpose) {
    return desk.As(actor).OpenBytes(desk.request, desk.ada, purpose).status();
  };
  CheckEach({
      {"consent that was not given", [&] { return use("product", kAnalytics); },
       Code::kFailedPrecondition, "", "", "time", "service_log.time",
       "consent to `analytics`"},
      {"consent, of a record in hand",
       [&] {
         return desk.As("product")
             .Minimize(desk.rig.Request(kAda), desk.ada, kAnalytics)
             .status();
       },
       Code::kFailedPrecondition, "", "", "time", "service_log.time",
       "consent to `analytics`"},
      {"an objection",
       [&] {
         REQUIRE_OK(desk.subjects().Object(desk.ada, kImprovement));
         return use("product", kImprovement);
       },
       Code::kFailedPrecondition, "", "", "time", "service_log.time",
       "no objection to `improvement`"},
      {"a type of which no rule permits anything",
       [&] {
         return desk.gateway()
             .Share(desk.account, desk.ada, kModelHost, kDelivery)
             .status();
       },
       Code::kPermissionDenied, "", "", "account_id", "account.id",
       "a rule that permits `account.id`"},
      {"an authority that lists nothing",
       [&] {
         return desk.As("legal")
             .Share(desk.account, desk.ada, RecipientId("authority"),
                    kCompliance, OfCase("2 BvR 17/26", {}))
             .status();
       },
       Code::kPermissionDenied, "", "list", "account_id", "account.id",
       "`account.id` in the request's list"},
      {"a store in a region where nothing may rest",
       [&] {
         EngineOptions options;
         options.store_region = RegionId("br");
         return ActorOf(desk.rig.OpenOrDie(options), "gateway")
             .Seal(desk.rig.Request(kAda), desk.ada)
             .status();
       },
       Code::kPermissionDenied, "", "residency", "account_id", "account.id",
       "a store in a region"},
  });
}

TEST_CASE(
    "A record that holds nothing for a purpose is refused by what it holds",
    "[engine][denial]") {
  Desk desk;
  REQUIRE_OK(desk.subjects().GiveConsent(desk.ada, kAnalytics));
  ApiRequest little;
  little.set_account_id(kAda);
  little.set_prompt("why is the sky blue?");
  const SealedRecord record =
      testing::StoreOrDie(desk.rig, desk.gateway(), little);
  CheckEach({
      {"opened",
       [&] {
         return desk.As("product")
             .OpenBytes(record, desk.ada, kImprovement)
             .status();
       },
       Code::kPermissionDenied, "", "", "account_id", "account.id",
       "a rule that permits `account.id`"},
      {"shared",
       [&] {
         return desk.As("product")
             .Share(record, desk.ada, RecipientId("analytics_co"), kAnalytics)
             .status();
       },
       Code::kPermissionDenied, "", "", "account_id", "account.id",
       "a rule that permits `account.id`"},
  });
}

TEST_CASE("A record is refused for want of a consent that what it holds needs",
          "[engine][denial]") {
  testing::EngineRig rig(testing::PolicyOrDie(
      {testing::Adding(
           "rule { name: \"answers, to those who said so\" permit { "
           "categories: \"content\" purposes: \"improvement\" } "
           "when { consent: \"analytics\" } }"),
       {"[\"improvement\"]              categories: [",
        "[\"improvement\"] categories: [\"content\", "}}));
  const Engine engine = rig.OpenOrDie();
  const Actor product = ActorOf(engine, "product");
  ApiRequest little;
  little.set_account_id(kAda);
  little.set_prompt("why is the sky blue?");
  const SealedRecord record =
      testing::StoreOrDie(rig, ActorOf(engine, "gateway"), little);
  const auto open = [&] {
    return product.OpenBytes(record, Subject(kAda), kImprovement).status();
  };
  CheckEach({{"not given", open, Code::kFailedPrecondition, "", "", "prompt",
              "content.prompt", "consent to `analytics`"}});
  REQUIRE_OK(engine.subjects().GiveConsent(Subject(kAda), kAnalytics));
  REQUIRE_OK(open());
}

TEST_CASE("A refusal of another's record names the subject, or the obligation",
          "[engine][denial]") {
  Desk desk;
  const Subject bob("bob-90aa");
  ApiRequest changes;
  changes.set_model("sky-7b-stolen");
  CheckEach({
      {"opening the record of somebody else",
       [&] {
         return desk.gateway().OpenBytes(desk.request, bob, kDelivery).status();
       },
       Code::kPermissionDenied, "", "subject", "", "", "own subject"},
      {"opening a person's record as nobody's",
       [&] {
         return desk.gateway()
             .OpenBytes(desk.request, NoSubject(), kDelivery)
             .status();
       },
       Code::kPermissionDenied, "", "subject", "", "", "own subject"},
      {"sharing the record of somebody else",
       [&] {
         return desk.gateway()
             .Share(desk.request, bob, kModelHost, kDelivery)
             .status();
       },
       Code::kPermissionDenied, "", "subject", "", "", "own subject"},
      {"amending the record of somebody else",
       [&] {
         return desk.gateway().Amend(desk.request, changes, bob).status();
       },
       Code::kPermissionDenied, "", "subject", "", "", "own subject"},
      {"what is kept for a law alone",
       [&] {
         REQUIRE_OK(desk.subjects().Erase(desk.ada));
         return desk.As("payments")
             .OpenBytes(desk.payment, desk.ada, PurposeId("billing.records"))
             .status();
       },
       Code::kPermissionDenied, "", "obligation", "", "",
       "obligation `bookkeeping`: `billing.audit`"},
  });
}

TEST_CASE("A refusal by a rule names it, its field, and what would lift it",
          "[engine][denial]") {
  testing::EngineRig rig(
      testing::PolicyOrDie({{"rule { name: \"improvement works on logs\"",
                             "fact { id: \"urgent\"  about: REQUEST }\n"
                             "rule { name: \"not now\"\n"
                             "       forbid { categories: [\"service_log\"]"
                             "  purposes: [\"improvement\"] }\n"
                             "       unless { fact { id: \"urgent\" } } }\n"
                             "rule { name: \"improvement works on logs\""}}));
  const Engine engine = rig.OpenOrDie();
  const Actor product = ActorOf(engine, "product");
  const ApiRequest request = rig.Request(kAda);
  REQUIRE_OK(product.Minimize(request, Subject(kAda), kImprovement,
                              WithFact("urgent", "yes")));
  CheckEach({
      {"a rule that forbids",
       [&] {
         return product.Minimize(request, Subject(kAda), kImprovement).status();
       },
       Code::kPermissionDenied, "not now", "", "time", "service_log.time",
       "fact `urgent` with value `yes`"},
  });
}

TEST_CASE("An actor is refused where it does not work, and told where it does",
          "[engine][denial]") {
  testing::EngineRig rig(testing::PolicyOrDie(
      {{"actor { id: \"product\" ",
        "actor { id: \"product\"  regions: [\"fr\", \"ie\"] "}}));
  const Engine engine = rig.OpenOrDie();
  const auto act = [&engine](RegionId region) {
    return engine.ActAs(ActorId("product"), region).status();
  };
  REQUIRE_OK(act(RegionId("ie")));
  CheckEach({
      {"a place that is not among the actor's",
       [&] { return act(RegionId("de")); }, Code::kPermissionDenied, "",
       "actor", "", "", "`fr` or `ie`"},
  });
}

TEST_CASE("A denial tells who asked for what, of which type",
          "[engine][denial]") {
  Desk desk;
  const auto denial = GetDenial(
      desk.gateway()
          .Share(desk.request, Subject("bob-90aa"), kModelHost, kDelivery)
          .status());
  REQUIRE(denial.has_value());
  CHECK(denial->operation == "SHARE");
  CHECK(denial->actor == "gateway");
  CHECK(denial->purpose == "service.delivery");
  CHECK(denial->recipient == "model_host");
  CHECK(denial->region.empty());
  CHECK(denial->record_type == kRequestType);
  const auto store = GetDenial(
      desk.As("guard").Seal(desk.rig.Request(kAda), desk.ada).status());
  REQUIRE(store.has_value());
  CHECK(store->operation == "STORE");
  CHECK(store->actor == "guard");
  CHECK(store->region == "de");
  CHECK(store->record_type == kRequestType);
}

}  // namespace
}  // namespace privet
