// SPDX-License-Identifier: Apache-2.0
//
// Destroys keys, without having any: what a sweeper and an erasure use.

#ifndef PRIVET_KEYS_DESTROYER_H_
#define PRIVET_KEYS_DESTROYER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "base/keep.h"
#include "keys/change_counter.h"
#include "keys/ledger.h"
#include "privet/record_id.h"
#include "privet/store.h"

namespace privet::keys {

// A key of a person, by name.
struct SlotKey {
  OwnerId owner;
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;

  friend bool operator==(const SlotKey& a, const SlotKey& b) {
    return a.owner == b.owner && a.slot == b.slot &&
           a.generation == b.generation;
  }
};

// What an erasure leaves alive: the slots of these obligations of the policy in
// force, by id.
struct Spared {
  std::vector<std::string> obligations;
};

// Epoch keys of one class that may be due.
struct EpochRule {
  std::uint32_t retention_class = 0;
  base::Keep at_sealing;  // the shortest keep of the class from creation
  base::Keep effective;   // the smaller of it and the keep in force
};

// When a slot of a person dies, at an event; InfiniteFuture: it does not.
struct SlotDeadline {
  std::uint32_t slot = 0;
  absl::Time dies;
};

// What was done. Where nothing was destroyed `mark` is the vault's.
struct Destroyed {
  std::vector<SlotKey> slots;
  std::vector<SlotKey> spared;  // of erased owners
  std::size_t epochs = 0;
  bool waits = false;  // slots of people who are unsettled may be due
  LedgerMark mark;
  // False: a reader holds an old snapshot of the vault open, and deleted bytes
  // may still be in its files; call Scrub() again.
  bool scrubbed = true;
};

// Takes keys away: the ledger first, then the vault, then whoever has them in
// memory. It holds no key and cannot read one. Thread-safe; every call may
// block, and returns Unavailable, ResourceExhausted or DataLoss as the store
// and the ledger do. A call that failed may be repeated: what it had begun is
// finished then, at the latest by the next start.
class Destroyer {
 public:
  // Makes a vault that is behind its ledger catch up.
  //
  // Returns FailedPrecondition if the vault is ahead of `ledger`, belongs to
  // another one, ends before what the ledger keeps, or was never opened by an
  // engine.
  static absl::StatusOr<std::shared_ptr<Destroyer>> Create(
      std::shared_ptr<Store> vault, std::shared_ptr<Ledger> ledger,
      std::shared_ptr<ChangeCounter> counter);

  // Erases persons: destroys every slot of `owners` but those of `spared`
  // obligations, and takes them off as current. What is of an owner that is
  // erased already, or unknown, is finished too. Grouped: 100 cost what one
  // costs.
  absl::StatusOr<Destroyed> Erase(absl::Span<const OwnerId> owners,
                                  const Spared& spared, absl::Time now);

  // Destroys the key of one slot of a person, if it is of this generation: one
  // that was drawn since it was read stays.
  absl::StatusOr<Destroyed> DestroySlot(const SlotKey& key, absl::Time now);

  // Destroys the epoch keys whose time has come.
  //
  // FailedPrecondition, and nothing destroyed, if `now` is more than five
  // minutes before the highest time that the vault has seen.
  absl::StatusOr<Destroyed> DestroyDueEpochs(absl::Span<const EpochRule> rules,
                                             absl::Time now);

  // Notes in the vault when slots of a person die. A deadline goes with its
  // slot. NotFound if the owner is unknown.
  absl::Status SetDeadlines(const OwnerId& owner,
                            absl::Span<const SlotDeadline> deadlines);

  // The same, but a slot that has an earlier deadline keeps it.
  absl::Status BringForward(const OwnerId& owner,
                            absl::Span<const SlotDeadline> deadlines);

  // Returns those of whom the ledger says that periods began or ended, and
  // whose deadlines nobody has set since.
  absl::StatusOr<std::vector<OwnerId>> Unsettled();

  // Sets the deadlines of one of them, as `work_out` says. It is called after a
  // look at what the ledger says, and again if that or the person's slots
  // change meanwhile. Does nothing about anybody else.
  absl::Status Settle(
      const OwnerId& owner,
      absl::FunctionRef<absl::StatusOr<std::vector<SlotDeadline>>()> work_out);

  // Destroys the slots whose deadline has come, at most `limit` of them, but
  // those of people who are unsettled. The clock as for DestroyDueEpochs.
  absl::StatusOr<Destroyed> DestroyDueSlots(absl::Time now, std::size_t limit);

  // Makes deleted keys unreadable in the vault's files; true when done.
  absl::StatusOr<bool> Scrub();

  // Applies to the vault every entry of the ledger that it lacks.
  absl::Status CatchUp();

 private:
  Destroyer(std::shared_ptr<Store> vault, std::shared_ptr<Ledger> ledger,
            std::shared_ptr<ChangeCounter> counter);

  absl::StatusOr<Destroyed> Carry(Destroyed plan, absl::Time now,
                                  absl::Span<const LedgerItem> items);

  const std::shared_ptr<Store> vault_;
  const std::shared_ptr<Ledger> ledger_;
  const std::shared_ptr<ChangeCounter> counter_;
};

// What the vault says of a person, for who has no key.
enum class OwnerState : std::uint8_t {
  kUnknown = 0,  // no row: erased long ago, or never there
  kCurrent = 1,
  kErased = 2,  // a law still keeps a slot
  kNobody = 3,  // not a person: records about nobody, public fields
};
absl::StatusOr<OwnerState> StateOfOwner(Store& vault, const OwnerId& owner);

// Returns when slots of a person die; of those alone that have a deadline.
absl::StatusOr<std::vector<SlotDeadline>> DeadlinesOfOwner(
    Store& vault, const OwnerId& owner);

// Returns the keys of a person that live; empty if the owner is unknown.
absl::StatusOr<std::vector<SlotKey>> SlotsOfOwner(Store& vault,
                                                  const OwnerId& owner);

}  // namespace privet::keys

#endif  // PRIVET_KEYS_DESTROYER_H_
