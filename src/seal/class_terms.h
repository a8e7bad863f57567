// SPDX-License-Identifier: Apache-2.0
//
// What a retention class asks of keys and of the clock: worked out once, so
// that sealing and opening compare a few integers.

#ifndef PRIVET_SEAL_CLASS_TERMS_H_
#define PRIVET_SEAL_CLASS_TERMS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/keep.h"
#include "keys/catalogue.h"
#include "policy/retention_class.h"

namespace privet::seal {

// When an event happened to the person; InfiniteFuture if it did not.
using EventTimes = absl::FunctionRef<absl::Time(std::string_view event)>;

// Returns the keep in force for a period of a sealed record.
using KeepInForce = absl::FunctionRef<base::Keep(const policy::Period&)>;

// What time has done to a compartment.
enum class Due : std::uint8_t {
  kNo,
  kRestricted,  // only its obligation still keeps it: for that one's purposes
  kYes,
};

// One retention of a class.
struct Limit {
  base::Keep keep;                 // the smaller of sealing's and the policy's
  absl::Duration at_least;         // never less than this after its anchor
  std::vector<std::string> after;  // events; empty: creation
  std::string obligation;          // empty: none
};

// A retention class at work under one policy. Immutable.
class ClassTerms {
 public:
  // Works them out. InvalidArgument if the class has no period, or its
  // slot would have a reserved number.
  static absl::StatusOr<ClassTerms> Make(
      const policy::RetentionClass& retention_class, KeepInForce keep_in_force);

  std::uint32_t id() const { return id_; }

  // Returns the slot of its keys, and what that is for.
  std::uint32_t slot() const { return slot_; }
  const keys::SlotKind& slot_kind() const { return slot_kind_; }

  // Returns whether its keys mix in an epoch key; and if so, the epoch of what
  // was created at `created_ms`, from 0 on, and when the key of it dies. The
  // length of epochs is that of the class's own periods, which its number
  // stands for: no later policy changes it.
  bool has_epoch() const { return epoch_ms_ != 0; }
  std::uint32_t EpochOf(std::int64_t created_ms) const;
  absl::Time EpochDies(std::uint32_t epoch) const;

  // Returns whether some end is sure to come without any event.
  bool ends_by_clock() const { return has_epoch(); }

  // Returns the obligation that outlasts the other retentions; empty: none.
  const std::string& obligation() const { return obligation_; }
  const std::vector<Limit>& limits() const { return limits_; }

  // Returns what time has done by `now` to what was created at `created`.
  Due DueAt(absl::Time created, absl::Time now, EventTimes events) const;

 private:
  ClassTerms() = default;

  std::uint32_t id_ = 0;
  std::uint32_t slot_ = keys::kErasableSlot;
  std::int64_t epoch_ms_ = 0;       // length of an epoch; 0: no epoch
  std::int64_t epoch_keep_ms_ = 0;  // from the end of an epoch to its death
  keys::SlotKind slot_kind_;
  std::string obligation_;
  std::vector<Limit> limits_;
};

// Returns the class that a compartment is sealed again under: that of the
// policy in force, each retention with the smaller of its keep and the one that
// it had in one of `had`, so that no change of the policy reaches back. A
// retention of `had` that the policy does not name any more stays as it was.
// `had` are the classes of those compartments that its fields come from, and of
// no other: what ends a neighbour does not end it.
absl::StatusOr<policy::RetentionClass> Narrow(
    const policy::RetentionClass& in_force,
    const std::vector<const policy::RetentionClass*>& had);

}  // namespace privet::seal

#endif  // PRIVET_SEAL_CLASS_TERMS_H_
