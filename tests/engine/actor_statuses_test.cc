// SPDX-License-Identifier: Apache-2.0
//
// Every status that actor.h speaks of, entry point by entry point: its code,
// the words that tell what to do, and nothing of anybody's data.

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "engine/desk.h"
#include "engine/engine_rig.h"
#include "infermesh.pb.h"
#include "privet/actor.h"
#include "privet/engine.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet {
namespace {

using infermesh::v1::ApiRequest;
using infermesh::v1::Payment;
using testing::ActorOf;
using testing::CheckEach;
using testing::Desk;
using testing::EngineRig;
using testing::kAda;
using testing::OfCase;
using testing::WithFact;
using Code = absl::StatusCode;

constexpr char kRequestType[] = "infermesh.v1.ApiRequest";
constexpr PurposeId kDelivery("service.delivery");
constexpr PurposeId kImprovement("improvement");
constexpr PurposeId kAnalytics("analytics");

// Data rests in the EEA, and nowhere else.
const std::vector<testing::PolicyEdit> kEeaOnly = {
    {"regions: [\"service\"]  says: \"5 available",
     "regions: [\"eea\"]  says: \"5 available"}};

TEST_CASE("Sealing says why it does not", "[engine][seal][statuses]") {
  Desk desk;
  const auto seal = [&desk](const Record& record, const Subject& subject,
                            const RequestOptions& options = {}) {
    return desk.gateway().Seal(record, subject, options).status();
  };
  const ApiRequest request = desk.rig.Request(kAda);
  std::string twice = request.SerializeAsString();
  twice += twice;
  CheckEach({
      {"a type that is not bound",
       [&] { return seal(Record::Bytes("acme.v1.Order", ""), desk.ada); },
       Code::kInvalidArgument,
       {"`acme.v1.Order`", "not bound", "`record` block"}},
      {"bytes that no serializer writes",
       [&] { return seal(Record::Bytes(kRequestType, twice), desk.ada); },
       Code::kInvalidArgument,
       {"account_id"}},
      {"the record of somebody else",
       [&] { return seal(desk.rig.Request("bob-90aa"), desk.ada); },
       Code::kInvalidArgument,
       {"`account_id`", kRequestType, "does not name the subject"}},
      {"a record about somebody, sealed about nobody",
       [&] { return seal(request, NoSubject()); },
       Code::kInvalidArgument,
       {"`account_id`"}},
      {"a record without its subject",
       [&] { return seal(ApiRequest(), desk.ada); },
       Code::kInvalidArgument,
       {"`account_id`", "set the field"}},
      {"an id that is too long",
       [&] {
         const std::string longest(1025, 'x');
         return seal(desk.rig.Request(longest), Subject(longest));
       },
       Code::kInvalidArgument,
       {"1 to 1,024 bytes"}},
      {"a fact that the policy does not declare",
       [&] { return seal(request, desk.ada, WithFact("shoe", "size 44")); },
       Code::kInvalidArgument,
       {"`shoe`", "not declared"}},
      {"a category that the policy does not declare",
       [&] {
         return seal(request, desk.ada, OfCase("", {CategoryId("shoes")}));
       },
       Code::kInvalidArgument,
       {"`shoes`"}},
      {"a group of categories",
       [&] {
         return seal(request, desk.ada, OfCase("", {CategoryId("account")}));
       },
       Code::kInvalidArgument,
       {"`account`", "group"}},
      {"an actor that may not store the type",
       [&] { return desk.As("support_desk").Seal(request, desk.ada).status(); },
       Code::kPermissionDenied,
       {"STORE", "`support_desk`"}},
      {"a store in a region that the policy does not permit",
       [&] {
         EngineOptions options;
         options.store_region = RegionId("us");
         EngineRig rig(testing::PolicyOrDie(kEeaOnly));
         const Engine elsewhere = rig.OpenOrDie(options);
         return ActorOf(elsewhere, "gateway").Seal(request, desk.ada).status();
       },
       Code::kPermissionDenied,
       {"`residency`", "`us`"}},
      {"an engine without parts",
       [&] {
         return Desk::WithoutParts("gateway").Seal(request, desk.ada).status();
       },
       Code::kFailedPrecondition,
       {"`keys`", "`vault`", "`state`", "`ledger`", "OpenLocal"}},
      {"a state that does not answer",
       [&] {
         return desk.Unplugged("gateway").Seal(request, desk.ada).status();
       },
       Code::kUnavailable,
       {"state unplugged"}},
      {"a person who would have to be waited for",
       [&] {
         return desk.Refusing("gateway").Seal(request, desk.ada).status();
       },
       Code::kUnavailable,
       {"not in memory", "Prefetch"}},
      {"a clock that runs backwards",
       [&] {
         desk.rig.clock.Advance(absl::Hours(1));
         REQUIRE_OK(seal(request, desk.ada));
         desk.rig.clock.Advance(-absl::Hours(1));
         return seal(request, desk.ada);
       },
       Code::kFailedPrecondition,
       {"clock"}},
  });
}

TEST_CASE("Sealing says when it was made at no time that can be",
          "[engine][seal][statuses]") {
  EngineRig rig(testing::PolicyOrDie(
      {{"record { type: \"infermesh.v1.ApiRequest\"",
        "record { type: \"infermesh.v1.ApiRequest\"  created: \"time\""}}));
  const Engine engine = rig.OpenOrDie();
  const auto seal_of = [&](std::optional<absl::Duration> age) {
    ApiRequest request = rig.Request(kAda);
    request.clear_time();
    if (age.has_value()) {
      request.mutable_time()->set_seconds(
          absl::ToUnixSeconds(rig.clock.Now() - *age));
    }
    return ActorOf(engine, "gateway").Seal(request, Subject(kAda)).status();
  };
  REQUIRE_OK(seal_of(absl::Hours(24 * 29)));
  REQUIRE_OK(seal_of(-absl::Minutes(5)));
  CheckEach({
      {"no time of creation",
       [&] { return seal_of(std::nullopt); },
       Code::kInvalidArgument,
       {"`time`", kRequestType, "not set"}},
      {"a time that has not come",
       [&] { return seal_of(-absl::Minutes(5) - absl::Seconds(1)); },
       Code::kInvalidArgument,
       {"5 minutes ahead"}},
      {"a time before all time",
       [&] { return seal_of(absl::Hours(24 * 365 * 80)); },
       Code::kInvalidArgument,
       {"before 1970"}},
      {"a time at which all of it was due already",
       [&] {
         REQUIRE_OK(engine.subjects().RecordEvent(Subject(kAda),
                                                  EventId("account_closed")));
         rig.clock.Advance(absl::Hours(24 * 91));
         return seal_of(absl::Hours(24 * 91));
       },
       Code::kInvalidArgument,
       {"nothing is left to store", "already due"}},
  });
}

TEST_CASE("An actor may be in a place that the policy need not name",
          "[engine][statuses]") {
  EngineRig rig;
  const Engine engine = rig.OpenOrDie();
  for (const char* place : {"br", "us-ca"}) {
    CAPTURE(place);
    REQUIRE_OK(engine.ActAs(ActorId("gateway"), RegionId::FromText(place)));
  }
  REQUIRE_ERROR(engine.ActAs(ActorId("gateway"), RegionId("atlantis")),
                Code::kInvalidArgument, "`atlantis` is not declared");
  // The rules are those for elsewhere.
  const auto gateway = engine.ActAs(ActorId("gateway"), RegionId("br"));
  REQUIRE_ERROR(gateway->Seal(rig.Request(kAda), Subject(kAda)),
                Code::kPermissionDenied, "residency");
}

TEST_CASE("What is kept of an id outlives the text that it was made of",
          "[engine][statuses]") {
  EngineRig rig;
  std::string name = "gateway", place = "de", store = "us", host = "hosting";
  EngineOptions options;
  options.store_region = RegionId::FromText(store);
  const Engine engine = rig.OpenOrDie(options);
  const auto gateway =
      engine.ActAs(ActorId::FromText(name), RegionId::FromText(place));
  REQUIRE_OK(gateway);
  for (std::string* text : {&name, &place, &store}) {
    text->assign(text->size(), 'x');
  }
  const auto sealed = gateway->Seal(rig.Request(kAda), Subject(kAda));
  REQUIRE_OK(sealed);
  const auto shared =
      gateway->Share(*sealed, Subject(kAda), RecipientId::FromText(host),
                     PurposeId("service.delivery"));
  REQUIRE_OK(shared);
  host.assign(host.size(), 'x');
  CHECK(shared->recipient().text() == "hosting");
}

TEST_CASE("Opening says why it does not, and leaves nothing in the message",
          "[engine][open][statuses]") {
  Desk desk;
  const auto open = [&desk](const Actor& actor, const SealedRecord& record,
                            const SubjectMatch& subject, PurposeId purpose,
                            const RequestOptions& options = {}) {
    ApiRequest message = desk.rig.Request("not-theirs");
    const absl::Status status =
        actor.OpenInto(record, subject, purpose, &message, options);
    CHECK(message.ByteSizeLong() == 0);
    const auto bytes = actor.OpenBytes(record, subject, purpose, options);
    // Of bytes no type is asked for.
    if (status.message().find("opened into") == std::string::npos) {
      CHECK(bytes.status() == status);
    }
    return status;
  };
  const auto gateway = [&](PurposeId purpose) {
    return open(desk.gateway(), desk.request, desk.ada, purpose);
  };
  CheckEach({
      {"a purpose that the policy does not declare",
       [&] { return gateway(PurposeId("resale")); },
       Code::kInvalidArgument,
       {"`resale`", "not declared"}},
      {"a group of purposes",
       [&] { return gateway(PurposeId("service")); },
       Code::kInvalidArgument,
       {"`service`", "group"}},
      {"no purpose",
       [&] { return gateway(PurposeId()); },
       Code::kInvalidArgument,
       {"purpose"}},
      {"a message of another type",
       [&] {
         return open(desk.As("payments"), desk.payment, desk.ada,
                     PurposeId("billing.records"));
       },
       Code::kInvalidArgument,
       {"infermesh.v1.Payment", kRequestType, "opened into"}},
      {"a fact that the policy does not declare",
       [&] {
         return open(desk.gateway(), desk.request, desk.ada, kDelivery,
                     WithFact("shoe", "size 44"));
       },
       Code::kInvalidArgument,
       {"`shoe`"}},
      {"a purpose that the actor may not claim",
       [&] { return gateway(kImprovement); },
       Code::kPermissionDenied,
       {"USE", "`gateway`", "`improvement`", "gate `actor`"}},
      {"a record about somebody else",
       [&] {
         return open(desk.gateway(), desk.request, Subject("bob-90aa"),
                     kDelivery);
       },
       Code::kPermissionDenied,
       {"somebody else", "AnySubject()"}},
      {"a record about somebody, asked for as nobody's",
       [&] {
         return open(desk.gateway(), desk.request, NoSubject(), kDelivery);
       },
       Code::kPermissionDenied,
       {"somebody else"}},
      {"consent that was not given",
       [&] {
         return open(desk.As("product"), desk.request, desk.ada, kAnalytics);
       },
       Code::kFailedPrecondition,
       {"consent to `analytics`"}},
      {"an objection",
       [&] {
         REQUIRE_OK(desk.subjects().Object(desk.ada, kImprovement));
         return open(desk.As("product"), desk.request, desk.ada, kImprovement);
       },
       Code::kFailedPrecondition,
       {"objection", "`improvement`"}},
      {"a restriction",
       [&] {
         desk.Restrict();
         return gateway(kDelivery);
       },
       Code::kFailedPrecondition,
       {"gate `restricted`"}},
      {"a record that is due",
       [&] {
         desk.Close(absl::Hours(24 * 90));
         return gateway(kDelivery);
       },
       Code::kNotFound,
       {"retention", "ended"}},
      {"a person who was erased",
       [&] {
         REQUIRE_OK(desk.subjects().Erase(desk.ada));
         return open(desk.gateway(), desk.request, AnySubject(), kDelivery);
       },
       Code::kNotFound,
       {"destroyed"}},
      {"what is kept for a law alone",
       [&] {
         REQUIRE_OK(desk.subjects().Erase(desk.ada));
         return open(desk.As("payments"), desk.payment, desk.ada,
                     PurposeId("billing.records"));
       },
       Code::kPermissionDenied,
       {"obligation", "claim a purpose"}},
      {"a record that was altered",
       [&] {
         return open(desk.gateway(), testing::Altered(desk.request), desk.ada,
                     kDelivery);
       },
       Code::kDataLoss,
       {"altered"}},
      {"a record of another vault",
       [&] {
         Desk other;
         return open(other.gateway(), desk.request, AnySubject(), kDelivery);
       },
       Code::kNotFound,
       {"keys are destroyed"}},
      {"an engine without parts",
       [&] {
         return open(Desk::WithoutParts("gateway"), desk.request, desk.ada,
                     kDelivery);
       },
       Code::kFailedPrecondition,
       {"`keys`"}},
      {"a state that does not answer",
       [&] {
         return open(desk.Unplugged("gateway"), desk.request, desk.ada,
                     kDelivery);
       },
       Code::kUnavailable,
       {"state unplugged"}},
      {"a person who would have to be waited for",
       [&] {
         return open(desk.Refusing("gateway"), desk.request, desk.ada,
                     kDelivery);
       },
       Code::kUnavailable,
       {"not in memory", "Prefetch"}},
  });
}

TEST_CASE("Amending says why it does not", "[engine][amend][statuses]") {
  Desk desk;
  const auto amend = [](const Actor& actor, const SealedRecord& record,
                        const Record& changes, const Subject& subject,
                        const RequestOptions& options = {}) {
    return actor.Amend(record, changes, subject, options).status();
  };
  ApiRequest changes;
  changes.set_model("sky-7b-stolen");
  ApiRequest other;
  other.set_account_id("bob-90aa");
  CheckEach({
      {"changes of another type",
       [&] {
         return amend(desk.gateway(), desk.request, testing::PaymentOf(kAda),
                      desk.ada);
       },
       Code::kInvalidArgument,
       {"another type"}},
      {"changes of a type that is not bound",
       [&] {
         return amend(desk.gateway(), desk.request,
                      Record::Bytes("acme.v1.Order", ""), desk.ada);
       },
       Code::kInvalidArgument,
       {"`acme.v1.Order`", "not bound"}},
      {"changes that no serializer writes",
       [&] {
         return amend(desk.gateway(), desk.request,
                      Record::Bytes(kRequestType, "\x4a\x7fstowaway"),
                      desk.ada);
       },
       Code::kInvalidArgument,
       {"prompt"}},
      {"changes that make it somebody else's",
       [&] { return amend(desk.gateway(), desk.request, other, desk.ada); },
       Code::kInvalidArgument,
       {"`account_id`"}},
      {"a fact that the policy does not declare",
       [&] {
         return amend(desk.gateway(), desk.request, changes, desk.ada,
                      WithFact("shoe", "size 44"));
       },
       Code::kInvalidArgument,
       {"`shoe`"}},
      {"an actor that may not store the type",
       [&] {
         return amend(desk.As("product"), desk.request, changes, desk.ada);
       },
       Code::kPermissionDenied,
       {"STORE", "`product`"}},
      {"the record of somebody else",
       [&] {
         return amend(desk.gateway(), desk.request, changes,
                      Subject("bob-90aa"));
       },
       Code::kPermissionDenied,
       {"somebody else"}},
      {"a person who was erased, and whose invoice a law keeps",
       [&] {
         REQUIRE_OK(desk.subjects().Erase(desk.ada));
         Payment refund;
         refund.set_status("refunded");
         return amend(desk.As("payments"), desk.payment, refund, desk.ada);
       },
       Code::kNotFound,
       {"erased", "cannot be amended"}},
      {"a record that is due",
       [&] {
         desk.Close(absl::Hours(24 * 90));
         return amend(desk.gateway(), desk.request, desk.rig.Request(kAda),
                      desk.ada);
       },
       Code::kNotFound,
       {"nothing of the record is left", "retention"}},
      {"a record that was altered",
       [&] {
         return amend(desk.gateway(), testing::Altered(desk.request), changes,
                      desk.ada);
       },
       Code::kDataLoss,
       {"altered"}},
      {"an engine without parts",
       [&] {
         return amend(Desk::WithoutParts("gateway"), desk.request, changes,
                      desk.ada);
       },
       Code::kFailedPrecondition,
       {"`keys`"}},
      {"a state that does not answer",
       [&] {
         return amend(desk.Unplugged("gateway"), desk.request, changes,
                      desk.ada);
       },
       Code::kUnavailable,
       {"state unplugged"}},
      {"a person who would have to be waited for",
       [&] {
         return amend(desk.Refusing("gateway"), desk.request, changes,
                      desk.ada);
       },
       Code::kUnavailable,
       {"not in memory", "Prefetch"}},
  });
}

}  // namespace
}  // namespace privet
