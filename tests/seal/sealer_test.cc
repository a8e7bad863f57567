// SPDX-License-Identifier: Apache-2.0

#include "seal/sealer.h"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/id_parts.h"
#include "base/sealed_header.h"
#include "crypto/hash.h"
#include "seal/opener.h"
#include "seal/record_id.h"
#include "seal/rig.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet::seal {
namespace {

using namespace privet::testing;  // NOLINT: the rig

base::SealedHeader ParseOrDie(std::string_view bytes) {
  const auto header = base::SealedHeader::Parse(bytes);
  REQUIRE_OK(header);
  return *header;
}

TEST_CASE("A sealed record opens to what went in", "[seal][sealer]") {
  Rig rig;
  const Sealed sealed = rig.SealUsualOrDie();
  const auto opened = rig.Open(sealed.bytes, sealed.id, kAll);
  REQUIRE_OK(opened);
  REQUIRE(opened->parts.size() == kCount);
  for (std::size_t i = 0; i < kCount; ++i) {
    CHECK(opened->parts[i] == rig.plaintexts[i]);
  }
}

TEST_CASE("Plaintexts of every size come back", "[seal][sealer]") {
  Rig rig;
  for (const std::size_t size : std::initializer_list<std::size_t>{
           0, 1, 15, 16, 63, 64, 65, 4096, 1 << 20}) {
    rig.plaintexts[kContent] = std::string(size, 'x');
    const Sealed sealed = rig.SealUsualOrDie();
    const auto opened = rig.Open(sealed.bytes, sealed.id, 1 << kContent);
    REQUIRE_OK(opened);
    REQUIRE(opened->parts.size() == 1);
    CHECK(opened->parts[0] == rig.plaintexts[kContent]);
  }
}

TEST_CASE("The header says where each compartment lies", "[seal][sealer]") {
  Rig rig;
  const Sealed sealed = rig.SealUsualOrDie();
  const base::SealedHeader header = ParseOrDie(sealed.bytes);
  CHECK(header.id() == sealed.id);
  CHECK(CreatedAt(sealed.id) == kNow);
  CHECK(base::TypeOf(sealed.id) == crypto::Id4(kType));
  CHECK(header.owner() == rig.owner);
  CHECK(header.policy() == kPolicy);
  CHECK(header.type() == kType);
  CHECK(header.policy_version() == 3);
  CHECK(header.revision() == 1);
  CHECK(header.flags() == 0);
  REQUIRE(header.size() == kCount);

  const base::Descriptor of_public = header.descriptor(kPublic);
  CHECK(of_public.retention_class == base::kPublicClass);
  CHECK(of_public.owner_index == base::kNobodyIndex);
  CHECK(of_public.epoch == base::kNoEpoch);
  const base::Descriptor content = header.descriptor(kContent);
  CHECK(content.retention_class == rig.terms[kContent]->id());
  CHECK(content.slot == base::kErasableSlot);
  CHECK(content.epoch ==
        rig.terms[kContent]->EpochOf(absl::ToUnixMillis(kNow)));
  const base::Descriptor account = header.descriptor(kAccount);
  CHECK(account.slot == rig.terms[kAccount]->slot());
  CHECK(account.epoch == base::kNoEpoch);
  CHECK(header.descriptor(kInvoice).slot == rig.terms[kInvoice]->slot());
}

TEST_CASE("A record takes 77 bytes, the names and 72 for each compartment",
          "[seal][sealer]") {
  Rig rig;
  const Sealed sealed = rig.SealUsualOrDie();
  std::size_t plaintext = 0;
  for (const std::string& one : rig.plaintexts) plaintext += one.size();
  CHECK(sealed.bytes.size() ==
        77 + 4 + kPolicy.size() + kType.size() + kCount * 72 + plaintext);
}

TEST_CASE("What is due is left out", "[seal][sealer][due]") {
  Rig rig;
  const std::vector<Compartment> compartments = rig.Compartments();
  SealInput input = rig.Input(compartments);
  input.created = kNow - absl::Hours(24 * 31);
  const Sealed sealed = rig.SealOrDie(input);
  CHECK(sealed.left_out == 1 << kContent);
  CHECK(ParseOrDie(sealed.bytes).size() == kCount - 1);

  SECTION("and so is what an event has ended") {
    const auto events = [](std::string_view) {
      return kNow - absl::Hours(24 * 90);
    };
    const auto both = rig.Seal(input, events);
    REQUIRE_OK(both);
    CHECK(both->left_out == (1 << kContent | 1 << kAccount));
  }
}

TEST_CASE("A record that is wholly due is not sealed",
          "[seal][sealer][due][error]") {
  Rig rig;
  std::vector<Compartment> compartments = rig.Compartments();
  compartments.resize(2);  // the public one, and one of 30 days
  SealInput input = rig.Input(compartments);
  input.created = kNow - absl::Hours(24 * 30);
  REQUIRE_ERROR(rig.Seal(input), absl::StatusCode::kInvalidArgument,
                "already due");
}

TEST_CASE("What cannot be sealed is refused", "[seal][sealer][error]") {
  Rig rig;
  std::vector<Compartment> compartments = rig.Compartments();
  SealInput input = rig.Input(compartments);
  std::string text;
  auto code = absl::StatusCode::kInvalidArgument;
  SECTION("created before 1970") {
    input.created = absl::UnixEpoch() - absl::Milliseconds(1);
    text = "before 1970";
  }
  SECTION("created in the future") {
    input.created = kNow + absl::Minutes(5) + absl::Milliseconds(1);
    text = "5 minutes ahead";
  }
  SECTION("nothing") {
    input.compartments = {};
    text = "no field that may be stored";
  }
  SECTION("about nobody, ending by an event alone") {
    input.about_nobody = true;
    text = "nothing would ever end it";
  }
  std::string long_text;
  SECTION("a compartment above 16 MiB") {
    long_text.assign(base::kMaxBodySize - 15, 'x');
    compartments[kContent].plaintext = long_text;
    text = "16 MiB";
    code = absl::StatusCode::kResourceExhausted;
  }
  SECTION("a record above 64 MiB") {
    long_text.assign(base::kMaxBodySize - 16, 'x');
    for (Compartment& one : compartments) one.plaintext = long_text;
    text = "64 MiB";
    code = absl::StatusCode::kResourceExhausted;
  }
  Sealed sealed;
  sealed.bytes = "of the last call";
  const absl::Status status =
      Sealer(rig.keyring.get()).Seal(rig.BeginOrDie(), input, NoEvent, &sealed);
  REQUIRE_ERROR(status, code, text);
  CHECK(sealed.bytes.empty());
}

TEST_CASE("Created just inside the limits is taken", "[seal][sealer]") {
  Rig rig;
  const std::vector<Compartment> compartments = rig.Compartments();
  SealInput input = rig.Input(compartments);
  input.created = kNow + absl::Minutes(5);
  CHECK(rig.SealOrDie(input).left_out == 0);
}

TEST_CASE("A record about nobody has the owner of its type", "[seal][sealer]") {
  Rig rig;
  std::vector<Compartment> compartments = rig.Compartments();
  compartments.erase(compartments.begin() + kAccount);
  SealInput input = rig.Input(compartments);
  input.about_nobody = true;
  const Sealed sealed = rig.SealOrDie(input);
  const base::SealedHeader header = ParseOrDie(sealed.bytes);
  CHECK(header.flags() == base::kAboutNobody);
  CHECK(header.owner() == rig.keyring->Nobody(kType));
  REQUIRE_OK(CheckPlace(header, {&rig.type, sealed.id}));
}

TEST_CASE("Sealed again, a record keeps its id and its epochs",
          "[seal][sealer][amend]") {
  Rig rig;
  const std::vector<Compartment> compartments = rig.Compartments();
  const Sealed first = rig.SealOrDie(rig.Input(compartments));
  rig.clock.now += absl::Hours(24 * 20);
  SealInput again = rig.Input(compartments);
  again.id = first.id;
  again.revision = 2;
  again.created = rig.clock.now;  // not looked at
  const Sealed second = rig.SealOrDie(again);
  CHECK(second.id == first.id);
  const base::SealedHeader was = ParseOrDie(first.bytes);
  const base::SealedHeader is = ParseOrDie(second.bytes);
  CHECK(is.revision() == 2);
  CHECK(is.nonce() != was.nonce());
  CHECK(is.epoch(kContent) == was.epoch(kContent));
  REQUIRE_OK(rig.Open(second.bytes, second.id, kAll));

  rig.clock.now += absl::Hours(24 * 10);
  CHECK(rig.SealOrDie(again).left_out == 1 << kContent);
}

TEST_CASE("Keys destroyed meanwhile stop a sealing", "[seal][sealer][error]") {
  Rig rig;
  const std::vector<Compartment> compartments = rig.Compartments();
  const keys::KeyCall call = rig.BeginOrDie();
  rig.counter->Bump();
  Sealed sealed;
  const absl::Status status =
      Sealer(rig.keyring.get())
          .Seal(call, rig.Input(compartments), NoEvent, &sealed);
  REQUIRE_ERROR(status, absl::StatusCode::kAborted, "seal it again");
  CHECK(sealed.bytes.empty());
}

TEST_CASE("A residue holds no byte of its source's owner, id or time",
          "[seal][sealer][residue]") {
  Rig rig;
  const std::string name = std::string(kType) + "#content";
  const TypeName type = TypeName::Make(*rig.keyring, kPolicy, name);
  const Compartment kept = {0x99, rig.terms[kContent], "\x18\x2a"};
  SealInput input;
  input.type = &type;
  input.about_nobody = true;
  input.created = ResidueCreated(kNow);
  input.compartments = absl::MakeConstSpan(&kept, 1);
  const Sealed residue = rig.SealOrDie(input);

  const std::vector<Compartment> compartments = rig.Compartments();
  SealInput source = rig.Input(compartments);
  source.residue = residue.bytes;
  const Sealed sealed = rig.SealOrDie(source);
  const base::SealedHeader header = ParseOrDie(sealed.bytes);
  CHECK(header.residue() == residue.bytes);
  const auto id = base::CheckResidue(header, "content");
  REQUIRE_OK(id);
  CHECK(*id == residue.id);
  CHECK(CreatedAt(*id) == ResidueCreated(kNow));

  const auto holds = [&residue](std::string_view part) {
    return residue.bytes.find(part) != std::string::npos;
  };
  const std::string_view owner = rig.owner.view();
  for (std::size_t i = 0; i + 4 <= owner.size(); ++i) {
    CHECK_FALSE(holds(owner.substr(i, 4)));
  }
  CHECK_FALSE(holds(sealed.id.view().substr(4, 6)));   // exact time
  CHECK_FALSE(holds(sealed.id.view().substr(10, 6)));  // shard and chance
  CHECK_FALSE(holds(sealed.id.view().substr(0, 4)));   // type
}

TEST_CASE("A residue that was taken out stays so when sealed again",
          "[seal][sealer][residue]") {
  Rig rig;
  const std::vector<Compartment> compartments = rig.Compartments();
  SealInput input = rig.Input(compartments);
  input.residue = "";
  const Sealed sealed = rig.SealOrDie(input);
  const base::SealedHeader header = ParseOrDie(sealed.bytes);
  CHECK(header.flags() == base::kHasResidue);
  CHECK(header.residue().empty());
}

}  // namespace
}  // namespace privet::seal
