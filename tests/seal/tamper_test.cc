// SPDX-License-Identifier: Apache-2.0
//
// A ciphertext fits one place: whoever can write the store can make a record
// unreadable, and nothing else.

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "base/bytes.h"
#include "base/sealed_header.h"
#include "seal/opener.h"
#include "seal/rig.h"
#include "seal/sealer.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet::seal {
namespace {

using namespace privet::testing;  // NOLINT: the rig

// The bytes of a record in pieces, to be put together otherwise.
struct Pieces {
  std::string prefix;  // up to the descriptors
  std::vector<std::string> descriptors, bodies;

  explicit Pieces(std::string_view bytes) {
    const auto header = base::SealedHeader::Parse(bytes);
    REQUIRE_OK(header);
    const std::size_t size = header->size();
    const std::size_t begin =
        header->header().size() - base::kDescriptorSize * size;
    prefix = std::string(bytes.substr(0, begin));
    for (std::size_t i = 0; i < size; ++i) {
      descriptors.emplace_back(bytes.substr(begin + i * base::kDescriptorSize,
                                            base::kDescriptorSize));
      bodies.emplace_back(header->body(i));
    }
  }

  std::string Join() const {
    std::string out = prefix;
    for (const std::string& one : descriptors) out += one;
    for (const std::string& one : bodies) {
      base::AppendInt(&out, static_cast<std::uint32_t>(one.size()));
      out += one;
    }
    return out;
  }
};

Sealed SealAbout(Rig* rig, const OwnerId& owner) {
  const std::vector<Compartment> compartments = rig->Compartments();
  SealInput input = rig->Input(compartments);
  input.owner = owner;
  return rig->SealOrDie(input);
}

// Opens each compartment alone, for anyone and under whatever id the bytes say,
// and requires that none opens.
void RequireNoneOpens(Rig* rig, const std::string& bytes, std::uint64_t of) {
  const auto header = base::SealedHeader::Parse(bytes);
  REQUIRE_OK(header);
  const auto known = [&](std::size_t i) {
    return ((of >> i) & 1) != 0 && !header->dropped(i);
  };
  for (std::size_t i = 0; i < header->size(); ++i) {
    if (!known(i)) continue;
    Times times;
    const absl::Status found =
        Opener(rig->keyring.get())
            .FindTimes(*header, rig->type, std::uint64_t{1} << i,
                       rig->classes.get(), rig->clock.now, NoEvent, &times);
    if (!found.ok()) continue;
    times.live |= std::uint64_t{1} << i;  // whatever the clock says
    const absl::Status status =
        Opener(rig->keyring.get())
            .Open(rig->BeginOrDie(), *header, rig->type, times,
                  std::uint64_t{1} << i, &rig->scratch);
    INFO("compartment " << i);
    REQUIRE_FALSE(status.ok());
    REQUIRE(rig->scratch.parts().empty());
  }
}

TEST_CASE("Every truncation and every appended byte is refused",
          "[seal][tamper][error]") {
  Rig rig;
  const Sealed sealed = rig.SealUsualOrDie();
  for (std::size_t size = 0; size < sealed.bytes.size(); ++size) {
    REQUIRE_ERROR(rig.Open(sealed.bytes.substr(0, size), sealed.id, kAll),
                  absl::StatusCode::kDataLoss, "malformed");
  }
  for (int byte = 0; byte < 256; ++byte) {
    REQUIRE_ERROR(
        rig.Open(sealed.bytes + static_cast<char>(byte), sealed.id, kAll),
        absl::StatusCode::kDataLoss, "malformed");
  }
}

TEST_CASE("Every flipped bit of the header, and of a body, is refused",
          "[seal][tamper][error]") {
  Rig rig;
  const Sealed sealed = rig.SealUsualOrDie();
  const auto good = base::SealedHeader::Parse(sealed.bytes);
  REQUIRE_OK(good);
  std::size_t harmless = 0;
  for (std::size_t bit = 0; bit < sealed.bytes.size() * 8; ++bit) {
    std::string bytes = sealed.bytes;
    bytes[bit / 8] =
        static_cast<char>(bytes[bit / 8] ^ static_cast<char>(1 << bit % 8));
    for (std::size_t i = 0; i < kCount; ++i) {
      INFO("bit " << bit << ", compartment " << i);
      const auto opened = rig.Open(bytes, sealed.id, std::uint64_t{1} << i);
      // Nothing of a body that is not opened changes a byte.
      const char* const at = sealed.bytes.data() + bit / 8;
      const std::string_view body = good->body(i);
      const bool in_header = bit / 8 < good->header().size();
      const bool in_body = at >= body.data() && at < body.data() + body.size();
      if (!in_header && !in_body && opened.ok()) {
        REQUIRE(opened->parts == std::vector<std::string>{rig.plaintexts[i]});
        ++harmless;
        continue;
      }
      REQUIRE_FALSE(opened.ok());
      REQUIRE(rig.scratch.parts().empty());
    }
  }
  CHECK(harmless > 0);
}

TEST_CASE("No part of a record fits another place", "[seal][tamper][error]") {
  Rig rig;
  const auto bob = rig.keyring->FindOrCreateOwner(rig.BeginOrDie(), "bob");
  REQUIRE_OK(bob);
  rig.plaintexts[kAccount] = rig.plaintexts[kContent] = "of the same size";
  const Pieces mine(SealAbout(&rig, rig.owner).bytes);
  const Pieces again(SealAbout(&rig, rig.owner).bytes);
  const Pieces his(SealAbout(&rig, *bob).bytes);
  const std::uint64_t personal = kAll & ~std::uint64_t{1 << kPublic};
  Pieces mixed = mine;

  SECTION("the header of another record of the same person") {
    mixed.prefix = again.prefix;
    RequireNoneOpens(&rig, mixed.Join(), kAll);
  }
  SECTION("a body of another record of the same person") {
    mixed.bodies = again.bodies;
    RequireNoneOpens(&rig, mixed.Join(), kAll);
  }
  SECTION("a body of another person's record") {
    mixed.bodies = his.bodies;
    RequireNoneOpens(&rig, mixed.Join(), kAll);
  }
  SECTION("another owner in the header") {
    std::memcpy(mixed.prefix.data() + 24, bob->bytes.data(), 16);
    RequireNoneOpens(&rig, mixed.Join(), kAll);
  }
  SECTION("two bodies exchanged") {
    std::swap(mixed.bodies[kContent], mixed.bodies[kAccount]);
    RequireNoneOpens(&rig, mixed.Join(), 1 << kContent | 1 << kAccount);
  }
  SECTION("the descriptors of another record: its commitments") {
    mixed.descriptors = his.descriptors;
    RequireNoneOpens(&rig, mixed.Join(), personal);
  }
  SECTION("another class and epoch") {
    mixed.descriptors[kContent].replace(4, 8, mine.descriptors[kInvoice], 4, 8);
    RequireNoneOpens(&rig, mixed.Join(), kAll);
  }
  SECTION("another slot") {
    mixed.descriptors[kContent].replace(12, 4, mine.descriptors[kInvoice], 12,
                                        4);
    RequireNoneOpens(&rig, mixed.Join(), kAll);
  }
  SECTION("another id of a compartment") {
    ++mixed.descriptors[kContent][0];
    RequireNoneOpens(&rig, mixed.Join(), kAll);
  }
  SECTION("an earlier time of creation") {
    --mixed.prefix[8 + 9];
    RequireNoneOpens(&rig, mixed.Join(), kAll);
  }
  SECTION("another revision") {
    ++mixed.prefix[40];
    RequireNoneOpens(&rig, mixed.Join(), kAll);
  }
  SECTION("without one of its compartments") {
    mixed.descriptors.erase(mixed.descriptors.begin() + kAccount);
    mixed.bodies.erase(mixed.bodies.begin() + kAccount);
    --mixed.prefix[6];
    RequireNoneOpens(&rig, mixed.Join(), kAll);
  }
}

TEST_CASE("A record of another policy or type does not open as this one",
          "[seal][tamper][error]") {
  Rig rig;
  TypeName other = rig.type;
  SECTION("of another policy") { other.policy = "otherpoli"; }
  SECTION("of another type") {
    other = TypeName::Make(*rig.keyring, kPolicy, "infermesh.v1.ApiRespons");
  }
  const std::vector<Compartment> compartments = rig.Compartments();
  SealInput input = rig.Input(compartments);
  input.type = &other;
  std::string bytes = rig.SealOrDie(input).bytes;
  // Names of the same length, written over.
  const std::size_t names = base::kSealedPrefixSize;
  bytes.replace(names + 2, kPolicy.size(), kPolicy);
  bytes.replace(names + 4 + kPolicy.size(), kType.size(), kType);
  RequireNoneOpens(&rig, bytes, kAll);
}

TEST_CASE("A record does not open with the keys of another vault",
          "[seal][tamper][error]") {
  Rig rig, other;
  const Sealed sealed = rig.SealUsualOrDie();
  RequireNoneOpens(&other, sealed.bytes, kAll);
}

TEST_CASE("A body that may not be opened is not read", "[seal][tamper]") {
  Rig rig;
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  rig.plaintexts[kContent] = std::string(3 * page, 'x');
  const Sealed sealed = rig.SealUsualOrDie();
  const auto good = base::SealedHeader::Parse(sealed.bytes);
  REQUIRE_OK(good);

  // A whole page of the body is out of reach: reading it ends the process.
  const std::size_t size = (sealed.bytes.size() / page + 1) * page;
  void* const memory = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  REQUIRE(memory != MAP_FAILED);
  std::memcpy(memory, sealed.bytes.data(), sealed.bytes.size());
  const auto body = static_cast<std::size_t>(good->body(kContent).data() -
                                             sealed.bytes.data());
  const std::size_t inside = (body / page + 1) * page;
  REQUIRE(inside + page <= body + good->body(kContent).size());
  REQUIRE(mprotect(static_cast<char*>(memory) + inside, page, PROT_NONE) == 0);

  const std::string_view bytes(static_cast<const char*>(memory),
                               sealed.bytes.size());
  const auto opened =
      rig.Open(bytes, sealed.id, kAll & ~std::uint64_t{1 << kContent});
  CHECK(opened.ok());
  CHECK(opened->parts.size() == kCount - 1);
  munmap(memory, size);
}

}  // namespace
}  // namespace privet::seal
