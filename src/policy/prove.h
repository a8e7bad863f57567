// SPDX-License-Identifier: Apache-2.0
//
// What must be true of a whole policy: its invariants, and one form for each
// request. The caller of either holds the lock of the builders.

#ifndef PRIVET_POLICY_PROVE_H_
#define PRIVET_POLICY_PROVE_H_

#include "absl/types/span.h"
#include "policy/decision.h"
#include "policy/finding.h"
#include "policy/model.h"

namespace privet::policy {

// Adds an error for each `never`, `always` and `only` that some request breaks:
// with the concrete request that asks least, all that matters of person and
// request, and the rules. Walks the functions that columns are flattened from.
void Prove(Model* model, Findings* findings);

// Adds an error for each pair of rules that give one reachable request forms
// neither of which is the stronger, with that request: on each category, or, if
// `categories` is not empty, on a field of all of them (the first found).
void FindContradictions(Model* model, absl::Span<const Category> categories,
                        Findings* findings);

}  // namespace privet::policy

#endif  // PRIVET_POLICY_PROVE_H_
