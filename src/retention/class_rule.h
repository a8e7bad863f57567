// SPDX-License-Identifier: Apache-2.0
//
// What the sweep knows of a retention class: when what it covers is due.

#ifndef PRIVET_RETENTION_CLASS_RULE_H_
#define PRIVET_RETENTION_CLASS_RULE_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/keep.h"
#include "policy/retention_class.h"

namespace privet::retention {

// The keep in force of a period: the smaller of the one at sealing and that of
// the policy (Snapshot::EffectiveKeep).
using KeepInForce = absl::FunctionRef<base::Keep(const policy::Period&)>;

// Whether what was read as due still is: whoever puts it off says so first, and
// goes on from there.
using StillDue = std::function<absl::StatusOr<bool>()>;

// The periods of a class that give it an end. Where one of them has an
// obligation, it alone does: the others only restrict who may open.
struct ClassRule {
  // From creation.
  struct Created {
    base::Keep at_sealing;  // the shortest: gives the length of epochs
    base::Keep effective;   // the shortest in force
    // All in force. Of a month and thirty days now the one ends first, now the
    // other.
    std::vector<base::Keep> all;
  };
  // From events.
  struct Event {
    std::uint8_t period = 0;  // index into the class's periods
    base::Keep effective;
    bool ends = true;  // false: beside an obligation, it only restricts
  };

  std::uint32_t retention_class = 0;
  std::string retentions;  // ids, joined by `+`
  std::optional<Created> created;
  std::vector<Event> events;
  std::uint32_t slot = 0;  // of what counts from events; else 0
  std::string residue_of;  // id of the retention that leaves one; else empty

  // Returns the time such that what was created at or before it is due now, to
  // the millisecond; InfinitePast if nothing is due by creation alone.
  absl::Time DueBefore(absl::Time now) const;
};

// Makes the rule of a class. InvalidArgument if it has a period too many, or
// its slot a reserved number.
absl::StatusOr<ClassRule> MakeClassRule(
    const policy::RetentionClass& retention_class, KeepInForce in_force);

}  // namespace privet::retention

#endif  // PRIVET_RETENTION_CLASS_RULE_H_
