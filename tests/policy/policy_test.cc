// SPDX-License-Identifier: Apache-2.0

#include "privet/policy.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "policy/policy_access.h"
#include "privet/v1/policy.pb.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet {
namespace {

constexpr char kReference[] = "examples/infermesh/policy.textproto";

std::string Summaries(const Diagnostics& diagnostics) {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics) {
    text += diagnostic.Summary() + "\n";
  }
  return text;
}

TEST_CASE("The reference policy loads as it stands", "[policy]") {
  const auto policy = Policy::Load(kReference);
  REQUIRE_OK(policy);
  CHECK(policy->id() == "infermesh");
  CHECK(policy->version() == 4);
  CHECK(policy->FindPurpose("service.delivery")->text() == "service.delivery");
  CHECK(*policy->FindActor("gateway") == ActorId("gateway"));
  CHECK(*policy->FindRecipient("hosting") == RecipientId("hosting"));
  CHECK(*policy->FindCategory("account.email") == CategoryId("account.email"));
  CHECK(*policy->FindEvent("account_closed") == EventId("account_closed"));
  CHECK(*policy->FindRegion("de") == RegionId("de"));
  CHECK(policy->FindRegion("us-ca")->text() == "us-ca");
}

TEST_CASE("The policies of the examples load", "[policy]") {
  REQUIRE_OK(Policy::Load("examples/quickstart/policy.textproto"));
}

TEST_CASE("A name that the policy does not have is not found",
          "[policy][error]") {
  const auto policy = Policy::Load(kReference);
  REQUIRE_OK(policy);
  REQUIRE_ERROR(policy->FindPurpose("service.suport"),
                absl::StatusCode::kNotFound,
                "purpose `service.suport` is not declared; did you mean "
                "`service.support`?");
  REQUIRE_ERROR(policy->FindPurpose("security"), absl::StatusCode::kNotFound,
                "purpose `security` is a group, with others beneath it; name "
                "one of `security.fraud` or `security.abuse`");
  REQUIRE_ERROR(policy->FindRegion("uk"), absl::StatusCode::kNotFound,
                "its code is `gb`");
  REQUIRE_ERROR(policy->FindActor(""), absl::StatusCode::kNotFound,
                "actor `` is not declared");
}

TEST_CASE("A serialized policy compiles to the same", "[policy]") {
  const auto policy = Policy::Load(kReference);
  REQUIRE_OK(policy);
  v1::Policy message;
  REQUIRE(message.ParseFromString(policy->Serialize()));
  const auto again = Policy::Compile(message);
  REQUIRE_OK(again);
  CHECK(again->Serialize() == policy->Serialize());
}

TEST_CASE("A policy that is not there, or is no file, is no policy",
          "[policy][error]") {
  REQUIRE_ERROR(Policy::Load("no/such.textproto"), absl::StatusCode::kNotFound,
                "policy `no/such.textproto`: No such file or directory");
  REQUIRE_ERROR(Policy::Load("tests"), absl::StatusCode::kUnavailable,
                "policy `tests`: Is a directory");
}

TEST_CASE("Errors of the text and of its meaning are told together",
          "[policy][error]") {
  Diagnostics errors;
  const auto policy = Policy::Parse(R"(id: "shop" version: 1
controller { id: "shop" contact: "privacy@shop.example" }
category { id: "log" flags: SPECAIL }
purpose { id: "service" basis: CONTRACT }
purposes { id: "ads" basis: CONSENT }
actor { id: "web" purposes: ["servise"] }
actor { id: "app" purposes: ["ads"] regions: ["uk"] }
rule { name: "run" permit { categories: ["log"] purposes: "service" )",
                                    "shop.textproto", &errors);
  REQUIRE_ERROR(
      policy, absl::StatusCode::kInvalidArgument,
      "shop.textproto:3:29: `SPECAIL` is no value of `flags`; did you "
      "mean `SPECIAL`?\n   3 | category");
  // `ads` was meant to be declared: nothing is said of it, nor of `servise`,
  // which it may be; and nothing of the rule that was cut off.
  CHECK(Summaries(errors) ==
        "shop.textproto:3:29: `SPECAIL` is no value of `flags`; did you mean "
        "`SPECIAL`?\n"
        "shop.textproto:5:1: there is no field `purposes` in a policy; did you "
        "mean `purpose`?\n"
        "shop.textproto:7:47: region `uk` is not declared; its code is `gb`\n"
        "shop.textproto:8:20: the block `permit` is never closed; write `}` at "
        "its end\n");
}

TEST_CASE("A policy of another kind of file is refused shortly",
          "[policy][error]") {
  std::string noise;
  for (int i = 0; i < 100'000; ++i) noise.push_back(static_cast<char>(i * 7));
  REQUIRE_ERROR(Policy::Parse(noise, "p"), absl::StatusCode::kInvalidArgument,
                "is not UTF-8");
  const auto json = Policy::Parse(R"({"id": "shop", "version": 1})", "p");
  REQUIRE_ERROR(json, absl::StatusCode::kInvalidArgument,
                "p:1:1: `{` begins no field");
  Diagnostics errors;
  std::string many;
  for (int i = 0; i < 1'000; ++i) many += "x: 1\n";
  CHECK_FALSE(Policy::Parse(many, "p", &errors).ok());
  CHECK(errors.size() == 100);
}

TEST_CASE("An invariant that does not hold is an error at its place",
          "[policy][error]") {
  std::ifstream file(kReference);
  std::string text((std::istreambuf_iterator<char>(file)),
                   std::istreambuf_iterator<char>());
  const std::string more =
      "\nrule { name: \"careless\" permit { categories: [\"content\"] "
      "purposes: [\"service.support\"] } }\n";
  Diagnostics errors;
  const auto policy = Policy::Parse(text + more, "p", &errors);
  REQUIRE_FALSE(policy.ok());
  REQUIRE_FALSE(errors.empty());
  CHECK(errors[0].line > 0);
  CHECK_THAT(errors[0].ToString(), testing::ContainsSubstring("only"));
  CHECK_THAT(errors[0].ToString(), testing::ContainsSubstring("careless"));
}

}  // namespace
}  // namespace privet
