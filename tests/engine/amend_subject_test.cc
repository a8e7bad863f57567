// SPDX-License-Identifier: Apache-2.0
//
// Amending records that do not hold the id of the person whom they are about.

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/club.h"
#include "privet/actor.h"
#include "privet/engine.h"
#include "privet/record.h"
#include "privet/sealed_record.h"
#include "privet/subject.h"
#include "privet/subjects.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet::testing {
namespace {

using Code = absl::StatusCode;

constexpr char kPolicy[] = R"(
id: "club"  version: 1
controller { id: "club"  contact: "privacy@club.example" }
category { id: "member.id" }
category { id: "member.note" }
purpose { id: "membership"  basis: CONTRACT }
purpose { id: "greeting"  basis: CONSENT }
actor { id: "desk"  purposes: ["membership", "greeting"]  stores: ["t.Member"] }
region { id: "home"  members: ["de"] }
residency { categories: ["*"]  regions: ["home"] }
record { type: "t.Member" }
rule { name: "notes"  permit { categories: ["member.note"]  purposes: ["membership"] } }
retention { id: "all"  categories: ["*"]  keep: "90d"  then: DELETE }
)";
constexpr char kIfHeAgrees[] = R"(
rule { name: "ids, to greet"  permit { categories: ["member.id"]  purposes: ["greeting"] } }
)";
constexpr char kInAForm[] = R"(
rule { name: "initials"  permit { categories: ["member.id"]  purposes: ["membership"] }
       transform { truncate { characters: 1 } } }
)";

constexpr char kMember[] = R"(
message Member {
  option (privet.v1.record).subject = "who.id";
  message Who {
    string id = 1 [(privet.v1.field).categories = "member.id"];
  }
  Who who = 1;
  string note = 2 [(privet.v1.field).categories = "member.note"];
}
)";

// A club that keeps ids of its members as `rule` says.
class Club : public ClubRig {
 public:
  explicit Club(const char* rule)
      : ClubRig(std::string(kPolicy) + rule, kMember) {}

  Record Text(const char* text) {
    bytes = schema.Bytes("Member", text);
    return Record::Bytes("t.Member", bytes);
  }
  SealedRecord SealOrDie() {
    auto sealed = desk.Seal(Text("who { id: 'ada' } note: 'tall'"), ada);
    REQUIRE_OK(sealed);
    return *sealed;
  }
  absl::StatusOr<SealedRecord> Amend(const SealedRecord& sealed,
                                     const char* changes) {
    return desk.Amend(sealed, Text(changes), ada);
  }
  std::string Seen(const SealedRecord& sealed, const char* purpose) {
    const auto seen = desk.OpenBytes(sealed, ada, PurposeId::FromText(purpose));
    return seen.ok() ? *seen : std::string(seen.status().message());
  }
  std::string Note(const std::string& note) {
    return schema.Bytes("Member", "note: '" + note + "'");
  }

  // Amends the record twice, and looks each time.
  void CheckGoesOn(const SealedRecord& sealed, const std::string& who) {
    const auto once = Amend(sealed, "note: 'small'");
    REQUIRE_OK(once);
    const auto twice = Amend(*once, "who { id: 'ada' } note: 'thin'");
    REQUIRE_OK(twice);
    CHECK(Seen(*once, "membership") ==
          schema.Bytes("Member", who + "note: 'small'"));
    CHECK(Seen(*twice, "membership") ==
          schema.Bytes("Member", who + "note: 'thin'"));
    // Whoever is named must still be the one.
    for (const char* changes : {"who { id: 'bob' }", "who { id: 'a' }"}) {
      REQUIRE_ERROR(Amend(*twice, changes), Code::kInvalidArgument,
                    "field `who.id`");
    }
  }

  Subject ada{"ada"};
  std::string bytes;
};

TEST_CASE("A record is amended whose id may not be stored, or not any more",
          "[engine][amend]") {
  Club club(kIfHeAgrees);
  const PurposeId greeting("greeting");
  SECTION("because the person never agreed to it") {
    club.CheckGoesOn(club.SealOrDie(), "");
  }
  SECTION("because the person has taken his consent back") {
    REQUIRE_OK(club.engine.subjects().GiveConsent(club.ada, greeting));
    const SealedRecord sealed = club.SealOrDie();
    REQUIRE(club.Seen(sealed, "greeting") ==
            club.schema.Bytes("Member", "who { id: 'ada' }"));
    REQUIRE_OK(club.engine.subjects().WithdrawConsent(club.ada, greeting));
    club.CheckGoesOn(sealed, "");
  }
}

TEST_CASE("A record is amended that holds its person's id in a form",
          "[engine][amend]") {
  Club club(kInAForm);
  club.CheckGoesOn(club.SealOrDie(), "who { id: 'a' } ");
}

}  // namespace
}  // namespace privet::testing
