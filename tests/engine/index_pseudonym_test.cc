// SPDX-License-Identifier: Apache-2.0
//
// Blind indexes and pseudonyms from end to end: sealed, stored, found, shared,
// erased.

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "crypto/hash.h"
#include "engine/club.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "privet/actor.h"
#include "privet/engine.h"
#include "privet/record.h"
#include "privet/record_id.h"
#include "privet/sealed_record.h"
#include "privet/shared_record.h"
#include "privet/subject.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet::testing {
namespace {

constexpr char kPolicy[] = R"(
id: "club"  version: 1
controller { id: "club"  contact: "privacy@club.example" }
category { id: "club.region" }
category { id: "member.id" }
category { id: "member.email" }
category { id: "member.note" }
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
  optional string email = 3 [(privet.v1.field) = {
    categories: "member.email" index { unique: true normalize: EMAIL } }];
  string note = 4 [(privet.v1.field) = {
    categories: "member.note"
    index { name: "notes" normalize: CASE_FOLD bits: 64 } }];
}
)";

class Club : public ClubRig {
 public:
  // `rules`: beside those of the club.
  explicit Club(const std::string& rules = "")
      : ClubRig(kPolicy + rules, kMember) {}

  absl::StatusOr<SealedRecord> Seal(const std::string& id,
                                    const std::string& text) {
    const std::string bytes = schema.Bytes("Member", text);
    return desk.Seal(Record::Bytes("t.Member", bytes), Subject(id));
  }

  SealedRecord SealOrDie(const std::string& id, const std::string& text) {
    auto sealed = Seal(id, text);
    REQUIRE_OK(sealed);
    return *sealed;
  }
  SealedRecord StoreOrDie(const std::string& id, const std::string& text) {
    SealedRecord sealed = SealOrDie(id, text);
    REQUIRE_OK(rig.records->Put(sealed));
    return sealed;
  }

  // Returns the ids of the records that are found.
  std::vector<RecordId> Find(const std::string& index,
                             const std::string& value) {
    const auto tag = engine.IndexOf(index, value);
    REQUIRE_OK(tag);
    const auto found = rig.records->Find(*tag, 10);
    REQUIRE_OK(found);
    return *found;
  }
  absl::StatusOr<SealedRecord> FindByEmail(const std::string& email) {
    const auto tag = engine.IndexOf("member.email", email);
    REQUIRE_OK(tag);
    return rig.records->FindUnique(*tag);
  }

  void EraseOrDie(const std::string& id) {
    REQUIRE_OK(engine.subjects().Erase(Subject(id)));
  }

  // Returns what a recipient is sent, as a message.
  std::unique_ptr<google::protobuf::Message> ShareOrDie(
      const SealedRecord& sealed, const char* recipient) {
    const auto shared =
        desk.Share(sealed, AnySubject(), RecipientId::FromText(recipient),
                   PurposeId("study"));
    REQUIRE_OK(shared);
    auto message = schema.Message("Member", "");
    REQUIRE(message->ParseFromString(std::string(shared->bytes())));
    return message;
  }
  std::string Shared(const SealedRecord& sealed, const char* recipient,
                     const char* field) {
    const auto message = ShareOrDie(sealed, recipient);
    return message->GetReflection()->GetString(
        *message, message->GetDescriptor()->FindFieldByName(field));
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

TEST_CASE("A record is found by what its fields hold", "[engine][index]") {
  Club club;
  const auto ada = club.StoreOrDie(
      "ada", "id: 'ada' email: ' Ada@X.org' note: '\u00c9T\u00c9'");
  const auto bob = club.StoreOrDie("bob", "id: 'bob' note: '\u00e9t\u00e9'");

  const auto found = club.FindByEmail("ada@x.ORG ");
  REQUIRE_OK(found);
  CHECK(found->id() == ada.id());
  CHECK(found->bytes() == ada.bytes());
  std::vector<RecordId> both = {ada.id(), bob.id()};
  std::sort(both.begin(), both.end());
  CHECK(club.Find("notes", "\u00c9t\u00e9") == both);

  CHECK(club.Find("notes", "ete").empty());
  CHECK(club.Find("notes", " \u00e9t\u00e9").empty());
  REQUIRE_ERROR(club.FindByEmail("bob@x.org"), absl::StatusCode::kNotFound, "");
}

TEST_CASE("The value of a unique index is taken once", "[engine][index]") {
  Club club;
  const auto ada = club.StoreOrDie("ada", "id: 'ada' email: 'ada@x.org'");
  for (const std::string id : {"bob", "ada"}) {
    const auto again =
        club.SealOrDie(id, "id: '" + id + "' email: 'ADA@x.org'");
    REQUIRE_ERROR(club.rig.records->Put(again),
                  absl::StatusCode::kAlreadyExists, "");
  }
  const auto found = club.FindByEmail("ada@x.org");
  REQUIRE_OK(found);
  CHECK(found->id() == ada.id());

  SECTION("but that of nothing by as many as like") {
    club.StoreOrDie("bob", "id: 'bob' email: ''");
    club.StoreOrDie("eve", "id: 'eve' email: ' '");
    club.StoreOrDie("joe", "id: 'joe'");
    REQUIRE_ERROR(club.FindByEmail(""), absl::StatusCode::kNotFound, "");
  }
}

TEST_CASE("Who was erased is found no more, and may come again",
          "[engine][index][erase]") {
  Club club;
  const auto ada =
      club.StoreOrDie("ada", "id: 'ada' email: 'ada@x.org' note: 'tall'");
  const auto bob =
      club.StoreOrDie("bob", "id: 'bob' email: 'bob@x.org' note: 'tall'");
  club.EraseOrDie("ada");
  REQUIRE_ERROR(club.FindByEmail("ada@x.org"), absl::StatusCode::kNotFound, "");
  CHECK(club.Find("notes", "tall") == std::vector<RecordId>{bob.id()});

  const auto again =
      club.StoreOrDie("ada", "id: 'ada' email: 'ada@x.org' note: 'small'");
  const auto found = club.FindByEmail("ada@x.org");
  REQUIRE_OK(found);
  CHECK(found->id() == again.id());
  CHECK(found->id() != ada.id());
  CHECK(found->owner() != ada.owner());
}

TEST_CASE("What has expired is found no more", "[engine][index][sweep]") {
  Club club;
  club.StoreOrDie("ada", "id: 'ada' email: 'ada@x.org' note: 'tall'");
  club.rig.clock.Advance(absl::Hours(24 * 91));
  club.rig.SweepOrDie();
  REQUIRE_ERROR(club.FindByEmail("ada@x.org"), absl::StatusCode::kNotFound, "");
  CHECK(club.Find("notes", "tall").empty());
}

TEST_CASE("An amended record is found by what it holds now",
          "[engine][index][amend]") {
  Club club;
  const auto ada =
      club.StoreOrDie("ada", "id: 'ada' email: 'ada@x.org' note: 'tall'");
  const auto amended = club.desk.Amend(
      ada,
      Record::Bytes("t.Member", club.schema.Bytes("Member", "note: 'small'")),
      Subject("ada"));
  REQUIRE_OK(amended);
  REQUIRE_OK(club.rig.records->Put(*amended));
  CHECK(club.Find("notes", "tall").empty());
  CHECK(club.Find("notes", "SMALL") == std::vector<RecordId>{ada.id()});
  const auto found = club.FindByEmail("ada@x.org");
  REQUIRE_OK(found);
  CHECK(found->revision() == 2);
}

// Under which the club stores less of an email, and of a note.
constexpr char kLess[] = R"(
rule { name: "domains"  require { categories: ["member.email"]  purposes: ["membership"] }
       transform { email_domain {} } }
rule { name: "initials"  require { categories: ["member.note"]  purposes: ["membership"] }
       transform { truncate { characters: 1 } } }
)";

TEST_CASE("What is stored in a form is found by nothing, also once amended",
          "[engine][index][amend]") {
  Club club(kLess);
  const auto amend = [&](const SealedRecord& record, const std::string& id,
                         const std::string& text) {
    const std::string bytes = club.schema.Bytes("Member", text);
    auto amended =
        club.desk.Amend(record, Record::Bytes("t.Member", bytes), Subject(id));
    REQUIRE_OK(amended);
    CHECK(amended->index().empty());
    REQUIRE_OK(club.rig.records->Put(*amended));
    return *amended;
  };
  std::vector<SealedRecord> members;
  for (const std::string id : {"ada", "bob"}) {
    members.push_back(club.StoreOrDie(
        id,
        absl::StrCat("id: '", id, "' email: '", id, "@x.org' note: 'tall'")));
    CHECK(members.back().index().empty());
  }
  std::string changes;
  SECTION("in another field") { changes = "referrer: 'joe'"; }
  SECTION("in this one") { changes = "email: 'them@x.org' note: 'thin'"; }
  // Both have the domain that one of them alone could be found by.
  amend(members[0], "ada", changes);
  amend(members[1], "bob", changes);
  REQUIRE_ERROR(club.FindByEmail("@x.org"), absl::StatusCode::kNotFound, "");
  CHECK(club.Find("notes", "t").empty());
}

TEST_CASE("A recipient knows a value by one pseudonym, another by another",
          "[engine][pseudonym]") {
  Club club;
  const auto ada =
      club.StoreOrDie("ada", "id: 'ada' referrer: 'joe' note: 'tall'");
  const auto later = club.StoreOrDie("ada", "id: 'ada' referrer: 'eve'");
  const auto bob =
      club.StoreOrDie("bob", "id: 'bob' referrer: 'joe' note: 'tall'");

  for (const char* field : {"id", "referrer", "note"}) {
    INFO(field);
    const std::string lab = club.Shared(ada, "lab", field);
    CHECK(lab.size() == 32);
    CHECK(lab.find_first_not_of("0123456789abcdef") == std::string::npos);
    CHECK(club.Shared(ada, "lab", field) == lab);
    CHECK(club.Shared(ada, "press", field) != lab);
  }
  CHECK(club.Shared(later, "lab", "id") == club.Shared(ada, "lab", "id"));
  CHECK(club.Shared(bob, "lab", "id") != club.Shared(ada, "lab", "id"));
  CHECK(club.Shared(bob, "lab", "note") == club.Shared(ada, "lab", "note"));
  CHECK(club.Shared(bob, "lab", "referrer") ==
        club.Shared(ada, "lab", "referrer"));
  CHECK(club.Shared(later, "lab", "referrer") !=
        club.Shared(ada, "lab", "referrer"));

  SECTION("also in another process") {
    EngineOptions options;
    options.types = {club.schema.Type("Member")};
    const Engine other = club.rig.OpenOrDie(std::move(options));
    const std::string before = club.Shared(ada, "lab", "id");
    club.desk = ActorOf(other, "desk");
    CHECK(club.Shared(ada, "lab", "id") == before);
  }
}

TEST_CASE("The pseudonym of a person's own id dies with the person",
          "[engine][pseudonym][erase]") {
  Club club;
  const std::string text = "id: 'ada' referrer: 'bob' note: 'tall'";
  const auto ada = club.StoreOrDie("ada", text);
  const auto bob = club.StoreOrDie("bob", "id: 'bob' referrer: 'ada'");
  const std::string id = club.Shared(ada, "lab", "id");
  const std::string referrer = club.Shared(ada, "lab", "referrer");
  const std::string of_bob = club.Shared(bob, "lab", "referrer");

  club.EraseOrDie("ada");
  REQUIRE_ERROR(club.desk.Share(ada, AnySubject(), RecipientId("lab"),
                                PurposeId("study")),
                absl::StatusCode::kNotFound, "");
  const auto again = club.StoreOrDie("ada", text);
  CHECK(club.Shared(again, "lab", "id") != id);
  // Any other field is under no person's key: not even if it names one.
  CHECK(club.Shared(again, "lab", "referrer") == referrer);
  CHECK(club.Shared(bob, "lab", "referrer") == of_bob);
}

// Binds t.Member and t.Guest, whose `field` is indexed so.
absl::Status BindGuest(const std::string& index) {
  const Schema schema(std::string(kMember) +
                      "message Guest { option (privet.v1.record).subject = "
                      "\"id\"; string id = 1 [(privet.v1.field).categories = "
                      "\"member.id\"]; string about = 2 [(privet.v1.field) = { "
                      "categories: \"member.note\" index { " +
                      index + " } }]; }");
  auto policy =
      Policy::Parse(std::string(kPolicy) + "record { type: \"t.Guest\" }", "p");
  REQUIRE_OK(policy);
  EngineOptions options;
  options.types = {schema.Type("Member"), schema.Type("Guest")};
  return Engine::Create(*policy, std::move(options)).status();
}

TEST_CASE("Fields that are found together are indexed alike",
          "[engine][index][error]") {
  const auto refused = absl::StatusCode::kInvalidArgument;
  const std::string differ =
      "field `about` of `t.Guest` and field `note` of `t.Member` share the "
      "index `notes`";
  REQUIRE_OK(BindGuest("name: \"notes\" normalize: CASE_FOLD bits: 64"));
  REQUIRE_OK(BindGuest("name: \"other\" normalize: EXACT"));
  REQUIRE_ERROR(BindGuest("name: \"notes\" normalize: EXACT bits: 64"), refused,
                differ);
  REQUIRE_ERROR(BindGuest("name: \"notes\" normalize: CASE_FOLD"), refused,
                differ);
  REQUIRE_ERROR(BindGuest("name: \"notes\" normalize: CASE_FOLD unique: true"),
                refused, differ);
}

TEST_CASE("Names of indexes that a hash takes for each other are refused",
          "[engine][index][error]") {
  std::map<std::uint32_t, std::string> seen;
  std::string first, second;
  for (int i = 0; second.empty(); ++i) {
    const std::string name = "n" + std::to_string(i);
    const auto [entry, is_new] = seen.emplace(crypto::Id4(name), name);
    if (is_new) continue;
    first = entry->second;
    second = name;
  }
  const Schema schema(
      "message Member { option (privet.v1.record).subject = \"id\"; string id "
      "= "
      "1 [(privet.v1.field) = { categories: \"member.id\" index { name: \"" +
      first +
      "\" } }]; string note = 2 [(privet.v1.field) = { categories: "
      "\"member.note\" index { name: \"" +
      second + "\" } }]; }");
  auto policy = Policy::Parse(kPolicy, "p");
  REQUIRE_OK(policy);
  EngineOptions options;
  options.types = {schema.Type("Member")};
  REQUIRE_ERROR(Engine::Create(*policy, std::move(options)),
                absl::StatusCode::kInvalidArgument,
                "its index `" + second + "` and the index `" + first + "`");
}

}  // namespace
}  // namespace privet::testing
