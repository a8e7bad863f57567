// SPDX-License-Identifier: Apache-2.0
//
// What outlives a record: a record of its own, about nobody, with a class and
// a period of its own.

#include <algorithm>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/sealed_header.h"
#include "engine/engine_rig.h"
#include "engine/sealed_classes.h"
#include "infermesh.pb.h"
#include "privet/engine.h"
#include "promises/everyone.h"
#include "support/catch.h"
#include "support/infermesh_records.h"
#include "support/status_assertions.h"

namespace privet {
namespace {

using infermesh::v1::ApiRequest;
using testing::ActorOf;
using testing::EngineRig;
using testing::PolicyOrDie;
using testing::Version;
using Code = absl::StatusCode;

constexpr absl::Duration kDay = absl::Hours(24);
constexpr PurposeId kImprovement("improvement");

std::vector<SealedRecord> AllOf(RecordSource& source) {
  std::vector<SealedRecord> all;
  RecordId last;
  last.bytes.fill(0xff);
  REQUIRE_OK(source.ScanRange(RecordId(), last,
                              [&](const RecordId& id, std::string_view bytes) {
                                auto parsed = SealedRecord::Parse(id, bytes);
                                REQUIRE_OK(parsed);
                                all.push_back(*std::move(parsed));
                                return true;
                              }));
  return all;
}

base::SealedHeader HeaderOf(const SealedRecord& record) {
  auto header = base::SealedHeader::Parse(record.bytes());
  REQUIRE_OK(header);
  return *std::move(header);
}

// Logs about one person, swept when they are 31 days old.
class Archive {
 public:
  Archive() : engine(rig.OpenOrDie()) {}

  SealedRecord StoreRequest(const std::string& account) {
    return testing::StoreOrDie(rig, ActorOf(engine, "gateway"),
                               rig.Request(account));
  }
  // The residues that there are.
  std::vector<SealedRecord> Residues() {
    std::vector<SealedRecord> residues;
    for (SealedRecord& record : AllOf(*rig.records)) {
      if (HeaderOf(record).type().find('#') != std::string_view::npos) {
        residues.push_back(std::move(record));
      }
    }
    return residues;
  }
  SealedRecord OnlyResidue() {
    const auto residues = Residues();
    REQUIRE(residues.size() == 1);
    return residues[0];
  }

  EngineRig rig;
  Engine engine;
  const absl::Time start = rig.clock.Now();
};

TEST_CASE("A residue is a record about nobody, of a type and class of its own",
          "[engine][residue]") {
  Archive archive;
  const SealedRecord parent = archive.StoreRequest("ada");
  CHECK(archive.Residues().empty());  // not while its source lives
  archive.rig.clock.Advance(31 * kDay);
  archive.rig.SweepOrDie();
  const SealedRecord residue = archive.OnlyResidue();
  const base::SealedHeader header = HeaderOf(residue);
  CHECK(header.about_nobody());
  CHECK(header.type() == "infermesh.v1.ApiRequest#log");
  CHECK(header.owner() != parent.owner());
  CHECK(header.revision() == 1);
  CHECK(CreatedAt(residue.id()) ==
        absl::FromUnixSeconds(absl::ToUnixSeconds(archive.start) / 86'400 *
                              86'400));
  for (const char* path : {"time", "model", "prompt_tokens"}) {
    CHECK(testing::KeptUnder(archive.engine, *archive.rig.vault, residue,
                             path) == "stats 5y");
  }
  // All residues of a type have one owner, who is nobody.
  archive.StoreRequest("bob");
  archive.rig.clock.Advance(31 * kDay);
  archive.rig.SweepOrDie();
  REQUIRE(archive.Residues().size() == 2);
  CHECK(archive.Residues()[0].owner() == archive.Residues()[1].owner());
}

TEST_CASE("A residue opens for who may use statistics, about nobody",
          "[engine][residue]") {
  Archive archive;
  archive.StoreRequest("ada");
  archive.rig.clock.Advance(31 * kDay);
  archive.rig.SweepOrDie();
  const SealedRecord residue = archive.OnlyResidue();
  const Actor product = ActorOf(archive.engine, "product");
  for (const SubjectMatch& who :
       {SubjectMatch(NoSubject()), SubjectMatch(AnySubject())}) {
    const auto seen = product.Open<ApiRequest>(residue, who, kImprovement);
    REQUIRE_OK(seen);
    CHECK(testing::SetFields(*seen) ==
          "time,model,prompt_tokens,");  // 44 are in the bucket from 0
  }
  REQUIRE_ERROR(product.OpenBytes(residue, Subject("ada"), kImprovement),
                Code::kPermissionDenied, "somebody else");
  // Compliance may use everything that is not content; all others nothing.
  for (const auto& [actor, purpose] : testing::EveryClaim()) {
    if (actor == "product" || purpose == "compliance") continue;
    INFO(actor << " for " << purpose);
    CHECK_FALSE(
        ActorOf(archive.engine, actor)
            .OpenBytes(residue, NoSubject(), testing::PurposeOf(purpose))
            .ok());
  }
}

TEST_CASE("A residue lives for its own period, counted from its day",
          "[engine][residue]") {
  Archive archive;
  archive.StoreRequest("ada");
  archive.rig.clock.Advance(31 * kDay);
  archive.rig.SweepOrDie();
  const SealedRecord residue = archive.OnlyResidue();
  const auto open = [&] {
    return ActorOf(archive.engine, "product")
        .OpenBytes(residue, NoSubject(), kImprovement)
        .status();
  };
  const absl::CivilDay day =
      absl::ToCivilDay(CreatedAt(residue.id()), absl::UTCTimeZone());
  const absl::Time end =
      absl::FromCivil(absl::CivilDay(day.year() + 5, day.month(), day.day()),
                      absl::UTCTimeZone());
  archive.rig.clock.Set(end - absl::Milliseconds(1));
  REQUIRE_OK(open());
  archive.rig.clock.Set(end);
  REQUIRE_ERROR(open(), Code::kNotFound, "retention");
  archive.rig.clock.Advance(kDay);
  archive.rig.SweepOrDie();
  CHECK(archive.Residues().empty());
}

TEST_CASE("What a person takes along leaves no residue", "[engine][residue]") {
  Archive archive;
  archive.StoreRequest("ada");
  SECTION("by erasure") {
    REQUIRE_OK(archive.engine.subjects().Erase(Subject("ada")));
    archive.rig.clock.Advance(31 * kDay);
    archive.rig.SweepOrDie();
    CHECK(archive.Residues().empty());
  }
  SECTION("but not what was nobody's before it") {
    archive.rig.clock.Advance(31 * kDay);
    archive.rig.SweepOrDie();
    REQUIRE_OK(archive.engine.subjects().Erase(Subject("ada")));
    CHECK(AllOf(*archive.rig.records).size() == 1);
    CHECK(archive.Residues().size() == 1);
  }
}

TEST_CASE("The residue is that of the record as it was amended last",
          "[engine][residue][amend]") {
  Archive archive;
  const SealedRecord sealed = archive.StoreRequest("ada");
  const Actor gateway = ActorOf(archive.engine, "gateway");
  ApiRequest changes;
  changes.set_model("sky-8b");
  const auto amended = gateway.Amend(sealed, changes, Subject("ada"));
  REQUIRE_OK(amended);
  REQUIRE_OK(archive.rig.records->Put(*amended));
  archive.rig.clock.Advance(31 * kDay);
  archive.rig.SweepOrDie();
  const auto seen =
      ActorOf(archive.engine, "product")
          .Open<ApiRequest>(archive.OnlyResidue(), NoSubject(), kImprovement);
  REQUIRE_OK(seen);
  CHECK(seen->model() == "sky-8b");
}

TEST_CASE("A residue that was taken out is not made again",
          "[engine][residue][amend]") {
  Archive archive;
  const SealedRecord sealed = archive.StoreRequest("ada");
  archive.rig.clock.Advance(31 * kDay);
  archive.rig.SweepOrDie();
  const auto left = archive.rig.records->Get(sealed.id());
  REQUIRE_OK(left);  // of whom it is, until the account is closed
  ApiRequest changes;
  changes.set_model("sky-8b");
  changes.set_account_id("ada");
  const auto amended =
      ActorOf(archive.engine, "gateway").Amend(*left, changes, Subject("ada"));
  REQUIRE_OK(amended);
  CHECK(HeaderOf(*amended).residue().empty());
  REQUIRE_OK(archive.rig.records->Put(*amended));
  archive.rig.clock.Advance(31 * kDay);
  archive.rig.SweepOrDie();
  CHECK(archive.Residues().size() == 1);
}

TEST_CASE("A laxer policy does not reach back to residues",
          "[engine][residue][amend]") {
  Archive archive;
  const SealedRecord sealed = archive.StoreRequest("ada");
  archive.rig.SwapOrDie(
      archive.engine,
      PolicyOrDie({Version(5),
                   {"[\"usage_statistics\"]              keep: \"5y\"",
                    "[\"usage_statistics\"]              keep: \"9y\""}}));
  ApiRequest changes;
  changes.set_model("sky-8b");
  const auto amended =
      ActorOf(archive.engine, "gateway").Amend(sealed, changes, Subject("ada"));
  REQUIRE_OK(amended);
  REQUIRE_OK(archive.rig.records->Put(*amended));
  archive.rig.clock.Advance(31 * kDay);
  archive.rig.SweepOrDie();
  CHECK(testing::KeptUnder(archive.engine, *archive.rig.vault,
                           archive.OnlyResidue(), "model") == "stats 5y");
}

TEST_CASE("A residue that nobody may use any more goes at the next sweep",
          "[engine][residue][swap]") {
  Archive archive;
  archive.StoreRequest("ada");
  archive.rig.clock.Advance(31 * kDay);
  archive.rig.SweepOrDie();
  archive.OnlyResidue();
  archive.rig.SwapOrDie(
      archive.engine,
      PolicyOrDie({Version(5),
                   {"permit { categories: [\"usage_statistics\"]  purposes: "
                    "[\"improvement\", \"analytics\"] } basis: NONE_NEEDED",
                    "forbid { categories: [\"usage_statistics\"] }"}}));
  SECTION("whatever a later policy says") {
    CHECK(archive.rig.SweepOrDie().without_ground == 1);
    archive.rig.SwapOrDie(archive.engine, PolicyOrDie({Version(6)}));
    CHECK(archive.Residues().empty());
  }
  SECTION("unless one lets somebody use it before") {
    archive.rig.SwapOrDie(archive.engine, PolicyOrDie({Version(6)}));
    CHECK(archive.rig.SweepOrDie().without_ground == 0);
    archive.OnlyResidue();
  }
}

TEST_CASE("A record of which nothing would stay leaves nothing",
          "[engine][residue]") {
  Archive archive;
  ApiRequest request;
  request.set_account_id("ada");
  request.set_client_ip("203.0.113.77");
  const SealedRecord sealed = testing::StoreOrDie(
      archive.rig, ActorOf(archive.engine, "gateway"), request);
  CHECK(HeaderOf(sealed).residue().empty());
  archive.rig.clock.Advance(31 * kDay);
  archive.rig.SweepOrDie();
  CHECK(archive.Residues().empty());
}

TEST_CASE("Residues of one sweep lie in an order that joins them to nothing",
          "[engine][residue]") {
  Archive archive;
  // Each is known by its model, in the order of sealing.
  std::vector<std::string> models;
  for (int i = 0; i < 40; ++i) {
    ApiRequest request = archive.rig.Request("person-" + std::to_string(i));
    models.push_back("model-" + std::to_string(i));
    request.set_model(models.back());
    testing::StoreOrDie(archive.rig, ActorOf(archive.engine, "gateway"),
                        request);
    archive.rig.clock.Advance(absl::Milliseconds(1));
  }
  archive.rig.clock.Advance(31 * kDay);
  archive.rig.SweepOrDie();
  std::vector<std::string> order;
  for (const SealedRecord& residue : archive.Residues()) {
    const auto seen = ActorOf(archive.engine, "product")
                          .Open<ApiRequest>(residue, NoSubject(), kImprovement);
    REQUIRE_OK(seen);
    order.push_back(seen->model());
  }
  REQUIRE(order.size() == models.size());
  CHECK(order != models);
  std::sort(order.begin(), order.end());
  std::sort(models.begin(), models.end());
  CHECK(order == models);
}

}  // namespace
}  // namespace privet
