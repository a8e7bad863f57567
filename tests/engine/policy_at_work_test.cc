// SPDX-License-Identifier: Apache-2.0
//
// What a policy decides from the moment on at which it takes the place of
// another, and what becomes of what is sealed.

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "engine/desk.h"
#include "engine/engine_rig.h"
#include "infermesh.pb.h"
#include "privet/actor.h"
#include "privet/denial.h"
#include "privet/engine.h"
#include "privet/explain.h"
#include "privet/policy.h"
#include "support/catch.h"
#include "support/edited_policy.h"
#include "support/infermesh_records.h"
#include "support/status_assertions.h"

namespace privet {
namespace {

using infermesh::v1::Account;
using infermesh::v1::ApiRequest;
using testing::ActorOf;
using testing::CheckEach;
using testing::Desk;
using testing::kAda;
using testing::PolicyEdit;
using testing::PolicyOrDie;
using testing::Version;
using Code = absl::StatusCode;

constexpr PurposeId kDelivery("service.delivery");
constexpr PurposeId kTroubleshooting("service.troubleshooting");

// Troubleshooting without addresses.
const std::vector<PolicyEdit> kNoAddresses = {
    Version(5),
    {"permit { categories: [\"service_log\", \"security_log\"]  purposes: "
     "[\"service.troubleshooting\"] }",
     "permit { categories: [\"service_log\"]  purposes: "
     "[\"service.troubleshooting\"] }"},
    {"transform { categories: [\"security_log.client_ip\"]  ip_prefix { v4: 24 "
     " v6: 48 } }",
     ""},
    {"expect { name: \"troubleshooting sees networks\"  operation: USE  actor: "
     "\"support_desk\"  purpose: \"service.troubleshooting\"\n         seen { "
     "category: \"security_log.client_ip\"  as: TRANSFORMED } }",
     ""}};

std::string AddressSeenBy(const Actor& support, const SealedRecord& request) {
  const auto seen =
      support.Open<ApiRequest>(request, AnySubject(), kTroubleshooting);
  REQUIRE_OK(seen);
  return seen->client_ip();
}

TEST_CASE("A new policy decides from the next call on, for actors made before",
          "[engine][swap]") {
  Desk desk;
  const Actor support = desk.As("support_desk");
  CHECK(AddressSeenBy(support, desk.request) == "203.0.113.0");
  REQUIRE_OK(desk.engine.SetPolicy(PolicyOrDie(kNoAddresses)));
  CHECK(desk.engine.policy().version() == 5);
  CHECK(AddressSeenBy(support, desk.request).empty());
  // A copy of the handle is the same engine.
  const Engine copy = desk.engine;
  REQUIRE_OK(copy.SetPolicy(PolicyOrDie({Version(6)})));
  CHECK(AddressSeenBy(support, desk.request) == "203.0.113.0");
}

TEST_CASE("A policy that is refused leaves the one at work in force",
          "[engine][swap][statuses]") {
  Desk desk;
  const auto state = testing::RowsOf(*desk.rig.state);
  const auto vault = testing::RowsOf(*desk.rig.vault);
  const auto swap = [&](const std::vector<PolicyEdit>& edits) {
    const absl::Status status = desk.engine.SetPolicy(PolicyOrDie(edits));
    desk.rig.state->plan().Pass();
    CHECK(desk.engine.policy().version() == 4);
    CHECK(AddressSeenBy(desk.As("support_desk"), desk.request) ==
          "203.0.113.0");
    CHECK(testing::RowsOf(*desk.rig.vault) == vault);
    // And what is right is taken after it.
    if (status.ok()) return status;
    CHECK(testing::RowsOf(*desk.rig.state) == state);
    CHECK(desk.engine.SetPolicy(PolicyOrDie({Version(5)})).ok());
    return status;
  };
  CheckEach({
      {"another policy",
       [&] {
         return swap({Version(5), {"id: \"infermesh\"", "id: \"shop\""}});
       },
       Code::kFailedPrecondition,
       {"`infermesh`", "another id", "`was`"}},
      {"the same version",
       [&] { return swap({}); },
       Code::kFailedPrecondition,
       {"version 4", "not newer", "raise `version`"}},
      {"an older version",
       [&] { return swap({Version(3)}); },
       Code::kFailedPrecondition,
       {"version 3", "not newer"}},
      {"a field that nothing would end",
       [&] {
         return swap(
             {Version(5),
              {"retention { id: \"content\"   categories: [\"content\"]",
               "retention { id: \"content\"   categories: "
               "[\"content.output\"]"}});
       },
       Code::kInvalidArgument,
       {"`prompt`", "retention"}},
      {"a retention that vanished",
       [&] {
         return swap(
             {Version(5),
              {"retention { id: \"talk\" ", "retention { id: \"chat\" "}});
       },
       Code::kFailedPrecondition,
       {"retention `talk`", "`was`"}},
      {"a state that cannot be written",
       [&] {
         desk.rig.state->plan().FailAfter(
             0, absl::ResourceExhaustedError("the disk is full"));
         return swap({Version(5)});
       },
       Code::kResourceExhausted,
       {"the disk is full"}},
      {"a state in which others are always first",
       [&] {
         desk.rig.state->plan().FailAfter(0,
                                          absl::AbortedError("lost the race"));
         return swap({Version(5)});
       },
       Code::kUnavailable,
       {"try again"}},
  });
}

TEST_CASE("Of two policies that are set at once the newer stays",
          "[engine][swap]") {
  Desk desk;
  const Engine& engine = desk.engine;
  for (std::uint32_t version = 5; version < 25; version += 2) {
    const Policy older = PolicyOrDie({Version(version)});
    const Policy newer = PolicyOrDie({Version(version + 1)});
    absl::Status older_set, newer_set;
    std::atomic<bool> started{false};
    std::thread other([&] {
      started = true;
      older_set = engine.SetPolicy(older);
    });
    while (!started) std::this_thread::yield();
    newer_set = engine.SetPolicy(newer);
    other.join();
    REQUIRE_OK(newer_set);
    CHECK((older_set.ok() || absl::IsFailedPrecondition(older_set)));
    REQUIRE(engine.policy().version() == version + 1);
  }
}

TEST_CASE("What was sealed under old names opens under new ones",
          "[engine][swap]") {
  Desk desk;
  REQUIRE_OK(desk.engine.SetPolicy(PolicyOrDie({
      Version(5),
      {"retention { id: \"account\" ",
       "retention { id: \"accounts\" was: \"account\" "},
      {"after: \"account_closed\"", "after: \"closing\""},
      {"event { id: \"account_closed\"",
       "event { id: \"closing\" was: \"account_closed\""},
      {"basis: LEGAL_OBLIGATION  obligation: \"bookkeeping\"",
       "basis: LEGAL_OBLIGATION  obligation: \"books\""},
      {"keep: \"7y\"   obligation: \"bookkeeping\"",
       "keep: \"7y\"   obligation: \"books\""},
      {"obligation { id: \"bookkeeping\"",
       "obligation { id: \"books\" was: \"bookkeeping\""},
  })));
  const Actor accounts = desk.As("accounts");
  const auto sign_in = [&] {
    return accounts
        .OpenBytes(desk.account, desk.ada, PurposeId("service.authentication"))
        .status();
  };
  const auto audit = [&] {
    return desk.As("auditor")
        .OpenBytes(desk.payment, AnySubject(), PurposeId("billing.audit"))
        .status();
  };
  REQUIRE_OK(sign_in());
  SECTION("the event under its new name ends them") {
    REQUIRE_OK(desk.subjects().RecordEvent(desk.ada, EventId("closing")));
    desk.rig.clock.Advance(absl::Hours(24 * 90));
    REQUIRE_ERROR(sign_in(), Code::kNotFound, "retention");
  }
  SECTION("the duty under its new name keeps them") {
    const auto receipt = desk.subjects().Erase(desk.ada);
    REQUIRE_OK(receipt);
    REQUIRE_OK(audit());
    REQUIRE_ERROR(sign_in(), Code::kNotFound, "destroyed");
  }
  SECTION("an amended record keeps its class") {
    Account changes;
    changes.set_email("ada@lovelace.example");
    const auto amended = accounts.Amend(desk.account, changes, desk.ada);
    REQUIRE_OK(amended);
    REQUIRE_OK(
        desk.subjects().RecordEvent(desk.ada, EventId("account_closed")));
    desk.rig.clock.Advance(absl::Hours(24 * 90));
    REQUIRE_ERROR(accounts.OpenBytes(*amended, desk.ada,
                                     PurposeId("service.authentication")),
                  Code::kNotFound, "retention");
  }
}

TEST_CASE("An actor whom the new policy takes its place from is refused",
          "[engine][swap]") {
  Desk desk;
  const Actor support = desk.As("support_desk");
  const auto use = [&] {
    return support.OpenBytes(desk.request, AnySubject(), kTroubleshooting)
        .status();
  };
  REQUIRE_OK(use());
  SECTION("that works elsewhere now") {
    REQUIRE_OK(desk.engine.SetPolicy(
        PolicyOrDie({Version(5),
                     {"actor { id: \"support_desk\"  ",
                      "actor { id: \"support_desk\" regions: \"us\"  "}})));
    REQUIRE_ERROR(use(), Code::kPermissionDenied, "actor");
  }
  SECTION("that may not claim the purpose any more") {
    REQUIRE_OK(desk.engine.SetPolicy(PolicyOrDie(
        {Version(5),
         {"actor { id: \"guard\"         purposes: [\"security\"] }",
          "actor { id: \"guard\" purposes: [\"security\", "
          "\"service.troubleshooting\"] }"},
         {"purposes: [\"service.support\", \"service.troubleshooting\"]     "
          "stores",
          "purposes: [\"service.support\"] stores"},
         {"actor: \"support_desk\"  purpose: \"service.troubleshooting\"",
          "actor: \"guard\"  purpose: \"service.troubleshooting\""}})));
    REQUIRE_ERROR(use(), Code::kPermissionDenied, "gate `actor`");
  }
  SECTION("that is not declared any more") {
    REQUIRE_OK(desk.engine.SetPolicy(
        PolicyOrDie({Version(5),
                     {"actor { id: \"support_desk\" ", "actor { id: \"help\" "},
                     {"actor: \"support_desk\"", "actor: \"help\""},
                     {"actor: \"support_desk\"", "actor: \"help\""}})));
    REQUIRE_ERROR(use(), Code::kInvalidArgument, "`support_desk`");
  }
}

TEST_CASE("An actor at a place where it works no more is refused each call",
          "[engine][swap]") {
  Desk desk;
  EngineOptions options;
  options.store_region = RegionId("de");
  const Engine engine = desk.rig.OpenOrDie(options);
  const auto at = [&engine](RegionId place) {
    const auto actor = engine.ActAs(ActorId("gateway"), place);
    REQUIRE_OK(actor);
    return *actor;
  };
  const Actor here = at(RegionId("de")), there = at(RegionId("ie"));
  const RecipientId host("model_host");
  const ApiRequest record = desk.rig.Request(kAda);
  ApiRequest changes;
  changes.set_model("sky-8b");
  struct Case {
    std::string name, operation;
    std::function<absl::Status(const Actor&)> call;
  };
  const std::vector<Case> cases = {
      {"Seal", "STORE",
       [&](const Actor& actor) {
         return actor.Seal(record, desk.ada).status();
       }},
      {"Amend", "STORE",
       [&](const Actor& actor) {
         return actor.Amend(desk.request, changes, desk.ada).status();
       }},
      {"Open", "USE",
       [&](const Actor& actor) {
         return actor.OpenBytes(desk.request, desk.ada, kDelivery).status();
       }},
      {"Minimize", "USE",
       [&](const Actor& actor) {
         return actor.Minimize(record, desk.ada, kDelivery).status();
       }},
      {"Share", "SHARE",
       [&](const Actor& actor) {
         return actor.Share(desk.request, desk.ada, host, kDelivery).status();
       }},
      {"Share of a record in hand", "SHARE",
       [&](const Actor& actor) {
         return actor.Share(record, desk.ada, host, kDelivery).status();
       }},
  };
  for (const Case& each : cases) REQUIRE_OK(each.call(there));
  REQUIRE_OK(engine.SetPolicy(
      PolicyOrDie({Version(5),
                   {"actor { id: \"gateway\" ",
                    "actor { id: \"gateway\" regions: \"de\""}})));
  for (const Case& each : cases) {
    INFO(each.name);
    REQUIRE_OK(each.call(here));
    const absl::Status refused = each.call(there);
    REQUIRE_ERROR(refused, Code::kPermissionDenied, "does not work in region");
    const auto denial = GetDenial(refused);
    REQUIRE(denial.has_value());
    CHECK(denial->gate == "actor");
    CHECK(denial->operation == each.operation);
    CHECK(denial->record_type == "infermesh.v1.ApiRequest");
  }
  const auto check_why = [&](const absl::StatusOr<Explanation>& why) {
    REQUIRE_OK(why);
    CHECK_FALSE(why->permitted);
    CHECK(why->denial.gate == "actor");
    CHECK(why->denial.category == "content.prompt");
    CHECK(why->denial.missing == "a region that lies in `de`");
  };
  const CategoryId prompt("content.prompt");
  check_why(there.Explain(prompt, desk.ada, kDelivery));
  check_why(there.Explain(prompt, desk.ada, kDelivery, host));
  check_why(there.ExplainStore(prompt, "infermesh.v1.ApiRequest", desk.ada));
}

// Nobody may use or get content any more.
const std::vector<PolicyEdit> kNoContent = {
    Version(5),
    {"permit { categories: [\"account.id\", \"content\", \"service_log\", "
     "\"session.essential\"]  purposes: [\"service.delivery\"] } }",
     "permit { categories: [\"account.id\", \"service_log\", "
     "\"session.essential\"]  purposes: [\"service.delivery\"] } }"},
    {"permit { categories: [\"content\", \"service_log.model\"]",
     "permit { categories: [\"service_log.model\"]"},
};

TEST_CASE("What a new policy leaves without ground goes at the next sweep",
          "[engine][swap]") {
  Desk desk;
  const auto prompt = [&](const SealedRecord& record) {
    const auto seen =
        desk.gateway().Open<ApiRequest>(record, desk.ada, kDelivery);
    REQUIRE_OK(seen);
    return seen->prompt();
  };
  desk.rig.SwapOrDie(desk.engine, PolicyOrDie(kNoContent));
  CHECK(prompt(desk.request).empty());
  SECTION("whatever a later one says") {
    CHECK(desk.rig.SweepOrDie().without_ground == 1);
    desk.rig.SwapOrDie(desk.engine, PolicyOrDie({Version(6)}));
    const auto left = desk.rig.records->Get(desk.request.id());
    REQUIRE_OK(left);
    CHECK(prompt(*left).empty());
  }
  SECTION("unless one gives it ground before") {
    desk.rig.SwapOrDie(desk.engine, PolicyOrDie({Version(6)}));
    CHECK(desk.rig.SweepOrDie().without_ground == 0);
    CHECK(prompt(desk.request) == "why is the sky blue?");
  }
  SECTION("and is not stored any more") {
    const auto sealed = desk.gateway().Seal(desk.rig.Request(kAda), desk.ada);
    REQUIRE_OK(sealed);
    desk.rig.SwapOrDie(desk.engine, PolicyOrDie({Version(6)}));
    CHECK(prompt(*sealed).empty());
  }
}

int RowsOfGround(Desk& desk) {
  int rows = 0;
  for (const auto& [key, value] : testing::RowsOf(*desk.rig.state)) {
    rows += key.rfind("ground/", 0) == 0 ? 1 : 0;
  }
  return rows;
}

TEST_CASE("What has lost its ground is looked for once, and not at each start",
          "[engine][swap][sweep]") {
  Desk desk;
  desk.rig.SwapOrDie(desk.engine, PolicyOrDie(kNoContent));
  const int rows = RowsOfGround(desk);
  CHECK(rows > 0);
  // Other processes may not have noticed yet.
  desk.rig.SweepOrDie();
  CHECK(RowsOfGround(desk) == rows);
  desk.rig.clock.Advance(absl::Hours(1));
  desk.rig.SweepOrDie();
  CHECK(RowsOfGround(desk) == 0);
  desk.rig.OpenOrDie();
  CHECK(RowsOfGround(desk) == 0);
  // But at the first of another text, although its version was not raised.
  std::vector<PolicyEdit> other = kNoContent;
  other.push_back({"title: \"billing records\"", "title: \"the books\""});
  desk.rig.Use(PolicyOrDie(other));
  desk.rig.OpenOrDie();
  CHECK(RowsOfGround(desk) == rows);
}

TEST_CASE("What an older policy seals behind the sweep is looked for again",
          "[engine][swap][sweep]") {
  Desk desk;
  Engine older = desk.rig.OpenOrDie();
  desk.rig.SwapOrDie(desk.engine, PolicyOrDie(kNoContent));
  desk.rig.clock.Advance(absl::Hours(1));
  CHECK(desk.rig.SweepOrDie().without_ground == 1);
  SECTION("by a process that was at work before") {}
  SECTION("by one that started since") {
    desk.rig.Use(PolicyOrDie());
    older = desk.rig.OpenOrDie();
    desk.rig.Use(PolicyOrDie(kNoContent));
  }
  testing::StoreOrDie(desk.rig, ActorOf(older, "gateway"),
                      desk.rig.Request(kAda));
  CHECK(RowsOfGround(desk) == 0);
  desk.rig.OpenOrDie();
  CHECK(desk.rig.SweepOrDie().without_ground == 1);
}

TEST_CASE("A process with an older policy takes no ground from a newer one",
          "[engine][swap]") {
  Desk desk;
  REQUIRE_OK(desk.engine.SetPolicy(PolicyOrDie({Version(6)})));
  // As a process of a service that is being replaced starts once more.
  desk.rig.Use(PolicyOrDie(kNoContent));
  const Engine older = desk.rig.OpenOrDie();
  desk.rig.Use(PolicyOrDie({Version(6)}));
  CHECK(desk.rig.SweepOrDie().without_ground == 0);
  const auto seen =
      desk.gateway().Open<ApiRequest>(desk.request, desk.ada, kDelivery);
  REQUIRE_OK(seen);
  CHECK(seen->prompt() == "why is the sky blue?");
}

TEST_CASE("A sweep goes by the policy at work", "[engine][swap][sweep]") {
  Desk desk;
  REQUIRE_OK(desk.engine.SetPolicy(PolicyOrDie({Version(6)})));
  const auto sweep_by = [&](const std::vector<PolicyEdit>& edits) {
    desk.rig.Use(PolicyOrDie(edits));
    return desk.rig.TrySweep().status();
  };
  REQUIRE_OK(sweep_by({Version(6)}));
  REQUIRE_OK(sweep_by({Version(7)}));
  REQUIRE_ERROR(sweep_by({Version(5)}), Code::kFailedPrecondition,
                "version 5 of the policy is older than 6");
  REQUIRE_ERROR(
      sweep_by({Version(6), {"id: \"infermesh\"", "id: \"another\""}}),
      Code::kFailedPrecondition, "does not declare policy `infermesh`");
}

}  // namespace
}  // namespace privet
