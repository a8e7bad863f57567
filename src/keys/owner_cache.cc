// SPDX-License-Identifier: Apache-2.0

#include "keys/owner_cache.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "base/mutex.h"

namespace privet::keys {

bool OwnerCache::Find(std::string_view id, OwnerId* owner) {
  Shard& shard = ShardOf(id);
  base::MutexLock lock(&shard.mutex);
  const auto found = shard.owners.find(id);
  if (found == shard.owners.end()) return false;
  *owner = found->second;
  return true;
}

void OwnerCache::Insert(std::string_view id, const OwnerId& owner,
                        std::uint64_t version) {
  Shard& shard = ShardOf(id);
  base::MutexLock lock(&shard.mutex);
  // As in KeyCache::Insert().
  if (version_.load(std::memory_order_seq_cst) != version) return;
  if (shard.owners.size() >= kMostOfShard) shard.owners.clear();
  shard.owners.insert_or_assign(std::string(id), owner);
}

void OwnerCache::Drop(absl::Span<const OwnerId> owners) {
  if (owners.empty()) return;
  version_.fetch_add(1, std::memory_order_seq_cst);
  for (Shard& shard : shards_) {
    base::MutexLock lock(&shard.mutex);
    absl::erase_if(shard.owners, [&](const auto& entry) {
      return std::find(owners.begin(), owners.end(), entry.second) !=
             owners.end();
    });
  }
}

}  // namespace privet::keys
