// SPDX-License-Identifier: Apache-2.0
//
// The keys of an open vault: who a person is inside, under which key a
// compartment is sealed, and what is derived for good.

#ifndef PRIVET_KEYS_KEYRING_H_
#define PRIVET_KEYS_KEYRING_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "keys/catalogue.h"
#include "keys/change_counter.h"
#include "keys/epoch.h"
#include "keys/ledger.h"
#include "privet/clock.h"
#include "privet/keys.h"
#include "privet/record_id.h"
#include "privet/store.h"

namespace privet::keys {

struct KeyringOptions {
  std::shared_ptr<Store> vault;           // required
  std::shared_ptr<KeyProvider> provider;  // required
  std::shared_ptr<Ledger> ledger;         // required
  // Default: null, a counter of this keyring alone.
  std::shared_ptr<ChangeCounter> counter;
  // Default: null, the clock of the machine. Read at Create() only: calls bring
  // their own time.
  const Clock* clock = nullptr;
  absl::Duration key_cache_ttl = absl::Seconds(5);
  // Default: 0, what the limits of the process give, at most 4 MiB.
  std::size_t key_cache_bytes = 0;
  // Default: false, Create() refuses where memory cannot be locked.
  bool allow_unlocked_memory = false;
};

struct KeyringStatus {
  bool memory_locked = false;
  std::size_t cache_capacity = 0;  // keys
  std::uint32_t generation = 0;    // of the vault key
  LedgerMark mark;                 // of the ledger, when last read
};

// The place of a compartment, as its descriptor has it.
struct KeyPlace {
  OwnerId owner;  // that of Nobody(type) for public fields
  std::uint32_t slot = kErasableSlot;
  std::uint32_t generation = 0;  // KeyForSealing() says which is in force
  std::uint32_t retention_class = 0;
  std::uint32_t epoch = kNoEpoch;
  std::uint32_t type = 0;  // crypto::Id4 of the type's name
  std::uint32_t compartment = 0;
  // When the epoch key dies (EpochDies); with kNoEpoch, InfiniteFuture.
  absl::Time dies = absl::InfiniteFuture();
  // Set by Keyring::Expect…(); 0: not worked out. A hint of where to look.
  std::uint64_t hash = 0;
};

// A key and the commitment to it. Wiped when it goes.
struct CompartmentKey {
  CompartmentKey() {}  // NOLINT: leaves the key unset
  ~CompartmentKey();
  CompartmentKey(const CompartmentKey&) = delete;
  CompartmentKey& operator=(const CompartmentKey&) = delete;

  std::array<std::uint8_t, 32> key;
  std::array<std::uint8_t, 32> commitment;
  std::uint32_t generation = 0;  // of the subject key
};

enum class OnMiss : std::uint8_t {
  kRead,    // asks the vault
  kRefuse,  // Unavailable instead
};

// One sealing or opening, from Keyring::Begin() on.
struct KeyCall {
  absl::Time now;
  std::uint64_t counter = 0;
  OnMiss on_miss = OnMiss::kRead;
  std::int64_t now_ms = 0;  // `now`, as cached keys tell time
};

// Holds the keys of one vault, from a cache in locked memory; a miss reads the
// vault. Thread-safe. A call that reads the vault may block, and returns
// Unavailable, ResourceExhausted or DataLoss as a Store does.
//
// One record is sealed or opened so:
//
//   Begin (FindOwner | FindOrCreateOwner | Nobody | KeyFor…)* Unchanged
//
// and from the beginning again if Unchanged() is false: keys were destroyed
// meanwhile.
class Keyring {
 public:
  // Opens the vault, or makes it: draws its first keys. A vault that is behind
  // its ledger catches up first.
  //
  // Returns FailedPrecondition, and writes nothing, if the provider cannot
  // unwrap the vault's key; if the vault is ahead of its ledger, belongs to
  // another one or ends before what it keeps; if the vault is new and its
  // ledger is not; if the clock runs backwards; if memory cannot be locked.
  static absl::StatusOr<std::shared_ptr<Keyring>> Create(
      const KeyringOptions& options);

  ~Keyring();
  Keyring(const Keyring&) = delete;
  Keyring& operator=(const Keyring&) = delete;

  KeyringStatus status() const;

  // Says what else is kept in memory until ChangeCounter changes: `version`
  // returns bytes that differ whenever that does, and is called with each look
  // at the numbers of ledger and vault. If it, or keys, changed and the counter
  // did not, who changed it died before it could tell: then the keyring does.
  // Call it once, before calls begin. Returns the status of `version`.
  absl::Status Watch(std::function<absl::StatusOr<std::string>()> version);

  // FailedPrecondition in a child after fork, which has no key: what is
  // derived for good, below, would be derived from zeros there.
  absl::Status CheckPresent() const;

  // Begins a call. Reads the numbers of ledger and vault again if keys were
  // destroyed or `key_cache_ttl` has passed since it last did.
  //
  // FailedPrecondition if `now` is more than five minutes before the highest
  // time seen (a clock that runs backwards), or in a child after fork.
  absl::StatusOr<KeyCall> Begin(absl::Time now, OnMiss on_miss = OnMiss::kRead);

  // Returns whether no key was destroyed since the call began: read it before
  // plaintext, or a new record, leaves.
  bool Unchanged(const KeyCall& call) const {
    return counter_->Read() == call.counter;
  }

  // ---- People ----

  // Returns the current owner of the host's `id`, or nullopt.
  absl::StatusOr<std::optional<OwnerId>> FindOwner(const KeyCall& call,
                                                   std::string_view id);

  // Returns it, or draws one, durable before it returns.
  absl::StatusOr<OwnerId> FindOrCreateOwner(const KeyCall& call,
                                            std::string_view id);

  // Returns the erased owners of `id` of which a slot still lives: what a law
  // keeps. Always reads the vault.
  absl::StatusOr<std::vector<OwnerId>> ErasedOwners(std::string_view id);

  // Returns the owner of records of `type` about nobody, and of its public
  // fields. Its row is written with its first key.
  OwnerId Nobody(std::string_view type) const;

  // ---- Keys of compartments ----

  // Writes to `out` the key under which a new body is sealed at `place`, whose
  // `generation` is not read. What it has to draw is durable before it returns.
  // `type` is the name of which place.type is the hash; of a nobody it names
  // the owner.
  //
  // Returns NotFound if the epoch's time has come or its key was destroyed;
  // Aborted if the owner was erased meanwhile: look the person up again;
  // FailedPrecondition if the slot or the class has no row (catalogue.h).
  absl::Status KeyForSealing(const KeyCall& call, const KeyPlace& place,
                             std::string_view type, CompartmentKey* out);

  // Writes to `out` the key of a body that was sealed at `place`.
  //
  // Returns NotFound if it was destroyed, or its time has come; DataLoss if it
  // is missing without a reason.
  absl::Status KeyForOpening(const KeyCall& call, const KeyPlace& place,
                             std::string_view type, CompartmentKey* out);

  // Cached keys lie scattered in memory. Expect…() says that the key of
  // `place` will be asked for, and sets its `hash`; Fetch() of that, some
  // work later, begins to fetch it. Both for all compartments of a record,
  // before the first key is asked for; both may be left out.
  void ExpectForSealing(KeyPlace* place) const;
  void ExpectForOpening(KeyPlace* place) const;
  void Fetch(std::uint64_t hash) const;

  // ---- Derived for good ----

  // Returns the pseudonym for a recipient of a value of `category`: 16 bytes.
  std::string Pseudonym(std::string_view recipient, std::uint32_t generation,
                        std::string_view category,
                        std::string_view value) const;

  // Returns the same of a person's own id, under the person's link key: it can
  // be made by nobody once the person is erased. NotFound then.
  absl::StatusOr<std::string> SubjectPseudonym(
      const KeyCall& call, const OwnerId& owner, std::string_view recipient,
      std::uint32_t generation, std::string_view category, std::string_view id);

  // Returns the 32 bytes of which a blind index keeps the first bits; a unique
  // one keeps all.
  std::string IndexValue(std::string_view index, std::uint32_t generation,
                         std::string_view normalized) const;

  // Returns the 16 check bytes of a row of the state.
  std::string StateMac(std::string_view row_name, std::string_view value) const;

 private:
  class Impl;
  explicit Keyring(std::unique_ptr<Impl> impl,
                   std::shared_ptr<ChangeCounter> counter);

  const std::unique_ptr<Impl> impl_;
  const std::shared_ptr<ChangeCounter> counter_;
};

}  // namespace privet::keys

#endif  // PRIVET_KEYS_KEYRING_H_
