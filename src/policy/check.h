// SPDX-License-Identifier: Apache-2.0
//
// Load errors of a policy that need no decision.

#ifndef PRIVET_POLICY_CHECK_H_
#define PRIVET_POLICY_CHECK_H_

#include "absl/container/flat_hash_set.h"
#include "policy/finding.h"

namespace privet::v1 {
class Policy;
}  // namespace privet::v1

namespace privet::policy {

// Field numbers of v1::Policy of which a block could not be read: a name of
// that kind that is not found may be declared there, so nothing is said of it.
using Incomplete = absl::flat_hash_set<int>;

// Returns every error of `policy`, in no special order: undeclared and doubled
// names, values out of their range, blocks that contradict themselves, permits
// that can never act, what is not supported yet. A policy without one can be
// compiled; compiling finds what remains (forms, `never`, `always`, `only`).
Findings Check(const v1::Policy& policy, const Incomplete& incomplete = {});

// Returns a note for each kind of block that is checked and kept, and not acted
// on yet: one for each kind that is used.
Findings NotActedOn(const v1::Policy& policy);

}  // namespace privet::policy

#endif  // PRIVET_POLICY_CHECK_H_
