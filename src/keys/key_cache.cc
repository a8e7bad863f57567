// SPDX-License-Identifier: Apache-2.0

#include "keys/key_cache.h"

#include <sys/mman.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>

#include "base/mutex.h"
#include "crypto/sodium.h"
#include "crypto/wipe.h"

namespace privet::keys {
namespace {

using Word = std::atomic<std::uint64_t>;
static_assert(Word::is_always_lock_free && sizeof(Word) == 8);

// What no compartment has: both its type and its compartment all ones.
constexpr std::uint64_t kNoCompartment = ~std::uint64_t{0};

std::uint64_t Join(std::uint32_t high, std::uint32_t low) {
  return (std::uint64_t{high} << 32) | low;
}

void SetOwner(const OwnerId& owner, CacheName* name) {
  std::memcpy(name->words.data(), owner.bytes.data(), owner.bytes.size());
}

// Fills 32 bytes from four words, and back.
void Load(const Word* words, std::uint8_t* bytes) {
  for (std::size_t i = 0; i < 4; ++i) {
    const std::uint64_t word = words[i].load(std::memory_order_acquire);
    std::memcpy(bytes + 8 * i, &word, sizeof(word));
  }
}
void Store(const std::uint8_t* bytes, Word* words) {
  for (std::size_t i = 0; i < 4; ++i) {
    std::uint64_t word;
    std::memcpy(&word, bytes + 8 * i, sizeof(word));
    words[i].store(word, std::memory_order_release);
  }
}

}  // namespace

CacheName CacheName::OfCompartment(const KeyPlace& place,
                                   std::uint32_t generation) {
  CacheName name;
  SetOwner(place.owner, &name);
  name.words[2] = Join(place.slot, generation);
  name.words[3] = Join(place.retention_class, place.epoch);
  name.words[4] = Join(place.type, place.compartment);
  return name;
}

CacheName CacheName::OfSubjectKey(const OwnerId& owner, std::uint32_t slot,
                                  std::uint32_t generation) {
  CacheName name;
  SetOwner(owner, &name);
  name.words[2] = Join(slot, generation);
  name.words[4] = kNoCompartment;
  return name;
}

CacheName CacheName::OfEpochKey(std::uint32_t retention_class,
                                std::uint32_t epoch) {
  CacheName name;
  name.words[2] = kNoCompartment;
  name.words[3] = Join(retention_class, epoch);
  name.words[4] = kNoCompartment;
  return name;
}

OwnerId CacheName::owner() const {
  OwnerId owner;
  std::memcpy(owner.bytes.data(), words.data(), owner.bytes.size());
  return owner;
}

// Two lines of the processor's cache. Every member is read while it may be
// written; `version` tells.
struct alignas(64) KeyCache::Entry {
  Word version{0};
  std::array<Word, 5> name{};
  Word dies_ms{0};
  std::atomic<std::uint32_t> generation{0};
  std::atomic<std::uint8_t> used{0};
  std::array<Word, 4> commitment{};
};

// Keys are spread over all entries: in small pages nearly each look-up would
// miss the processor's cache of page addresses, so large ones are asked for.
KeyCache::Entry* KeyCache::NewEntries(std::size_t count) {
  constexpr std::size_t kLargePage = std::size_t{2} << 20;
  const std::size_t size =
      (count * sizeof(Entry) + kLargePage - 1) / kLargePage * kLargePage;
  void* const memory = std::aligned_alloc(kLargePage, size);
  if (memory == nullptr) crypto::Die("no memory for the cache of keys");
  madvise(memory, size, MADV_HUGEPAGE);  // refused: then small ones do
  auto* const entries = static_cast<Entry*>(memory);
  for (std::size_t i = 0; i < count; ++i) new (entries + i) Entry();
  return entries;
}

void KeyCache::FreeEntries::operator()(Entry* entries) const {
  static_assert(std::is_trivially_destructible_v<Entry>);
  std::free(entries);
}

KeyCache::KeyCache(std::uint8_t* slots, std::size_t count)
    : sets_(count / kWays),
      keys_(reinterpret_cast<Word*>(slots)),
      entries_(NewEntries(sets_ * kWays)),
      marks_(new Word[sets_]()),
      hands_(sets_, 0) {
  static_assert(sizeof(Entry) == 128);
  for (std::size_t i = 0; i < sets_ * kWays * kWords; ++i) {
    new (keys_ + i) Word(0);
  }
}

KeyCache::~KeyCache() {
  crypto::Wipe(keys_, sets_ * kWays * kWords * sizeof(Word));
}

std::uint64_t KeyCache::HashOf(const CacheName& name) {
  // Owners are random already; the multiplications spread what is not.
  std::uint64_t h = name.words[0] ^ (name.words[1] * 0x9e3779b97f4a7c15u);
  h ^= name.words[2] * 0xd6e8feb86659fd93u;
  h = (h ^ (h >> 29)) * 0xbf58476d1ce4e5b9u;
  h ^= name.words[3] * 0xc2b2ae3d27d4eb4fu;
  h = (h ^ (h >> 32)) * 0x94d049bb133111ebu;
  h ^= name.words[4] * 0xff51afd7ed558ccdu;
  h = (h ^ (h >> 29)) * 0xc4ceb9fe1a85ec53u;
  return (h ^ (h >> 32)) | (std::uint64_t{1} << 56);
}

bool KeyCache::ReadEntry(std::size_t index, const CacheName& name,
                         std::int64_t now_ms, CompartmentKey* out) {
  Entry& entry = entries_[index];
  const std::uint64_t before = entry.version.load(std::memory_order_acquire);
  if (before % 2 != 0) return false;
  for (std::size_t i = 0; i < name.words.size(); ++i) {
    if (entry.name[i].load(std::memory_order_acquire) != name.words[i]) {
      return false;
    }
  }
  const auto dies =
      static_cast<std::int64_t>(entry.dies_ms.load(std::memory_order_acquire));
  Load(keys_ + index * kWords, out->key.data());
  Load(entry.commitment.data(), out->commitment.data());
  out->generation = entry.generation.load(std::memory_order_acquire);
  const bool alive = now_ms < dies;
  // Every load above is an acquire, so this one is not moved before them.
  if (entry.version.load(std::memory_order_relaxed) != before || !alive) {
    crypto::Wipe(out->key.data(), out->key.size());
    return false;
  }
  if (entry.used.load(std::memory_order_relaxed) == 0) {
    entry.used.store(1, std::memory_order_relaxed);
  }
  return true;
}

void KeyCache::PrefetchMarks(std::uint64_t hash) const {
  if (sets_ != 0) __builtin_prefetch(&marks_[SetOf(hash)]);
}

void KeyCache::PrefetchEntry(std::uint64_t hash) const {
  if (sets_ == 0) return;
  const std::size_t set = SetOf(hash);
  std::uint64_t marks = marks_[set].load(std::memory_order_relaxed);
  for (std::size_t way = 0; marks != 0; ++way, marks >>= 8) {
    if (static_cast<std::uint8_t>(marks) != MarkOf(hash)) continue;
    const std::size_t index = set * kWays + way;
    __builtin_prefetch(&entries_[index]);
    __builtin_prefetch(&entries_[index].commitment);
    __builtin_prefetch(keys_ + index * kWords);
  }
}

bool KeyCache::Find(const CacheName& name, std::uint64_t hash,
                    std::int64_t now_ms, CompartmentKey* out) {
  if (sets_ == 0) return false;
  const std::size_t set = SetOf(hash);
  const std::uint8_t mark = MarkOf(hash);
  std::uint64_t marks = marks_[set].load(std::memory_order_acquire);
  for (std::size_t way = 0; marks != 0; ++way, marks >>= 8) {
    if (static_cast<std::uint8_t>(marks) == mark &&
        ReadEntry(set * kWays + way, name, now_ms, out)) {
      return true;
    }
  }
  return false;
}

void KeyCache::SetMark(std::size_t set, std::size_t way, std::uint8_t mark) {
  const std::uint64_t shift = 8 * way;
  const std::uint64_t marks = marks_[set].load(std::memory_order_relaxed);
  marks_[set].store((marks & ~(std::uint64_t{0xff} << shift)) |
                        (std::uint64_t{mark} << shift),
                    std::memory_order_release);
}

// INVARIANT: the caller holds the lock of the entry's shard, so there is one
// writer. Each store is a release, so that the odd version is seen first.
void KeyCache::Write(std::size_t index, const CacheName& name,
                     const CompartmentKey& key, std::int64_t dies_ms) {
  Entry& entry = entries_[index];
  const std::uint64_t before = entry.version.load(std::memory_order_relaxed);
  entry.version.store(before + 1, std::memory_order_relaxed);
  for (std::size_t i = 0; i < name.words.size(); ++i) {
    entry.name[i].store(name.words[i], std::memory_order_release);
  }
  entry.dies_ms.store(static_cast<std::uint64_t>(dies_ms),
                      std::memory_order_release);
  Store(key.key.data(), keys_ + index * kWords);
  Store(key.commitment.data(), entry.commitment.data());
  entry.generation.store(key.generation, std::memory_order_release);
  entry.version.store(before + 2, std::memory_order_release);
}

// Returns the way of `name`, else an empty one, else one that was not used
// since the hand last passed.
std::size_t KeyCache::ChooseWay(std::size_t set, std::uint8_t mark,
                                const CacheName& name) {
  const std::uint64_t marks = marks_[set].load(std::memory_order_relaxed);
  std::size_t empty = kWays;
  for (std::size_t way = 0; way < kWays; ++way) {
    const auto here = static_cast<std::uint8_t>(marks >> (8 * way));
    if (here == 0) empty = way;
    if (here != mark) continue;
    const Entry& entry = entries_[set * kWays + way];
    bool same = true;
    for (std::size_t i = 0; i < name.words.size(); ++i) {
      same = same &&
             entry.name[i].load(std::memory_order_relaxed) == name.words[i];
    }
    if (same) return way;
  }
  if (empty < kWays) return empty;
  for (;;) {
    const std::size_t way = hands_[set];
    hands_[set] = static_cast<std::uint8_t>((way + 1) % kWays);
    if (entries_[set * kWays + way].used.exchange(
            0, std::memory_order_relaxed) == 0) {
      return way;
    }
  }
}

void KeyCache::Insert(const CacheName& name, const CompartmentKey& key,
                      std::int64_t dies_ms, std::uint64_t version) {
  if (sets_ == 0) return;
  const std::uint64_t hash = HashOf(name);
  const std::size_t set = SetOf(hash);
  const std::uint8_t mark = MarkOf(hash);
  base::MutexLock lock(&ShardOf(set).mutex);
  // Drop() changes the version before it takes the lock: either it was not
  // called since, or it finds this entry.
  if (version_.load(std::memory_order_seq_cst) != version) return;
  const std::size_t way = ChooseWay(set, mark, name);
  Write(set * kWays + way, name, key, dies_ms);
  SetMark(set, way, mark);
}

void KeyCache::WipeIf(
    absl::FunctionRef<bool(const CacheName&, std::int64_t dies_ms)> wipe) {
  CompartmentKey zeros;
  zeros.key.fill(0);
  zeros.commitment.fill(0);
  for (std::size_t shard = 0; shard < kShards; ++shard) {
    base::MutexLock lock(&shards_[shard].mutex);
    for (std::size_t set = shard; set < sets_; set += kShards) {
      if (marks_[set].load(std::memory_order_relaxed) == 0) continue;
      for (std::size_t way = 0; way < kWays; ++way) {
        const Entry& entry = entries_[set * kWays + way];
        CacheName name;
        for (std::size_t i = 0; i < name.words.size(); ++i) {
          name.words[i] = entry.name[i].load(std::memory_order_relaxed);
        }
        const auto dies = static_cast<std::int64_t>(
            entry.dies_ms.load(std::memory_order_relaxed));
        if (name == CacheName{} || !wipe(name, dies)) continue;
        Write(set * kWays + way, CacheName{}, zeros, 0);
        SetMark(set, way, 0);
      }
    }
  }
}

void KeyCache::Drop(absl::FunctionRef<bool(const CacheName&)> drop) {
  version_.fetch_add(1, std::memory_order_seq_cst);
  WipeIf([&](const CacheName& name, std::int64_t) { return drop(name); });
}

void KeyCache::DropDead(std::int64_t now_ms) {
  WipeIf([&](const CacheName&, std::int64_t dies) { return dies <= now_ms; });
}

}  // namespace privet::keys
