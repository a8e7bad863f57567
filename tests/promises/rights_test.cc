// SPDX-License-Identifier: Apache-2.0
//
// Promise 7: what a person may ask for. Left out until their machinery is here:
// the ratchet, the exception and the jurisdiction of what is kept (7.3),
// requests and their due dates (7.4), and the other rights. That a process dies
// by a signal, and what its files hold then, is for tests/fault and tests/keys;
// here stores stop answering, at each call in turn.

#include <atomic>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "engine/engine_rig.h"
#include "infermesh.pb.h"
#include "keys/destroyer.h"
#include "keys/rows.h"
#include "privet/engine.h"
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
using infermesh::v1::Payment;
using testing::Edited;
using testing::Infermesh;
using Code = absl::StatusCode;

TEST_CASE("7.3 what is erased opens from no copy, and a restore erases again",
          "[promise]") {
  Infermesh mesh;
  const SealedRecord request =
      mesh.StoreOrDie(mesh.gateway(), mesh.Request("ada"));
  const SealedRecord account =
      mesh.StoreOrDie(mesh.accounts(), mesh.Account("ada"));
  const auto vault = testing::RowsOf(mesh.test->vault());
  const auto state = testing::RowsOf(mesh.test->state());
  const auto slots_before =
      keys::SlotsOfOwner(mesh.test->vault(), request.owner());
  REQUIRE_OK(slots_before);
  const std::vector<keys::SlotKey> slots = *slots_before;
  REQUIRE_OK(mesh.subjects().Erase(Subject("ada")));
  const auto check_gone = [&] {
    for (const auto& [actor, purpose] : testing::EveryClaim()) {
      for (const SealedRecord* sealed : {&request, &account}) {
        const auto opened =
            testing::ActorOf(mesh, actor)
                .OpenBytes(*sealed, AnySubject(), testing::PurposeOf(purpose));
        INFO(actor << " for " << purpose);
        if (opened.status().code() != Code::kNotFound) {
          // Nor did it before: no rule, or no consent.
          CHECK(std::string(opened.status().message())
                    .find("no rule that holds") != std::string::npos);
        } else {
          REQUIRE_ERROR(opened, Code::kNotFound, "its keys are destroyed");
        }
      }
    }
  };
  SECTION("at once") {
    check_gone();
    CHECK(testing::LeaksNothingOf(mesh.Account("ada"),
                                  testing::AllRecords(mesh.test->records())));
    CHECK(mesh.test->records().Get(request.id()).status().code() ==
          Code::kNotFound);
  }
  SECTION("no row of the live vault holds a key that it held") {
    std::string now;
    for (const auto& [key, value] : testing::RowsOf(mesh.test->vault())) {
      now += value;
    }
    int held = 0;
    for (const keys::SlotKey& slot : slots) {
      const std::string row =
          keys::KeyRow(keys::KeyKind::kSubject, keys::SubjectKeyName(slot));
      for (const auto& [key, value] : vault) {
        if (key != row) continue;
        CHECK(now.find(value) == std::string::npos);
        ++held;
      }
    }
    CHECK(held >= 3);  // erasable, link, and what dies by an event
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

// Whether anybody gets anything of a record, for any purpose.
bool Opens(const Engine& engine, const SealedRecord& sealed) {
  for (const auto& [actor, purpose] : testing::EveryClaim()) {
    if (testing::ActorOf(engine, actor)
            .OpenBytes(sealed, AnySubject(), testing::PurposeOf(purpose))
            .ok()) {
      return true;
    }
  }
  return false;
}

bool AuditReads(const Engine& engine, const SealedRecord& invoice) {
  const auto seen =
      testing::ActorOf(engine, "auditor")
          .Open<Payment>(invoice, AnySubject(), PurposeId("billing.audit"));
  return seen.ok() && seen->amount_minor() == 1299;
}

TEST_CASE("7.3 an erasure is whole or not begun, wherever the process dies",
          "[promise]") {
  // Restored before the next start: neither store, one of them, or both.
  const bool of_vault = GENERATE(false, true), of_state = GENERATE(false, true);
  int begun = 0;
  for (int calls = 0;; ++calls) {
    INFO("call " << calls);
    testing::EngineRig rig;
    // All three die at the same call: the process does.
    testing::FailurePlan& plan = rig.vault->plan();
    rig.state->plan() = plan;
    rig.records->plan() = plan;
    std::vector<SealedRecord> erased;
    std::optional<SealedRecord> invoice;
    testing::StoreRows vault, state;
    bool done = false;
    {
      const Engine engine = rig.OpenOrDie();
      const auto store = [&](const char* actor, const auto& record) {
        return testing::StoreOrDie(rig, testing::ActorOf(engine, actor),
                                   record);
      };
      erased.push_back(store("gateway", rig.Request("ada")));
      erased.push_back(store("accounts", testing::AccountOf("ada")));
      invoice = store("payments", testing::PaymentOf("ada"));
      vault = testing::RowsOf(*rig.vault);
      state = testing::RowsOf(*rig.state);
      plan.FailAfter(calls, absl::UnavailableError("killed"));
      const auto receipt = engine.subjects().Erase(Subject("ada"));
      done = receipt.ok();
      if (!done) REQUIRE_ERROR(receipt, Code::kUnavailable, "killed");
      plan.Pass();
    }
    if (of_vault) testing::Restore(*rig.vault, vault);
    if (of_state) testing::Restore(*rig.state, state);
    const Engine engine = rig.OpenOrDie();
    const bool opens = Opens(engine, erased[0]);
    CHECK(Opens(engine, erased[1]) == opens);
    CHECK(AuditReads(engine, *invoice));
    if (!opens) ++begun;
    CHECK_FALSE((opens && (done || begun > 0)));
    const auto again = engine.subjects().Erase(Subject("ada"));
    REQUIRE_OK(again);
    CHECK(again->kept_for == std::vector<std::string>{"bookkeeping"});
    for (const SealedRecord& sealed : erased)
      CHECK_FALSE(Opens(engine, sealed));
    CHECK(AuditReads(engine, *invoice));
    for (const SealedRecord& sealed : erased) {
      REQUIRE_ERROR(rig.records->Get(sealed.id()), Code::kNotFound, "");
    }
    // Who comes back is not who was erased, and survives the replay.
    const SealedRecord account = testing::StoreOrDie(
        rig, testing::ActorOf(engine, "accounts"), testing::AccountOf("ada"));
    const Engine next = rig.OpenOrDie();
    CHECK(Opens(next, account));
    CHECK_FALSE(Opens(next, erased[1]));
    if (!done) continue;
    CHECK(calls > begun);  // some deaths were before it began
    CHECK(begun > 10);
    return;
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
    std::atomic<int> early{0}, late{0};
    std::thread reader([&] {
      while (!stop.load()) {
        const bool after = objected.load();
        if (read().ok()) (after ? late : early).fetch_add(1);
      }
    });
    while (early.load() == 0) std::this_thread::yield();
    const absl::Status status =
        mesh.subjects().Object(Subject("ada"), PurposeId("improvement"));
    objected.store(true);
    std::set<std::string> said;
    for (int i = 0; i < 200; ++i) said.insert(read().ToString());
    stop.store(true);
    reader.join();
    REQUIRE_OK(status);
    CHECK(late.load() == 0);
    CHECK(said.size() == 1);
    REQUIRE_ERROR(read(), Code::kFailedPrecondition, "objection");
  }
  SECTION("it cannot be overridden without reasons") {
    REQUIRE_OK(
        mesh.subjects().Object(Subject("ada"), PurposeId("improvement")));
    REQUIRE_ERROR(mesh.subjects().ResolveObjection(
                      Subject("ada"), PurposeId("improvement"),
                      ObjectionResult::kOverridden),
                  Code::kInvalidArgument, "grounds");
    REQUIRE_ERROR(read(), Code::kFailedPrecondition, "objection");
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
                  Code::kFailedPrecondition, "direct marketing");
  }
  SECTION("one that was upheld stays, whatever comes after") {
    REQUIRE_OK(
        mesh.subjects().Object(Subject("ada"), PurposeId("improvement")));
    REQUIRE_OK(mesh.subjects().ResolveObjection(
        Subject("ada"), PurposeId("improvement"), ObjectionResult::kUpheld));
    REQUIRE_ERROR(read(), Code::kFailedPrecondition, "objection");
    REQUIRE_OK(mesh.test->Restart());
    const absl::Status after =
        mesh.product()
            .OpenBytes(sealed, Subject("ada"), PurposeId("improvement"))
            .status();
    REQUIRE_ERROR(after, Code::kFailedPrecondition, "objection");
  }
}

TEST_CASE("7.4 the law gives an objection by the basis of a purpose",
          "[promise]") {
  struct Case {
    std::string name, purpose;
    bool may;
  };
  const Case test = GENERATE(values<Case>({
      {"legitimate interests", "basis: LEGITIMATE_INTERESTS interest: \"x\"",
       true},
      {"a public task", "basis: PUBLIC_TASK", true},
      {"direct marketing by consent", "basis: CONSENT kinds: DIRECT_MARKETING",
       true},
      {"a contract that is objectable", "basis: CONTRACT objectable: true",
       true},
      {"a contract", "basis: CONTRACT", false},
      {"a legal obligation",
       "basis: LEGAL_OBLIGATION obligation: \"bookkeeping\"", false},
      {"consent, which is withdrawn instead", "basis: CONSENT", false},
  }));
  INFO(test.name);
  Infermesh mesh(Edited({testing::Adding("purpose { id: \"study\" " +
                                         test.purpose + " }")}),
                 testing::OfText{});
  const absl::Status status =
      mesh.subjects().Object(Subject("ada"), PurposeId("study"));
  if (test.may) {
    REQUIRE_OK(status);
  } else {
    REQUIRE_ERROR(status, Code::kFailedPrecondition,
                  "the law gives no objection to purpose `study`");
  }
}

}  // namespace
}  // namespace privet
