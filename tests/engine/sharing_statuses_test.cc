// SPDX-License-Identifier: Apache-2.0
//
// Every status that actor.h speaks of, for what needs no sealing: shares,
// records in hand, explanations.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "engine/desk.h"
#include "engine/engine_rig.h"
#include "infermesh.pb.h"
#include "privet/actor.h"
#include "privet/denial.h"
#include "privet/engine.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet {
namespace {

using infermesh::v1::Account;
using infermesh::v1::ApiRequest;
using testing::ActorOf;
using testing::CheckEach;
using testing::Desk;
using testing::kAda;
using testing::OfCase;
using testing::WithFact;
using Code = absl::StatusCode;

constexpr PurposeId kDelivery("service.delivery");
constexpr PurposeId kAnalytics("analytics");
constexpr PurposeId kCompliance("compliance");
constexpr RecipientId kModelHost("model_host");
constexpr RecipientId kAuthority("authority");
constexpr CategoryId kEmail("account.email");

TEST_CASE("Sharing what is stored says why it does not",
          "[engine][share][statuses]") {
  Desk desk;
  const auto share = [&desk](const Actor& actor, const SealedRecord& record,
                             RecipientId recipient, PurposeId purpose,
                             const RequestOptions& options = {}) {
    return actor.Share(record, desk.ada, recipient, purpose, options).status();
  };
  const auto to_host = [&](const Actor& actor) {
    return share(actor, desk.request, kModelHost, kDelivery);
  };
  const auto to_authority = [&](const RequestOptions& options) {
    return share(desk.As("legal"), desk.account, kAuthority, kCompliance,
                 options);
  };
  CheckEach({
      {"a recipient that the policy does not declare",
       [&] {
         return share(desk.gateway(), desk.request, RecipientId("friend"),
                      kDelivery);
       },
       Code::kInvalidArgument,
       {"`friend`", "not declared"}},
      {"no recipient",
       [&] {
         return share(desk.gateway(), desk.request, RecipientId(), kDelivery);
       },
       Code::kInvalidArgument,
       {"recipient"}},
      {"a purpose that the policy does not declare",
       [&] {
         return share(desk.gateway(), desk.request, kModelHost,
                      PurposeId("resale"));
       },
       Code::kInvalidArgument,
       {"`resale`"}},
      {"a fact that the policy does not declare",
       [&] {
         return share(desk.gateway(), desk.request, kModelHost, kDelivery,
                      WithFact("shoe", "size 44"));
       },
       Code::kInvalidArgument,
       {"`shoe`"}},
      {"a purpose that the actor may not claim",
       [&] { return to_host(desk.As("product")); },
       Code::kPermissionDenied,
       {"SHARE", "`product`", "`model_host`", "gate `actor`"}},
      {"a purpose beyond the recipient's ceiling",
       [&] {
         return share(desk.gateway(), desk.request, RecipientId("helpdesk"),
                      kDelivery);
       },
       Code::kPermissionDenied,
       {"`helpdesk`", "gate `ceiling`"}},
      {"an agreement that has ended",
       [&] {
         desk.rig.clock.Set(
             absl::FromCivil(absl::CivilDay(2028, 1, 1), absl::UTCTimeZone()));
         return desk.gateway()
             .Share(desk.rig.Request("bob-90aa"), Subject("bob-90aa"),
                    kModelHost, kDelivery)
             .status();
       },
       Code::kPermissionDenied,
       {"`model_host`", "gate `agreement`"}},
      {"an authority without a case",
       [&] { return to_authority(OfCase("", {kEmail})); },
       Code::kPermissionDenied,
       {"`authority`", "gate `case`"}},
      {"an authority that lists nothing",
       [&] { return to_authority(OfCase("2 BvR 17/26", {})); },
       Code::kPermissionDenied,
       {"`authority`", "gate `list`"}},
      {"an authority that lists everything",
       [&] { return to_authority(OfCase("2 BvR 17/26", {CategoryId("*")})); },
       Code::kInvalidArgument,
       {"`*`"}},
      {"an authority whose case is a novel",
       [&] { return to_authority(OfCase(std::string(70'000, 'x'), {kEmail})); },
       Code::kInvalidArgument,
       {"case reference", "256 bytes"}},
      {"a record about somebody else",
       [&] {
         return desk.gateway()
             .Share(desk.request, Subject("bob-90aa"), kModelHost, kDelivery)
             .status();
       },
       Code::kPermissionDenied,
       {"somebody else", "AnySubject()"}},
      {"consent that was not given",
       [&] {
         return share(desk.As("product"), desk.request,
                      RecipientId("analytics_co"), kAnalytics);
       },
       Code::kFailedPrecondition,
       {"consent to `analytics`"}},
      {"a successor that nobody was told of",
       [&] {
         return share(desk.As("legal"), desk.account, RecipientId("successor"),
                      PurposeId("transfer_of_business"));
       },
       Code::kFailedPrecondition,
       {"`successor`", "gate `notice`"}},
      {"a restriction",
       [&] {
         desk.Restrict();
         return to_host(desk.gateway());
       },
       Code::kFailedPrecondition,
       {"gate `restricted`"}},
      {"a record that is due",
       [&] {
         desk.rig.clock.Advance(absl::Hours(24 * 31));
         return to_host(desk.gateway());
       },
       Code::kNotFound,
       {"retention", "ended"}},
      {"a person who was erased",
       [&] {
         REQUIRE_OK(desk.subjects().Erase(desk.ada));
         return desk.gateway()
             .Share(desk.request, AnySubject(), kModelHost, kDelivery)
             .status();
       },
       Code::kNotFound,
       {"destroyed"}},
      {"a record that was altered",
       [&] {
         return share(desk.gateway(), testing::Altered(desk.request),
                      kModelHost, kDelivery);
       },
       Code::kDataLoss,
       {"altered"}},
      {"an engine without parts",
       [&] { return to_host(Desk::WithoutParts("gateway")); },
       Code::kFailedPrecondition,
       {"`state`"}},
      {"a state that does not answer",
       [&] { return to_host(desk.Unplugged("gateway")); },
       Code::kUnavailable,
       {"state unplugged"}},
      {"a person who would have to be waited for",
       [&] { return to_host(desk.Refusing("gateway")); },
       Code::kUnavailable,
       {"not in memory", "Prefetch"}},
  });
}

TEST_CASE("Sharing what is not stored says why it does not",
          "[engine][share][statuses]") {
  Desk desk;
  const auto share = [](const Actor& actor, const Record& record,
                        const Subject& subject) {
    return actor.Share(record, subject, kModelHost, kDelivery).status();
  };
  const ApiRequest request = desk.rig.Request(kAda);
  CheckEach({
      {"a type that is not bound",
       [&] {
         return share(desk.gateway(), Record::Bytes("acme.v1.Order", ""),
                      desk.ada);
       },
       Code::kInvalidArgument,
       {"`acme.v1.Order`", "not bound"}},
      {"the record of somebody else",
       [&] { return share(desk.gateway(), request, Subject("bob-90aa")); },
       Code::kInvalidArgument,
       {"`account_id`"}},
      {"an id that is too long",
       [&] {
         const std::string longest(1025, 'x');
         return share(desk.gateway(), desk.rig.Request(longest),
                      Subject(longest));
       },
       Code::kInvalidArgument,
       {"1 to 1,024 bytes"}},
      {"a record of which the recipient may see nothing",
       [&] {
         return share(desk.gateway(), testing::AccountOf(kAda), desk.ada);
       },
       Code::kPermissionDenied,
       {"SHARE", "`model_host`", "no rule"}},
      {"an engine without parts",
       [&] { return share(Desk::WithoutParts("gateway"), request, desk.ada); },
       Code::kFailedPrecondition,
       {"`state`"}},
      {"a state that does not answer",
       [&] { return share(desk.Unplugged("gateway"), request, desk.ada); },
       Code::kUnavailable,
       {"state unplugged"}},
      {"a state that is full",
       [&] {
         REQUIRE_OK(desk.gateway().Minimize(request, desk.ada, kDelivery));
         desk.rig.state->plan().FailAfter(
             0, absl::ResourceExhaustedError("the disk is full"));
         return share(desk.gateway(), request, desk.ada);
       },
       Code::kResourceExhausted,
       {"the disk is full"}},
  });
}

TEST_CASE("A shared record parses as its own type and no other",
          "[engine][share][statuses]") {
  Desk desk;
  const auto shared =
      desk.gateway().Share(desk.request, desk.ada, kModelHost, kDelivery);
  REQUIRE_OK(shared);
  CHECK(shared->recipient() == kModelHost);
  Account account = testing::AccountOf("not-theirs");
  REQUIRE_ERROR(shared->ParseInto(&account), Code::kInvalidArgument,
                "infermesh.v1.ApiRequest");
  CHECK(account.ByteSizeLong() == 0);
}

TEST_CASE("Minimizing says why it does not, and empties what it was to fill",
          "[engine][minimize][statuses]") {
  Desk desk;
  const auto minimize = [](const Actor& actor, const Record& record,
                           const Subject& subject, PurposeId purpose,
                           const RequestOptions& options = {}) {
    std::string bytes = "left over";
    const absl::Status status =
        actor.MinimizeInto(record, subject, purpose, &bytes, options);
    CHECK(bytes.empty());
    CHECK(actor.Minimize(record, subject, purpose, options).status() == status);
    return status;
  };
  const ApiRequest request = desk.rig.Request(kAda);
  const auto by_gateway = [&](PurposeId purpose) {
    return minimize(desk.gateway(), request, desk.ada, purpose);
  };
  CheckEach({
      {"a type that is not bound",
       [&] {
         return minimize(desk.gateway(), Record::Bytes("acme.v1.Order", ""),
                         desk.ada, kDelivery);
       },
       Code::kInvalidArgument,
       {"`acme.v1.Order`"}},
      {"bytes that no serializer writes",
       [&] {
         return minimize(
             desk.gateway(),
             Record::Bytes("infermesh.v1.ApiRequest", "\x4a\x7fstowaway"),
             desk.ada, kDelivery);
       },
       Code::kInvalidArgument,
       {"prompt"}},
      {"a purpose that the policy does not declare",
       [&] { return by_gateway(PurposeId("resale")); },
       Code::kInvalidArgument,
       {"`resale`"}},
      {"a purpose that the actor may not claim",
       [&] { return by_gateway(kAnalytics); },
       Code::kPermissionDenied,
       {"`gateway`", "gate `actor`"}},
      {"the record of somebody else",
       [&] {
         return minimize(desk.gateway(), request, Subject("bob-90aa"),
                         kDelivery);
       },
       Code::kInvalidArgument,
       {"`account_id`"}},
      {"consent that was not given",
       [&] {
         return minimize(desk.As("product"), request, desk.ada, kAnalytics);
       },
       Code::kFailedPrecondition,
       {"consent to `analytics`"}},
      {"consent of which an engine without parts cannot know",
       [&] {
         return minimize(Desk::WithoutParts("product"), request, desk.ada,
                         kAnalytics);
       },
       Code::kFailedPrecondition,
       {"consent to `analytics`"}},
      {"a state that does not answer",
       [&] {
         return minimize(desk.Unplugged("gateway"), request, desk.ada,
                         kDelivery);
       },
       Code::kUnavailable,
       {"state unplugged"}},
      {"a person who would have to be waited for",
       [&] {
         return minimize(desk.Refusing("gateway"), request, desk.ada,
                         kDelivery);
       },
       Code::kUnavailable,
       {"not in memory", "Prefetch"}},
  });
}

TEST_CASE("Explaining says what it cannot explain",
          "[engine][explain][statuses]") {
  Desk desk;
  const auto explain = [&desk](CategoryId category, PurposeId purpose,
                               RecipientId recipient = RecipientId()) {
    return desk.gateway()
        .Explain(category, desk.ada, purpose, recipient)
        .status();
  };
  const auto explain_store = [&desk](CategoryId category, const char* type) {
    return desk.gateway().ExplainStore(category, type, desk.ada).status();
  };
  // A refusal is what it is asked about: no failure.
  const auto refused = desk.gateway().Explain(kEmail, desk.ada, kDelivery);
  REQUIRE_OK(refused);
  CHECK_FALSE(refused->permitted);
  CheckEach({
      {"a category that the policy does not declare",
       [&] { return explain(CategoryId("shoes"), kDelivery); },
       Code::kInvalidArgument,
       {"`shoes`"}},
      {"a group of categories",
       [&] { return explain(CategoryId("account"), kDelivery); },
       Code::kInvalidArgument,
       {"`account`", "group"}},
      {"a purpose that the policy does not declare",
       [&] { return explain(kEmail, PurposeId("resale")); },
       Code::kInvalidArgument,
       {"`resale`"}},
      {"a recipient that the policy does not declare",
       [&] { return explain(kEmail, kDelivery, RecipientId("friend")); },
       Code::kInvalidArgument,
       {"`friend`"}},
      {"a type that is not bound",
       [&] { return explain_store(kEmail, "acme.v1.Order"); },
       Code::kInvalidArgument,
       {"`acme.v1.Order`", "not bound"}},
      {"a state that does not answer",
       [&] {
         return desk.Unplugged("gateway")
             .Explain(kEmail, desk.ada, kDelivery)
             .status();
       },
       Code::kUnavailable,
       {"state unplugged"}},
  });
}

TEST_CASE("A refusal says to programs what it says to people",
          "[engine][statuses]") {
  Desk desk;
  const auto denied =
      desk.gateway().Share(desk.request, desk.ada, RecipientId("helpdesk"),
                           PurposeId("service.delivery"));
  const auto denial = GetDenial(denied.status());
  REQUIRE(denial.has_value());
  CHECK(denial->operation == "SHARE");
  CHECK(denial->actor == "gateway");
  CHECK(denial->recipient == "helpdesk");
  CHECK(denial->purpose == "service.delivery");
  CHECK(denial->record_type == "infermesh.v1.ApiRequest");
  CHECK(denial->gate == "ceiling");
  CHECK(denial->rule.empty());
}

}  // namespace
}  // namespace privet
