// SPDX-License-Identifier: Apache-2.0

#include "seal/opener.h"

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/sealed_header.h"
#include "seal/bodies.h"
#include "seal/rig.h"
#include "seal/sealer.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet::seal {
namespace {

using namespace privet::testing;  // NOLINT: the rig

TEST_CASE("Opening decrypts what is wanted, and no more", "[seal][opener]") {
  Rig rig;
  const Sealed sealed = rig.SealUsualOrDie();
  for (std::uint64_t wanted = 0; wanted <= kAll; ++wanted) {
    const auto opened = rig.Open(sealed.bytes, sealed.id, wanted);
    REQUIRE_OK(opened);
    std::vector<std::string> want;
    std::string joined;
    for (std::size_t i = 0; i < kCount; ++i) {
      if (((wanted >> i) & 1) == 0) continue;
      want.push_back(rig.plaintexts[i]);
      joined += rig.plaintexts[i];
    }
    CHECK(opened->parts == want);
    CHECK(rig.scratch.joined() == joined);
  }
}

TEST_CASE("A record is opened in its own place alone",
          "[seal][opener][place][error]") {
  Rig rig;
  const Sealed sealed = rig.SealUsualOrDie();
  const auto header = base::SealedHeader::Parse(sealed.bytes);
  REQUIRE_OK(header);
  TypeName type = rig.type;
  RecordId id = sealed.id;
  std::string text;
  SECTION("another id") {
    id.bytes[15] ^= 1;
    text = "another id";
  }
  SECTION("another policy") {
    type.policy = "other";
    text = "another policy";
  }
  SECTION("another type") {
    type.type = "infermesh.v1.Ticket";
    text = "another type";
  }
  SECTION("another number of the type") {
    ++type.number;
    text = "another type";
  }
  SECTION("said to be about nobody") {
    type.nobody = rig.owner;
    text = "another owner";
  }
  REQUIRE_ERROR(CheckPlace(*header, {&type, id}), absl::StatusCode::kDataLoss,
                text);
}

TEST_CASE("What a later version does is refused, not guessed",
          "[seal][opener][place][error]") {
  Rig rig;
  const std::uint8_t flags =
      GENERATE(std::uint8_t{0}, base::kPadded, base::kHeld);
  std::vector<base::Descriptor> descriptors(2);
  descriptors[1].compartment = 1;
  for (base::Descriptor& one : descriptors) one.retention_class = 7;
  descriptors[1].flags = flags;
  const OwnerId friends[] = {OwnerId{{1}}};
  base::HeaderFields fields;
  fields.id = rig.SealUsualOrDie().id;
  fields.owner = rig.owner;
  fields.policy = kPolicy;
  fields.type = kType;
  fields.descriptors = descriptors;
  if (flags == 0) {
    fields.further_owners = friends;
    descriptors[1].owner_index = 1;
  }
  const std::string key(32, 'k');
  const BodyInput body = {"text",
                          reinterpret_cast<const std::uint8_t*>(key.data())};
  const std::string bytes = SealBodies(fields, {body, body}, std::nullopt);
  REQUIRE_ERROR(rig.Open(bytes, fields.id, 1),
                absl::StatusCode::kFailedPrecondition, "does not open");
}

TEST_CASE("What is due is not opened", "[seal][opener][due]") {
  Rig rig;
  const Sealed sealed = rig.SealUsualOrDie();
  rig.clock.now = kNow + absl::Hours(24 * 30);
  const auto opened = rig.Open(sealed.bytes, sealed.id, kAll);
  REQUIRE_OK(opened);
  CHECK(opened->live == (kAll & ~std::uint64_t{1 << kContent}));
  CHECK(opened->restricted == 1 << kInvoice);
  CHECK(opened->parts.size() == kCount - 1);

  const auto events = [](std::string_view) {
    return kNow - absl::Hours(24 * 60);
  };
  const auto later = rig.Open(sealed.bytes, sealed.id, kAll, events);
  REQUIRE_OK(later);
  CHECK(later->live == (1 << kPublic | 1 << kInvoice));
}

TEST_CASE("A dropped compartment is not there, and the rest opens",
          "[seal][opener]") {
  Rig rig;
  const Sealed sealed = rig.SealUsualOrDie();
  const auto header = base::SealedHeader::Parse(sealed.bytes);
  REQUIRE_OK(header);
  const std::string left = DropCompartments(*header, 1 << kAccount, false);
  const auto opened = rig.Open(left, sealed.id, kAll);
  REQUIRE_OK(opened);
  CHECK(opened->parts.size() == kCount - 1);
  CHECK((opened->live & (1 << kAccount)) == 0);
}

TEST_CASE("A class that the vault does not know is damage",
          "[seal][opener][error]") {
  Rig rig;
  const Sealed sealed = rig.SealUsualOrDie();
  ClassTable others(rig.EmptyVault(),
                    [](const policy::Period& period) { return period.keep; });
  const auto header = base::SealedHeader::Parse(sealed.bytes);
  REQUIRE_OK(header);
  Times times;
  REQUIRE_ERROR(
      Opener(rig.keyring.get())
          .FindTimes(*header, rig.type, kAll, &others, kNow, NoEvent, &times),
      absl::StatusCode::kDataLoss, "does not know");
}

TEST_CASE("An epoch that is not that of the record's time is damage",
          "[seal][opener][error]") {
  Rig rig;
  const Sealed sealed = rig.SealUsualOrDie();
  const auto header = base::SealedHeader::Parse(sealed.bytes);
  REQUIRE_OK(header);
  const std::uint32_t epoch = header->epoch(kContent);
  struct Case {
    std::size_t compartment;
    std::uint32_t epoch;
  };
  const std::vector<Case> cases = {
      {kContent, epoch + 1},      // not begun
      {kContent, epoch - 1},      // still alive
      {kContent, 0},              // dead for long
      {kContent, 3'560'000'000},  // its end leaves 64 bits
      {kContent, 0xfffffffe},
      {kContent, base::kNoEpoch},  // of a class that has epochs
      {kAccount, epoch},           // of one that has none
      {kAccount, 0}};
  for (const Case& test : cases) {
    INFO("compartment " << test.compartment << ", epoch " << test.epoch);
    std::string bytes = sealed.bytes;
    const std::size_t at =
        header->header().size() -
        base::kDescriptorSize * (header->size() - test.compartment) + 8;
    std::memcpy(bytes.data() + at, &test.epoch, sizeof(test.epoch));
    const std::uint64_t wanted = std::uint64_t{1} << test.compartment;
    REQUIRE_ERROR(rig.Open(bytes, sealed.id, wanted),
                  absl::StatusCode::kDataLoss, "epoch");
  }
}

TEST_CASE("All that lives is opened to be sealed again",
          "[seal][opener][amend]") {
  Rig rig;
  const Sealed sealed = rig.SealUsualOrDie();
  rig.clock.now = kNow + absl::Hours(24 * 30);
  const auto header = base::SealedHeader::Parse(sealed.bytes);
  REQUIRE_OK(header);
  Times times;
  REQUIRE_OK(Opener(rig.keyring.get())
                 .FindTimes(*header, rig.type, ~std::uint64_t{0},
                            rig.classes.get(), rig.clock.now, NoEvent, &times));
  std::uint64_t opened = 0;
  REQUIRE_OK(Opener(rig.keyring.get())
                 .OpenAll(rig.BeginOrDie(), *header, rig.type, times, &opened,
                          &rig.scratch));
  CHECK(opened == (kAll & ~std::uint64_t{1 << kContent}));
  CHECK(rig.scratch.parts().size() == kCount - 1);
}

TEST_CASE("After an error there is no plaintext", "[seal][opener][error]") {
  Rig rig;
  Sealed sealed = rig.SealUsualOrDie();
  REQUIRE_OK(rig.Open(sealed.bytes, sealed.id, kAll));
  const std::string_view was = rig.scratch.joined();
  REQUIRE(was.size() > 20);
  sealed.bytes.back() = static_cast<char>(sealed.bytes.back() ^ 1);
  REQUIRE_ERROR(rig.Open(sealed.bytes, sealed.id, kAll),
                absl::StatusCode::kDataLoss, "was altered");
  CHECK(rig.scratch.parts().empty());
  CHECK(rig.scratch.joined().empty());
  CHECK(std::string(was) == std::string(was.size(), '\0'));
}

}  // namespace
}  // namespace privet::seal
