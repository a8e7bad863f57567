// SPDX-License-Identifier: Apache-2.0

#include "seal/record_id.h"

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "base/id_parts.h"
#include "privet/record_id.h"
#include "support/catch.h"

namespace privet::seal {
namespace {

constexpr absl::Time kCreated = absl::FromUnixMillis(0x0102030405);

OwnerId OwnerOf(std::uint8_t byte) {
  OwnerId owner;
  owner.bytes.fill(byte);
  return owner;
}

TEST_CASE("An id holds type, time, shard and chance, in this order",
          "[seal][record_id]") {
  const std::uint8_t entropy[kIdEntropy] = {0x10, 0x11, 0x12, 0x13, 0x14, 0x15};
  const RecordId id =
      MakeRecordId(0xaabbccdd, kCreated, OwnerOf(0xff), 0, entropy);
  CHECK(id.ToString() == "aabbccdd000102030405101112131415");
  CHECK(CreatedAt(id) == kCreated);
  CHECK(base::TypeOf(id) == 0xaabbccdd);
}

TEST_CASE("The shard begins with as many bits of the owner as the store shares",
          "[seal][record_id]") {
  struct Case {
    std::string name;
    int bits;
    std::string shard;
  };
  const Case test = GENERATE(values<Case>({
      {"none", 0, "0000"},
      {"one", 1, "8000"},
      {"ten", 10, "ffc0"},
      {"all", 16, "ffff"},
  }));
  DYNAMIC_SECTION(test.name) {
    const std::uint8_t entropy[kIdEntropy] = {};
    const RecordId id =
        MakeRecordId(1, kCreated, OwnerOf(0xff), test.bits, entropy);
    CHECK(id.ToString().substr(20, 4) == test.shard);
    const std::uint8_t ones[kIdEntropy] = {0xff, 0xff};
    const RecordId other =
        MakeRecordId(1, kCreated, OwnerOf(0), test.bits, ones);
    CHECK((other.bytes[10] ^ id.bytes[10]) == 0xff);
    CHECK((other.bytes[11] ^ id.bytes[11]) == 0xff);
  }
}

TEST_CASE("Ids sort by type, then by time", "[seal][record_id]") {
  const std::uint8_t low[kIdEntropy] = {};
  const std::uint8_t high[kIdEntropy] = {255, 255, 255, 255, 255, 255};
  const OwnerId owner = OwnerOf(1);
  const absl::Time later = kCreated + absl::Milliseconds(1);
  CHECK(MakeRecordId(1, kCreated, owner, 0, high) <
        MakeRecordId(1, later, owner, 0, low));
  CHECK(MakeRecordId(1, later, owner, 0, high) <
        MakeRecordId(2, kCreated, owner, 0, low));
}

TEST_CASE("A residue is created at the beginning of the UTC day",
          "[seal][record_id][residue]") {
  const absl::Time day = absl::FromUnixSeconds(1'699'920'000);
  CHECK(ResidueCreated(day) == day);
  CHECK(ResidueCreated(day + absl::Hours(24) - absl::Milliseconds(1)) == day);
  CHECK(ResidueCreated(day + absl::Hours(24)) == day + absl::Hours(24));
}

}  // namespace
}  // namespace privet::seal
