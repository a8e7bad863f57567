// SPDX-License-Identifier: Apache-2.0
//
// Ids of new records: type, time of creation, shard, chance.

#ifndef PRIVET_SEAL_RECORD_ID_H_
#define PRIVET_SEAL_RECORD_ID_H_

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"
#include "privet/record_id.h"

namespace privet::seal {

// Random bytes that an id takes.
inline constexpr std::size_t kIdEntropy = 6;

// Returns the id of a record of the type whose name hashes to `type`, created
// at `created` (from 1970 on). Its shard begins with the first `shard_bits` (0
// to 16) bits of `owner`; what is left of it, and the end, is `entropy`. Of a
// record about nobody, which has no shard of anybody's, pass 0 bits.
RecordId MakeRecordId(std::uint32_t type, absl::Time created,
                      const OwnerId& owner, int shard_bits,
                      const std::uint8_t (&entropy)[kIdEntropy]);

// Returns when the residue of a record created at `created` is created: the
// beginning of that UTC day, so that its id does not tell the record's.
absl::Time ResidueCreated(absl::Time created);

}  // namespace privet::seal

#endif  // PRIVET_SEAL_RECORD_ID_H_
