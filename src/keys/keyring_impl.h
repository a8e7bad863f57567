// SPDX-License-Identifier: Apache-2.0
//
// What a keyring is made of: for keyring.cc alone.

#ifndef PRIVET_KEYS_KEYRING_IMPL_H_
#define PRIVET_KEYS_KEYRING_IMPL_H_

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/bytes.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "crypto/arena.h"
#include "crypto/hash.h"
#include "crypto/info_hash.h"
#include "crypto/wipe.h"
#include "keys/clock_rule.h"
#include "keys/key_cache.h"
#include "keys/keyring.h"
#include "keys/owner_cache.h"
#include "keys/replay.h"
#include "keys/taken.h"
#include "keys/vault.h"

namespace privet::keys {

inline absl::Status WouldRead() {
  return absl::UnavailableError(
      "a key is not in memory, and this call may not wait for the vault; "
      "prefetch the subject");
}

class Keyring::Impl {
 public:
  Impl(const KeyringOptions& options, std::unique_ptr<crypto::Arena> arena,
       std::unique_ptr<Vault> vault)
      : ledger_(options.ledger),
        ttl_ms_(absl::ToInt64Milliseconds(options.key_cache_ttl)),
        arena_(std::move(arena)),
        vault_(std::move(vault)),
        state_key_(arena_.get()) {
    crypto::InfoHash(KeyBytes::size(), vault_->store_key())
        .Part("privet/1/state")
        .Finish(state_key_.data());
    std::size_t count = 0;
    std::uint8_t* const slots = arena_->TakeRest(&count);
    cache_ = std::make_unique<KeyCache>(slots, count);
  }

  absl::Status Start(absl::Time now, ChangeCounter& counter);
  absl::Status Watch(std::function<absl::StatusOr<std::string>()> version);
  absl::StatusOr<KeyCall> Begin(absl::Time now, OnMiss on_miss,
                                ChangeCounter& counter);
  absl::StatusOr<OwnerId> Owner(const KeyCall& call, std::string_view id,
                                bool create);
  absl::Status SealingKey(const KeyCall& call, const KeyPlace& place,
                          std::string_view type, CompartmentKey* out);
  absl::Status OpeningKey(const KeyCall& call, const KeyPlace& place,
                          std::string_view type, CompartmentKey* out);
  absl::Status LinkKey(const KeyCall& call, const OwnerId& owner,
                       KeyBytes* key);
  OwnerId Nobody(std::string_view type) const;
  void Expect(const CacheName& name, KeyPlace* place) const {
    place->hash = KeyCache::HashOf(name);
    cache_->PrefetchMarks(place->hash);
  }
  void Fetch(std::uint64_t hash) const { cache_->PrefetchEntry(hash); }

  const Vault& vault() const { return *vault_; }
  bool intact() const { return arena_->intact(); }
  std::string_view state_key() const { return state_key_.view(); }
  KeyringStatus status();

 private:
  absl::Status Refresh(absl::Time now, ChangeCounter& counter);
  absl::Status ReadTaken(std::int64_t now_ms, Taken* taken)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(refresh_);
  // Reads what has changed, and lets go of keys that are destroyed.
  absl::Status ReadChanges(std::int64_t now_ms)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(refresh_);
  absl::Status MeetClock(std::int64_t now_ms);
  absl::Status MissAllowed(const KeyCall& call) const {
    return call.on_miss == OnMiss::kRead ? absl::OkStatus() : WouldRead();
  }
  bool FindCached(const CacheName& name, const KeyPlace& place,
                  std::int64_t now_ms, CompartmentKey* out) const {
    const std::uint64_t hash =
        place.hash != 0 ? place.hash : KeyCache::HashOf(name);
    return cache_->Find(name, hash, now_ms, out);
  }
  // The key of the epoch of `place`, from the cache or the vault.
  absl::Status EpochKey(const KeyCall& call, const KeyPlace& place, bool create,
                        std::uint64_t version, KeyBytes* key);
  absl::Status SubjectKey(const KeyCall& call, const KeyPlace& place,
                          std::string_view type, bool create,
                          std::uint64_t version, KeyBytes* key,
                          std::uint32_t* generation);
  absl::Status Derive(const KeyCall& call, const KeyPlace& place,
                      std::string_view type, bool create, CompartmentKey* out);

  const std::shared_ptr<Ledger> ledger_;
  const std::int64_t ttl_ms_;
  const std::unique_ptr<crypto::Arena> arena_;
  const std::unique_ptr<Vault> vault_;
  crypto::LockedKey state_key_;
  std::unique_ptr<KeyCache> cache_;
  OwnerCache owners_;

  std::atomic<std::int64_t> highest_ms_{0};
  std::atomic<std::int64_t> confirmed_ms_{0};
  std::atomic<std::uint64_t> counter_seen_{0};
  base::Mutex refresh_;
  LedgerMark mark_ ABSL_GUARDED_BY(refresh_);
  std::uint64_t last_taken_ ABSL_GUARDED_BY(refresh_) = 0;
  std::function<absl::StatusOr<std::string>()> watched_
      ABSL_GUARDED_BY(refresh_);
  std::string version_ ABSL_GUARDED_BY(refresh_);  // of what is watched
  // Something changed since `counter_seen_` was.
  bool changed_ ABSL_GUARDED_BY(refresh_) = false;
};

}  // namespace privet::keys

#endif  // PRIVET_KEYS_KEYRING_IMPL_H_
