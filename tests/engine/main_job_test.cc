// SPDX-License-Identifier: Apache-2.0
//
// One record through the whole length: sealed, stored, opened, shared, amended,
// expired, erased.

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "infermesh.pb.h"
#include "privet/denial.h"
#include "privet/outcome.h"
#include "support/catch.h"
#include "support/infermesh.h"
#include "support/status_assertions.h"

namespace privet {
namespace {

using infermesh::v1::Account;
using infermesh::v1::ApiRequest;
using infermesh::v1::Payment;
using testing::Infermesh;

TEST_CASE("A purpose opens what it may see, in the form that it may see it",
          "[engine][open]") {
  Infermesh mesh;
  const SealedRecord sealed =
      mesh.StoreOrDie(mesh.gateway(), mesh.Request("ada"));
  const auto delivery = mesh.gateway().Open<ApiRequest>(
      sealed, Subject("ada"), PurposeId("service.delivery"));
  REQUIRE_OK(delivery);
  CHECK(delivery->prompt() == "why is the sky blue?");
  CHECK(delivery->client_ip().empty());
  const auto support = mesh.support().Open<ApiRequest>(
      sealed, AnySubject(), PurposeId("service.troubleshooting"));
  REQUIRE_OK(support);
  CHECK(support->model() == "sky-7b");
  CHECK(support->client_ip() == "203.0.113.0");
  CHECK(support->prompt().empty());
  CHECK(support->account_id().empty());
}

TEST_CASE("A sealed record shows nothing of what it holds", "[engine][seal]") {
  Infermesh mesh;
  const ApiRequest request = mesh.Request("ada");
  const auto sealed = mesh.gateway().Seal(request, Subject("ada"));
  REQUIRE_OK(sealed);
  CHECK(testing::LeaksOf(request, sealed->bytes()).empty());
}

TEST_CASE("An actor that may not claim the purpose gets nothing",
          "[engine][open][error]") {
  Infermesh mesh;
  const SealedRecord sealed =
      mesh.StoreOrDie(mesh.gateway(), mesh.Request("ada"));
  ApiRequest seen = mesh.Request("left over");
  const absl::Status status = mesh.support().OpenInto(
      sealed, AnySubject(), PurposeId("service.delivery"), &seen);
  REQUIRE_ERROR(status, absl::StatusCode::kPermissionDenied,
                "service.delivery");
  CHECK(seen.ByteSizeLong() == 0);
  const auto denial = GetDenial(status);
  REQUIRE(denial.has_value());
  CHECK(denial->actor == "support_desk");
}

TEST_CASE("A record opens for the subject that it is about and no other",
          "[engine][open][error]") {
  Infermesh mesh;
  const SealedRecord sealed =
      mesh.StoreOrDie(mesh.gateway(), mesh.Request("ada"));
  mesh.StoreOrDie(mesh.gateway(), mesh.Request("bob"));
  for (const char* other : {"bob", "nobody-knows"}) {
    REQUIRE_ERROR(mesh.gateway().Open<ApiRequest>(
                      sealed, Subject(other), PurposeId("service.delivery")),
                  absl::StatusCode::kPermissionDenied, "somebody else");
  }
}

TEST_CASE("The subject of the call and that of the record must agree",
          "[engine][seal][error]") {
  Infermesh mesh;
  REQUIRE_ERROR(mesh.gateway().Seal(mesh.Request("ada"), Subject("bob")),
                absl::StatusCode::kInvalidArgument, "account_id");
  REQUIRE_ERROR(mesh.gateway().Seal(mesh.Request("ada"), NoSubject()),
                absl::StatusCode::kInvalidArgument, "account_id");
}

TEST_CASE("Consent opens a purpose, and withdrawing closes it at once",
          "[engine][subjects]") {
  Infermesh mesh;
  const SealedRecord sealed =
      mesh.StoreOrDie(mesh.gateway(), mesh.Request("ada"));
  const auto share = [&] {
    return mesh.product()
        .Share(sealed, Subject("ada"), RecipientId("analytics_co"),
               PurposeId("analytics"))
        .status();
  };
  REQUIRE_ERROR(share(), absl::StatusCode::kFailedPrecondition, "consent");
  REQUIRE_OK(
      mesh.subjects().GiveConsent(Subject("ada"), PurposeId("analytics")));
  REQUIRE_OK(share());
  REQUIRE_OK(
      mesh.subjects().WithdrawConsent(Subject("ada"), PurposeId("analytics")));
  REQUIRE_ERROR(share(), absl::StatusCode::kFailedPrecondition, "consent");
}

TEST_CASE("A share holds what its recipient may see and nothing else",
          "[engine][share]") {
  Infermesh mesh;
  const ApiRequest request = mesh.Request("ada");
  const SealedRecord sealed = mesh.StoreOrDie(mesh.gateway(), request);
  const auto stored =
      mesh.gateway().Share(sealed, Subject("ada"), RecipientId("model_host"),
                           PurposeId("service.delivery"));
  REQUIRE_OK(stored);
  const auto in_hand =
      mesh.gateway().Share(request, Subject("ada"), RecipientId("model_host"),
                           PurposeId("service.delivery"));
  REQUIRE_OK(in_hand);
  CHECK(stored->bytes() == in_hand->bytes());
  const auto seen = stored->As<ApiRequest>();
  REQUIRE_OK(seen);
  CHECK(seen->prompt() == request.prompt());
  CHECK(seen->account_id().empty());
  CHECK(seen->client_ip().empty());
}

TEST_CASE("Amending replaces fields and keeps those that the actor cannot see",
          "[engine][amend]") {
  Infermesh mesh;
  const SealedRecord sealed =
      mesh.StoreOrDie(mesh.accounts(), mesh.Account("ada"));
  Account changes;
  changes.set_account_id("ada");
  changes.set_email("ada@lovelace.example");
  changes.add_api_key_hashes("sha256$new");
  const auto amended = mesh.accounts().Amend(sealed, changes, Subject("ada"));
  REQUIRE_OK(amended);
  CHECK(amended->id() == sealed.id());
  CHECK(amended->revision() == 2);
  REQUIRE_OK(mesh.test->records().Put(*amended));
  const auto seen = mesh.accounts().Open<Account>(
      *amended, Subject("ada"), PurposeId("service.authentication"));
  REQUIRE_OK(seen);
  CHECK(seen->email() == "ada@lovelace.example");
  CHECK(seen->username() == "ada the great");
  CHECK(seen->password_hash() == "argon2id$9f8e7d6c5b4a");
  REQUIRE(seen->api_key_hashes_size() == 1);
  CHECK(seen->api_key_hashes(0) == "sha256$new");
}

TEST_CASE("What is due is refused before a sweep, and gone after it",
          "[engine][expiry]") {
  Infermesh mesh;
  const SealedRecord sealed =
      mesh.StoreOrDie(mesh.gateway(), mesh.Request("ada"));
  const auto delivery = [&] {
    return mesh.gateway().Open<ApiRequest>(sealed, Subject("ada"),
                                           PurposeId("service.delivery"));
  };
  mesh.test->clock().Advance(absl::Hours(24) - absl::Milliseconds(1));
  CHECK(delivery()->prompt() == "why is the sky blue?");
  mesh.test->clock().Advance(absl::Milliseconds(1));
  CHECK(delivery()->prompt().empty());
  CHECK(delivery()->model() == "sky-7b");
  mesh.test->clock().Advance(absl::Hours(24 * 31));
  const SweepReport report = mesh.test->SweepOrDie();
  CHECK(report.compartments > 0);
  CHECK(report.residues == 1);
  const auto found = mesh.test->records().Get(sealed.id());
  if (found.ok()) {
    const auto seen = mesh.gateway().Open<ApiRequest>(
        *found, Subject("ada"), PurposeId("service.delivery"));
    REQUIRE_OK(seen);
    CHECK(seen->model().empty());
    CHECK(seen->prompt().empty());
  }
}

TEST_CASE("An erased person is gone, and who returns begins anew",
          "[engine][erase]") {
  Infermesh mesh;
  const SealedRecord request =
      mesh.StoreOrDie(mesh.gateway(), mesh.Request("ada"));
  const SealedRecord payment =
      mesh.StoreOrDie(mesh.payments(), mesh.Payment("ada"));
  const auto receipt = mesh.subjects().Erase(Subject("ada"));
  REQUIRE_OK(receipt);
  CHECK(receipt->records_removed == 1);
  CHECK(receipt->kept_for == std::vector<std::string>{"bookkeeping"});
  REQUIRE_ERROR(mesh.test->records().Get(request.id()),
                absl::StatusCode::kNotFound, "");
  REQUIRE_ERROR(mesh.gateway().Open<ApiRequest>(request, AnySubject(),
                                                PurposeId("service.delivery")),
                absl::StatusCode::kNotFound, "");
  SECTION("a law keeps the invoice, for its own purpose") {
    const auto audit = mesh.auditor().Open<Payment>(payment, Subject("ada"),
                                                    PurposeId("billing.audit"));
    REQUIRE_OK(audit);
    CHECK(audit->amount_minor() == 1299);
    CHECK(audit->account_id().empty());
    REQUIRE_ERROR(mesh.payments().Open<Payment>(payment, AnySubject(),
                                                PurposeId("billing.records")),
                  absl::StatusCode::kPermissionDenied, "obligation");
  }
  SECTION("who signs up again is a new owner") {
    const SealedRecord again =
        mesh.StoreOrDie(mesh.gateway(), mesh.Request("ada"));
    CHECK(again.owner() != request.owner());
    mesh.test->RestartOrDie();
    REQUIRE_OK(mesh.gateway().Open<ApiRequest>(again, Subject("ada"),
                                               PurposeId("service.delivery")));
  }
}

TEST_CASE("An outcome names each field and why", "[engine][outcome]") {
  Infermesh mesh;
  Outcome outcome;
  const auto bytes = mesh.support().Minimize(
      mesh.Request("ada"), Subject("ada"), PurposeId("service.troubleshooting"),
      {}, &outcome);
  REQUIRE_OK(bytes);
  CHECK(outcome.Count(Outcome::Action::kTransformed) == 1);
  CHECK(outcome.ToString().find("client_ip") != std::string::npos);
  CHECK(outcome.ToString().find("prompt") != std::string::npos);
  CHECK(outcome.ToString().find("sky blue") == std::string::npos);
}

TEST_CASE("A line for the log shows public fields and masks all others",
          "[engine][log]") {
  Infermesh mesh;
  const ApiRequest request = mesh.Request("ada");
  const std::string line = mesh.test->engine().LogSafe(request);
  CHECK(testing::LeaksOf(request, line).empty());
  CHECK(line.find("prompt: ***") != std::string::npos);
  CHECK(line.find('\n') == std::string::npos);
}

TEST_CASE("What lies under an event's period dies with it", "[engine][event]") {
  Infermesh mesh;
  const SealedRecord account =
      mesh.StoreOrDie(mesh.accounts(), mesh.Account("ada"));
  const auto sign_in = [&] {
    return mesh.accounts()
        .Open<Account>(account, Subject("ada"),
                       PurposeId("service.authentication"))
        .status();
  };
  mesh.test->clock().Advance(absl::Hours(24 * 400));
  REQUIRE_OK(sign_in());
  REQUIRE_OK(
      mesh.subjects().RecordEvent(Subject("ada"), EventId("account_closed")));
  mesh.test->clock().Advance(absl::Hours(24 * 89));
  REQUIRE_OK(sign_in());
  SECTION("unless it is undone in time") {
    REQUIRE_OK(
        mesh.subjects().UndoEvent(Subject("ada"), EventId("account_closed")));
    mesh.test->clock().Advance(absl::Hours(24 * 10));
    REQUIRE_OK(mesh.test->Sweep());
    REQUIRE_OK(sign_in());
  }
  SECTION("swept or not") {
    mesh.test->clock().Advance(absl::Hours(24 * 2));
    REQUIRE_ERROR(sign_in(), absl::StatusCode::kNotFound, "");
    REQUIRE_OK(mesh.test->Sweep());
    REQUIRE_ERROR(mesh.test->records().Get(account.id()),
                  absl::StatusCode::kNotFound, "");
    REQUIRE_ERROR(
        mesh.subjects().UndoEvent(Subject("ada"), EventId("account_closed")),
        absl::StatusCode::kFailedPrecondition, "ended");
  }
}

}  // namespace
}  // namespace privet
