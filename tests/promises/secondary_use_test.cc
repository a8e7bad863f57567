// SPDX-License-Identifier: Apache-2.0
//
// Promises 2.6 and 2.7: what content is not used for, and technical data is.

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "infermesh.pb.h"
#include "privet/denial.h"
#include "promises/everyone.h"
#include "support/catch.h"
#include "support/edited_policy.h"
#include "support/infermesh.h"
#include "support/status_assertions.h"

namespace privet {
namespace {

using infermesh::v1::ApiRequest;
using testing::Adding;
using testing::Edited;
using testing::Infermesh;
using testing::WhyItDoesNotLoad;
using Code = absl::StatusCode;

TEST_CASE("2.6 content is not used for advertising, whatever is edited",
          "[promise]") {
  const std::string forbid =
      "forbid { categories: [\"content\"]  kinds: ADVERTISING }";
  const std::string permit =
      "rule { name: \"ads\" permit { categories: \"content\" purposes: "
      "\"advertising\" } }";
  const std::string claim =
      "purposes: [\"improvement\", \"analytics\", "
      "\"experience\"]";
  const std::string claims =
      "purposes: [\"improvement\", \"analytics\", "
      "\"experience\", \"advertising\"]";
  const std::string forbids_less =
      "forbid { categories: [\"account\"]  kinds: ADVERTISING }";
  const std::string counterexample =
      "`never` `no content reaches an advertiser` does not hold: actor ";
  struct Case {
    std::string name;
    std::vector<testing::PolicyEdit> edits;
    std::string why;
  };
  const std::vector<Case> cases = {
      {"the forbid is removed and a permit is added",
       {{forbid, forbids_less}, Adding(permit), {claim, claims}},
       counterexample +
           "`product` may store `content.prompt` for `advertising`"},
      {"a permit that nobody may claim",
       {Adding(permit)},
       "the permit can never act: no actor may claim purpose `advertising`"},
      {"a permit for all purposes",
       {{forbid, forbids_less},
        Adding("rule { name: \"all\" permit { categories: \"content\" "
               "purposes: \"*\" } }"),
        {claim, claims}},
       counterexample +
           "`product` may store `content.prompt` for `advertising`"},
      {"a new purpose of that kind",
       {{forbid,
         "forbid { categories: [\"content\"]  purposes: "
         "[\"advertising\"] }"},
        Adding("purpose { id: \"ads\" basis: CONSENT kinds: ADVERTISING } "
               "rule { name: \"ads\" permit { categories: \"content\" "
               "purposes: \"ads\" } }"),
        {claim,
         "purposes: [\"improvement\", \"analytics\", \"experience\", "
         "\"ads\"]"}},
       counterexample + "`product` may store `content.prompt` for `ads`"},
      {"an existing purpose becomes of that kind",
       {{forbid, forbids_less},
        {"purpose { id: \"service.delivery\" }",
         "purpose { id: \"service.delivery\" kinds: ADVERTISING }"}},
       counterexample +
           "`gateway` may store `content.prompt` for `service.delivery`"},
      {"a group becomes of that kind",
       {{forbid, forbids_less},
        {"basis: CONTRACT              kinds: SERVICE }",
         "basis: CONTRACT  kinds: [SERVICE, ADVERTISING] }"}},
       counterexample +
           "`gateway` may store `content.prompt` for `service.delivery`"},
      {"a recipient that advertises",
       {{forbid, forbids_less},
        Adding("recipient { id: \"ad_network\" role: THIRD_PARTY purposes: "
               "\"advertising\" regions: \"eea\" } rule { name: \"ads\" permit "
               "{ categories: \"content\" purposes: \"advertising\" "
               "recipients: \"ad_network\" } }"),
        {claim, claims}},
       counterexample +
           "`product` may share `content.prompt` with `ad_network` "
           "for `advertising`"},
      {"an exception for those who consent",
       {{forbid, forbid + " unless { consent: \"advertising\" }"},
        Adding(permit),
        {claim, claims}},
       counterexample +
           "`product` may store `content.prompt` for `advertising`"},
      {"a category that is renamed",
       {{"category { id: \"content\" ",
         "category { id: \"dialogue\" was: \"content\" "},
        {"category { id: \"content.prompt\" }",
         "category { id: \"dialogue.prompt\" was: \"content.prompt\" }"},
        {"category { id: \"content.output\" }",
         "category { id: \"dialogue.output\" was: \"content.output\" }"},
        Adding(
            "rule { name: \"ads\" permit { categories: \"dialogue\" purposes: "
            "\"advertising\" } }"),
        {claim, claims}},
       "category `content` is not declared"},
  };
  for (const Case& test : cases) {
    DYNAMIC_SECTION(test.name) {
      const std::string why = WhyItDoesNotLoad(test.edits);
      INFO(why);
      CHECK(why.find(test.why) != std::string::npos);
    }
  }
  SECTION("consent to advertising opens nothing") {
    Infermesh mesh;
    const SealedRecord sealed =
        mesh.StoreOrDie(mesh.gateway(), mesh.Request("ada"));
    REQUIRE_OK(
        mesh.subjects().GiveConsent(Subject("ada"), PurposeId("advertising")));
    for (const std::string& actor : testing::EveryActor()) {
      INFO(actor);
      const auto opened =
          testing::ActorOf(mesh, actor)
              .OpenBytes(sealed, AnySubject(), PurposeId("advertising"));
      REQUIRE_ERROR(opened, Code::kPermissionDenied, "advertising");
      REQUIRE(GetDenial(opened.status()).has_value());
      CHECK(GetDenial(opened.status())->gate == "actor");
    }
  }
  SECTION("nor does it where an actor may advertise") {
    Infermesh mesh(Edited({{claim, claims}}), testing::OfText{});
    const SealedRecord sealed =
        mesh.StoreOrDie(mesh.gateway(), mesh.Request("ada"));
    REQUIRE_OK(
        mesh.subjects().GiveConsent(Subject("ada"), PurposeId("advertising")));
    const auto opened = mesh.product().OpenBytes(sealed, Subject("ada"),
                                                 PurposeId("advertising"));
    REQUIRE_ERROR(opened, Code::kPermissionDenied, "advertising");
    const auto why = mesh.product().Explain(
        CategoryId("content.prompt"), Subject("ada"), PurposeId("advertising"));
    REQUIRE_OK(why);
    CHECK_FALSE(why->permitted);
    CHECK(why->denial.rule == "content is not for advertising");
  }
}

TEST_CASE("2.7 technical data serves its listed purposes, each its own part",
          "[promise]") {
  Infermesh mesh;
  const SealedRecord sealed =
      mesh.StoreOrDie(mesh.gateway(), mesh.Request("ada"));
  // Written by hand, from the prose: what of a request each purpose sees.
  const std::string log = "time,model,prompt_tokens,output_tokens,latency_us,";
  const std::map<std::pair<std::string, std::string>, std::string> table = {
      {{"guard", "security.fraud"}, "account_id," + log + "client_ip,"},
      {{"guard", "security.abuse"}, "account_id," + log + "client_ip,"},
      {{"support_desk", "service.troubleshooting"}, log + "client_ip,"},
      {{"support_desk", "service.support"}, log},
      {{"gateway", "service.delivery"}, "account_id," + log + "prompt,output,"},
      {{"accounts", "service.authentication"}, "account_id,"},
      {{"payments", "billing.records"},
       "account_id,time,model,prompt_tokens,output_tokens,"},
      {{"payments", "billing.payment"},
       "account_id,time,model,prompt_tokens,output_tokens,"},
      {{"payments", "billing.audit"},
       "account_id,time,model,prompt_tokens,output_tokens,"},
      {{"auditor", "billing.audit"},
       "account_id,time,model,prompt_tokens,output_tokens,"},
      {{"product", "improvement"}, log},
      {{"legal", "compliance"}, "account_id," + log + "client_ip,"},
  };
  for (const auto& [actor, purpose] : testing::EveryPair()) {
    INFO(actor << " for " << purpose);
    const auto opened = testing::ActorOf(mesh, actor)
                            .Open<ApiRequest>(sealed, AnySubject(),
                                              testing::PurposeOf(purpose));
    const auto expected = table.find({actor, purpose});
    if (expected == table.end()) {
      const bool only_consent_is_missing =
          actor == "product" &&
          (purpose == "analytics" || purpose == "experience");
      REQUIRE_ERROR(opened,
                    only_consent_is_missing ? Code::kFailedPrecondition
                                            : Code::kPermissionDenied,
                    only_consent_is_missing ? "consent" : purpose);
      continue;
    }
    REQUIRE_OK(opened);
    CHECK(testing::SetFields(*opened) == expected->second);
    if (purpose == "service.troubleshooting") {
      CHECK(opened->client_ip() == "203.0.113.0");
    }
  }
  SECTION("of a long address as well a network only") {
    ApiRequest request = mesh.Request("ada");
    request.set_client_ip("2001:db8:1234:5678::9");
    const auto seen = mesh.support().Open<ApiRequest>(
        mesh.StoreOrDie(mesh.gateway(), request), AnySubject(),
        PurposeId("service.troubleshooting"));
    REQUIRE_OK(seen);
    CHECK(seen->client_ip() == "2001:db8:1234::");
  }
  SECTION("and an edit that widens one does not load") {
    // The beginning of each rule's categories, and one that it should not have.
    const std::vector<std::vector<std::string>> wider = {
        {"\"service_log\", \"security_log\"]  purposes: "
         "[\"service.troubleshooting\"]",
         "content.prompt", "service.troubleshooting"},
        {"\"security_log\", \"service_log\", \"session.essential\", "
         "\"account.id\", \"billing.channel_id\"]  purposes: [\"security\"]",
         "account.email", "security.fraud"},
        {"\"billing\", \"account.id\", \"account.email\", "
         "\"service_log.tokens\", \"service_log.model\", "
         "\"service_log.time\"]  purposes: [\"billing\"]",
         "security_log.client_ip", "billing.records"},
        {"\"service_log\", \"usage_statistics\", "
         "\"communication.feedback\"]  purposes: [\"improvement\"]",
         "security_log.client_ip", "improvement"},
        {"\"service_log\", \"session.optional\"]  purposes: [\"analytics\", "
         "\"experience\"]",
         "content.output", "analytics"},
        {"\"account.id\", \"content\", \"service_log\", "
         "\"session.essential\"]  purposes: [\"service.delivery\"] }",
         "security_log.client_ip", "service.delivery"},
        {"\"communication\", \"account.email\", \"account.username\", "
         "\"service_log\"]  purposes: [\"service.support\"]",
         "content.prompt", "service.support"},
    };
    for (const auto& edit : wider) {
      const std::string why =
          WhyItDoesNotLoad({{edit[0], "\"" + edit[1] + "\", " + edit[0]}});
      INFO(why);
      CHECK(why.find("`only` `") != std::string::npos);
      CHECK(why.find("`" + edit[1] + "` for `" + edit[2] + "`") !=
            std::string::npos);
    }
  }
}

}  // namespace
}  // namespace privet
