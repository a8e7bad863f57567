// SPDX-License-Identifier: Apache-2.0
//
// What a law keeps of an erased person: for whom it opens, and when it ends.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "engine/desk.h"
#include "engine/engine_rig.h"
#include "infermesh.pb.h"
#include "keys/destroyer.h"
#include "privet/engine.h"
#include "privet/record_store.h"
#include "privet/subjects.h"
#include "support/catch.h"
#include "support/infermesh_records.h"
#include "support/status_assertions.h"

namespace privet {
namespace {

using infermesh::v1::Payment;
using testing::ActorOf;
using testing::Desk;
using testing::EngineRig;
using testing::kAda;
using testing::PolicyOrDie;
using Code = absl::StatusCode;

constexpr PurposeId kAudit("billing.audit");
constexpr absl::Duration kYear = absl::Hours(24 * 365);

absl::Status Audit(EngineRig& rig, const Engine& engine,
                   const SealedRecord& payment) {
  const auto stored = rig.records->Get(payment.id());
  if (!stored.ok()) return stored.status();
  return ActorOf(engine, "auditor")
      .Open<Payment>(*stored, AnySubject(), kAudit)
      .status();
}

bool StateNames(EngineRig& rig, const OwnerId& owner) {
  for (const auto& [key, value] : testing::RowsOf(*rig.state)) {
    if (key.find(std::string(owner.view())) != std::string::npos) return true;
  }
  return false;
}

std::size_t LivingOf(EngineRig& rig, const OwnerId& owner) {
  const auto keys = keys::SlotsOfOwner(*rig.vault, owner);
  REQUIRE_OK(keys);
  return keys->size();
}

// The reference policy, but that the books are kept from the end of the account
// on.
Policy FromTheEnd() {
  return PolicyOrDie({{"keep: \"7y\"   obligation: \"bookkeeping\"",
                       "keep: \"7y\" after: \"account_closed\" "
                       "obligation: \"bookkeeping\""}});
}

TEST_CASE("A restriction goes on for what a law keeps of an erased person",
          "[engine][erase][restriction]") {
  Desk desk;
  const auto unrestricted = testing::RowsOf(*desk.rig.state);
  desk.Restrict();
  REQUIRE_OK(desk.subjects().GiveConsent(desk.ada, PurposeId("analytics")));
  const auto restricted = testing::RowsOf(*desk.rig.state);
  REQUIRE_ERROR(Audit(desk.rig, desk.engine, desk.payment),
                Code::kFailedPrecondition, "restricted");
  REQUIRE_OK(desk.subjects().Erase(desk.ada));
  Engine engine = desk.engine;
  SECTION("at once") {}
  SECTION("after a start") { engine = desk.rig.OpenOrDie(); }
  SECTION("in a state that was restored") {
    testing::Restore(*desk.rig.state, GENERATE_COPY(unrestricted, restricted));
    engine = desk.rig.OpenOrDie();
  }
  REQUIRE_ERROR(Audit(desk.rig, engine, desk.payment),
                Code::kFailedPrecondition, "restricted");
  // Nothing else of what he said stays.
  std::size_t rows = 0;
  for (const auto& [key, value] : testing::RowsOf(*desk.rig.state)) {
    rows +=
        key.find(std::string(desk.payment.owner().view())) != std::string::npos;
  }
  CHECK(rows == 1);
  // And it is his alone: who signs up again has not asked for it.
  REQUIRE_OK(ActorOf(engine, "gateway").Seal(desk.rig.Request(kAda), desk.ada));
  REQUIRE_OK(ActorOf(engine, "gateway")
                 .Minimize(desk.rig.Request(kAda), desk.ada,
                           PurposeId("service.delivery")));
}

TEST_CASE("A restriction that was lifted does not come back by an erasure",
          "[engine][erase][restriction]") {
  Desk desk;
  desk.Restrict();
  REQUIRE_OK(desk.subjects().RecordNotice(desk.ada, "lifting", "mail"));
  REQUIRE_OK(desk.subjects().Lift(
      desk.ada, RestrictionGround::kAccuracyContested, "lifting"));
  REQUIRE_OK(desk.subjects().Erase(desk.ada));
  REQUIRE_OK(Audit(desk.rig, desk.engine, desk.payment));
  CHECK_FALSE(StateNames(desk.rig, desk.payment.owner()));
}

TEST_CASE("A restriction is forgotten with the last that a law keeps",
          "[engine][erase][restriction]") {
  Desk desk;
  desk.Restrict();
  REQUIRE_OK(desk.subjects().Erase(desk.ada));
  desk.rig.SweepOrDie();
  CHECK(StateNames(desk.rig, desk.payment.owner()));
  desk.rig.clock.Advance(8 * kYear);
  desk.rig.SweepOrDie();
  CHECK(LivingOf(desk.rig, desk.payment.owner()) == 0);
  CHECK_FALSE(StateNames(desk.rig, desk.payment.owner()));
}

TEST_CASE("A restriction of whom no law keeps anything is forgotten",
          "[engine][erase][restriction]") {
  EngineRig rig;
  const Engine engine = rig.OpenOrDie();
  const OwnerId owner =
      testing::StoreOrDie(rig, ActorOf(engine, "gateway"), rig.Request(kAda))
          .owner();
  REQUIRE_OK(engine.subjects().Restrict(
      Subject(kAda), RestrictionGround::kAccuracyContested, ""));
  const auto state = testing::RowsOf(*rig.state);
  REQUIRE_OK(engine.subjects().Erase(Subject(kAda)));
  CHECK_FALSE(StateNames(rig, owner));
  // A restored state cannot know: the next sweep does.
  rig.SweepOrDie();
  testing::Restore(*rig.state, state);
  rig.OpenOrDie();
  rig.SweepOrDie();
  CHECK_FALSE(StateNames(rig, owner));
}

TEST_CASE("A share of what a law keeps is on record, after the erasure too",
          "[engine][erase][share]") {
  EngineRig rig(PolicyOrDie({testing::Adding(R"(
recipient { id: "books" role: PROCESSOR purposes: ["billing.audit"] regions: ["eea"]
            agreement { reference: "DPA-6" ends: "2027-12-31" } }
rule { name: "who keeps the books sees them"
       permit { categories: ["billing"] purposes: ["billing.audit"] recipients: ["books"] } })")}));
  const Engine engine = rig.OpenOrDie();
  const SealedRecord payment = testing::StoreOrDie(
      rig, ActorOf(engine, "payments"), testing::PaymentOf(kAda));
  const auto share = [&] {
    return ActorOf(engine, "auditor")
        .Share(payment, AnySubject(), RecipientId("books"), kAudit)
        .status();
  };
  REQUIRE_OK(share());
  CHECK(StateNames(rig, payment.owner()));
  const bool elsewhere = GENERATE(false, true);
  const Engine eraser = elsewhere ? rig.OpenOrDie() : engine;
  REQUIRE_OK(eraser.subjects().Erase(Subject(kAda)));
  CHECK_FALSE(StateNames(rig, payment.owner()));
  REQUIRE_OK(share());
  CHECK(StateNames(rig, payment.owner()));
  // Until the last of what it was about is gone.
  rig.clock.Advance(8 * kYear);
  rig.SweepOrDie();
  CHECK_FALSE(StateNames(rig, payment.owner()));
}

TEST_CASE("What a law keeps opens until it is due, swept or not",
          "[engine][erase][event]") {
  EngineRig rig(FromTheEnd());
  const Engine engine = rig.OpenOrDie();
  const SealedRecord payment = testing::StoreOrDie(
      rig, ActorOf(engine, "payments"), testing::PaymentOf(kAda));
  const bool closed = GENERATE(false, true);
  if (closed) {
    REQUIRE_OK(engine.subjects().RecordEvent(Subject(kAda),
                                             EventId("account_closed")));
    rig.clock.Advance(6 * kYear);
  }
  REQUIRE_OK(engine.subjects().Erase(Subject(kAda)));
  // Without an event the erasure counts as one.
  rig.clock.Advance(closed ? 0.9 * kYear : 6.9 * kYear);
  REQUIRE_OK(Audit(rig, engine, payment));
  rig.clock.Advance(0.2 * kYear);
  REQUIRE_ERROR(Audit(rig, engine, payment), Code::kNotFound,
                "its retention has ended");
  REQUIRE_ERROR(Audit(rig, rig.OpenOrDie(), payment), Code::kNotFound,
                "its retention has ended");
}

TEST_CASE("What a law keeps from an event on dies after an erasure",
          "[engine][erase][event]") {
  EngineRig rig(FromTheEnd());
  std::optional<SealedRecord> payment;
  const bool closed = GENERATE(false, true);
  testing::StoreRows state;
  {
    const Engine engine = rig.OpenOrDie();
    payment = testing::StoreOrDie(rig, ActorOf(engine, "payments"),
                                  testing::PaymentOf(kAda));
    state = testing::RowsOf(*rig.state);
    if (closed) {
      REQUIRE_OK(engine.subjects().RecordEvent(Subject(kAda),
                                               EventId("account_closed")));
      rig.clock.Advance(2 * kYear);
    }
    REQUIRE(engine.subjects().Erase(Subject(kAda))->kept_for ==
            std::vector<std::string>{"bookkeeping"});
  }
  // An erasure that a crash kept from its end is carried out once more.
  const bool again = GENERATE(false, true);
  if (again) {
    rig.clock.Advance(kYear);
    const std::string owner(payment->owner().view());
    REQUIRE_OK(rig.state->Commit({}, {{"erasing/" + owner, ""}}));
    rig.OpenOrDie();
  }
  if (GENERATE(false, true)) testing::Restore(*rig.state, state);
  rig.OpenOrDie();
  rig.clock.Advance((6 - 2 * (closed ? 1 : 0) - (again ? 1 : 0)) * kYear);
  rig.SweepOrDie();
  CHECK(LivingOf(rig, payment->owner()) == 1);
  rig.clock.Advance(absl::Hours(24 * 370));
  rig.SweepOrDie();
  CHECK(LivingOf(rig, payment->owner()) == 0);
  REQUIRE_ERROR(rig.records->Get(payment->id()), Code::kNotFound, "");
}

}  // namespace
}  // namespace privet
