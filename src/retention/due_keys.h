// SPDX-License-Identifier: Apache-2.0
//
// Destroys the keys whose time has come: of epochs, and of people to whom an
// event happened.

#ifndef PRIVET_RETENTION_DUE_KEYS_H_
#define PRIVET_RETENTION_DUE_KEYS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "keys/destroyer.h"
#include "privet/store.h"
#include "retention/class_rule.h"
#include "subject/due_rows.h"

namespace privet::retention {

// Keys that were destroyed, by class; 0: of several classes or of none.
struct KeyCounts {
  absl::flat_hash_map<std::uint32_t, std::size_t> keys;
  bool scrubbed = true;
  bool waits = false;  // for an engine: some that may be due
};

// Returns the rules of all classes that the vault knows.
absl::StatusOr<std::vector<ClassRule>> RulesOf(Store& vault,
                                               KeepInForce in_force);

// A row of the state that says that an event's period is over.
struct DueRow {
  subject::EventDue event;
  std::string key, value;
};

// Returns rows of a period of `rule` that are due, from `from` on, at most
// `limit`.
absl::StatusOr<std::vector<DueRow>> DueRowsOf(
    Store& state, const ClassRule& rule, const ClassRule::Event& event,
    const std::string& from, absl::Time now, std::size_t limit);

// Destroys epoch keys that are due. FailedPrecondition if the clock runs
// backwards.
absl::Status DestroyEpochs(keys::Destroyer& destroyer,
                           absl::Span<const ClassRule> rules, absl::Time now,
                           KeyCounts* counts);

// Destroys the keys of people whose deadline stands in the vault. It knows
// nothing of the state, so that a lost row there keeps no key alive.
absl::Status DestroyByDeadline(keys::Destroyer& destroyer,
                               absl::Span<const ClassRule> rules,
                               absl::Time now, KeyCounts* counts);

// Destroys the key that one person's slot of a class had when `still` says that
// it is due: what is sealed there after that lies under another.
absl::Status DestroyOne(Store& vault, keys::Destroyer& destroyer,
                        const ClassRule& rule, const OwnerId& owner,
                        const StillDue& still, absl::Time now,
                        KeyCounts* counts);

}  // namespace privet::retention

#endif  // PRIVET_RETENTION_DUE_KEYS_H_
