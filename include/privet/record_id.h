// SPDX-License-Identifier: Apache-2.0
//
// The two random-looking numbers by which stores know records and people.

#ifndef PRIVET_RECORD_ID_H_
#define PRIVET_RECORD_ID_H_

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace privet {

// Sixteen bytes, ordered and compared as bytes.
template <typename Kind>
struct Bytes16 {
  std::array<std::uint8_t, 16> bytes{};

  // Returns the raw 16 bytes; valid as long as this object.
  std::string_view view() const {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  // Returns 32 lower-case hex digits.
  std::string ToString() const;

  // Parses 16 raw bytes. Returns InvalidArgument for any other length.
  static absl::StatusOr<Bytes16> FromBytes(std::string_view raw);

  friend bool operator==(const Bytes16& a, const Bytes16& b) {
    return a.bytes == b.bytes;
  }
  friend bool operator!=(const Bytes16& a, const Bytes16& b) {
    return a.bytes != b.bytes;
  }
  friend bool operator<(const Bytes16& a, const Bytes16& b) {
    return a.bytes < b.bytes;
  }
  template <typename H>
  friend H AbslHashValue(H h, const Bytes16& id) {
    return H::combine(std::move(h), id.bytes);
  }
};

// Names one stored record: u32 type hash, u48 milliseconds of creation, u16
// shard, u32 random, big-endian, so that ids sort by type and time
// (docs/wire_format.md). Internal to a host: an id tells type and time.
using RecordId = Bytes16<struct RecordIdKind>;

// Names a person inside the library and its stores: random, and unlinked to
// the host's own id once the person is erased.
using OwnerId = Bytes16<struct OwnerIdKind>;

// Returns when the record of `id` was created, to the millisecond.
absl::Time CreatedAt(const RecordId& id);

}  // namespace privet

#endif  // PRIVET_RECORD_ID_H_
