// SPDX-License-Identifier: Apache-2.0
//
// Ids that stand in keys and sealed bytes for ever: no policy comes to work
// that has lost one.

#ifndef PRIVET_KEYS_SEALED_NAMES_H_
#define PRIVET_KEYS_SEALED_NAMES_H_

#include "absl/status/status.h"
#include "policy/snapshot.h"
#include "privet/store.h"

namespace privet::keys {

// Returns FailedPrecondition, naming each id and what to write, if something
// was sealed with the keys of `vault` under an id that `next` does not declare.
absl::Status CheckSealedNames(const policy::Snapshot& next, Store& vault);

// The same of every id of the policy at work: calls of it that are under way
// seal under any of them.
absl::Status CheckSealedNames(const policy::Snapshot& next,
                              const policy::Snapshot& at_work);

}  // namespace privet::keys

#endif  // PRIVET_KEYS_SEALED_NAMES_H_
