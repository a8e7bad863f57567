// SPDX-License-Identifier: Apache-2.0

#include "keys/keyring.h"

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
#include "keys/derivations.h"
#include "keys/key_cache.h"
#include "keys/keyring_impl.h"
#include "keys/owner_cache.h"
#include "keys/replay.h"
#include "keys/taken.h"
#include "keys/vault.h"

namespace privet::keys {
namespace {

constexpr std::int64_t kForever = std::numeric_limits<std::int64_t>::max();
// Between two notes of the highest time in memory: calls of a millisecond do
// not all write one line of the processor's cache.
constexpr std::int64_t kNoteTimeMs = 1000;

std::int64_t Millis(absl::Time time) {
  if (time == absl::InfiniteFuture()) return kForever;
  return absl::ToUnixMillis(time);
}

absl::Status Forked() {
  return absl::FailedPreconditionError(
      "this process was forked from one that has keys in memory, and has none "
      "itself; open its own engine after the fork");
}

absl::Status PastItsTime() {
  return absl::NotFoundError("the time of the data has come: its key is dead");
}

void CopyIn(const KeyBytes& from, CompartmentKey* to) {
  std::memcpy(to->key.data(), from.data(), KeyBytes::size());
}
void CopyOut(const CompartmentKey& from, KeyBytes* to) {
  std::memcpy(to->data(), from.key.data(), KeyBytes::size());
}

}  // namespace

CompartmentKey::~CompartmentKey() { crypto::Wipe(key.data(), key.size()); }

KeyringStatus Keyring::Impl::status() {
  KeyringStatus status;
  status.memory_locked = arena_->locked();
  status.cache_capacity = cache_->capacity();
  status.generation = vault_->generation();
  base::MutexLock lock(&refresh_);
  status.mark = mark_;
  return status;
}

absl::Status Keyring::Impl::Start(absl::Time now, ChangeCounter& counter) {
  PRIVET_ASSIGN_OR_RETURN(const std::int64_t highest,
                          HighestTime(vault_->store()));
  highest_ms_ = highest;
  PRIVET_RETURN_IF_ERROR(MeetClock(Millis(now)));
  {
    base::MutexLock lock(&refresh_);
    PRIVET_ASSIGN_OR_RETURN(mark_, CatchUp(vault_->store(), *ledger_));
    // A vault that holds less than this later on is an old copy.
    last_taken_ = mark_.number;
  }
  counter_seen_ = counter.Read() - 1;  // so that this reads all
  return Refresh(now, counter);
}

absl::Status Keyring::Impl::MeetClock(std::int64_t now_ms) {
  std::int64_t highest = highest_ms_.load(std::memory_order_relaxed);
  while (now_ms > highest + kNoteTimeMs &&
         !highest_ms_.compare_exchange_weak(highest, now_ms,
                                            std::memory_order_relaxed)) {
  }
  return CheckClock(now_ms, highest);
}

absl::Status Keyring::Impl::ReadTaken(std::int64_t now_ms, Taken* taken) {
  Store& store = vault_->store();
  PRIVET_ASSIGN_OR_RETURN(const LedgerMark mark, MarkOf(store));
  LedgerMark head = mark_;
  absl::Status status;
  PRIVET_RETURN_IF_ERROR(ledger_->Read(mark_, [&](const LedgerEntry& entry) {
    status = taken->Add(entry);
    head = entry.mark;
    return status.ok();
  }));
  PRIVET_RETURN_IF_ERROR(status);
  const std::uint64_t last = std::max(taken->last(), last_taken_);
  // Whoever appended these may have died before the vault had them.
  if (mark.number < last || mark.number > head.number) {
    PRIVET_RETURN_IF_ERROR(CatchUp(store, *ledger_).status());
  }
  PRIVET_ASSIGN_OR_RETURN(const std::int64_t highest, NoteTime(store, now_ms));
  PRIVET_RETURN_IF_ERROR(MeetClock(std::max(highest, now_ms)));
  mark_ = head;
  last_taken_ = last;
  return absl::OkStatus();
}

absl::Status Keyring::Impl::Watch(
    std::function<absl::StatusOr<std::string>()> version) {
  base::MutexLock lock(&refresh_);
  PRIVET_ASSIGN_OR_RETURN(version_, version());
  watched_ = std::move(version);
  return absl::OkStatus();
}

absl::Status Keyring::Impl::ReadChanges(std::int64_t now_ms) {
  Taken taken;
  PRIVET_RETURN_IF_ERROR(ReadTaken(now_ms, &taken));
  if (!taken.empty()) {
    // The rows are gone already, so who reads after this finds none.
    cache_->Drop([&](const CacheName& name) { return taken.Names(name); });
    owners_.Drop(taken.erased());
    changed_ = true;
  }
  if (!watched_) return absl::OkStatus();
  PRIVET_ASSIGN_OR_RETURN(std::string version, watched_());
  changed_ = changed_ || version != version_;
  version_ = std::move(version);
  return absl::OkStatus();
}

absl::Status Keyring::Impl::Refresh(absl::Time now, ChangeCounter& counter) {
  const std::int64_t now_ms = Millis(now);
  base::MutexLock lock(&refresh_);
  std::uint64_t count = counter.Read();
  const bool told = count != counter_seen_.load(std::memory_order_acquire);
  const std::int64_t confirmed = confirmed_ms_.load(std::memory_order_acquire);
  if (!told && now_ms >= confirmed && now_ms - confirmed < ttl_ms_) {
    return absl::OkStatus();  // another thread did it meanwhile
  }
  PRIVET_RETURN_IF_ERROR(ReadChanges(now_ms));
  if (changed_ && !told) {
    counter.Bump();
    count = counter.Read();
    // What others told of until then.
    PRIVET_RETURN_IF_ERROR(ReadChanges(now_ms));
  }
  changed_ = false;
  cache_->DropDead(now_ms);
  confirmed_ms_.store(now_ms, std::memory_order_release);
  counter_seen_.store(count, std::memory_order_release);
  return MeetClock(now_ms);
}

absl::StatusOr<KeyCall> Keyring::Impl::Begin(absl::Time now, OnMiss on_miss,
                                             ChangeCounter& counter) {
  if (!arena_->intact()) return Forked();
  const std::int64_t now_ms = Millis(now);
  PRIVET_RETURN_IF_ERROR(MeetClock(now_ms));
  std::uint64_t count = counter.Read();
  const std::int64_t confirmed = confirmed_ms_.load(std::memory_order_acquire);
  if (count != counter_seen_.load(std::memory_order_acquire) ||
      now_ms < confirmed || now_ms - confirmed >= ttl_ms_) {
    PRIVET_RETURN_IF_ERROR(Refresh(now, counter));
    count = counter_seen_.load(std::memory_order_acquire);
  }
  return KeyCall{now, count, on_miss, now_ms};
}

OwnerId Keyring::Impl::Nobody(std::string_view type) const {
  OwnerId owner;
  crypto::InfoHash(owner.bytes.size(), vault_->store_key())
      .Part("privet/1/nobody")
      .Part(type)
      .Finish(owner.bytes.data());
  return owner;
}

absl::Status Keyring::Impl::EpochKey(const KeyCall& call, const KeyPlace& place,
                                     bool create, std::uint64_t version,
                                     KeyBytes* key) {
  const CacheName name =
      CacheName::OfEpochKey(place.retention_class, place.epoch);
  const std::int64_t now_ms = call.now_ms;
  CompartmentKey cached;
  if (cache_->Find(name, now_ms, &cached)) {
    CopyOut(cached, key);
    return absl::OkStatus();
  }
  PRIVET_RETURN_IF_ERROR(MissAllowed(call));
  PRIVET_RETURN_IF_ERROR(
      create ? vault_->EnsureEpochKey(place.retention_class, place.epoch,
                                      now_ms, key)
             : vault_->ReadEpochKey(place.retention_class, place.epoch, key));
  CopyIn(*key, &cached);
  cache_->Insert(name, cached, Millis(place.dies), version);
  return absl::OkStatus();
}

absl::Status Keyring::Impl::SubjectKey(const KeyCall& call,
                                       const KeyPlace& place,
                                       std::string_view type, bool create,
                                       std::uint64_t version, KeyBytes* key,
                                       std::uint32_t* generation) {
  // For sealing, 0 stands for the generation in force.
  const CacheName name = CacheName::OfSubjectKey(place.owner, place.slot,
                                                 create ? 0 : place.generation);
  const std::int64_t now_ms = call.now_ms;
  CompartmentKey cached;
  if (cache_->Find(name, now_ms, &cached)) {
    CopyOut(cached, key);
    *generation = cached.generation;
    return absl::OkStatus();
  }
  PRIVET_RETURN_IF_ERROR(MissAllowed(call));
  if (create) {
    const bool nobody = place.owner == Nobody(type);
    PRIVET_ASSIGN_OR_RETURN(
        *generation,
        vault_->EnsureSubjectKey(place.owner, place.slot, nobody, now_ms, key));
  } else {
    *generation = place.generation;
    PRIVET_RETURN_IF_ERROR(vault_->ReadSubjectKey(
        {place.owner, place.slot, place.generation}, key));
  }
  CopyIn(*key, &cached);
  cached.generation = *generation;
  cache_->Insert(name, cached, kForever, version);
  return absl::OkStatus();
}

absl::Status Keyring::Impl::Derive(const KeyCall& call, const KeyPlace& place,
                                   std::string_view type, bool create,
                                   CompartmentKey* out) {
  const std::uint64_t version = cache_->version();
  KeyBytes subject_key, epoch_key;
  std::uint32_t generation = 0;
  PRIVET_RETURN_IF_ERROR(SubjectKey(call, place, type, create, version,
                                    &subject_key, &generation));
  const bool has_epoch = place.epoch != kNoEpoch;
  if (has_epoch) {
    PRIVET_RETURN_IF_ERROR(EpochKey(call, place, create, version, &epoch_key));
  }
  DeriveCompartment(subject_key.view(),
                    has_epoch ? epoch_key.view() : std::string_view(), type,
                    place.compartment, out);
  out->generation = generation;
  cache_->Insert(CacheName::OfCompartment(place, create ? 0 : place.generation),
                 *out, Millis(place.dies), version);
  return absl::OkStatus();
}

absl::Status Keyring::Impl::SealingKey(const KeyCall& call,
                                       const KeyPlace& place,
                                       std::string_view type,
                                       CompartmentKey* out) {
  if (!arena_->intact()) return Forked();
  if (call.now >= place.dies) return PastItsTime();
  if (FindCached(CacheName::OfCompartment(place, 0), place, call.now_ms, out)) {
    return absl::OkStatus();
  }
  const absl::Status status = Derive(call, place, type, true, out);
  if (absl::IsAborted(status)) owners_.Drop({place.owner});
  return status;
}

absl::Status Keyring::Impl::OpeningKey(const KeyCall& call,
                                       const KeyPlace& place,
                                       std::string_view type,
                                       CompartmentKey* out) {
  if (!arena_->intact()) return Forked();
  if (call.now >= place.dies) return PastItsTime();
  if (place.generation == 0) {
    return absl::DataLossError("a sealed record names a key of generation 0");
  }
  if (FindCached(CacheName::OfCompartment(place, place.generation), place,
                 call.now_ms, out)) {
    return absl::OkStatus();
  }
  return Derive(call, place, type, false, out);
}

absl::Status Keyring::Impl::LinkKey(const KeyCall& call, const OwnerId& owner,
                                    KeyBytes* key) {
  if (!arena_->intact()) return Forked();
  const CacheName name = CacheName::OfSubjectKey(owner, kLinkSlot, 0);
  CompartmentKey cached;
  if (cache_->Find(name, call.now_ms, &cached)) {
    CopyOut(cached, key);
    return absl::OkStatus();
  }
  PRIVET_RETURN_IF_ERROR(MissAllowed(call));
  const std::uint64_t version = cache_->version();
  PRIVET_RETURN_IF_ERROR(vault_->ReadNewestKey(owner, kLinkSlot, key));
  CopyIn(*key, &cached);
  cache_->Insert(name, cached, kForever, version);
  return absl::OkStatus();
}

// Returns NotFound if there is none and `create` is false.
absl::StatusOr<OwnerId> Keyring::Impl::Owner(const KeyCall& call,
                                             std::string_view id, bool create) {
  if (!arena_->intact()) return Forked();
  OwnerId owner;
  if (owners_.Find(id, &owner)) return owner;
  PRIVET_RETURN_IF_ERROR(MissAllowed(call));
  const std::uint64_t version = owners_.version();
  if (create) {
    PRIVET_ASSIGN_OR_RETURN(owner, vault_->FindOrCreateOwner(id, call.now_ms));
  } else {
    PRIVET_ASSIGN_OR_RETURN(const std::optional<OwnerId> found,
                            vault_->FindOwner(id));
    // That there is none is not kept: another process may draw one any time.
    if (!found.has_value()) return absl::NotFoundError("unknown person");
    owner = *found;
  }
  owners_.Insert(id, owner, version);
  return owner;
}

absl::StatusOr<std::shared_ptr<Keyring>> Keyring::Create(
    const KeyringOptions& options) {
  if (options.vault == nullptr || options.provider == nullptr ||
      options.ledger == nullptr) {
    return absl::InvalidArgumentError(
        "keys need a vault, a key provider and a ledger, all three");
  }
  crypto::ArenaOptions arena_options;
  arena_options.bytes = options.key_cache_bytes;
  arena_options.allow_unlocked = options.allow_unlocked_memory;
  PRIVET_ASSIGN_OR_RETURN(std::unique_ptr<crypto::Arena> arena,
                          crypto::Arena::Create(arena_options));
  const Clock& clock =
      options.clock == nullptr ? SystemClock() : *options.clock;
  const absl::Time now = clock.Now();
  PRIVET_ASSIGN_OR_RETURN(
      std::unique_ptr<Vault> vault,
      Vault::Open(options.vault, *options.provider, *options.ledger,
                  Millis(now), arena.get()));
  std::shared_ptr<ChangeCounter> counter =
      options.counter == nullptr ? ChangeCounter::InMemory() : options.counter;
  auto impl =
      std::make_unique<Impl>(options, std::move(arena), std::move(vault));
  PRIVET_RETURN_IF_ERROR(impl->Start(now, *counter));
  return std::shared_ptr<Keyring>(
      new Keyring(std::move(impl), std::move(counter)));
}

Keyring::Keyring(std::unique_ptr<Impl> impl,
                 std::shared_ptr<ChangeCounter> counter)
    : impl_(std::move(impl)), counter_(std::move(counter)) {}
Keyring::~Keyring() = default;

KeyringStatus Keyring::status() const { return impl_->status(); }

absl::Status Keyring::Watch(
    std::function<absl::StatusOr<std::string>()> version) {
  return impl_->Watch(std::move(version));
}

absl::Status Keyring::CheckPresent() const {
  return impl_->intact() ? absl::OkStatus() : Forked();
}

absl::StatusOr<KeyCall> Keyring::Begin(absl::Time now, OnMiss on_miss) {
  return impl_->Begin(now, on_miss, *counter_);
}

absl::StatusOr<std::optional<OwnerId>> Keyring::FindOwner(const KeyCall& call,
                                                          std::string_view id) {
  const absl::StatusOr<OwnerId> owner = impl_->Owner(call, id, false);
  if (absl::IsNotFound(owner.status())) return std::nullopt;
  if (!owner.ok()) return owner.status();
  return *owner;
}

absl::StatusOr<OwnerId> Keyring::FindOrCreateOwner(const KeyCall& call,
                                                   std::string_view id) {
  return impl_->Owner(call, id, true);
}

absl::StatusOr<std::vector<OwnerId>> Keyring::ErasedOwners(
    std::string_view id) {
  PRIVET_RETURN_IF_ERROR(CheckPresent());
  return impl_->vault().ErasedOwners(id);
}

OwnerId Keyring::Nobody(std::string_view type) const {
  return impl_->Nobody(type);
}

absl::Status Keyring::KeyForSealing(const KeyCall& call, const KeyPlace& place,
                                    std::string_view type,
                                    CompartmentKey* out) {
  return impl_->SealingKey(call, place, type, out);
}

absl::Status Keyring::KeyForOpening(const KeyCall& call, const KeyPlace& place,
                                    std::string_view type,
                                    CompartmentKey* out) {
  return impl_->OpeningKey(call, place, type, out);
}

void Keyring::ExpectForSealing(KeyPlace* place) const {
  impl_->Expect(CacheName::OfCompartment(*place, 0), place);
}
void Keyring::ExpectForOpening(KeyPlace* place) const {
  impl_->Expect(CacheName::OfCompartment(*place, place->generation), place);
}
void Keyring::Fetch(std::uint64_t hash) const { impl_->Fetch(hash); }

std::string Keyring::Pseudonym(std::string_view recipient,
                               std::uint32_t generation,
                               std::string_view category,
                               std::string_view value) const {
  return PseudonymUnder(impl_->vault().store_key(), recipient, generation,
                        category, value);
}

absl::StatusOr<std::string> Keyring::SubjectPseudonym(
    const KeyCall& call, const OwnerId& owner, std::string_view recipient,
    std::uint32_t generation, std::string_view category, std::string_view id) {
  KeyBytes link;
  PRIVET_RETURN_IF_ERROR(impl_->LinkKey(call, owner, &link));
  return PseudonymUnder(link.view(), recipient, generation, category, id);
}

std::string Keyring::IndexValue(std::string_view index,
                                std::uint32_t generation,
                                std::string_view normalized) const {
  return IndexValueUnder(impl_->vault().store_key(), index, generation,
                         normalized);
}

std::string Keyring::StateMac(std::string_view row_name,
                              std::string_view value) const {
  return StateMacUnder(impl_->state_key(), row_name, value);
}

}  // namespace privet::keys
