// SPDX-License-Identifier: Apache-2.0
//
// What a part of the ledger took away, for whoever has it in memory.

#ifndef PRIVET_KEYS_TAKEN_H_
#define PRIVET_KEYS_TAKEN_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "keys/key_cache.h"
#include "keys/ledger.h"
#include "privet/record_id.h"

namespace privet::keys {

class Taken {
 public:
  // Adds what an entry of the vault's kinds names; passes over the others.
  absl::Status Add(const LedgerEntry& entry);

  bool empty() const {
    return slots_.empty() && epochs_.empty() && erased_.empty();
  }
  // Returns the number of the last entry that named keys; 0 if there was none.
  std::uint64_t last() const { return last_; }
  const std::vector<OwnerId>& erased() const { return erased_; }

  // Returns whether a cached key is destroyed, or was made with one that is.
  bool Names(const CacheName& name) const;

 private:
  absl::flat_hash_set<std::pair<OwnerId, std::uint32_t>> slots_;
  absl::flat_hash_set<std::pair<std::uint32_t, std::uint32_t>> epochs_;
  std::vector<OwnerId> erased_;
  std::uint64_t last_ = 0;
};

}  // namespace privet::keys

#endif  // PRIVET_KEYS_TAKEN_H_
