// SPDX-License-Identifier: Apache-2.0
//
// Keys that were unwrapped or derived, in locked memory.

#ifndef PRIVET_KEYS_KEY_CACHE_H_
#define PRIVET_KEYS_KEY_CACHE_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/functional/function_ref.h"
#include "base/mutex.h"
#include "keys/keyring.h"
#include "privet/record_id.h"

namespace privet::keys {

// Names a cached key: a compartment's, or a subject or epoch key itself.
struct CacheName {
  std::array<std::uint64_t, 5> words{};

  static CacheName OfCompartment(const KeyPlace& place,
                                 std::uint32_t generation);
  static CacheName OfSubjectKey(const OwnerId& owner, std::uint32_t slot,
                                std::uint32_t generation);
  static CacheName OfEpochKey(std::uint32_t retention_class,
                              std::uint32_t epoch);

  OwnerId owner() const;  // zeros for an epoch key
  std::uint32_t slot() const {
    return static_cast<std::uint32_t>(words[2] >> 32);
  }
  std::uint32_t retention_class() const {
    return static_cast<std::uint32_t>(words[3] >> 32);
  }
  std::uint32_t epoch() const { return static_cast<std::uint32_t>(words[3]); }

  friend bool operator==(const CacheName& a, const CacheName& b) {
    return a.words == b.words;
  }
};

// A fixed number of keys in slots of locked memory, what is known of them
// beside in ordinary memory. Sets of eight; a hit writes nothing that other
// threads read, but for one bit where a key was not used lately, and takes no
// lock: each entry has a version that is odd while it is being written, and a
// reader that saw it change forgets what it read. So hits of two threads on one
// key, such as that of public fields, do not wait for each other. Who writes
// takes one of 16 locks. Thread-safe.
class KeyCache {
 public:
  // `slots` has room for `count` keys of 32 bytes, and outlives the cache.
  KeyCache(std::uint8_t* slots, std::size_t count);
  ~KeyCache();
  KeyCache(const KeyCache&) = delete;
  KeyCache& operator=(const KeyCache&) = delete;

  std::size_t capacity() const { return sets_ * kWays; }

  // Returns where a key of this name would be; never 0.
  static std::uint64_t HashOf(const CacheName& name);

  // Copies the key of `name`, whose hash is `hash`, to `out` and returns true,
  // if it is here and does not die at or before `now_ms`.
  bool Find(const CacheName& name, std::uint64_t hash, std::int64_t now_ms,
            CompartmentKey* out);
  bool Find(const CacheName& name, std::int64_t now_ms, CompartmentKey* out) {
    return Find(name, HashOf(name), now_ms, out);
  }

  // Begin to fetch from memory what a Find() to come will read: first what
  // tells where the key is, and, when that can be there, the key. Neither waits
  // if called in time.
  void PrefetchMarks(std::uint64_t hash) const;
  void PrefetchEntry(std::uint64_t hash) const;

  // Changes with each Drop(). Read it before the rows that a key comes from.
  std::uint64_t version() const {
    return version_.load(std::memory_order_acquire);
  }

  // Keeps a key that dies at `dies_ms`, unless Drop() was called since
  // `version`: its rows may be gone.
  void Insert(const CacheName& name, const CompartmentKey& key,
              std::int64_t dies_ms, std::uint64_t version);

  // Wipes every key for which `drop` returns true.
  void Drop(absl::FunctionRef<bool(const CacheName&)> drop);

  // Wipes what has died by `now_ms`.
  void DropDead(std::int64_t now_ms);

 private:
  static constexpr std::size_t kWays = 8;
  static constexpr std::size_t kShards = 16;
  static constexpr std::size_t kWords = 4;  // of a key

  struct Entry;
  struct Shard {
    base::Mutex mutex;
    char apart[64];  // no two locks in one line of the processor's cache
  };

  std::size_t SetOf(std::uint64_t hash) const {
    return static_cast<std::size_t>(((hash & 0xffffffffu) * sets_) >> 32);
  }
  static std::uint8_t MarkOf(std::uint64_t hash) {
    return static_cast<std::uint8_t>((hash >> 56) | 1);
  }
  Shard& ShardOf(std::size_t set) { return shards_[set % kShards]; }
  std::size_t ChooseWay(std::size_t set, std::uint8_t mark,
                        const CacheName& name);
  void SetMark(std::size_t set, std::size_t way, std::uint8_t mark);
  void Write(std::size_t index, const CacheName& name,
             const CompartmentKey& key, std::int64_t dies_ms);
  bool ReadEntry(std::size_t index, const CacheName& name, std::int64_t now_ms,
                 CompartmentKey* out);
  void WipeIf(
      absl::FunctionRef<bool(const CacheName&, std::int64_t dies_ms)> wipe);

  const std::size_t sets_;
  std::atomic<std::uint64_t>* const keys_;
  struct FreeEntries {
    void operator()(Entry* entries) const;
  };
  static Entry* NewEntries(std::size_t count);
  const std::unique_ptr<Entry[], FreeEntries> entries_;
  // Eight bytes for each set, one for each way: part of the hash, 0 if empty.
  const std::unique_ptr<std::atomic<std::uint64_t>[]> marks_;
  std::vector<std::uint8_t> hands_;  // of a set's clock; under its shard's lock
  std::array<Shard, kShards> shards_;
  std::atomic<std::uint64_t> version_{0};
};

}  // namespace privet::keys

#endif  // PRIVET_KEYS_KEY_CACHE_H_
