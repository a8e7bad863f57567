// SPDX-License-Identifier: Apache-2.0
//
// Bad input to each call of an actor: its status, its text, and nothing of the
// value in it.

#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "infermesh.pb.h"
#include "privet/actor.h"
#include "support/catch.h"
#include "support/infermesh.h"
#include "support/status_assertions.h"

namespace privet {
namespace {

using infermesh::v1::ApiRequest;
using testing::Infermesh;

constexpr char kType[] = "infermesh.v1.ApiRequest";

std::string Prompt(const std::string& text) {
  ApiRequest request;
  request.set_account_id("ada");
  std::string bytes = request.SerializeAsString();
  bytes.push_back('\x4a');  // field 9, length-delimited
  bytes.push_back(static_cast<char>(text.size()));
  return bytes + text;
}

TEST_CASE("Bytes that no serializer writes are refused, and not repeated",
          "[refusals]") {
  struct Case {
    std::string name, bytes, text;
  };
  const std::string good = Prompt("secret-7");
  const std::vector<Case> cases = {
      {"a singular field twice", good + Prompt("secret-8"), "account_id"},
      {"a length past the end", good + "\x4a\x7fsecret", "ends past"},
      {"a padded tag", good + std::string("\xca\x80\x00\x00", 4), ""},
      {"a wire type that does not exist", good + "\x4f", ""},
      {"field number zero", good + std::string("\x02\x00", 2), ""},
      {"text that is not UTF-8", Prompt("secret-\xff"), "prompt"},
      {"a group that does not end", good + "\x4b", ""},
      {"nothing but a tag", "\x0a", ""},
  };
  Infermesh mesh;
  const Actor gateway = mesh.gateway();
  for (const Case& test : cases) {
    DYNAMIC_SECTION(test.name) {
      const Record record = Record::Bytes(kType, test.bytes);
      for (const absl::Status& status :
           {gateway.Seal(record, Subject("ada")).status(),
            gateway
                .Minimize(record, Subject("ada"), PurposeId("service.delivery"))
                .status(),
            gateway
                .Share(record, Subject("ada"), RecipientId("model_host"),
                       PurposeId("service.delivery"))
                .status()}) {
        REQUIRE_ERROR(status, absl::StatusCode::kInvalidArgument, test.text);
        CHECK(status.message().find("secret") == absl::string_view::npos);
      }
    }
  }
}

TEST_CASE("Each call says what is wrong with its arguments", "[refusals]") {
  Infermesh mesh;
  const Actor gateway = mesh.gateway();
  const ApiRequest request = mesh.Request("ada");
  const SealedRecord sealed = mesh.StoreOrDie(gateway, request);
  const Subject ada("ada");
  infermesh::v1::Payment payment;
  RequestOptions undeclared;
  undeclared.facts = {{"shoe_size", "44"}};
  struct Case {
    std::string name;
    std::function<absl::Status()> call;
    absl::StatusCode code;
    std::string text;
  };
  const std::vector<Case> cases = {
      {"sealing a type that the actor may not store",
       [&] { return gateway.Seal(mesh.Payment("ada"), ada).status(); },
       absl::StatusCode::kPermissionDenied, "gateway"},
      {"sealing a type that is not bound",
       [&] {
         return gateway.Seal(Record::Bytes("acme.Order", ""), ada).status();
       },
       absl::StatusCode::kInvalidArgument, "acme.Order"},
      {"sealing nothing",
       [&] { return gateway.Seal(Record::Bytes(kType, ""), ada).status(); },
       absl::StatusCode::kInvalidArgument, "account_id"},
      {"opening into a message of another type",
       [&] {
         return gateway.OpenInto(sealed, ada, PurposeId("service.delivery"),
                                 &payment);
       },
       absl::StatusCode::kInvalidArgument, "Payment"},
      {"opening for a purpose that is not declared",
       [&] {
         return gateway.OpenInto(sealed, ada, PurposeId("resale"), &payment);
       },
       absl::StatusCode::kInvalidArgument, "resale"},
      {"opening for no purpose",
       [&] { return gateway.OpenInto(sealed, ada, PurposeId(), &payment); },
       absl::StatusCode::kInvalidArgument, "purpose"},
      {"sharing with a recipient that is not declared",
       [&] {
         return gateway
             .Share(sealed, ada, RecipientId("friend"),
                    PurposeId("service.delivery"))
             .status();
       },
       absl::StatusCode::kInvalidArgument, "friend"},
      {"a fact that is not declared",
       [&] {
         return gateway
             .Minimize(request, ada, PurposeId("service.delivery"), undeclared)
             .status();
       },
       absl::StatusCode::kInvalidArgument, "shoe_size"},
      {"amending by a record of another type",
       [&] { return gateway.Amend(sealed, mesh.Payment("ada"), ada).status(); },
       absl::StatusCode::kInvalidArgument, "type"},
      {"amending somebody else's record",
       [&] {
         return gateway.Amend(sealed, mesh.Request("bob"), Subject("bob"))
             .status();
       },
       absl::StatusCode::kPermissionDenied, "somebody else"},
      {"consent to a group of purposes",
       [&] { return mesh.subjects().GiveConsent(ada, PurposeId("service")); },
       absl::StatusCode::kInvalidArgument, "group"},
      {"consent of nobody",
       [&] {
         return mesh.subjects().GiveConsent(NoSubject(),
                                            PurposeId("analytics"));
       },
       absl::StatusCode::kInvalidArgument, "subject"},
      {"an event that is not declared",
       [&] { return mesh.subjects().RecordEvent(ada, EventId("married")); },
       absl::StatusCode::kInvalidArgument, "married"},
      {"an event of next week",
       [&] {
         return mesh.subjects().RecordEvent(
             ada, EventId("account_closed"),
             mesh.test->clock().Now() + absl::Hours(168));
       },
       absl::StatusCode::kInvalidArgument, "five minutes"},
      {"restriction on ground (b)",
       [&] {
         return mesh.subjects().Restrict(ada, RestrictionGround::kUnlawful,
                                         "case-1");
       },
       absl::StatusCode::kFailedPrecondition, "not supported yet"},
      {"lifting without a notice",
       [&] {
         const absl::Status restricted = mesh.subjects().Restrict(
             ada, RestrictionGround::kAccuracyContested, "case-1");
         if (!restricted.ok()) return restricted;
         return mesh.subjects().Lift(ada, RestrictionGround::kAccuracyContested,
                                     "told");
       },
       absl::StatusCode::kFailedPrecondition, "notice"},
      {"an index that no field has",
       [&] { return mesh.test->engine().IndexOf("email", "x").status(); },
       absl::StatusCode::kInvalidArgument, "email"},
      {"an actor that is not declared",
       [&] {
         return mesh.test->engine()
             .ActAs(ActorId("intern"), RegionId("de"))
             .status();
       },
       absl::StatusCode::kInvalidArgument, "intern"},
      {"an actor in a set of places",
       [&] {
         return mesh.test->engine()
             .ActAs(ActorId("gateway"), RegionId("eea"))
             .status();
       },
       absl::StatusCode::kInvalidArgument, "set of places"},
      {"a policy that is not newer",
       [&] {
         return mesh.test->engine().SetPolicy(mesh.test->engine().policy());
       },
       absl::StatusCode::kFailedPrecondition, "newer"},
  };
  for (const Case& test : cases) {
    DYNAMIC_SECTION(test.name) {
      REQUIRE_ERROR(test.call(), test.code, test.text);
    }
  }
}

TEST_CASE("An engine without keys says which parts it needs", "[refusals]") {
  const auto policy = Policy::Load(testing::kReferencePolicy);
  REQUIRE_OK(policy);
  const auto engine = Engine::Create(*policy);
  REQUIRE_OK(engine);
  const auto gateway = engine->ActAs(ActorId("gateway"), RegionId("de"));
  REQUIRE_OK(gateway);
  infermesh::v1::ApiRequest request;
  request.set_account_id("ada");
  request.set_prompt("why?");
  REQUIRE_OK(gateway->Minimize(request, Subject("ada"),
                               PurposeId("service.delivery")));
  REQUIRE_ERROR(gateway->Seal(request, Subject("ada")),
                absl::StatusCode::kFailedPrecondition, "ledger");
  REQUIRE_ERROR(
      engine->subjects().GiveConsent(Subject("ada"), PurposeId("analytics")),
      absl::StatusCode::kFailedPrecondition, "ledger");
}

TEST_CASE("What is cached is looked at again within the hour", "[refusals]") {
  const auto policy = Policy::Load(testing::kReferencePolicy);
  REQUIRE_OK(policy);
  EngineOptions options;
  for (const absl::Duration ttl :
       {absl::Hours(1) + absl::Nanoseconds(1), -absl::Nanoseconds(1),
        absl::InfiniteDuration()}) {
    options.key_cache_ttl = ttl;
    REQUIRE_ERROR(Engine::Create(*policy, options),
                  absl::StatusCode::kInvalidArgument, "`key_cache_ttl`");
  }
  for (const absl::Duration ttl : {absl::Hours(1), absl::ZeroDuration()}) {
    options.key_cache_ttl = ttl;
    REQUIRE_OK(Engine::Create(*policy, options));
  }
}

}  // namespace
}  // namespace privet
