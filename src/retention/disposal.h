// SPDX-License-Identifier: Apache-2.0
//
// What is left of a record when some of its compartments go. No key, no store.

#ifndef PRIVET_RETENTION_DISPOSAL_H_
#define PRIVET_RETENTION_DISPOSAL_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "base/sealed_header.h"
#include "privet/record_store.h"
#include "retention/class_rule.h"

namespace privet::retention {

// Bits of compartments by their index in a header.
using Mask = std::uint64_t;

// What becomes of the residue when compartments go.
enum class ResidueFate : std::uint8_t {
  kStays,     // in the record, for later
  kThrown,    // away: erasure, want of ground
  kOutlives,  // stored as a record of its own
};

// Returns what becomes of the record without the compartments of `drop`: a
// shorter record, or none if only public ones would be left. `residue_of`: the
// retention whose residue outlives it, for kOutlives.
Disposal Dispose(const base::SealedHeader& header, Mask drop,
                 ResidueFate residue, const std::string& residue_of);

// Returns the compartments of `owner` in a record, dropped ones left out.
Mask CompartmentsOf(const base::SealedHeader& header, const OwnerId& owner);

// Which compartments of a record are due by its age.
class DueByAge {
 public:
  DueByAge(absl::Span<const ClassRule> rules, absl::Time now);

  // Returns those that are due, held ones left out.
  Mask Of(const base::SealedHeader& header) const;

  // Returns what becomes of the record; nullopt if nothing of it is due.
  std::optional<Disposal> Decide(const base::SealedHeader& header,
                                 Mask due) const;

  const ClassRule& rule(std::uint32_t retention_class) const {
    return *classes_.at(retention_class).rule;
  }

 private:
  struct Class {
    const ClassRule* rule;
    std::int64_t cut_ms;  // due if created at or before it
  };
  absl::flat_hash_map<std::uint32_t, Class> classes_;
};

}  // namespace privet::retention

#endif  // PRIVET_RETENTION_DISPOSAL_H_
