// SPDX-License-Identifier: Apache-2.0
//
// What no purpose may open any more: rows by which the sweep finds it.

#ifndef PRIVET_ENGINE_GROUND_H_
#define PRIVET_ENGINE_GROUND_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/generation.h"
#include "policy/snapshot.h"
#include "privet/record_id.h"
#include "privet/store.h"
#include "record/cells.h"
#include "record/plan.h"
#include "subject/state_store.h"

namespace privet::engine {

// Returns the rows to write with a change of what `owner` said: compartments,
// of every layout in the vault, that have lost their ground, and, deleted,
// those that have it again. An objection that is pending takes no ground: it
// may be overridden.
absl::StatusOr<std::vector<Store::Write>> GroundOfPerson(
    const Generation& generation, Store& vault, const OwnerId& owner,
    const subject::Said& before, const subject::Said& after);

// Returns the same of all that `owner` has taken away until now: consents that
// ended, objections that were upheld.
absl::StatusOr<std::vector<Store::Write>> GroundTaken(
    const Generation& generation, Store& vault, const OwnerId& owner,
    const subject::Said& said);

// A compartment, and whether the policy gives nobody ground to open it.
struct Looked {
  std::uint32_t type = 0;
  std::uint32_t compartment = 0;
  bool lost = false;
};

// Looks at every compartment that the vault and `generation` know. One is lost
// that its policy gives no ground for whoever consents to everything.
//
// Somebody who has lost the ground that others keep has no row: Open() refuses
// him at once all the same, and the sweep comes when his state next changes.
absl::StatusOr<std::vector<Looked>> GroundOfEverybody(
    const Generation& generation, Store& vault);

// Returns the cells of `plan` for which some purpose or obligation has ground
// about a person of whom this is known.
record::CellSet CellsWithGround(const policy::Snapshot& snapshot,
                                const record::Plan& plan,
                                const subject::Said& said);

}  // namespace privet::engine

#endif  // PRIVET_ENGINE_GROUND_H_
