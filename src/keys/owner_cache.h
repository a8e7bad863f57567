// SPDX-License-Identifier: Apache-2.0
//
// Owners of persons that were looked up.

#ifndef PRIVET_KEYS_OWNER_CACHE_H_
#define PRIVET_KEYS_OWNER_CACHE_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "base/mutex.h"
#include "privet/record_id.h"

namespace privet::keys {

// Current owners by the host's ids, as many as fit. Thread-safe.
class OwnerCache {
 public:
  bool Find(std::string_view id, OwnerId* owner);

  // Changes with each Drop(). Read it before the rows.
  std::uint64_t version() const {
    return version_.load(std::memory_order_acquire);
  }

  // Keeps an owner, unless Drop() was called since `version`.
  void Insert(std::string_view id, const OwnerId& owner, std::uint64_t version);

  // Forgets these.
  void Drop(absl::Span<const OwnerId> owners);

 private:
  static constexpr std::size_t kShards = 16;
  static constexpr std::size_t kMostOfShard = 8192;

  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view id) const {
      return std::hash<std::string_view>()(id);
    }
  };
  struct Shard {
    base::Mutex mutex;
    absl::flat_hash_map<std::string, OwnerId, Hash, std::equal_to<>> owners
        ABSL_GUARDED_BY(mutex);
  };

  Shard& ShardOf(std::string_view id) {
    return shards_[(Hash()(id) >> 7) % kShards];
  }

  std::array<Shard, kShards> shards_;
  std::atomic<std::uint64_t> version_{0};
};

}  // namespace privet::keys

#endif  // PRIVET_KEYS_OWNER_CACHE_H_
