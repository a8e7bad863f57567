// SPDX-License-Identifier: Apache-2.0
//
// What stays of a record, where it cannot stay.

#include <string>
#include <utility>

#include "absl/time/time.h"
#include "base/sealed_header.h"
#include "engine/engine_rig.h"
#include "privet/actor.h"
#include "privet/engine.h"
#include "privet/record.h"
#include "privet/subject.h"
#include "record/schema.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet::testing {
namespace {

// Two compartments of a record that become one of its residue.
constexpr char kPolicy[] = R"(
id: "club"  version: 1
controller { id: "club"  contact: "privacy@club.example" }
category { id: "visit.id" }
category { id: "visit.talk" }
category { id: "visit.walk" }
category { id: "statistics"  flags: DEIDENTIFIED }
purpose { id: "membership"  basis: CONTRACT }
purpose { id: "walks"  basis: CONTRACT }
actor { id: "desk"  purposes: ["membership", "walks"]  stores: ["t.Visit"] }
region { id: "home"  members: ["de"] }
record { type: "t.Visit"  created: "time" }
rule { name: "all"  permit { categories: ["*"]  purposes: ["membership"] } }
rule { name: "walks"  permit { categories: ["visit.walk"]  purposes: ["walks"] } }
residency { categories: ["*"]  regions: ["home"] }
retention { id: "visit"  categories: ["visit"]  keep: "90d"  then: ANONYMIZE
            residue { categories: ["visit.talk", "visit.walk"]  becomes: "statistics"  whole {} } }
retention { id: "statistics"  categories: ["statistics"]  keep: "30d"  then: DELETE }
)";

constexpr char kVisit[] = R"(
message Visit {
  option (privet.v1.record).subject = "id";
  string id = 1 [(privet.v1.field).categories = "visit.id"];
  string talk = 2 [(privet.v1.field).categories = "visit.talk"];
  string walk = 3 [(privet.v1.field).categories = "visit.walk"];
  google.protobuf.Timestamp time = 4 [(privet.v1.field).categories = "visit.id"];
}
)";

TEST_CASE("A residue that cannot be made fails the sealing, unless it is due",
          "[engine][residue]") {
  Schema schema(kVisit);
  auto policy = Policy::Parse(kPolicy, "club.textproto");
  REQUIRE_OK(policy);
  EngineRig rig(*policy);
  EngineOptions options;
  options.types = {schema.Type("Visit")};
  const Engine engine = rig.OpenOrDie(std::move(options));
  const Actor desk = ActorOf(engine, "desk");
  const auto seal = [&](std::size_t size, absl::Duration age) {
    const std::string text(size, 'x');
    const std::string bytes = schema.Bytes(
        "Visit",
        "id: 'ada' talk: '" + text + "' walk: '" + text + "' time { seconds: " +
            std::to_string(absl::ToUnixSeconds(rig.clock.Now() - age)) + " }");
    return desk.Seal(Record::Bytes("t.Visit", bytes), Subject("ada"));
  };
  const auto residue_size = [](const SealedRecord& record) {
    const auto header = base::SealedHeader::Parse(record.bytes());
    REQUIRE_OK(header);
    return header->residue().size();
  };

  const auto young = seal(100, absl::ZeroDuration());
  REQUIRE_OK(young);
  CHECK(residue_size(*young) > 200);
  const auto old = seal(100, absl::Hours(24 * 60));
  REQUIRE_OK(old);
  CHECK(residue_size(*old) == 0);
  REQUIRE_ERROR(seal(std::size_t{9} << 20, absl::ZeroDuration()),
                absl::StatusCode::kResourceExhausted, "16 MiB");
}

}  // namespace
}  // namespace privet::testing
