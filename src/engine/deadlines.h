// SPDX-License-Identifier: Apache-2.0
//
// When an event ends what is kept about a person: the rows by which a sweep,
// which has no key, finds it.

#ifndef PRIVET_ENGINE_DEADLINES_H_
#define PRIVET_ENGINE_DEADLINES_H_

#include <cstddef>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "engine/core.h"
#include "keys/destroyer.h"
#include "policy/retention_class.h"
#include "privet/record_id.h"
#include "privet/store.h"
#include "seal/class_terms.h"
#include "subject/state_store.h"

namespace privet::engine {

// Returns when the last of the events of `after` happened; InfiniteFuture if
// one did not, or there are none.
absl::Time LastOf(const std::vector<std::string>& after,
                  const subject::Said& said);

// Notes that what `owner` has under a class dies of events that have happened:
// the due rows of the state, and the deadline of the slot in the vault. Does
// nothing for a class that counts from creation alone, or if it was noted.
absl::Status NoteDeadline(const Core& core, const OwnerId& owner,
                          const subject::Said& said,
                          const seal::ClassTerms& terms);

// A change of what happened to a person: of every class in the vault.
struct DeadlineChange {
  std::vector<Store::Write> writes;  // due rows of the state
  bool moves = false;                // a deadline
  // Slots of which the period that it puts off has ended.
  std::vector<std::uint32_t> ended;
};

// Works it out.
absl::StatusOr<DeadlineChange> ChangeDeadlines(const Core& core,
                                               const OwnerId& owner,
                                               const subject::Said& before,
                                               const subject::Said& after);

// Returns the due rows of a person, of every class in the vault.
absl::StatusOr<std::vector<Store::Write>> DueRowsOf(const Core& core,
                                                    const OwnerId& owner,
                                                    const subject::Said& said);

// Returns when a class ends whose events all happened at `at`, by the periods
// as they were sealed.
absl::StatusOr<absl::Time> SealedDeadline(const policy::RetentionClass& of,
                                          absl::Time at);

// Returns the deadlines of all slots of a person that may have one.
absl::StatusOr<std::vector<keys::SlotDeadline>> DeadlinesOf(
    const Core& core, const OwnerId& owner, const subject::Said& said);

// Destroys, of the keys that a person had before the change was worked out,
// those of the slots of which it puts off what has ended.
absl::Status EndPeriods(const Core& core,
                        const std::vector<keys::SlotKey>& keys,
                        const DeadlineChange& change, absl::Time now);

}  // namespace privet::engine

#endif  // PRIVET_ENGINE_DEADLINES_H_
