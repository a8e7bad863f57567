// SPDX-License-Identifier: Apache-2.0
//
// What an id of a record tells, and where ids end.

#ifndef PRIVET_BASE_ID_PARTS_H_
#define PRIVET_BASE_ID_PARTS_H_

#include <cstddef>
#include <cstdint>

#include "privet/record_id.h"

namespace privet::base {

// Returns the hash of the record type's name, which an id begins with.
inline std::uint32_t TypeOf(const RecordId& id) {
  std::uint32_t type = 0;
  for (std::size_t i = 0; i < 4; ++i) type = type << 8 | id.bytes[i];
  return type;
}

// Returns the id that no other comes after.
inline RecordId HighestId() {
  RecordId id;
  id.bytes.fill(0xff);
  return id;
}

}  // namespace privet::base

#endif  // PRIVET_BASE_ID_PARTS_H_
