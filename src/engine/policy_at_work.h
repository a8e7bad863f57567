// SPDX-License-Identifier: Apache-2.0
//
// What the processes of a service tell each other of the policy at work.

#ifndef PRIVET_ENGINE_POLICY_AT_WORK_H_
#define PRIVET_ENGINE_POLICY_AT_WORK_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "engine/generation.h"
#include "privet/store.h"

namespace privet::engine {

// Notes in the state that the policy of `next` comes to work, and, for the
// sweep, which compartments nobody may open by it. It says so once of each: a
// sweep then looks at all records of a type. Again only once an older policy
// has been at work since. Does nothing for one that is older itself: what a
// newer one lets be used loses nothing by it, with which some process of a
// service may start once more.
absl::Status NotePolicy(const Generation& next, Store& state, Store& vault,
                        absl::Time now);

// Notes in the state, if a newer policy than that of `generation` has come to
// work, that this one still is: what is sealed by it may have no ground by the
// newer. To be called before calls that come later than a newer policy may stay
// unnoticed.
absl::Status NoteIfOlder(const Generation& generation, Store& state);

}  // namespace privet::engine

#endif  // PRIVET_ENGINE_POLICY_AT_WORK_H_
