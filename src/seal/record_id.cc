// SPDX-License-Identifier: Apache-2.0

#include "seal/record_id.h"

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"
#include "privet/record_id.h"

namespace privet::seal {
namespace {

constexpr std::size_t kTypeAt = 0;
constexpr std::size_t kCreatedAt = 4;
constexpr std::size_t kShardAt = 10;
constexpr std::size_t kRandomAt = 12;

template <typename T>
void PutBigEndian(RecordId* id, std::size_t at, std::size_t size, T value) {
  for (std::size_t i = size; i-- > 0; value = static_cast<T>(value >> 8)) {
    id->bytes[at + i] = static_cast<std::uint8_t>(value & 0xff);
  }
}

std::uint16_t TwoBytes(const std::uint8_t* bytes) {
  return static_cast<std::uint16_t>(bytes[0] << 8 | bytes[1]);
}

}  // namespace

RecordId MakeRecordId(std::uint32_t type, absl::Time created,
                      const OwnerId& owner, int shard_bits,
                      const std::uint8_t (&entropy)[kIdEntropy]) {
  const auto of_owner =
      static_cast<std::uint16_t>(0xffff << (16 - shard_bits) & 0xffff);
  const auto shard = static_cast<std::uint16_t>(
      (TwoBytes(owner.bytes.data()) & of_owner) |
      (TwoBytes(entropy) & static_cast<std::uint16_t>(~of_owner)));
  RecordId id;
  PutBigEndian(&id, kTypeAt, 4, type);
  PutBigEndian(&id, kCreatedAt, 6,
               static_cast<std::uint64_t>(absl::ToUnixMillis(created)));
  PutBigEndian(&id, kShardAt, 2, shard);
  for (std::size_t i = 0; i < 4; ++i) {
    id.bytes[kRandomAt + i] = entropy[2 + i];
  }
  return id;
}

absl::Time ResidueCreated(absl::Time created) {
  const std::int64_t ms = absl::ToUnixMillis(created);
  constexpr std::int64_t kDay = std::int64_t{24} * 60 * 60 * 1000;
  return absl::FromUnixMillis(ms - ms % kDay);
}

}  // namespace privet::seal
