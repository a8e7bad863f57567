// SPDX-License-Identifier: Apache-2.0
//
// The second look after a put: an erasure that came between the first look and
// the commit has not seen the new rows, and whoever loses that race takes them
// out again.

#ifndef PRIVET_STORE_LOST_RACE_H_
#define PRIVET_STORE_LOST_RACE_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "privet/record_store.h"
#include "store/put_rules.h"
#include "store/tombstones.h"

namespace privet::store {

// What to take out again, and what the put answers then.
struct LostRace {
  std::vector<Replacement> replacements;
  std::vector<Removal> removals;
  absl::Status answer;

  bool empty() const { return replacements.empty() && removals.empty(); }
};

// Looks again at what was stored. If the vault does not answer, new records go:
// whether they may be there is unknown. Amended ones stay, as an earlier
// revision of theirs was acknowledged.
LostRace FindLost(Tombstones* tombstones, absl::Span<const Incoming> stored);

}  // namespace privet::store

#endif  // PRIVET_STORE_LOST_RACE_H_
