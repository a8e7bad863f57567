// SPDX-License-Identifier: Apache-2.0
//
// How long a compartment lives: the set of retentions that cover it, with the
// periods in force when it was sealed (docs/wire_format.md, "Class").

#ifndef PRIVET_POLICY_RETENTION_CLASS_H_
#define PRIVET_POLICY_RETENTION_CLASS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/keep.h"

namespace privet::policy {

// What a person says of a purpose is an event: each begins the name of one, and
// the purpose's oldest name ends it.
inline constexpr std::string_view kWithdrawnEvent = "withdrawn:";
inline constexpr std::string_view kObjectedEvent = "objected:";

// One retention as a class remembers it. All names are the oldest in `was`.
struct Period {
  std::string id;
  std::vector<std::string> after;  // events, sorted; empty: created
  base::Keep keep;
  std::string obligation;  // id; empty: none. Hashed: it decides slot and epoch
  bool anonymize = false;  // leaves a residue. Not part of the class's hash
};

struct RetentionClass {
  std::uint32_t id = 0;         // 0: public, never due
  std::vector<Period> periods;  // sorted by id, then by events

  // Returns the obligation that the data is kept for; empty: none.
  std::string_view Obligation() const;

  // Returns whether the end of a period is an end of the data, so that epoch
  // and slot come of it: the earliest such end counts. Beside an obligation
  // only its own periods end it; the others restrict the data to the
  // obligation's purposes.
  bool Ends(const Period& period) const;

  // Returns the row (class → this) of the vault: u8 1 ‖ u16 count ‖ for each
  // LP(id) ‖ u16 events ‖ LP(event)… ‖ LP(keep) ‖ LP(obligation) ‖ u8
  // anonymize.
  std::string Serialize() const;

  // Reads it back: equal, id included, for it follows from the rest. DataLoss
  // for anything else.
  static absl::StatusOr<RetentionClass> Parse(std::string_view row);
};

// Makes the class of these periods. InvalidArgument if they have two
// obligations, if there is none, or if it hashes to 0.
absl::StatusOr<RetentionClass> MakeRetentionClass(std::vector<Period> periods);

// Returns whether two classes hash the same text.
bool SameClass(const RetentionClass& a, const RetentionClass& b);

}  // namespace privet::policy

#endif  // PRIVET_POLICY_RETENTION_CLASS_H_
