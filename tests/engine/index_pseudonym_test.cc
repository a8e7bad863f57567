// SPDX-License-Identifier: Apache-2.0
//
// Blind indexes and pseudonyms from end to end: sealed, stored, found, shared,
// erased.

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "engine/engine_rig.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "privet/actor.h"
#include "privet/engine.h"
#include "privet/record.h"
#include "privet/sealed_record.h"
#include "privet/shared_record.h"
#include "privet/subject.h"
#include "record/schema.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet::testing {
namespace {

constexpr char kPolicy[] = R"(
id: "club"  version: 1
controller { id: "club"  contact: "privacy@club.example" }
category { id: "member.id" }
category { id: "member.email" }
category { id: "member.note" }
category { id: "club.region" }
purpose { id: "membership"  basis: CONTRACT }
purpose { id: "study"  basis: CONTRACT }
actor { id: "desk"  purposes: ["membership", "study"]  stores: ["t.Member"] }
recipient { id: "lab"    role: PROCESSOR  purposes: ["study"]  regions: ["de"]  agreement { reference: "1" } }
recipient { id: "press"  role: PROCESSOR  purposes: ["study"]  regions: ["de"]  agreement { reference: "2" } }
region { id: "home"  members: ["de"] }
residency { categories: ["*"]  regions: ["home"] }
record { type: "t.Member" }
rule { name: "the club knows its members"  permit { categories: ["*"]  purposes: ["membership"] } }
rule { name: "studies know nobody"  permit { categories: ["*"]  purposes: ["study"]  recipients: ["*"] }
       transform { categories: ["member"]  pseudonym {} } }
retention { id: "all"  categories: ["*"]  keep: "90d"  then: DELETE }
)";

constexpr char kMember[] = R"(
message Member {
  option (privet.v1.record).subject = "id";
  string id = 1 [(privet.v1.field) = {
    categories: "member.id" categories: "club.region" }];
  string referrer = 2 [(privet.v1.field) = {
    categories: "member.id" categories: "club.region" }];
  string email = 3 [(privet.v1.field) = {
    categories: "member.email" index { unique: true normalize: EMAIL } }];
  string note = 4 [(privet.v1.field) = {
    categories: "member.note"
    index { name: "notes" normalize: CASE_FOLD bits: 64 } }];
}
)";

class Club {
 public:
  Club()
      : schema(kMember),
        rig(ParseOrDie()),
        engine(OpenWith(&schema, &rig)),
        desk(ActorOf(engine, "desk")) {}

  absl::StatusOr<SealedRecord> Seal(const std::string& id,
                                    const std::string& text) {
    const std::string bytes = schema.Bytes("Member", text);
    return desk.Seal(Record::Bytes("t.Member", bytes), Subject(id));
  }

  Schema schema;
  EngineRig rig;
  Engine engine;
  Actor desk;

 private:
  static Policy ParseOrDie() {
    auto policy = Policy::Parse(kPolicy, "club.textproto");
    REQUIRE_OK(policy);
    return *policy;
  }
  static Engine OpenWith(const Schema* schema, EngineRig* rig) {
    EngineOptions options;
    options.types = {schema->Type("Member")};
    return rig->OpenOrDie(std::move(options));
  }
};

// Longer than the length before each hashed part can say.
std::string Endless() { return std::string(70'000, 'x'); }

TEST_CASE("What is too long for a hash is refused, and nothing else happens",
          "[engine][index][error]") {
  Club club;
  SECTION("a value to index") {
    REQUIRE_ERROR(club.Seal("ada", "id: 'ada' note: '" + Endless() + "'"),
                  absl::StatusCode::kResourceExhausted, "field `note`");
  }
  SECTION("a value to look for") {
    REQUIRE_ERROR(club.engine.IndexOf("notes", Endless()),
                  absl::StatusCode::kResourceExhausted, "`notes`");
  }
  SECTION("a value to make a pseudonym of") {
    auto sealed = club.Seal("ada", "id: 'ada' referrer: '" + Endless() + "'");
    REQUIRE_OK(sealed);
    REQUIRE_ERROR(club.desk.Share(*sealed, Subject("ada"), RecipientId("lab"),
                                  PurposeId("study")),
                  absl::StatusCode::kResourceExhausted, "field `referrer`");
  }
  SECTION("the longest that is not") {
    const std::string longest(65'535, 'x');
    auto sealed = club.Seal(
        "ada", "id: 'ada' referrer: '" + longest + "' note: '" + longest + "'");
    REQUIRE_OK(sealed);
    REQUIRE_OK(club.engine.IndexOf("notes", longest));
  }
}

}  // namespace
}  // namespace privet::testing
