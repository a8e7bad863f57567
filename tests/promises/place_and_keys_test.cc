// SPDX-License-Identifier: Apache-2.0
//
// Promise 5: where data lies, and who holds keys. Left out until their
// machinery is here: TLS of network stores (5.2), the log of refusals (5.4).
// That keys lie in locked memory, and are wiped, is for tests/crypto to show;
// that an actor is a capability, for the compiler.

#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/sealed_header.h"
#include "infermesh.pb.h"
#include "privet/denial.h"
#include "privet/engine.h"
#include "privet/policy.h"
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
using testing::Adding;
using testing::Edited;
using testing::Infermesh;
using testing::WhyItDoesNotLoad;
using Code = absl::StatusCode;

// A region of which the policy speaks, and in which the service is not.
const testing::PolicyEdit kFar = {
    "region { id: \"service\"",
    "region { id: \"far\" members: \"cn\" } region { id: \"service\""};
constexpr char kElsewhere[] =
    "`never` `nothing is at rest, or goes, elsewhere` does not hold: actor "
    "`product` may ";

TEST_CASE("5.1 data is stored in the regions of the service", "[promise]") {
  SECTION("a store elsewhere takes nothing, from nobody") {
    EngineOptions options;
    options.store_region = RegionId("cn");
    Infermesh mesh(Edited({kFar}), testing::OfText{}, options);
    const auto check = [&](const char* actor, const auto& record) {
      INFO(actor);
      const auto sealed =
          testing::ActorOf(mesh, actor).Seal(record, Subject("ada"));
      REQUIRE_ERROR(sealed, Code::kPermissionDenied, "residency");
      REQUIRE(GetDenial(sealed.status()).has_value());
      CHECK(GetDenial(sealed.status())->gate == "residency");
      CHECK(GetDenial(sealed.status())->operation == "STORE");
    };
    // Nor is it the person's region that decides.
    Profile profile;
    profile.region = RegionId("de");
    REQUIRE_OK(mesh.subjects().SetProfile(Subject("ada"), profile));
    check("gateway", mesh.Request("ada"));
    check("gateway", testing::SessionOf("ada"));
    check("accounts", mesh.Account("ada"));
    check("payments", mesh.Payment("ada"));
    check("support_desk", testing::TicketOf("ada"));
  }
  SECTION("and one of the service takes what is about people from afar") {
    EngineOptions options;
    options.store_region = RegionId("us");
    Infermesh mesh(Edited({kFar}), testing::OfText{}, options);
    Profile profile;
    profile.region = RegionId("cn");
    REQUIRE_OK(mesh.subjects().SetProfile(Subject("ada"), profile));
    REQUIRE_OK(mesh.gateway().Seal(mesh.Request("ada"), Subject("ada")));
  }
  SECTION("a sub-processor abroad makes the policy fail to load") {
    const std::string why = WhyItDoesNotLoad(
        {kFar,
         Adding("recipient { id: \"far_sub\" role: PROCESSOR purposes: "
                "\"analytics\" regions: \"far\" agreement { reference: \"x\" "
                "ends: \"2030-01-01\" } }"),
         {"purposes: [\"analytics\"]      regions: [\"eea\"]",
          "purposes: [\"analytics\"] via: \"far_sub\" regions: [\"eea\"]"}});
    INFO(why);
    CHECK(why.find(std::string(kElsewhere) + "share `service_log.time` with "
                                             "`analytics_co`") !=
          std::string::npos);
  }
  SECTION("and so does a residency that is wider than the service") {
    const std::string why = WhyItDoesNotLoad(
        {kFar,
         {"residency { categories: [\"*\"]  regions: [\"service\"]",
          "residency { categories: [\"*\"]  regions: [\"service\", \"far\"]"}});
    INFO(why);
    CHECK(why.find("`never` `nothing is at rest, or goes, elsewhere` does not "
                   "hold") != std::string::npos);
    CHECK(why.find(" in `cn`") != std::string::npos);
  }
}

// Runs `work` in a child; returns the number that it returns.
int InChild(const std::function<int()>& work) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) ::_exit(work());
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

struct Call {
  std::string name;
  std::function<absl::Status()> make;
};

// Of each call that needs a key, one that succeeds, in this order.
std::vector<Call> EveryCall(Infermesh& mesh, const SealedRecord& sealed,
                            ApiRequest* seen) {
  const Subject ada("ada");
  const PurposeId delivery("service.delivery"), improvement("improvement");
  const Engine engine = mesh.test->engine();
  const Actor gateway = mesh.gateway();
  const Subjects subjects = mesh.subjects();
  const ApiRequest request = mesh.Request("ada");
  ApiRequest change;
  change.set_account_id("ada");
  change.set_model("sky-8b");
  auto newer = Policy::Parse(Edited({{"version: 4", "version: 5"}}), "newer");
  REQUIRE_OK(newer);
  return {
      {"Seal", [=] { return gateway.Seal(request, ada).status(); }},
      {"OpenInto",
       [=] { return gateway.OpenInto(sealed, ada, delivery, seen); }},
      {"Open",
       [=] {
         return gateway.Open<ApiRequest>(sealed, ada, delivery).status();
       }},
      {"OpenBytes",
       [=] { return gateway.OpenBytes(sealed, ada, delivery).status(); }},
      {"Amend", [=] { return gateway.Amend(sealed, change, ada).status(); }},
      {"Share, of a stored record",
       [=] {
         return gateway.Share(sealed, ada, RecipientId("hosting"), delivery)
             .status();
       }},
      {"Share, of one in hand",
       [=] {
         return gateway.Share(request, ada, RecipientId("hosting"), delivery)
             .status();
       }},
      {"Minimize",
       [=] { return gateway.Minimize(request, ada, delivery).status(); }},
      {"Explain",
       [=] {
         return gateway.Explain(CategoryId("content.prompt"), ada, delivery)
             .status();
       }},
      {"ExplainStore",
       [=] {
         return gateway
             .ExplainStore(CategoryId("content.prompt"),
                           "infermesh.v1.ApiRequest", ada)
             .status();
       }},
      {"IndexOf",
       [=] { return engine.IndexOf("account.email", "a@b.example").status(); }},
      {"Prefetch", [=] { return engine.Prefetch(ada).status(); }},
      {"SetPolicy", [=] { return engine.SetPolicy(*newer); }},
      {"SetProfile", [=] { return subjects.SetProfile(ada, Profile()); }},
      {"GiveConsent",
       [=] { return subjects.GiveConsent(ada, PurposeId("analytics")); }},
      {"WithdrawConsent",
       [=] { return subjects.WithdrawConsent(ada, PurposeId("analytics")); }},
      {"Object", [=] { return subjects.Object(ada, improvement); }},
      {"ResolveObjection",
       [=] {
         return subjects.ResolveObjection(ada, improvement,
                                          ObjectionResult::kUpheld);
       }},
      {"Restrict",
       [=] {
         return subjects.Restrict(ada, RestrictionGround::kAccuracyContested,
                                  "case 7");
       }},
      {"RecordNotice",
       [=] { return subjects.RecordNotice(ada, "lifted", "email"); }},
      {"Lift",
       [=] {
         return subjects.Lift(ada, RestrictionGround::kAccuracyContested,
                              "lifted");
       }},
      {"RecordInstruction",
       [=] { return subjects.RecordInstruction(ada, RecipientId("hosting")); }},
      {"RecordEvent",
       [=] { return subjects.RecordEvent(ada, EventId("account_closed")); }},
      {"UndoEvent",
       [=] { return subjects.UndoEvent(ada, EventId("account_closed")); }},
      {"Erase", [=] { return subjects.Erase(ada).status(); }},
  };
}

TEST_CASE("5.3 a child after fork finds no key, whatever it calls",
          "[promise]") {
  Infermesh mesh(
      Edited({{"record { type: \"infermesh.v1.Account\"  ",
               "record { type: \"infermesh.v1.Account\"  field { path: "
               "\"email\" categories: [\"account.email\"] index { normalize: "
               "EMAIL } } "}}),
      testing::OfText{});
  const SealedRecord sealed =
      mesh.StoreOrDie(mesh.gateway(), mesh.Request("ada"));
  ApiRequest seen;
  const std::vector<Call> calls = EveryCall(mesh, sealed, &seen);
  const auto let_through = static_cast<std::size_t>(InChild([&] {
    for (std::size_t i = 0; i < calls.size(); ++i) {
      const absl::Status status = calls[i].make();
      if (status.code() != Code::kFailedPrecondition ||
          status.message().find("was forked") == absl::string_view::npos ||
          seen.ByteSizeLong() != 0) {
        return static_cast<int>(i);
      }
    }
    return 255;
  }));
  INFO((let_through < calls.size() ? calls[let_through].name : "none"));
  CHECK(let_through == 255);
  // It was the fork that stood in the way: here each of them succeeds.
  for (const Call& call : calls) {
    INFO(call.name);
    REQUIRE_OK(call.make());
  }
}

TEST_CASE("5.3 what a purpose may not open is not read", "[promise]") {
  Infermesh mesh;
  const SealedRecord sealed =
      mesh.StoreOrDie(mesh.gateway(), mesh.Request("ada"));
  const auto view = [&](const SealedRecord& record) {
    return mesh.product().OpenBytes(record, Subject("ada"),
                                    PurposeId("improvement"));
  };
  const auto whole = view(sealed);
  REQUIRE_OK(whole);
  // Two bodies hold what `improvement` sees, the log: of what billing sees and
  // of the rest. All others may be anything.
  const auto header = base::SealedHeader::Parse(sealed.bytes());
  REQUIRE_OK(header);
  int read = 0, present = 0;
  for (std::size_t i = 0; i < header->size(); ++i) {
    if (header->body(i).empty()) continue;
    ++present;
    std::string other(sealed.bytes());
    const auto at = static_cast<std::size_t>(header->body(i).data() -
                                             sealed.bytes().data());
    other[at] = static_cast<char>(other[at] ^ 0x55);
    const auto parsed = SealedRecord::Parse(sealed.id(), other);
    REQUIRE_OK(parsed);
    const auto seen = view(*parsed);
    if (seen.ok()) {
      CHECK(*seen == *whole);
    } else {
      CHECK(seen.status().code() == Code::kDataLoss);
      ++read;
    }
  }
  CHECK(read == 2);
  CHECK(present > 3);
}

TEST_CASE("5.3 expiry needs no key", "[promise]") {
  Infermesh mesh;
  const SealedRecord sealed =
      mesh.StoreOrDie(mesh.gateway(), mesh.Request("ada"));
  mesh.test->clock().Advance(absl::Hours(24 * 40));
  // A sweeper's options have no place for a key, and here it runs in a process
  // in which there is none: what it does to memory is the child's own.
  CHECK(InChild([&] {
          const auto report = mesh.test->Sweep();
          const bool all_done = report.ok() && report->compartments > 0 &&
                                report->keys > 0 && report->residues == 1;
          const auto left = mesh.test->records().Get(sealed.id());
          const bool less =
              left.ok() && left->bytes().size() < sealed.bytes().size();
          return all_done && less ? 0 : 1;
        }) == 0);
}

}  // namespace
}  // namespace privet
