// SPDX-License-Identifier: Apache-2.0
//
// Promise 6: how long data lives. Left out until their machinery is here: the
// ratchet, without which a copy of the vault and of its ledger of before opens
// what has died since (6.1, 6.2), and holds (6.4).

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "engine/engine_rig.h"
#include "infermesh.pb.h"
#include "keys/catalogue.h"
#include "keys/destroyer.h"
#include "privet/engine.h"
#include "privet/explain.h"
#include "privet/policy.h"
#include "privet/sealed_record.h"
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
using infermesh::v1::WebSession;
using testing::Edited;
using testing::Infermesh;
using testing::PolicyOrDie;
using Code = absl::StatusCode;

constexpr absl::Duration kDay = absl::Hours(24);
constexpr char kGone[] = "is gone: its retention has ended, or its keys are";

TEST_CASE("6.1 account data dies ninety days after closing, in every copy",
          "[promise]") {
  Infermesh mesh;
  const SealedRecord ada =
      mesh.StoreOrDie(mesh.accounts(), mesh.Account("ada"));
  const SealedRecord bob =
      mesh.StoreOrDie(mesh.accounts(), mesh.Account("bob"));
  const auto open = [&](const SealedRecord& account) {
    return mesh.accounts()
        .Open<Account>(account, AnySubject(),
                       PurposeId("service.authentication"))
        .status();
  };
  for (const char* who : {"ada", "bob"}) {
    REQUIRE_OK(
        mesh.subjects().RecordEvent(Subject(who), EventId("account_closed")));
  }
  mesh.test->clock().Advance(80 * kDay);
  REQUIRE_OK(
      mesh.subjects().UndoEvent(Subject("bob"), EventId("account_closed")));
  SECTION("a longer period does not reach back") {
    REQUIRE_OK(mesh.test->engine().SetPolicy(
        PolicyOrDie({{"version: 4", "version: 5"},
                     {"keep: \"90d\"  after: \"account_closed\"",
                      "keep: \"900d\"  after: \"account_closed\""}})));
    mesh.test->clock().Advance(11 * kDay);
    REQUIRE_ERROR(open(ada), Code::kNotFound, kGone);
    REQUIRE_OK(open(bob));
  }
  SECTION("a shorter one does") {
    REQUIRE_OK(mesh.test->engine().SetPolicy(
        PolicyOrDie({{"version: 4", "version: 5"},
                     {"keep: \"90d\"  after: \"account_closed\"",
                      "keep: \"60d\"  after: \"account_closed\""}})));
    REQUIRE_ERROR(open(ada), Code::kNotFound, kGone);
    REQUIRE_OK(open(bob));
  }
  SECTION("to the millisecond, swept or not") {
    mesh.test->clock().Advance(10 * kDay - absl::Milliseconds(1));
    REQUIRE_OK(open(ada));
    mesh.test->clock().Advance(absl::Milliseconds(1));
    REQUIRE_ERROR(open(ada), Code::kNotFound, kGone);
    REQUIRE_OK(open(bob));
  }
  SECTION("once swept, a copy of the record finds no key") {
    const auto vault = testing::RowsOf(mesh.test->vault());
    mesh.test->clock().Advance(11 * kDay);
    REQUIRE_OK(mesh.test->Sweep());
    const auto slots = keys::SlotsOfOwner(mesh.test->vault(), ada.owner());
    REQUIRE_OK(slots);
    for (const keys::SlotKey& key : *slots) {
      CHECK(key.slot < keys::kFirstNamedSlot);
    }
    // No clock brings it back, nor does a vault of before.
    mesh.test->clock().Advance(-11 * kDay);
    REQUIRE_ERROR(open(ada), Code::kFailedPrecondition, "clock");
    mesh.test->clock().Advance(11 * kDay);
    testing::Restore(mesh.test->vault(), vault);
    REQUIRE_OK(mesh.test->Restart());
    REQUIRE_ERROR(open(ada), Code::kNotFound, kGone);
    REQUIRE_OK(open(bob));
  }
  SECTION("billing data has a period of its own") {
    const SealedRecord invoice =
        mesh.StoreOrDie(mesh.payments(), mesh.Payment("ada"));
    mesh.test->clock().Advance(100 * kDay);
    REQUIRE_OK(mesh.test->Sweep());
    const auto amounts = mesh.payments().Open<Payment>(
        invoice, AnySubject(), PurposeId("billing.records"));
    REQUIRE_OK(amounts);
    CHECK(amounts->amount_minor() == 1299);
  }
}

TEST_CASE("6.2 logs are cleared by the clock, swept or not", "[promise]") {
  Infermesh mesh;
  const SealedRecord sealed =
      mesh.StoreOrDie(mesh.gateway(), mesh.Request("ada"));
  const auto open = [&](const SealedRecord& record) {
    return mesh.product().OpenBytes(record, AnySubject(),
                                    PurposeId("improvement"));
  };
  mesh.test->clock().Advance(30 * kDay - absl::Milliseconds(1));
  REQUIRE_OK(open(sealed));
  mesh.test->clock().Advance(absl::Milliseconds(1));
  SECTION("due is refused without a sweep") {
    REQUIRE_ERROR(open(sealed), Code::kNotFound, kGone);
  }
  SECTION("an altered time of creation is damage, not a longer life") {
    std::string bytes(sealed.bytes());
    RecordId later = sealed.id();
    later.bytes[6] = static_cast<std::uint8_t>(later.bytes[6] + 1);
    std::copy(later.bytes.begin(), later.bytes.end(), bytes.begin() + 8);
    const auto moved = SealedRecord::Parse(later, bytes);
    REQUIRE_OK(moved);
    REQUIRE_ERROR(open(*moved), Code::kDataLoss, "it was altered");
  }
  SECTION("no key lives longer than one epoch after its time") {
    const auto vault = testing::RowsOf(mesh.test->vault());
    mesh.test->clock().Advance(3 * kDay);
    REQUIRE_OK(mesh.test->Sweep());
    // The clock is set back, and the copy of the record is asked for.
    mesh.test->clock().Advance(-absl::Minutes(4));
    REQUIRE_ERROR(open(sealed), Code::kNotFound, kGone);
    // The vault is put back as well: its ledger kills the key again.
    testing::Restore(mesh.test->vault(), vault);
    REQUIRE_OK(mesh.test->Restart());
    REQUIRE_ERROR(open(sealed), Code::kNotFound, kGone);
  }
  SECTION("a clock that runs backwards destroys nothing and opens nothing") {
    REQUIRE_OK(mesh.test->Sweep());
    mesh.test->clock().Advance(-2 * kDay);
    CHECK_FALSE(mesh.test->Sweep().ok());
    REQUIRE_ERROR(open(sealed), Code::kFailedPrecondition, "clock");
  }
}

TEST_CASE("6.3 what is left of a log is day, model and size, about nobody",
          "[promise]") {
  Infermesh mesh;
  const ApiRequest request = mesh.Request("ada");
  const SealedRecord sealed = mesh.StoreOrDie(mesh.gateway(), request);
  const SealedRecord other =
      mesh.StoreOrDie(mesh.gateway(), mesh.Request("ada"));
  mesh.test->clock().Advance(35 * kDay);
  const SweepReport report = mesh.test->SweepOrDie();
  CHECK(report.residues == 2);
  std::vector<SealedRecord> residues;
  RecordId last;
  last.bytes.fill(0xff);
  REQUIRE_OK(mesh.test->records().ScanRange(
      RecordId(), last, [&](const RecordId& id, std::string_view bytes) {
        auto parsed = SealedRecord::Parse(id, bytes);
        REQUIRE_OK(parsed);
        if (bytes.find("#log") != std::string_view::npos) {
          residues.push_back(*parsed);
        }
        return true;
      }));
  REQUIRE(residues.size() == 2);
  CHECK(residues[0].id() != residues[1].id());
  for (const SealedRecord& residue : residues) {
    const std::string bytes(residue.bytes());
    CHECK(bytes.find(std::string(sealed.owner().view())) == std::string::npos);
    CHECK(bytes.find(std::string(sealed.id().view())) == std::string::npos);
    CHECK(bytes.find(std::string(other.id().view())) == std::string::npos);
    CHECK(absl::ToUnixMillis(CreatedAt(residue.id())) % 86'400'000 == 0);
    const auto seen = mesh.product().Open<ApiRequest>(residue, NoSubject(),
                                                      PurposeId("improvement"));
    REQUIRE_OK(seen);
    CHECK(seen->model() == "sky-7b");
    CHECK(seen->prompt_tokens() == 100);
    CHECK(seen->time().seconds() % 86'400 == 0);
    CHECK(testing::SetFields(*seen).find("account_id") == std::string::npos);
    CHECK(testing::SetFields(*seen).find("client_ip") == std::string::npos);
  }
  CHECK(testing::LeaksOf(request, testing::AllRecords(mesh.test->records()))
            .empty());
  SECTION("with the account the last of the person goes, and they stay") {
    REQUIRE_OK(
        mesh.subjects().RecordEvent(Subject("ada"), EventId("account_closed")));
    mesh.test->clock().Advance(91 * kDay);
    REQUIRE_OK(mesh.test->Sweep());
    const std::string records = testing::AllRecords(mesh.test->records());
    std::string all = records;
    for (Store* store : {&mesh.test->vault(), &mesh.test->state()}) {
      for (const auto& [key, value] : testing::RowsOf(*store)) {
        all += key + value;
      }
    }
    CHECK(records.find(sealed.owner().view()) == std::string::npos);
    for (const SealedRecord* gone : {&sealed, &other}) {
      CHECK(all.find(gone->id().view()) == std::string::npos);
    }
    CHECK(testing::LeaksOf(request, all).empty());
    for (const SealedRecord& residue : residues) {
      REQUIRE_OK(mesh.test->records().Get(residue.id()));
    }
  }
}

// In the reference policy everything but content serves compliance as well:
// here the optional part of a visit rests on one purpose alone.
const testing::PolicyEdit kNotForCompliance = {
    "permit { categories: [\"*\"]  except_categories: [\"content\"]",
    "permit { categories: [\"*\"]  except_categories: [\"content\", "
    "\"session.optional\"]"};

struct LostGround {
  std::string name;
  std::vector<testing::PolicyEdit> edits;
  std::function<absl::Status(Infermesh&)> begin, lose;
  Code code;
  std::string text;
};

std::vector<LostGround> EveryLostGround() {
  const PurposeId experience("experience");
  const Subject ada("ada");
  const auto consent = [=](Infermesh& mesh) {
    return mesh.subjects().GiveConsent(ada, experience);
  };
  return {
      {"a consent that is withdrawn",
       {},
       consent,
       [=](Infermesh& mesh) {
         return mesh.subjects().WithdrawConsent(ada, experience);
       },
       Code::kFailedPrecondition,
       "consent"},
      {"an objection that is upheld",
       {{"purpose { id: \"experience\"                basis: CONSENT",
         "purpose { id: \"experience\" basis: LEGITIMATE_INTERESTS interest: "
         "\"a nicer page\""}},
       [](Infermesh&) { return absl::OkStatus(); },
       [=](Infermesh& mesh) {
         absl::Status status = mesh.subjects().Object(ada, experience);
         // Pending, it makes nothing due.
         CHECK(mesh.test->SweepOrDie().without_ground == 0);
         status.Update(mesh.subjects().ResolveObjection(
             ada, experience, ObjectionResult::kUpheld));
         return status;
       },
       Code::kFailedPrecondition,
       "objection"},
      {"a permit that is taken out of the policy",
       {},
       consent,
       [](Infermesh& mesh) {
         return mesh.test->engine().SetPolicy(PolicyOrDie(
             {kNotForCompliance,
              {"version: 4", "version: 5"},
              {"permit { categories: [\"service_log\", \"session.optional\"]",
               "permit { categories: [\"service_log\"]"}}));
       },
       Code::kPermissionDenied,
       "no rule that holds"},
  };
}

TEST_CASE("6.4 what has lost its ground is refused at once, and swept",
          "[promise]") {
  const auto cases = EveryLostGround();
  const LostGround& test =
      cases[GENERATE(range(std::size_t{0}, std::size_t{3}))];
  INFO(test.name);
  std::vector<testing::PolicyEdit> edits = test.edits;
  edits.push_back(kNotForCompliance);
  Infermesh mesh(Edited(edits), testing::OfText{});
  WebSession session;
  session.set_account_id("ada");
  session.set_session_id("session-51d9");
  session.set_ui_variant("variant-b-77");
  REQUIRE_OK(test.begin(mesh));
  const SealedRecord sealed = mesh.StoreOrDie(mesh.gateway(), session);
  const auto variant = [&](const SealedRecord& record) {
    return mesh.product().OpenBytes(record, Subject("ada"),
                                    PurposeId("experience"));
  };
  REQUIRE_OK(variant(sealed));
  REQUIRE_OK(test.lose(mesh));
  REQUIRE_ERROR(variant(sealed), test.code, test.text);
  const SweepReport report = mesh.test->SweepOrDie();
  CHECK(report.without_ground == 1);
  const auto left = mesh.test->records().Get(sealed.id());
  REQUIRE_OK(left);
  CHECK(left->bytes().size() < sealed.bytes().size());
  SECTION("what another purpose needs stays") {
    const auto delivery = mesh.gateway().Open<WebSession>(
        *left, Subject("ada"), PurposeId("service.delivery"));
    REQUIRE_OK(delivery);
    CHECK(delivery->session_id() == "session-51d9");
  }
  SECTION("each with its ground, or the want of one") {
    const auto why = [&](CategoryId category) {
      const auto explained = mesh.gateway().ExplainStore(
          category, "infermesh.v1.WebSession", Subject("ada"));
      REQUIRE_OK(explained);
      return *explained;
    };
    const Explanation stays = why(CategoryId("session.essential"));
    CHECK(stays.permitted);
    CHECK(std::count(stays.rules.begin(), stays.rules.end(),
                     "the service runs") == 1);
    CHECK_FALSE(why(CategoryId("session.optional")).permitted);
  }
  SECTION("and a new consent does not bring back what went") {
    REQUIRE_OK(
        mesh.subjects().GiveConsent(Subject("ada"), PurposeId("experience")));
    const auto seen = variant(*left);
    CHECK((seen.ok() ? *seen : "").find("variant-b-77") == std::string::npos);
  }
}

TEST_CASE("6.4 a category that is stored and never due stops the start",
          "[promise]") {
  const Policy policy = PolicyOrDie(
      {{"retention { id: \"content\"   categories: [\"content\"]",
        "retention { id: \"content\"   categories: [\"content.output\"]"}});
  REQUIRE_ERROR(Engine::Create(policy), Code::kInvalidArgument,
                "no retention covers its category `content.prompt`");
}

}  // namespace
}  // namespace privet
