// SPDX-License-Identifier: Apache-2.0
//
// Why a pseudonym of a person's own id cannot be made, and what a host is told
// to do about it.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "engine/club.h"
#include "keys/catalogue.h"
#include "keys/rows.h"
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

// Audits go on after an erasure, by a lab that knows members by a pseudonym.
constexpr char kPolicy[] = R"(
id: "club"  version: 1
controller { id: "club"  contact: "privacy@club.example" }
category { id: "member.id" }
purpose { id: "membership"  basis: CONTRACT }
purpose { id: "audit"  basis: LEGAL_OBLIGATION  obligation: "tax" }
obligation { id: "tax"  law: "tax law" }
actor { id: "desk"  purposes: ["membership", "audit"]  stores: ["t.Member"] }
recipient { id: "lab"  role: PROCESSOR  purposes: ["audit"]  regions: ["de"]  agreement { reference: "1" } }
region { id: "home"  members: ["de"] }
residency { categories: ["*"]  regions: ["home"] }
record { type: "t.Member" }
rule { name: "the club knows its members"  permit { categories: ["*"]  purposes: ["membership"] } }
rule { name: "audits know nobody"  permit { categories: ["*"]  purposes: ["audit"]  recipients: ["*"] }
       transform { categories: ["member"]  pseudonym {} } }
retention { id: "bills"  categories: ["*"]  keep: "7y"  obligation: "tax"  then: DELETE }
)";

constexpr char kMember[] = R"(
message Member {
  option (privet.v1.record).subject = "id";
  string id = 1 [(privet.v1.field).categories = "member.id"];
}
)";

class Club : public ClubRig {
 public:
  Club() : ClubRig(kPolicy, kMember) {}

  SealedRecord SealOrDie() {
    auto sealed = desk.Seal(Record::Bytes("t.Member", bytes), ada);
    REQUIRE_OK(sealed);
    return *sealed;
  }
  absl::Status ShareInHand() {
    return desk
        .Share(Record::Bytes("t.Member", bytes), ada, RecipientId("lab"),
               PurposeId("audit"))
        .status();
  }
  absl::Status Share(const SealedRecord& sealed) {
    return desk.Share(sealed, ada, RecipientId("lab"), PurposeId("audit"))
        .status();
  }

  const Subject ada{"ada"};
  const std::string bytes = schema.Bytes("Member", "id: 'ada'");
};

TEST_CASE("Of whom nothing is stored has no pseudonym yet",
          "[engine][pseudonym][error]") {
  Club club;
  REQUIRE_ERROR(club.ShareInHand(), Code::kNotFound,
                "field `id` of `t.Member`: the key of its pseudonym is not at "
                "hand: nothing is stored about the person");
  club.SealOrDie();
  REQUIRE_OK(club.ShareInHand());
}

TEST_CASE("Who was erased has no pseudonym any more, whatever a law keeps",
          "[engine][pseudonym][erase][error]") {
  Club club;
  const SealedRecord kept = club.SealOrDie();
  REQUIRE_OK(club.Share(kept));
  REQUIRE_OK(club.engine.subjects().Erase(club.ada));
  REQUIRE_ERROR(club.Share(kept), Code::kNotFound, "field `id`");
  REQUIRE_ERROR(club.ShareInHand(), Code::kNotFound, "field `id`");
}

TEST_CASE("A key of pseudonyms that was altered in the vault is damage",
          "[engine][pseudonym][error]") {
  Club club;
  const SealedRecord sealed = club.SealOrDie();
  const std::string name =
      keys::KeyRow(keys::KeyKind::kSubject,
                   keys::SubjectKeyName({sealed.owner(), keys::kLinkSlot, 1}));
  const auto row = club.rig.vault->Read(name);
  REQUIRE_OK(row);
  REQUIRE(row->has_value());
  std::string altered = **row;
  altered.back() = static_cast<char>(altered.back() ^ 1);
  REQUIRE_OK(club.rig.vault->Commit({}, {{name, altered}}));
  club.engine = club.OpenOrDie();  // with nothing in memory
  club.desk = ActorOf(club.engine, "desk");
  REQUIRE_ERROR(club.Share(sealed), Code::kDataLoss, "field `id`");
  REQUIRE_ERROR(club.ShareInHand(), Code::kDataLoss, "field `id`");
}

}  // namespace
}  // namespace privet::testing
