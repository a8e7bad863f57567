// SPDX-License-Identifier: Apache-2.0
//
// What amending keeps: all that the changes do not name, whatever may be stored
// today.

#include <string>

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

TEST_CASE("Amending keeps what may not be stored just now",
          "[engine][amend][objection]") {
  EngineRig rig(WithObjection());
  const Engine engine = rig.OpenOrDie();
  const Subject ada("ada");
  const Actor gateway = ActorOf(engine, "gateway");
  const Actor product = ActorOf(engine, "product");
  SealedRecord session =
      testing::StoreOrDie(rig, gateway, testing::SessionOf("ada"));
  REQUIRE_OK(engine.subjects().Object(ada, kExperience));

  // While we think about it nobody sees the field, and it is not lost.
  WebSession changes;
  changes.set_access("GET /invoices");
  const auto amended = gateway.Amend(session, changes, ada);
  REQUIRE_OK(amended);
  REQUIRE_OK(rig.records->Put(*amended));
  REQUIRE_ERROR(product.Open<WebSession>(*amended, ada, kExperience),
                absl::StatusCode::kFailedPrecondition, "object");
  REQUIRE_OK(engine.subjects().ResolveObjection(
      ada, kExperience, ObjectionResult::kOverridden, "case 7"));
  const auto seen = product.Open<WebSession>(*amended, ada, kExperience);
  REQUIRE_OK(seen);
  CHECK(seen->ui_variant() == "variant-b-77");
}

TEST_CASE("Amending does not store what may not be stored",
          "[engine][amend][objection]") {
  EngineRig rig(WithObjection());
  const Engine engine = rig.OpenOrDie();
  const Subject ada("ada");
  const Actor gateway = ActorOf(engine, "gateway");
  const Actor product = ActorOf(engine, "product");
  const SealedRecord session =
      testing::StoreOrDie(rig, gateway, testing::SessionOf("ada"));
  REQUIRE_OK(engine.subjects().Object(ada, kExperience));
  WebSession changes;
  changes.set_ui_variant("variant-c-12");
  const auto amended = gateway.Amend(session, changes, ada);
  REQUIRE_OK(amended);
  REQUIRE_OK(engine.subjects().ResolveObjection(
      ada, kExperience, ObjectionResult::kOverridden, "case 7"));
  const auto seen = product.Open<WebSession>(*amended, ada, kExperience);
  REQUIRE_OK(seen);
  CHECK(seen->ui_variant() == "variant-b-77");
}

TEST_CASE("Amending leaves out what has lost its ground",
          "[engine][amend][objection]") {
  EngineRig rig(WithObjection());
  const Engine engine = rig.OpenOrDie();
  const Subject ada("ada");
  const Actor gateway = ActorOf(engine, "gateway");
  const SealedRecord session =
      testing::StoreOrDie(rig, gateway, testing::SessionOf("ada"));
  REQUIRE_OK(engine.subjects().Object(ada, kExperience));
  REQUIRE_OK(engine.subjects().ResolveObjection(ada, kExperience,
                                                ObjectionResult::kUpheld));
  WebSession changes;
  changes.set_access("GET /invoices");
  const auto amended = gateway.Amend(session, changes, ada);
  REQUIRE_OK(amended);
  // Another word later, and it is not there.
  REQUIRE_OK(engine.subjects().GiveConsent(ada, PurposeId("analytics")));
  const auto seen =
      ActorOf(engine, "product")
          .Open<WebSession>(*amended, ada, PurposeId("analytics"));
  REQUIRE_OK(seen);
  CHECK(seen->ui_variant().empty());
  REQUIRE_OK(
      gateway.Open<WebSession>(*amended, ada, PurposeId("service.delivery")));
}

}  // namespace
}  // namespace privet
