// SPDX-License-Identifier: Apache-2.0
//
// Whether every request can be decided: what it asks fits in a word, and its
// decisions in a diagram.

#ifndef PRIVET_POLICY_DECIDABLE_H_
#define PRIVET_POLICY_DECIDABLE_H_

#include "absl/types/span.h"
#include "policy/contexts.h"
#include "policy/decision.h"
#include "policy/finding.h"

namespace privet::policy {

// Adds an error if a policy has more requests than can be proved one by one.
void CheckRequestCount(const Model& model, Findings* findings);

// Adds an error if some request cannot be decided: on each category, or, if
// `categories` is not empty, on a field of all of them. Quick where the policy
// is far from it; else it makes the columns in doubt, which are kept. The
// caller holds the lock of the builders.
void CheckDecidable(absl::Span<const Category> categories, Contexts* contexts,
                    Findings* findings)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(contexts->lock());

}  // namespace privet::policy

#endif  // PRIVET_POLICY_DECIDABLE_H_
