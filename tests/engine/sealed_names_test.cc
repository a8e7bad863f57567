// SPDX-License-Identifier: Apache-2.0
//
// Ids that stand in keys and sealed bytes: what a new policy must keep, in a
// running engine and at a start.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "engine/engine_rig.h"
#include "infermesh.pb.h"
#include "privet/engine.h"
#include "support/catch.h"
#include "support/edited_policy.h"
#include "support/infermesh_records.h"
#include "support/status_assertions.h"

namespace privet {
namespace {

using testing::EngineRig;
using testing::PolicyEdit;
using testing::PolicyOrDie;
using testing::Version;

// One of each id that stands in sealed bytes, renamed; `was` says so.
struct Renamed {
  std::string name;  // as the refusal has it
  std::vector<PolicyEdit> edits;
  PolicyEdit was;
};

std::vector<Renamed> AllRenamed() {
  const PolicyEdit duty{"obligation: \"bookkeeping\"", "obligation: \"books\""};
  const PolicyEdit closed{"after: \"account_closed\"", "after: \"closed\""};
  const PolicyEdit analyst{"\"analytics_co\"", "\"analysts\""};
  return {
      {"obligation `bookkeeping`",
       {{"id: \"bookkeeping\"", "id: \"books\""}, duty, duty},
       {"id: \"books\"", "id: \"books\"  was: \"bookkeeping\""}},
      {"retention `billing`",
       {{"retention { id: \"billing\"", "retention { id: \"invoices\""}},
       {"id: \"invoices\"", "id: \"invoices\"  was: \"billing\""}},
      {"event `account_closed`",
       {{"id: \"account_closed\"", "id: \"closed\""}, closed},
       {"id: \"closed\"", "id: \"closed\"  was: \"account_closed\""}},
      {"recipient `analytics_co`",
       {analyst, analyst, analyst, analyst, analyst},
       {"id: \"analysts\"", "id: \"analysts\"  was: \"analytics_co\""}},
      {"category `service_log.latency`",
       {{"id: \"service_log.latency\"", "id: \"service_log.delay\""}},
       {"id: \"service_log.delay\"",
        "id: \"service_log.delay\"  was: \"service_log.latency\""}},
  };
}

std::vector<PolicyEdit> With(std::vector<PolicyEdit> edits,
                             const PolicyEdit& more) {
  edits.push_back(more);
  return edits;
}

// Each id of the table is used.
void UseAll(EngineRig& rig, const Engine& engine) {
  testing::StoreOrDie(rig, testing::ActorOf(engine, "payments"),
                      testing::PaymentOf("ada"));
  const auto request = testing::StoreOrDie(
      rig, testing::ActorOf(engine, "gateway"), rig.Request("ada"));
  REQUIRE_OK(
      engine.subjects().GiveConsent(Subject("ada"), PurposeId("analytics")));
  REQUIRE_OK(testing::ActorOf(engine, "product")
                 .Share(request, Subject("ada"), RecipientId("analytics_co"),
                        PurposeId("analytics")));
}

TEST_CASE("A policy in which a sealed id vanished never comes to work",
          "[engine][policy][error]") {
  for (const Renamed& test : AllRenamed()) {
    DYNAMIC_SECTION(test.name) {
      EngineRig rig;
      const Engine engine = rig.OpenOrDie();
      UseAll(rig, engine);
      const auto renamed = With(test.edits, Version(5));
      const Policy lost = PolicyOrDie(renamed);
      const Policy kept = PolicyOrDie(With(renamed, test.was));
      REQUIRE_ERROR(engine.SetPolicy(lost),
                    absl::StatusCode::kFailedPrecondition, test.name);
      CHECK(engine.policy().version() == 4);
      rig.Use(lost);
      REQUIRE_ERROR(rig.TryOpen(), absl::StatusCode::kFailedPrecondition,
                    test.name);
      REQUIRE_OK(engine.SetPolicy(kept));
      rig.Use(kept);
      REQUIRE_OK(rig.TryOpen());
    }
  }
}

TEST_CASE("A record type that was sealed stays declared",
          "[engine][policy][error]") {
  EngineRig rig;
  const Engine engine = rig.OpenOrDie();
  UseAll(rig, engine);
  const Policy lost =
      PolicyOrDie({{"stores: [\"infermesh.v1.Payment\"]", ""},
                   {"record { type: \"infermesh.v1.Payment\"        subject: "
                    "\"account_id\"  subject_kind: \"customer\" }",
                    ""},
                   Version(5)});
  REQUIRE_ERROR(engine.SetPolicy(lost), absl::StatusCode::kFailedPrecondition,
                "record type `infermesh.v1.Payment`");
  rig.Use(lost);
  REQUIRE_ERROR(rig.TryOpen(), absl::StatusCode::kFailedPrecondition,
                "record type `infermesh.v1.Payment`");
}

TEST_CASE("Keys serve one policy, whatever its text",
          "[engine][policy][error]") {
  EngineRig rig;
  UseAll(rig, rig.OpenOrDie());
  const PolicyEdit other{"id: \"infermesh\"  version", "id: \"mesh\"  version"};
  rig.Use(PolicyOrDie({other}));
  REQUIRE_ERROR(rig.TryOpen(), absl::StatusCode::kFailedPrecondition,
                "policy `infermesh`");
  rig.Use(PolicyOrDie(
      {other, {"title: \"Infer Mesh P", "was: \"infermesh\"  title: \"P"}}));
  REQUIRE_OK(rig.TryOpen());
}

TEST_CASE("An id under which nothing was sealed may go before a start",
          "[engine][policy]") {
  for (const Renamed& test : AllRenamed()) {
    DYNAMIC_SECTION(test.name) {
      EngineRig rig;
      rig.OpenOrDie();
      rig.Use(PolicyOrDie(With(test.edits, Version(5))));
      const auto engine = rig.TryOpen();
      if (test.name.rfind("category", 0) == 0) {
        // A field is tagged by it.
        CHECK(absl::IsInvalidArgument(engine.status()));
      } else {
        REQUIRE_OK(engine);
      }
    }
  }
}

}  // namespace
}  // namespace privet
