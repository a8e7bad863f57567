// SPDX-License-Identifier: Apache-2.0
//
// Promise 3: what data is used for. Left out until their machinery is here:
// holds beside an obligation (3.3).

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "base/bytes.h"
#include "engine/engine_rig.h"
#include "infermesh.pb.h"
#include "keys/catalogue.h"
#include "keys/destroyer.h"
#include "keys/rows.h"
#include "privet/denial.h"
#include "privet/subjects.h"
#include "promises/everyone.h"
#include "support/catch.h"
#include "support/edited_policy.h"
#include "support/infermesh.h"
#include "support/status_assertions.h"

namespace privet {
namespace {

using infermesh::v1::Account;
using infermesh::v1::ApiRequest;
using infermesh::v1::Payment;
using testing::Adding;
using testing::Edited;
using testing::Infermesh;
using testing::WhyItDoesNotLoad;
using Code = absl::StatusCode;

TEST_CASE("3.1 data serves the listed purposes and nothing else", "[promise]") {
  Infermesh mesh(
      Edited({Adding("rule { name: \"nobody audits requests\" forbid { "
                     "categories: \"service_log\" categories: \"account.id\" "
                     "purposes: \"billing.audit\" } }")}),
      testing::OfText{});
  const SealedRecord sealed =
      mesh.StoreOrDie(mesh.gateway(), mesh.Request("ada"));
  struct Case {
    std::string name, actor, purpose, text;
    Code code;
    std::string gate, rule;
  };
  const std::vector<Case> cases = {
      {"a permitted purpose that the actor may not claim", "product",
       "service.delivery", "service.delivery", Code::kPermissionDenied, "actor",
       ""},
      {"a purpose that is not declared", "gateway", "resale",
       "purpose `resale` is not declared", Code::kInvalidArgument, "", ""},
      {"a group of purposes", "gateway", "service", "`service` is a group",
       Code::kInvalidArgument, "", ""},
      {"all of them", "gateway", "*", "purpose `*`", Code::kInvalidArgument, "",
       ""},
      {"a declared purpose without a rule for it", "legal",
       "transfer_of_business", "transfer_of_business", Code::kPermissionDenied,
       "", ""},
      {"a permitted purpose that a rule forbids", "auditor", "billing.audit",
       "nobody audits requests", Code::kPermissionDenied, "",
       "nobody audits requests"},
  };
  for (const Case& test : cases) {
    DYNAMIC_SECTION(test.name) {
      ApiRequest seen = mesh.Request("somebody");
      const Actor who = testing::ActorOf(mesh, test.actor);
      const PurposeId purpose = testing::PurposeOf(test.purpose);
      const absl::Status status =
          who.OpenInto(sealed, AnySubject(), purpose, &seen);
      REQUIRE_ERROR(status, test.code, test.text);
      CHECK(seen.ByteSizeLong() == 0);
      std::string bytes = "of the call before";
      REQUIRE_ERROR(who.MinimizeInto(mesh.Request("ada"), Subject("ada"),
                                     purpose, &bytes),
                    test.code, test.text);
      CHECK(bytes.empty());
      REQUIRE_ERROR(
          who.Share(sealed, AnySubject(), RecipientId("hosting"), purpose),
          test.code, "");
      if (test.code != Code::kPermissionDenied) continue;
      const auto denial = GetDenial(status);
      REQUIRE(denial.has_value());
      CHECK(denial->operation == "USE");
      CHECK(denial->actor == test.actor);
      CHECK(denial->purpose == test.purpose);
      CHECK(denial->gate == test.gate);
      CHECK(denial->rule == test.rule);
    }
  }
  SECTION("nor does a share, beyond the recipient's own purposes") {
    const auto shared =
        mesh.gateway().Share(sealed, AnySubject(), RecipientId("helpdesk"),
                             PurposeId("service.delivery"));
    REQUIRE_ERROR(shared, Code::kPermissionDenied, "helpdesk");
    REQUIRE(GetDenial(shared.status()).has_value());
    CHECK(GetDenial(shared.status())->gate == "ceiling");
    REQUIRE_ERROR(mesh.gateway().Share(sealed, AnySubject(),
                                       testing::RecipientOf("broker"),
                                       PurposeId("service.delivery")),
                  Code::kInvalidArgument, "`broker`");
  }
  SECTION("nor does a store") {
    const auto stored =
        mesh.product().Seal(mesh.Request("ada"), Subject("ada"));
    REQUIRE_ERROR(stored, Code::kPermissionDenied, "product");
  }
}

TEST_CASE("3.2 a notice reads the address, after every objection, and no more",
          "[promise]") {
  Infermesh mesh;
  const SealedRecord account =
      mesh.StoreOrDie(mesh.accounts(), mesh.Account("ada"));
  std::set<std::string> stopped;
  for (const std::string& purpose : testing::EveryPurpose()) {
    const absl::Status status =
        mesh.subjects().Object(Subject("ada"), testing::PurposeOf(purpose));
    if (status.ok()) {
      stopped.insert(purpose);
    } else {
      REQUIRE_ERROR(status, Code::kFailedPrecondition, "no objection");
    }
  }
  CHECK(stopped == std::set<std::string>{"improvement", "security.abuse",
                                         "security.fraud",
                                         "transfer_of_business"});
  const PurposeId notice("service.notice");
  const auto seen =
      mesh.accounts().Open<Account>(account, Subject("ada"), notice);
  REQUIRE_OK(seen);
  CHECK(testing::SetFields(*seen) == "email,");
  CHECK(seen->email() == "ada@example.com");
  // Nothing of any other record is a notice's.
  const auto check_refused = [&](const char* actor, const auto& record) {
    const auto sealed = mesh.StoreOrDie(testing::ActorOf(mesh, actor), record);
    REQUIRE_ERROR(mesh.accounts().OpenBytes(sealed, Subject("ada"), notice),
                  Code::kPermissionDenied, "service.notice");
  };
  check_refused("gateway", mesh.Request("ada"));
  check_refused("gateway", testing::SessionOf("ada"));
  check_refused("payments", mesh.Payment("ada"));
  check_refused("support_desk", testing::TicketOf("ada"));
  SECTION("and an edit that widens it does not load") {
    const std::string why = WhyItDoesNotLoad(
        {{"permit { categories: [\"account.email\"]  purposes: "
          "[\"service.notice\"] }",
          "permit { categories: [\"account.email\", \"account.username\"]  "
          "purposes: [\"service.notice\"] }"}});
    INFO(why);
    CHECK(why.find("`only` `notices` does not hold: actor `accounts` may ") !=
          std::string::npos);
    CHECK(why.find("`account.username` for `service.notice`") !=
          std::string::npos);
  }
}

// The slots of a person of which the keys live.
std::vector<std::uint32_t> LivingSlots(Infermesh& mesh, const OwnerId& owner) {
  const auto keys = keys::SlotsOfOwner(mesh.test->vault(), owner);
  REQUIRE_OK(keys);
  std::vector<std::uint32_t> slots;
  for (const keys::SlotKey& key : *keys) slots.push_back(key.slot);
  return slots;
}

TEST_CASE("3.3 what a law keeps outlives erasure, for that law's purposes",
          "[promise]") {
  Infermesh mesh;
  const SealedRecord invoice =
      mesh.StoreOrDie(mesh.payments(), mesh.Payment("ada"));
  const absl::Time created = mesh.test->clock().Now();
  const auto bookkeeping =
      keys::SlotNumber({keys::kObligationSlot, "bookkeeping", 0});
  REQUIRE_OK(bookkeeping);
  mesh.test->clock().Advance(absl::Hours(24 * 730));
  const auto vault = testing::RowsOf(mesh.test->vault());
  const auto receipt = mesh.subjects().Erase(Subject("ada"));
  REQUIRE_OK(receipt);
  CHECK(receipt->kept_for == std::vector<std::string>{"bookkeeping"});
  CHECK(LivingSlots(mesh, invoice.owner()) == std::vector{*bookkeeping});
  const auto stored = mesh.test->records().Get(invoice.id());
  REQUIRE_OK(stored);
  const auto audit = [&](const SealedRecord& record) {
    return mesh.auditor().Open<Payment>(record, AnySubject(),
                                        PurposeId("billing.audit"));
  };
  const std::set<std::string> of_amounts = {"billing.records",
                                            "billing.payment", "security.fraud",
                                            "security.abuse", "compliance"};
  const std::set<std::string> of_his_id = {"service.delivery",
                                           "service.authentication"};
  // Whose it was goes; what the law asks for stays, in copies too.
  for (const SealedRecord* record : {&*stored, &invoice}) {
    REQUIRE_OK(audit(*record));
    CHECK(audit(*record)->amount_minor() == 1299);
    CHECK(testing::SetFields(*audit(*record)) ==
          "amount_minor,currency,status,channel_id,");
    for (const auto& [actor, purpose] : testing::EveryClaim()) {
      if (purpose == "billing.audit") continue;
      const auto opened =
          testing::ActorOf(mesh, actor)
              .OpenBytes(*record, AnySubject(), testing::PurposeOf(purpose));
      INFO(actor << " for " << purpose);
      // Some may see amounts while the person is there, some his id alone.
      if (of_amounts.count(purpose) > 0) {
        REQUIRE_ERROR(opened, Code::kPermissionDenied,
                      "kept for a legal obligation only");
      } else if (of_his_id.count(purpose) > 0) {
        REQUIRE_ERROR(opened, Code::kNotFound, "its keys are destroyed");
      } else {
        REQUIRE_ERROR(opened, Code::kPermissionDenied, "no rule that holds");
      }
    }
  }
  SECTION("and dies at the seventh year, in every copy") {
    const absl::CivilSecond day =
        absl::ToCivilSecond(created, absl::UTCTimeZone());
    const absl::Time end = absl::FromCivil(
        absl::CivilSecond(day.year() + 7, day.month(), day.day(), day.hour(),
                          day.minute(), day.second()),
        absl::UTCTimeZone());
    mesh.test->clock().Set(end - absl::Seconds(1));
    REQUIRE_OK(audit(*stored));
    mesh.test->clock().Set(end);
    REQUIRE_ERROR(audit(*stored), Code::kNotFound, "retention has ended");
    REQUIRE_ERROR(audit(invoice), Code::kNotFound, "retention has ended");
    mesh.test->clock().Advance(absl::Hours(24 * 31));
    REQUIRE_OK(mesh.test->Sweep());
    REQUIRE_ERROR(mesh.test->records().Get(invoice.id()), Code::kNotFound, "");
    // A vault of before finds in the ledger what it has to forget.
    testing::Restore(mesh.test->vault(), vault);
    REQUIRE_OK(mesh.test->Restart());
    REQUIRE_ERROR(audit(invoice), Code::kNotFound, "");
  }
  SECTION("and seven years after the erasure nothing names the person") {
    mesh.test->clock().Advance(absl::Hours(24 * (366 * 7 + 31)));
    REQUIRE_OK(mesh.test->Sweep());
    CHECK(LivingSlots(mesh, invoice.owner()).empty());
    CHECK(*keys::StateOfOwner(mesh.test->vault(), invoice.owner()) ==
          keys::OwnerState::kUnknown);
  }
}

TEST_CASE("3.3 a slot that a row claims for a law does not outlive erasure",
          "[promise]") {
  Infermesh mesh;
  const SealedRecord account =
      mesh.StoreOrDie(mesh.accounts(), mesh.Account("ada"));
  const SealedRecord invoice =
      mesh.StoreOrDie(mesh.payments(), mesh.Payment("ada"));
  const auto bookkeeping =
      keys::SlotNumber({keys::kObligationSlot, "bookkeeping", 0});
  REQUIRE_OK(bookkeeping);
  const std::string claim =
      GENERATE("bookkeeping", "lawful_request", "some law of our own");
  for (const std::uint32_t slot : LivingSlots(mesh, account.owner())) {
    if (slot == *bookkeeping) continue;
    REQUIRE_OK(mesh.test->vault().Commit(
        {}, {{keys::SlotRowName(slot),
              base::Info(keys::kObligationSlot, claim, std::uint32_t{0})}}));
  }
  const auto receipt = mesh.subjects().Erase(Subject("ada"));
  REQUIRE_OK(receipt);
  CHECK(receipt->kept_for == std::vector<std::string>{"bookkeeping"});
  CHECK(LivingSlots(mesh, account.owner()) == std::vector{*bookkeeping});
  for (const auto& [actor, purpose] : testing::EveryClaim()) {
    INFO(actor << " for " << purpose);
    const auto opened =
        testing::ActorOf(mesh, actor)
            .OpenBytes(account, AnySubject(), testing::PurposeOf(purpose));
    if (opened.status().code() != Code::kPermissionDenied) {
      REQUIRE_ERROR(opened, Code::kNotFound, "its keys are destroyed");
      continue;
    }
    REQUIRE_ERROR(opened, Code::kPermissionDenied, "no rule that holds");
  }
}

}  // namespace
}  // namespace privet
