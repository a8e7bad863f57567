// SPDX-License-Identifier: Apache-2.0

#include "base/sealed_header.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/bytes.h"
#include "base/sealed_record_maker.h"
#include "privet/record_id.h"
#include "privet/sealed_record.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet::base {
namespace {

template <typename T>
T Filled(std::uint8_t byte) {
  T id;
  id.bytes.fill(byte);
  return id;
}

Descriptor Compartment(std::uint32_t id, std::uint32_t retention_class,
                       std::uint8_t owner_index) {
  Descriptor descriptor;
  descriptor.compartment = id;
  descriptor.retention_class = retention_class;
  descriptor.owner_index = owner_index;
  descriptor.commitment.fill(static_cast<std::uint8_t>(id));
  return descriptor;
}

// A record that tests change before they write it.
struct Draft {
  HeaderFields fields;
  std::vector<Descriptor> descriptors;
  std::vector<OwnerId> further;
  std::vector<std::string> bodies;
  std::string residue;

  std::string Write() {
    fields.descriptors = descriptors;
    fields.further_owners = further;
    std::string out(HeaderSize(fields), '\0');
    REQUIRE(WriteHeader(fields, out.data()) == out.data() + out.size());
    for (const std::string& body : bodies) {
      AppendInt(&out, static_cast<std::uint32_t>(body.size()));
      out += body;
    }
    if ((fields.flags & kHasResidue) != 0) {
      AppendInt(&out, static_cast<std::uint32_t>(residue.size()));
      out += residue;
    }
    return out;
  }
};

Draft SmallDraft() {
  Draft draft;
  draft.fields.id = Filled<RecordId>(7);
  draft.fields.owner = Filled<OwnerId>(8);
  draft.fields.policy = "infermesh";
  draft.fields.type = "infermesh.v1.ApiRequest";
  draft.descriptors = {Compartment(3, 0, kNobodyIndex), Compartment(5, 9, 0),
                       Compartment(6, 9, 0)};
  draft.bodies = {std::string(20, 'a'), std::string(16, 'b'),
                  std::string(300, 'c')};
  return draft;
}

// Of a residue: created at the beginning of a day.
RecordId ResidueId() {
  auto id = Filled<RecordId>(99);
  std::fill_n(id.bytes.begin() + 4, 6, std::uint8_t{0});
  return id;
}

// With everything that the format knows.
Draft FullDraft() {
  Draft draft = SmallDraft();
  draft.fields.flags = kHasResidue;
  draft.fields.revision = 0x0102030405060708;
  draft.fields.policy_version = 41;
  draft.further = {Filled<OwnerId>(9), Filled<OwnerId>(10)};
  draft.descriptors.push_back(Compartment(70, 11, 2));
  draft.descriptors.push_back(Compartment(0xfffffff0, 11, 1));
  draft.descriptors[3].epoch = 1234;
  draft.descriptors[3].slot = 0xabcdef01;
  draft.descriptors[3].generation = 65535;
  draft.descriptors[3].flags = kPadded | kHeld;
  draft.bodies.push_back("");
  draft.bodies.push_back(std::string(40, 'e'));

  Draft residue = SmallDraft();
  residue.fields.flags = kAboutNobody;
  residue.fields.id = ResidueId();
  residue.fields.type = "infermesh.v1.ApiRequest#content";
  draft.residue = residue.Write();
  return draft;
}

SealedHeader ParseOrDie(std::string_view bytes) {
  absl::StatusOr<SealedHeader> header = SealedHeader::Parse(bytes);
  REQUIRE_OK(header);
  return *header;
}

TEST_CASE("A header says what was written", "[base][sealed_header]") {
  Draft draft = FullDraft();
  const std::string bytes = draft.Write();
  const SealedHeader header = ParseOrDie(bytes);

  CHECK(header.id() == draft.fields.id);
  CHECK(header.owner() == draft.fields.owner);
  CHECK(header.revision() == draft.fields.revision);
  CHECK(header.policy_version() == 41);
  CHECK(header.policy() == "infermesh");
  CHECK(header.type() == "infermesh.v1.ApiRequest");
  CHECK(header.header().size() == HeaderSize(draft.fields));
  CHECK(header.further_owner_count() == 2);
  CHECK(header.further_owner(1) == draft.further[1]);
  CHECK(header.residue() == draft.residue);
  CHECK_FALSE(header.about_nobody());
  REQUIRE(header.size() == 5);
  for (std::size_t i = 0; i < header.size(); ++i) {
    CHECK(header.body(i) == draft.bodies[i]);
  }
  const Descriptor last = header.descriptor(3);
  CHECK(last.compartment == 70);
  CHECK(last.retention_class == 11);
  CHECK(last.epoch == 1234);
  CHECK(last.slot == 0xabcdef01);
  CHECK(last.generation == 65535);
  CHECK(last.flags == (kPadded | kHeld));
  CHECK(last.owner_index == 2);
  CHECK(last.commitment == draft.descriptors[3].commitment);
}

TEST_CASE("A header takes 77 bytes, two names and 52 for each compartment",
          "[base][sealed_header]") {
  Draft draft = SmallDraft();
  const std::string bytes = draft.Write();
  CHECK(ParseOrDie(bytes).header().size() == 77 + 2 + 9 + 2 + 23 + 3 * 52);
}

TEST_CASE("Every truncation is refused", "[base][sealed_header][error]") {
  const std::string bytes = FullDraft().Write();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    INFO(size);
    REQUIRE_ERROR(SealedHeader::Parse(std::string_view(bytes).substr(0, size)),
                  absl::StatusCode::kDataLoss, "sealed record is malformed");
  }
}

TEST_CASE("Every appended byte is refused", "[base][sealed_header][error]") {
  Draft draft = GENERATE(SmallDraft(), FullDraft());
  const std::string bytes = draft.Write();
  for (int byte = 0; byte < 256; ++byte) {
    REQUIRE_ERROR(SealedHeader::Parse(bytes + static_cast<char>(byte)),
                  absl::StatusCode::kDataLoss, "something follows");
  }
}

TEST_CASE("What is written again from a parsed header is the same",
          "[base][sealed_header]") {
  // So the parser takes exactly one spelling of each record.
  const std::string bytes = FullDraft().Write();
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string changed = bytes;
    changed[bit / 8] =
        static_cast<char>(changed[bit / 8] ^ static_cast<char>(1 << (bit % 8)));
    const auto parsed = SealedHeader::Parse(changed);
    if (!parsed.ok()) continue;
    Draft again;
    again.fields.flags = parsed->flags();
    again.fields.id = parsed->id();
    again.fields.owner = parsed->owner();
    again.fields.revision = parsed->revision();
    again.fields.policy_version = parsed->policy_version();
    std::memcpy(again.fields.nonce.data(), parsed->nonce().data(), kNonceSize);
    again.fields.policy = parsed->policy();
    again.fields.type = parsed->type();
    for (std::size_t i = 0; i < parsed->further_owner_count(); ++i) {
      again.further.push_back(parsed->further_owner(i));
    }
    for (std::size_t i = 0; i < parsed->size(); ++i) {
      again.descriptors.push_back(parsed->descriptor(i));
      again.bodies.emplace_back(parsed->body(i));
    }
    again.residue = std::string(parsed->residue());
    INFO("bit " << bit);
    REQUIRE(again.Write() == changed);
  }
}

TEST_CASE("What the format does not name is refused",
          "[base][sealed_header][error]") {
  struct Case {
    std::string name;
    std::function<void(Draft*)> change;
    std::string message;
  };
  const Case test = GENERATE(values<Case>({
      // The prefix.
      {"a third flag", [](Draft* d) { d->fields.flags |= 4; }, "a flag"},
      {"revision 0", [](Draft* d) { d->fields.revision = 0; }, "revision is 0"},
      {"no compartment",
       [](Draft* d) {
         d->descriptors.clear();
         d->bodies.clear();
       },
       "no compartment"},
      {"65 compartments",
       [](Draft* d) {
         d->descriptors.clear();
         for (std::uint32_t i = 0; i < 65; ++i) {
           d->descriptors.push_back(Compartment(i, 9, 0));
         }
         d->bodies.assign(65, "");
       },
       "more than 64"},
      // Names.
      {"no policy", [](Draft* d) { d->fields.policy = ""; }, "empty"},
      {"no type", [](Draft* d) { d->fields.type = ""; }, "empty"},
      {"a policy of 256 bytes",
       [](Draft* d) {
         static const std::string name(256, 'p');
         d->fields.policy = name;
       },
       "too long"},
      {"a type of 512 bytes",
       [](Draft* d) {
         static const std::string name(512, 't');
         d->fields.type = name;
       },
       "too long"},
      // Owners.
      {"sixteen further owners",
       [](Draft* d) { d->further.assign(16, Filled<OwnerId>(1)); },
       "too many owners"},
      {"a further owner twice", [](Draft* d) { d->further[1] = d->further[0]; },
       "twice"},
      {"a further owner that is the owner",
       [](Draft* d) { d->further[1] = d->fields.owner; }, "twice"},
      {"a further owner without a compartment",
       [](Draft* d) { d->descriptors[3].owner_index = 1; }, "no compartment"},
      {"an owner index above their number",
       [](Draft* d) { d->descriptors[3].owner_index = 3; }, "not there"},
      // Descriptors.
      {"a compartment twice",
       [](Draft* d) { d->descriptors[1].compartment = 3; }, "not in order"},
      {"compartments out of order",
       [](Draft* d) { d->descriptors[2].compartment = 4; }, "not in order"},
      {"a third compartment flag",
       [](Draft* d) { d->descriptors[1].flags = 4; }, "a flag"},
      {"the slot of links", [](Draft* d) { d->descriptors[1].slot = 1; },
       "reserved slot"},
      {"the last reserved slot", [](Draft* d) { d->descriptors[1].slot = 15; },
       "reserved slot"},
      {"nobody's compartment with a class",
       [](Draft* d) { d->descriptors[0].retention_class = 9; }, "agree"},
      {"somebody's compartment without a class",
       [](Draft* d) { d->descriptors[1].retention_class = 0; }, "agree"},
      {"a public compartment in an epoch",
       [](Draft* d) { d->descriptors[0].epoch = 0; }, "public compartment"},
      {"a public compartment in a slot",
       [](Draft* d) { d->descriptors[0].slot = 16; }, "public compartment"},
      {"a public compartment on hold",
       [](Draft* d) { d->descriptors[0].flags = kHeld; }, "public compartment"},
      // Bodies.
      {"a body of 1 byte", [](Draft* d) { d->bodies[0] = "x"; }, "too short"},
      {"a body of 15 bytes",
       [](Draft* d) { d->bodies[2] = std::string(15, 'x'); }, "too short"},
      {"a body over 16 MiB",
       [](Draft* d) { d->bodies[0] = std::string(kMaxBodySize + 1, 'x'); },
       "longer than 16 MiB"},
      {"a record over 64 MiB",
       [](Draft* d) { d->bodies.assign(5, std::string(kMaxBodySize, 'x')); },
       "longer than 64 MiB"},
      {"a body too few", [](Draft* d) { d->bodies.resize(4); }, "malformed"},
  }));

  DYNAMIC_SECTION(test.name) {
    Draft draft = FullDraft();
    test.change(&draft);
    REQUIRE_ERROR(SealedHeader::Parse(draft.Write()),
                  absl::StatusCode::kDataLoss, test.message);
  }
}

TEST_CASE("The largest sizes are taken", "[base][sealed_header]") {
  const std::string policy(kMaxPolicyIdSize, 'p');
  const std::string type(kMaxTypeSize, 't');
  Draft draft = SmallDraft();
  draft.fields.policy = policy;
  draft.fields.type = type;
  draft.descriptors.clear();
  for (std::uint32_t i = 0; i < kMaxCompartments; ++i) {
    draft.descriptors.push_back(Compartment(i, 9, 0));
  }
  draft.bodies.assign(kMaxCompartments, "");
  draft.bodies[0] = std::string(kMaxBodySize, 'x');
  const std::string bytes = draft.Write();
  CHECK(ParseOrDie(bytes).body(0).size() == kMaxBodySize);
}

TEST_CASE("A newer format is no damage", "[base][sealed_header][error]") {
  std::string bytes = SmallDraft().Write();
  SECTION("a newer version") { bytes[3] = '2'; }
  SECTION("the reserved algorithm") { bytes[4] = 2; }
  REQUIRE_ERROR(SealedHeader::Parse(bytes),
                absl::StatusCode::kFailedPrecondition, "does not know");
}

TEST_CASE("Dropping sets a length to 0 and leaves the rest",
          "[base][sealed_header][drop]") {
  const std::string bytes = FullDraft().Write();
  const SealedHeader header = ParseOrDie(bytes);
  const std::string left = DropCompartments(header, 0b00110, false);
  const SealedHeader after = ParseOrDie(left);

  CHECK(left.size() == bytes.size() - 16 - 300);
  CHECK(after.header() == header.header());
  CHECK(after.body(0) == header.body(0));
  CHECK(after.dropped(1));
  CHECK(after.dropped(2));
  CHECK(after.body(4) == header.body(4));
  CHECK(after.residue() == header.residue());
  CHECK(DropCompartments(header, 0, false) == bytes);
  CHECK(DropCompartments(after, 0b00110, false) == left);
}

TEST_CASE("Only what is public is left when the rest was dropped",
          "[base][sealed_header][drop]") {
  const std::string bytes = FullDraft().Write();
  const SealedHeader header = ParseOrDie(bytes);
  const std::string all = DropCompartments(header, 0b11110, false);
  const std::string most = DropCompartments(header, 0b01111, false);
  CHECK(ParseOrDie(all).only_public_left());
  CHECK_FALSE(ParseOrDie(most).only_public_left());
}

TEST_CASE("A residue is taken out once", "[base][sealed_header][residue]") {
  const std::string bytes = FullDraft().Write();
  const SealedHeader header = ParseOrDie(bytes);
  const absl::StatusOr<RecordId> id = CheckResidue(header, "content");
  REQUIRE_OK(id);
  CHECK(*id == ResidueId());

  const std::string left = DropCompartments(header, 0, true);
  const SealedHeader after = ParseOrDie(left);
  CHECK(after.residue().empty());
  CHECK((after.flags() & kHasResidue) != 0);
  REQUIRE_ERROR(CheckResidue(after, "content"), absl::StatusCode::kNotFound,
                "no residue");
}

TEST_CASE("A residue of another kind is thrown away",
          "[base][sealed_header][residue][error]") {
  struct Case {
    std::string name;
    std::function<void(HeaderFields*)> change;
  };
  const Case test = GENERATE(values<Case>({
      {"about somebody", [](HeaderFields* f) { f->flags = 0; }},
      {"with a residue", [](HeaderFields* f) { f->flags |= kHasResidue; }},
      {"of another retention",
       [](HeaderFields* f) { f->type = "infermesh.v1.ApiRequest#contents"; }},
      {"of another type",
       [](HeaderFields* f) { f->type = "infermesh.v1.ApiRequesu#content"; }},
      {"of the type itself",
       [](HeaderFields* f) { f->type = "infermesh.v1.ApiRequest"; }},
      {"of another policy", [](HeaderFields* f) { f->policy = "other"; }},
      {"amended", [](HeaderFields* f) { f->revision = 2; }},
      {"of a time of day", [](HeaderFields* f) { f->id.bytes[9] = 1; }},
      {"damaged", [](HeaderFields* f) { f->revision = 0; }},
  }));

  DYNAMIC_SECTION(test.name) {
    Draft residue = SmallDraft();
    residue.fields.flags = kAboutNobody;
    residue.fields.type = "infermesh.v1.ApiRequest#content";
    residue.fields.id = ResidueId();
    test.change(&residue.fields);
    Draft draft = FullDraft();
    draft.residue = residue.Write();
    const std::string bytes = draft.Write();
    REQUIRE_ERROR(CheckResidue(ParseOrDie(bytes), "content"),
                  absl::StatusCode::kNotFound, "no residue");
  }
}

TEST_CASE("A sealed record is parsed under the id that it was found under",
          "[base][sealed_record]") {
  const std::string bytes = FullDraft().Write();
  const auto record = SealedRecord::Parse(Filled<RecordId>(7), bytes);
  REQUIRE_OK(record);
  CHECK(record->bytes() == bytes);
  CHECK(record->owner() == Filled<OwnerId>(8));
  CHECK(record->revision() == 0x0102030405060708);
  CHECK(record->index().empty());
  REQUIRE_ERROR(SealedRecord::Parse(Filled<RecordId>(6), bytes),
                absl::StatusCode::kDataLoss, "another id");
}

TEST_CASE("A made record equals the one that is parsed back",
          "[base][sealed_record]") {
  Draft draft = SmallDraft();
  const std::string bytes = draft.Write();
  const SealedRecord made =
      SealedRecordMaker::Make(draft.fields, bytes, {IndexTag()});
  const auto parsed = SealedRecord::Parse(made.id(), made.bytes());
  REQUIRE_OK(parsed);
  CHECK(parsed->owner() == made.owner());
  CHECK(parsed->revision() == made.revision());
  CHECK(made.index().size() == 1);
}

}  // namespace
}  // namespace privet::base
