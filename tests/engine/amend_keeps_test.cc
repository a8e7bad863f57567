// SPDX-License-Identifier: Apache-2.0
//
// What amending keeps: all that the changes do not name, whatever may be stored
// today.

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "engine/engine_rig.h"
#include "infermesh.pb.h"
#include "privet/sealed_record.h"
#include "privet/subjects.h"
#include "support/catch.h"
#include "support/edited_policy.h"
#include "support/infermesh_records.h"
#include "support/status_assertions.h"

namespace privet {
namespace {

using infermesh::v1::WebSession;
using testing::ActorOf;
using testing::EngineRig;
using testing::PolicyOrDie;

constexpr PurposeId kExperience("experience");

// The reference policy, in which what is measured for experience rests on an
// interest that people may object to, and on nothing else.
Policy WithObjection() {
  return PolicyOrDie(
      {{"basis: CONSENT  kinds: PERSONALIZATION",
        "basis: LEGITIMATE_INTERESTS  interest: \"ease\""},
       {"except_categories: [\"content\"]  except_flags: CREDENTIAL  "
        "purposes: [\"compliance\"]",
        "except_categories: [\"content\", \"session.optional\"]  "
        "except_flags: CREDENTIAL  purposes: [\"compliance\"]"}});
}

// Ada's stored session, and her objection to what its `ui_variant` serves.
struct Objected {
  EngineRig rig{WithObjection()};
  const Engine engine = rig.OpenOrDie();
  const Subject ada{"ada"};
  const Actor gateway = ActorOf(engine, "gateway");
  const Actor product = ActorOf(engine, "product");
  const SealedRecord session =
      testing::StoreOrDie(rig, gateway, testing::SessionOf("ada"));

  Objected() { REQUIRE_OK(engine.subjects().Object(ada, kExperience)); }

  void Resolve(ObjectionResult result, const char* reason = "") {
    REQUIRE_OK(
        engine.subjects().ResolveObjection(ada, kExperience, result, reason));
  }
  SealedRecord AmendOrDie(const WebSession& changes) {
    auto amended = gateway.Amend(session, changes, ada);
    REQUIRE_OK(amended);
    return *std::move(amended);
  }
  std::string VariantSeenFor(const SealedRecord& record, PurposeId purpose) {
    const auto seen = product.Open<WebSession>(record, ada, purpose);
    REQUIRE_OK(seen);
    return seen->ui_variant();
  }
};

TEST_CASE("Amending keeps what may not be stored just now",
          "[engine][amend][objection]") {
  Objected person;
  // While we think about it nobody sees the field, and it is not lost.
  WebSession changes;
  changes.set_access("GET /invoices");
  const SealedRecord amended = person.AmendOrDie(changes);
  REQUIRE_OK(person.rig.records->Put(amended));
  REQUIRE_ERROR(
      person.product.Open<WebSession>(amended, person.ada, kExperience),
      absl::StatusCode::kFailedPrecondition, "object");
  person.Resolve(ObjectionResult::kOverridden, "case 7");
  CHECK(person.VariantSeenFor(amended, kExperience) == "variant-b-77");
}

TEST_CASE("Amending does not store what may not be stored",
          "[engine][amend][objection]") {
  Objected person;
  WebSession changes;
  changes.set_ui_variant("variant-c-12");
  const SealedRecord amended = person.AmendOrDie(changes);
  person.Resolve(ObjectionResult::kOverridden, "case 7");
  CHECK(person.VariantSeenFor(amended, kExperience) == "variant-b-77");
}

TEST_CASE("Amending leaves out what has lost its ground",
          "[engine][amend][objection]") {
  constexpr PurposeId kAnalytics("analytics");
  Objected person;
  person.Resolve(ObjectionResult::kUpheld);
  WebSession changes;
  changes.set_access("GET /invoices");
  const SealedRecord amended = person.AmendOrDie(changes);
  // Another word later, and it is not there.
  REQUIRE_OK(person.engine.subjects().GiveConsent(person.ada, kAnalytics));
  REQUIRE_ERROR(
      person.product.Open<WebSession>(amended, person.ada, kAnalytics),
      absl::StatusCode::kPermissionDenied, "analytics");
  REQUIRE_OK(person.gateway.Open<WebSession>(amended, person.ada,
                                             PurposeId("service.delivery")));
}

}  // namespace
}  // namespace privet
