// SPDX-License-Identifier: Apache-2.0
//
// Erasure: at once, everywhere, whatever stands in its way, and for good.

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "engine/desk.h"
#include "engine/engine_rig.h"
#include "infermesh.pb.h"
#include "privet/engine.h"
#include "privet/record_store.h"
#include "privet/subjects.h"
#include "support/catch.h"
#include "support/infermesh_records.h"
#include "support/status_assertions.h"

namespace privet {
namespace {

using infermesh::v1::ApiRequest;
using infermesh::v1::Payment;
using testing::ActorOf;
using testing::Desk;
using testing::EngineRig;
using testing::kAda;
using testing::PolicyOrDie;
using Code = absl::StatusCode;

constexpr PurposeId kDelivery("service.delivery");
constexpr PurposeId kAudit("billing.audit");

int CountRecords(RecordSource& source) {
  int count = 0;
  RecordId last;
  last.bytes.fill(0xff);
  REQUIRE_OK(source.ScanRange(RecordId(), last,
                              [&count](const RecordId&, std::string_view) {
                                ++count;
                                return true;
                              }));
  return count;
}

// Whether Ada's request gives anything to anybody by any call.
bool GivesAnything(const Engine& engine, const SealedRecord& request) {
  ApiRequest changes;
  changes.set_model("other");
  const Actor gateway = ActorOf(engine, "gateway");
  for (const SubjectMatch& who :
       {SubjectMatch(AnySubject()), SubjectMatch(Subject(kAda))}) {
    if (gateway.OpenBytes(request, who, kDelivery).ok() ||
        gateway.Share(request, who, RecipientId("model_host"), kDelivery)
            .ok() ||
        ActorOf(engine, "legal")
            .OpenBytes(request, who, PurposeId("compliance"))
            .ok()) {
      return true;
    }
  }
  return gateway.Amend(request, changes, Subject(kAda)).ok();
}

TEST_CASE("An erasure by one engine counts for the next call of each",
          "[engine][erase]") {
  Desk desk;
  const Engine other = desk.rig.OpenOrDie();
  CHECK(GivesAnything(other, desk.request));  // its keys are cached now
  const auto lease = other.Prefetch(desk.ada);
  REQUIRE_OK(lease);
  const auto receipt = desk.subjects().Erase(desk.ada);
  REQUIRE_OK(receipt);
  CHECK_FALSE(GivesAnything(other, desk.request));
  CHECK_FALSE(GivesAnything(desk.engine, desk.request));
  CHECK(receipt->scrubbed);
  CHECK(receipt->records_removed == 2);  // request and account
  CHECK(receipt->records_changed == 1);  // the invoice loses its account id
  CHECK(receipt->final_on_other_hosts ==
        desk.rig.clock.Now() + absl::Seconds(5));
}

TEST_CASE("Who is erased leaves others as they are, and no word behind",
          "[engine][erase]") {
  Desk desk;
  const SealedRecord bob =
      testing::StoreOrDie(desk.rig, desk.gateway(), desk.rig.Request("bob"));
  const PurposeId analytics("analytics");
  for (const char* id : {kAda, "bob"}) {
    REQUIRE_OK(desk.subjects().GiveConsent(Subject(id), analytics));
  }
  REQUIRE_OK(desk.subjects().Erase(desk.ada));
  const Actor product = desk.As("product");
  REQUIRE_OK(product.OpenBytes(bob, Subject("bob"), analytics));
  // Who signs up again has said nothing yet.
  REQUIRE_ERROR(product.Minimize(desk.rig.Request(kAda), desk.ada, analytics),
                Code::kFailedPrecondition, "consent");
  const std::string owner(desk.request.owner().view());
  for (const auto& [key, value] : testing::RowsOf(*desk.rig.state)) {
    CHECK(key.find(owner) == std::string::npos);
  }
}

TEST_CASE("Erasing somebody of whom nothing is known does nothing",
          "[engine][erase]") {
  Desk desk;
  const auto vault = testing::RowsOf(*desk.rig.vault);
  const auto state = testing::RowsOf(*desk.rig.state);
  const int records = CountRecords(*desk.rig.records);
  const auto receipt = desk.subjects().Erase(Subject("nobody knows"));
  REQUIRE_OK(receipt);
  CHECK(receipt->scrubbed);
  CHECK(receipt->records_changed + receipt->records_removed == 0);
  CHECK(receipt->kept_for.empty());
  CHECK(testing::RowsOf(*desk.rig.vault) == vault);
  CHECK(testing::RowsOf(*desk.rig.state) == state);
  CHECK(CountRecords(*desk.rig.records) == records);
}

TEST_CASE("Each receipt names what a law keeps, the second one too",
          "[engine][erase]") {
  Desk desk;
  const std::vector<std::string> books = {"bookkeeping"};
  REQUIRE(desk.subjects().Erase(desk.ada)->kept_for == books);
  const auto again = desk.subjects().Erase(desk.ada);
  REQUIRE_OK(again);
  CHECK(again->kept_for == books);
  CHECK(again->records_changed + again->records_removed == 0);
  SECTION("under the name that it has today") {
    REQUIRE_OK(desk.engine.SetPolicy(
        PolicyOrDie({testing::Version(5),
                     {"basis: LEGAL_OBLIGATION  obligation: \"bookkeeping\"",
                      "basis: LEGAL_OBLIGATION  obligation: \"books\""},
                     {"keep: \"7y\"   obligation: \"bookkeeping\"",
                      "keep: \"7y\"   obligation: \"books\""},
                     {"obligation { id: \"bookkeeping\"",
                      "obligation { id: \"books\" was: \"bookkeeping\""}})));
    CHECK(desk.subjects().Erase(desk.ada)->kept_for ==
          std::vector<std::string>{"books"});
  }
}

TEST_CASE("A person with more records than one batch holds is erased whole",
          "[engine][erase]") {
  EngineRig rig;
  const Engine engine = rig.OpenOrDie();
  const Actor gateway = ActorOf(engine, "gateway");
  for (int i = 0; i < 1001; ++i) {
    testing::StoreOrDie(rig, gateway, rig.Request(kAda));
  }
  const auto receipt = engine.subjects().Erase(Subject(kAda));
  REQUIRE_OK(receipt);
  CHECK(receipt->records_removed == 1001);
  CHECK(CountRecords(*rig.records) == 0);
}

TEST_CASE("What is restored after an erasure is as dead as before",
          "[engine][erase]") {
  EngineRig rig;
  std::vector<SealedRecord> sealed;
  {
    const Engine engine = rig.OpenOrDie();
    sealed.push_back(testing::StoreOrDie(rig, ActorOf(engine, "gateway"),
                                         rig.Request(kAda)));
  }
  const auto vault = testing::RowsOf(*rig.vault);
  const auto state = testing::RowsOf(*rig.state);
  {
    const Engine engine = rig.OpenOrDie();
    REQUIRE_OK(engine.subjects().Erase(Subject(kAda)));
  }
  SECTION("the vault") { testing::Restore(*rig.vault, vault); }
  SECTION("the state") { testing::Restore(*rig.state, state); }
  SECTION("vault, state and records") {
    testing::Restore(*rig.vault, vault);
    testing::Restore(*rig.state, state);
  }
  const Engine engine = rig.OpenOrDie();
  CHECK_FALSE(GivesAnything(engine, sealed[0]));
  // A copy of the record finds no way back into the store.
  REQUIRE_ERROR(rig.records->Put(sealed[0]), Code::kFailedPrecondition,
                "erased");
  // And who returns is not who was erased.
  const auto again =
      ActorOf(engine, "gateway").Seal(rig.Request(kAda), Subject(kAda));
  REQUIRE_OK(again);
  CHECK(again->owner() != sealed[0].owner());
}

// Fails the call that `fail` plans, from the first call of the store to the
// last; after each, Erase() called again, or a start, ends the erasure.
void BreakEachCall(const std::function<testing::FailurePlan&(EngineRig&)>& plan,
                   const std::function<void(testing::FailurePlan&, int)>& fail,
                   bool by_restart) {
  for (int calls = 0;; ++calls) {
    Desk desk;
    fail(plan(desk.rig), calls);
    const auto broken = desk.subjects().Erase(desk.ada);
    plan(desk.rig).Pass();
    if (broken.ok()) {
      CHECK(calls > 5);
      return;
    }
    INFO("call " << calls << ": " << broken.status().ToString());
    REQUIRE(broken.status().code() == Code::kUnavailable);
    Engine engine = desk.engine;
    if (by_restart) {
      engine = desk.rig.OpenOrDie();
      // A failure before the first write leaves nothing to go on with.
      if (GivesAnything(engine, desk.request)) {
        REQUIRE_OK(engine.subjects().Erase(desk.ada));
      }
    } else {
      REQUIRE_OK(engine.subjects().Erase(desk.ada));
    }
    REQUIRE_FALSE(GivesAnything(engine, desk.request));
    REQUIRE(CountRecords(*desk.rig.records) == 1);
    const auto invoice = desk.rig.records->Get(desk.payment.id());
    REQUIRE_OK(invoice);
    const auto audit = ActorOf(engine, "auditor")
                           .Open<Payment>(*invoice, AnySubject(), kAudit);
    REQUIRE_OK(audit);
    REQUIRE(audit->amount_minor() == 1299);
    for (const auto& [key, value] : testing::RowsOf(*desk.rig.state)) {
      REQUIRE(key.rfind("erasing/", 0) != 0);
    }
  }
}

TEST_CASE("An erasure that breaks off anywhere goes on where it was",
          "[engine][erase][faults]") {
  const absl::Status unplugged = absl::UnavailableError("unplugged");
  const bool by_restart = GENERATE(false, true);
  const bool answer_lost = GENERATE(false, true);
  const auto fail = [&](testing::FailurePlan& plan, int calls) {
    answer_lost ? plan.LoseAnswer(calls, unplugged)
                : plan.FailOnce(calls, unplugged);
  };
  SECTION("of the vault") {
    BreakEachCall(
        [](EngineRig & rig) -> auto& { return rig.vault->plan(); }, fail,
        by_restart);
  }
  SECTION("of the state") {
    BreakEachCall(
        [](EngineRig & rig) -> auto& { return rig.state->plan(); }, fail,
        by_restart);
  }
}

TEST_CASE("Records that cannot be written are erased all the same",
          "[engine][erase][faults]") {
  Desk desk;
  desk.rig.records->plan().FailAfter(0, absl::UnavailableError("read-only"));
  REQUIRE_ERROR(desk.subjects().Erase(desk.ada), Code::kUnavailable,
                "read-only");
  // Their keys went first: nothing of them opens.
  CHECK_FALSE(GivesAnything(desk.engine, desk.request));
  SECTION("and go when they can be, by the next erasure of anybody") {
    desk.rig.records->plan().Pass();
    REQUIRE_OK(desk.subjects().Erase(Subject("nobody knows")));
    CHECK(CountRecords(*desk.rig.records) == 1);
  }
  SECTION("or by the next start") {
    REQUIRE_ERROR(desk.rig.TryOpen(), Code::kUnavailable, "read-only");
    desk.rig.records->plan().Pass();
    desk.rig.OpenOrDie();
    CHECK(CountRecords(*desk.rig.records) == 1);
  }
}

}  // namespace
}  // namespace privet
