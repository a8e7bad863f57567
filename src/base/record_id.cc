// SPDX-License-Identifier: Apache-2.0

#include "privet/record_id.h"

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/time/time.h"

namespace privet {

template <typename Kind>
std::string Bytes16<Kind>::ToString() const {
  return absl::BytesToHexString(
      absl::string_view(view().data(), view().size()));
}

template <typename Kind>
absl::StatusOr<Bytes16<Kind>> Bytes16<Kind>::FromBytes(std::string_view raw) {
  Bytes16 id;
  if (raw.size() != id.bytes.size()) {
    return absl::InvalidArgumentError("an id has 16 bytes");
  }
  std::memcpy(id.bytes.data(), raw.data(), raw.size());
  return id;
}

template struct Bytes16<RecordIdKind>;
template struct Bytes16<OwnerIdKind>;

absl::Time CreatedAt(const RecordId& id) {
  std::uint64_t ms = 0;
  for (int i = 4; i < 10; ++i) {
    ms = (ms << 8) | id.bytes[static_cast<std::size_t>(i)];
  }
  return absl::FromUnixMillis(static_cast<std::int64_t>(ms));
}

}  // namespace privet
