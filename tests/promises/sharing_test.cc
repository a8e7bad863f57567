// SPDX-License-Identifier: Apache-2.0
//
// Promise 4: sharing. Left out until their machinery is here: the audit log and
// a kill between its flush and the return (4.4), proofs of deletion owed (4.5).

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "infermesh.pb.h"
#include "privet/engine.h"
#include "privet/policy.h"
#include "promises/everyone.h"
#include "subject/state_row.h"
#include "support/catch.h"
#include "support/edited_policy.h"
#include "support/infermesh.h"
#include "support/status_assertions.h"

namespace privet {
namespace {

using infermesh::v1::Account;
using infermesh::v1::ApiRequest;
using infermesh::v1::Payment;
using infermesh::v1::SupportTicket;
using testing::Adding;
using testing::Edited;
using testing::Infermesh;
using testing::WhyItDoesNotLoad;

TEST_CASE("4.1 personal data is not sold, by no rule and with no consent",
          "[promise]") {
  const char* roles[] = {"PROCESSOR",   "AFFILIATE", "JOINT_CONTROLLER",
                         "THIRD_PARTY", "AUTHORITY", "SUCCESSOR",
                         "DIRECTED",    "USERS",     "PUBLIC"};
  for (const std::string kind : {"SALE", "CROSS_CONTEXT_ADVERTISING"}) {
    for (const std::string role : roles) {
      DYNAMIC_SECTION(kind << " to " << role) {
        const std::string why = WhyItDoesNotLoad(
            {Adding("purpose { id: \"trade\" basis: CONSENT kinds: " + kind +
                    " } actor { id: \"trader\" purposes: \"trade\" } recipient "
                    "{ id: \"buyer\" role: " +
                    role +
                    " purposes: \"trade\" regions: \"eea\" agreement { "
                    "reference: \"x\" ends: \"2030-01-01\" } } rule { name: "
                    "\"trade\" permit { categories: \"service_log\" purposes: "
                    "\"trade\" recipients: \"buyer\" } }")});
        INFO(why);
        CHECK(why.find("trade") != std::string::npos);
      }
    }
  }
  SECTION("a claim of the declared purpose of sale is refused") {
    Infermesh mesh;
    const SealedRecord sealed =
        mesh.StoreOrDie(mesh.gateway(), mesh.Request("ada"));
    testing::ConsentToEverything(mesh, "ada");
    for (const std::string& recipient : testing::EveryRecipient()) {
      CHECK_FALSE(mesh.product()
                      .Share(sealed, Subject("ada"),
                             testing::RecipientOf(recipient), PurposeId("sale"))
                      .ok());
    }
  }
}

// Shares a record, and the same record with every field that did not come out
// taken out of the input.
template <typename T>
void CheckNothingElseHadInfluence(const Actor& actor, const T& record,
                                  const std::string& recipient,
                                  const std::string& purpose) {
  const auto full =
      actor.Share(record, Subject("ada"), testing::RecipientOf(recipient),
                  testing::PurposeOf(purpose), testing::AuthorityRequest());
  if (!full.ok()) return;
  const auto seen = full->template As<T>();
  REQUIRE_OK(seen);
  T bare = record;
  const auto* descriptor = T::descriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const auto* field = descriptor->field(i);
    const bool there = field->is_repeated()
                           ? seen->GetReflection()->FieldSize(*seen, field) > 0
                           : seen->GetReflection()->HasField(*seen, field);
    // The call names the subject; the record must agree with it.
    if (!there && field->name() != "account_id") {
      bare.GetReflection()->ClearField(&bare, field);
    }
  }
  const auto minimal =
      actor.Share(bare, Subject("ada"), testing::RecipientOf(recipient),
                  testing::PurposeOf(purpose), testing::AuthorityRequest());
  REQUIRE_OK(minimal);
  CHECK(minimal->bytes() == full->bytes());
}

TEST_CASE("4.2 a share holds what its recipient may see; nothing else counts",
          "[promise]") {
  Infermesh mesh;
  mesh.StoreOrDie(mesh.accounts(), mesh.Account("ada"));
  testing::ConsentToEverything(mesh, "ada");
  REQUIRE_OK(mesh.subjects().RecordNotice(Subject("ada"), "successor:successor",
                                          "email"));
  SupportTicket ticket;
  ticket.set_account_id("ada");
  ticket.set_ticket("my card 4111 1111 1111 1111 was refused");
  ticket.add_emails("to whom it may concern");
  ticket.set_feedback("nice");
  for (const auto& [actor, purpose] : testing::EveryClaim()) {
    for (const std::string& recipient : testing::EveryRecipient()) {
      INFO(actor << " for " << purpose << " to " << recipient);
      const Actor who = testing::ActorOf(mesh, actor);
      CheckNothingElseHadInfluence(who, mesh.Request("ada"), recipient,
                                   purpose);
      CheckNothingElseHadInfluence(who, mesh.Account("ada"), recipient,
                                   purpose);
      CheckNothingElseHadInfluence(who, mesh.Payment("ada"), recipient,
                                   purpose);
      CheckNothingElseHadInfluence(who, ticket, recipient, purpose);
    }
  }
  SECTION("each provider by name") {
    const auto shared = mesh.gateway().Share(
        mesh.Request("ada"), Subject("ada"), RecipientId("model_host"),
        PurposeId("service.delivery"));
    REQUIRE_OK(shared);
    CHECK(testing::SetFields(*shared->As<ApiRequest>()) ==
          "model,prompt,output,");
    const auto helpdesk =
        mesh.support().Share(ticket, Subject("ada"), RecipientId("helpdesk"),
                             PurposeId("service.support"));
    // No scanner is registered: what must be scanned is dropped.
    CHECK((helpdesk.ok() ? helpdesk->bytes() : "").empty());
  }
}

TEST_CASE("4.3 a successor gets the accounts of those who were told",
          "[promise]") {
  Infermesh mesh;
  const auto hand_over = [&](const SealedRecord& sealed,
                             const std::string& account) {
    return mesh.legal().Share(sealed, Subject(account),
                              RecipientId("successor"),
                              PurposeId("transfer_of_business"));
  };
  std::vector<SealedRecord> accounts;
  for (int i = 0; i < 100; ++i) {
    const std::string account = "customer-" + std::to_string(i);
    accounts.push_back(mesh.StoreOrDie(mesh.accounts(), mesh.Account(account)));
    if (i == 41) continue;
    REQUIRE_OK(mesh.subjects().RecordNotice(Subject(account),
                                            "successor:successor", "email"));
  }
  int shared = 0;
  for (int i = 0; i < 100; ++i) {
    const auto share = hand_over(accounts[static_cast<std::size_t>(i)],
                                 "customer-" + std::to_string(i));
    if (share.ok()) ++shared;
    if (i == 41) {
      REQUIRE_ERROR(share, absl::StatusCode::kFailedPrecondition, "notice");
    }
  }
  CHECK(shared == 99);
  REQUIRE_OK(mesh.subjects().RecordNotice(Subject("customer-41"),
                                          "successor:successor", "email"));
  const auto late = hand_over(accounts[41], "customer-41");
  REQUIRE_OK(late);
  CHECK(testing::SetFields(*late->As<Account>()) ==
        "account_id,email,username,");
}

TEST_CASE("4.4 an authority gets the permitted part of what it lists",
          "[promise]") {
  Infermesh mesh;
  const SealedRecord account =
      mesh.StoreOrDie(mesh.accounts(), mesh.Account("ada"));
  const SealedRecord request =
      mesh.StoreOrDie(mesh.gateway(), mesh.Request("ada"));
  const auto ask = [&](const SealedRecord& sealed,
                       const RequestOptions& options) {
    return mesh.legal().Share(sealed, Subject("ada"), RecipientId("authority"),
                              PurposeId("compliance"), options);
  };
  RequestOptions options;
  options.case_reference = "2 BvR 17/26";
  options.categories = {CategoryId("account.email"),
                        CategoryId("content.prompt"),
                        CategoryId("account.password_hash")};
  SECTION("only the address leaves, and the disclosure is on record") {
    const auto shared = ask(account, options);
    REQUIRE_OK(shared);
    CHECK(testing::SetFields(*shared->As<Account>()) == "email,");
    const std::string prefix = subject::PresentPrefix(account.owner());
    int disclosures = 0;
    REQUIRE_OK(mesh.test->state().Scan(
        prefix, prefix + "\xff",
        [&](std::string_view key, std::string_view value) {
          if (key.find("authority/") != std::string_view::npos) {
            CHECK(value.find("2 BvR 17/26") != std::string_view::npos);
            ++disclosures;
          }
          return true;
        }));
    CHECK(disclosures == 1);
  }
  SECTION("content never does") { CHECK_FALSE(ask(request, options).ok()); }
  SECTION("without a case") {
    options.case_reference.clear();
    REQUIRE_ERROR(ask(account, options), absl::StatusCode::kPermissionDenied,
                  "case");
  }
  SECTION("with an empty list") {
    options.categories.clear();
    CHECK_FALSE(ask(account, options).ok());
  }
  SECTION("with a list of everything") {
    options.categories = {CategoryId("*")};
    REQUIRE_ERROR(ask(account, options), absl::StatusCode::kInvalidArgument,
                  "*");
  }
}

TEST_CASE("4.5 a processor without an agreement in force gets nothing",
          "[promise]") {
  const auto share_at = [](Infermesh& mesh, absl::Time at) {
    mesh.test->clock().Set(at);
    return mesh.gateway()
        .Share(mesh.Request("ada"), Subject("ada"), RecipientId("model_host"),
               PurposeId("service.delivery"))
        .status();
  };
  const absl::Time end =
      absl::FromCivil(absl::CivilDay(2028, 1, 1), absl::UTCTimeZone());
  SECTION("its last day is included, to its last second") {
    Infermesh mesh;
    REQUIRE_OK(share_at(mesh, end - absl::Milliseconds(1)));
    REQUIRE_ERROR(share_at(mesh, end), absl::StatusCode::kPermissionDenied,
                  "agreement");
  }
  SECTION("before it starts") {
    Infermesh mesh(Edited({{"agreement { reference: \"DPA-5\"",
                            "agreement { reference: \"DPA-5\" starts: "
                            "\"2027-06-01\""}}),
                   testing::OfText{});
    const absl::Time start =
        absl::FromCivil(absl::CivilDay(2027, 6, 1), absl::UTCTimeZone());
    REQUIRE_ERROR(share_at(mesh, start - absl::Milliseconds(1)),
                  absl::StatusCode::kPermissionDenied, "agreement");
    REQUIRE_OK(share_at(mesh, start));
  }
  SECTION("with none at all") {
    Infermesh mesh(
        Edited(
            {{"agreement { reference: \"DPA-5\"  ends: \"2027-12-31\" }", ""}}),
        testing::OfText{});
    REQUIRE_ERROR(share_at(mesh, mesh.test->clock().Now()),
                  absl::StatusCode::kPermissionDenied, "agreement");
  }
}

}  // namespace
}  // namespace privet
