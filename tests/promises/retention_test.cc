// SPDX-License-Identifier: Apache-2.0
//
// Promises 6 and 7: how long data lives, and what a person may ask for. Left
// out until their machinery is here: the ratchet (6.1, 7.3), holds, receipts
// that name each kept thing with its exception (7.3), requests and their due
// dates (7.4).

#include <atomic>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "engine/engine_rig.h"
#include "infermesh.pb.h"
#include "privet/engine.h"
#include "privet/policy.h"
#include "privet/sealed_record.h"
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

constexpr absl::Duration kDay = absl::Hours(24);

std::string AllRecords(RecordStore& records) {
  std::string all;
  RecordId last;
  last.bytes.fill(0xff);
  REQUIRE_OK(records.ScanRange(RecordId(), last,
                               [&](const RecordId& id, std::string_view bytes) {
                                 all.append(id.view()).append(bytes);
                                 return true;
                               }));
  return all;
}

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
    REQUIRE_ERROR(open(ada), absl::StatusCode::kNotFound, "");
    REQUIRE_OK(open(bob));
  }
  SECTION("a shorter one does") {
    REQUIRE_OK(mesh.test->engine().SetPolicy(
        PolicyOrDie({{"version: 4", "version: 5"},
                     {"keep: \"90d\"  after: \"account_closed\"",
                      "keep: \"60d\"  after: \"account_closed\""}})));
    REQUIRE_ERROR(open(ada), absl::StatusCode::kNotFound, "");
    REQUIRE_OK(open(bob));
  }
  SECTION("once swept, a copy of the record finds no key") {
    mesh.test->clock().Advance(11 * kDay);
    REQUIRE_OK(mesh.test->Sweep());
    mesh.test->clock().Advance(-11 * kDay);
    CHECK_FALSE(open(ada).ok());
    mesh.test->clock().Advance(11 * kDay);
    REQUIRE_ERROR(open(ada), absl::StatusCode::kNotFound, "");
    REQUIRE_OK(open(bob));
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
    REQUIRE_ERROR(open(sealed), absl::StatusCode::kNotFound, "");
  }
  SECTION("an altered time of creation is damage, not a longer life") {
    std::string bytes(sealed.bytes());
    RecordId later = sealed.id();
    later.bytes[6] = static_cast<std::uint8_t>(later.bytes[6] + 1);
    std::copy(later.bytes.begin(), later.bytes.end(), bytes.begin() + 8);
    const auto moved = SealedRecord::Parse(later, bytes);
    REQUIRE_OK(moved);
    REQUIRE_ERROR(open(*moved), absl::StatusCode::kDataLoss, "");
  }
  SECTION("no key lives longer than one epoch after its time") {
    const auto vault = testing::RowsOf(mesh.test->vault());
    mesh.test->clock().Advance(3 * kDay);
    REQUIRE_OK(mesh.test->Sweep());
    // The clock is set back, and the copy of the record is asked for.
    mesh.test->clock().Advance(-absl::Minutes(4));
    REQUIRE_ERROR(open(sealed), absl::StatusCode::kNotFound, "");
    // The vault is put back as well: its ledger kills the key again.
    testing::Restore(mesh.test->vault(), vault);
    REQUIRE_OK(mesh.test->Restart());
    REQUIRE_ERROR(open(sealed), absl::StatusCode::kNotFound, "");
  }
  SECTION("a clock that runs backwards destroys nothing and opens nothing") {
    REQUIRE_OK(mesh.test->Sweep());
    mesh.test->clock().Advance(-2 * kDay);
    CHECK_FALSE(mesh.test->Sweep().ok());
    REQUIRE_ERROR(open(sealed), absl::StatusCode::kFailedPrecondition, "clock");
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
  CHECK(testing::LeaksOf(request, AllRecords(mesh.test->records())).empty());
}

TEST_CASE("6.4 what has lost its ground is refused at once, and swept",
          "[promise]") {
  // In the reference policy everything but content serves compliance as well:
  // here the optional part rests on consent alone.
  Infermesh mesh(
      Edited({{"permit { categories: [\"*\"]  except_categories: [\"content\"]",
               "permit { categories: [\"*\"]  except_categories: [\"content\", "
               "\"session.optional\"]"}}),
      testing::OfText{});
  WebSession session;
  session.set_account_id("ada");
  session.set_session_id("session-51d9");
  session.set_ui_variant("variant-b-77");
  REQUIRE_OK(
      mesh.subjects().GiveConsent(Subject("ada"), PurposeId("experience")));
  const auto sealed = mesh.gateway().Seal(session, Subject("ada"));
  REQUIRE_OK(sealed);
  REQUIRE_OK(mesh.test->records().Put(*sealed));
  const auto variant = [&](const SealedRecord& record) {
    return mesh.product().OpenBytes(record, Subject("ada"),
                                    PurposeId("experience"));
  };
  REQUIRE_OK(variant(*sealed));
  REQUIRE_OK(
      mesh.subjects().WithdrawConsent(Subject("ada"), PurposeId("experience")));
  REQUIRE_ERROR(variant(*sealed), absl::StatusCode::kFailedPrecondition,
                "consent");
  const SweepReport report = mesh.test->SweepOrDie();
  CHECK(report.without_ground == 1);
  const auto left = mesh.test->records().Get(sealed->id());
  REQUIRE_OK(left);
  CHECK(left->bytes().size() < sealed->bytes().size());
  SECTION("what another purpose needs stays") {
    const auto delivery = mesh.gateway().Open<WebSession>(
        *left, Subject("ada"), PurposeId("service.delivery"));
    REQUIRE_OK(delivery);
    CHECK(delivery->session_id() == "session-51d9");
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
  REQUIRE_ERROR(Engine::Create(policy), absl::StatusCode::kInvalidArgument,
                "prompt");
}

TEST_CASE("7.3 what is erased opens from no copy, and a restore erases again",
          "[promise]") {
  Infermesh mesh;
  const SealedRecord request =
      mesh.StoreOrDie(mesh.gateway(), mesh.Request("ada"));
  const SealedRecord account =
      mesh.StoreOrDie(mesh.accounts(), mesh.Account("ada"));
  const auto vault = testing::RowsOf(mesh.test->vault());
  const auto state = testing::RowsOf(mesh.test->state());
  REQUIRE_OK(mesh.subjects().Erase(Subject("ada")));
  const auto check_gone = [&] {
    for (const auto& [actor, purpose] : testing::EveryClaim()) {
      for (const SealedRecord* sealed : {&request, &account}) {
        const auto opened =
            testing::ActorOf(mesh, actor)
                .OpenBytes(*sealed, AnySubject(), testing::PurposeOf(purpose));
        INFO(actor << " for " << purpose);
        CHECK_FALSE(opened.ok());
      }
    }
  };
  SECTION("at once") {
    check_gone();
    CHECK(testing::LeaksNothingOf(mesh.Account("ada"),
                                  AllRecords(mesh.test->records())));
    CHECK(mesh.test->records().Get(request.id()).status().code() ==
          absl::StatusCode::kNotFound);
  }
  SECTION("no row of the live vault holds a key that it held") {
    const std::string owner(request.owner().view());
    for (const auto& [key, value] : testing::RowsOf(mesh.test->vault())) {
      for (const auto& [old_key, old_value] : vault) {
        if (old_key.find(owner) == std::string::npos) continue;
        CHECK((key != old_key || value != old_value));
      }
    }
  }
  SECTION("after the vault is restored") {
    testing::Restore(mesh.test->vault(), vault);
    REQUIRE_OK(mesh.test->Restart());
    check_gone();
  }
  SECTION("after vault and state are restored") {
    testing::Restore(mesh.test->vault(), vault);
    testing::Restore(mesh.test->state(), state);
    REQUIRE_OK(mesh.test->Restart());
    check_gone();
  }
  SECTION("who signs up again survives the replay") {
    const SealedRecord again =
        mesh.StoreOrDie(mesh.accounts(), mesh.Account("ada"));
    REQUIRE_OK(mesh.test->Restart());
    REQUIRE_OK(mesh.accounts().Open<Account>(
        again, Subject("ada"), PurposeId("service.authentication")));
    check_gone();
  }
}

TEST_CASE("7.4 an objection stops its purpose at the next call", "[promise]") {
  Infermesh mesh;
  const SealedRecord sealed =
      mesh.StoreOrDie(mesh.gateway(), mesh.Request("ada"));
  const Actor product = mesh.product();
  const auto read = [&] {
    return product.OpenBytes(sealed, Subject("ada"), PurposeId("improvement"))
        .status();
  };
  REQUIRE_OK(read());
  SECTION("while another thread reads for it") {
    std::atomic<bool> objected{false}, stop{false};
    std::atomic<int> late{0};
    std::thread reader([&] {
      while (!stop.load()) {
        const bool after = objected.load();
        if (read().ok() && after) late.fetch_add(1);
      }
    });
    const absl::Status status =
        mesh.subjects().Object(Subject("ada"), PurposeId("improvement"));
    objected.store(true);
    for (int i = 0; i < 200; ++i) CHECK_FALSE(read().ok());
    stop.store(true);
    reader.join();
    REQUIRE_OK(status);
    CHECK(late.load() == 0);
  }
  SECTION("it cannot be overridden without reasons") {
    REQUIRE_OK(
        mesh.subjects().Object(Subject("ada"), PurposeId("improvement")));
    REQUIRE_ERROR(mesh.subjects().ResolveObjection(
                      Subject("ada"), PurposeId("improvement"),
                      ObjectionResult::kOverridden),
                  absl::StatusCode::kInvalidArgument, "grounds");
    REQUIRE_ERROR(read(), absl::StatusCode::kFailedPrecondition, "objection");
    REQUIRE_OK(mesh.subjects().ResolveObjection(
        Subject("ada"), PurposeId("improvement"), ObjectionResult::kOverridden,
        "balance-2026-3"));
    REQUIRE_OK(read());
  }
  SECTION("that to direct marketing never can") {
    Infermesh other(
        Edited({testing::Adding(
            "purpose { id: \"mailing\" basis: LEGITIMATE_INTERESTS interest: "
            "\"news\" kinds: DIRECT_MARKETING }")}),
        testing::OfText{});
    REQUIRE_OK(other.subjects().Object(Subject("ada"), PurposeId("mailing")));
    REQUIRE_ERROR(other.subjects().ResolveObjection(
                      Subject("ada"), PurposeId("mailing"),
                      ObjectionResult::kOverridden, "balance-2026-4"),
                  absl::StatusCode::kFailedPrecondition, "direct marketing");
  }
  SECTION("the law gives none to a contract") {
    REQUIRE_ERROR(
        mesh.subjects().Object(Subject("ada"), PurposeId("service.delivery")),
        absl::StatusCode::kFailedPrecondition, "objection");
  }
}

}  // namespace
}  // namespace privet
