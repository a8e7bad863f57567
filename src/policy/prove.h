// SPDX-License-Identifier: Apache-2.0
//
// What must be true of a whole policy: its invariants, and one form for each
// request.

#ifndef PRIVET_POLICY_PROVE_H_
#define PRIVET_POLICY_PROVE_H_

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "policy/decision.h"
#include "policy/finding.h"
#include "policy/model.h"
#include "policy/request.h"

namespace privet::policy {

// Calls `visit` for every request that its gates do not refuse whatever the
// word, once for each class of places that the policy tells apart: kUse by
// actor, purpose and region, kShare by actor, purpose and recipient, kStore by
// purpose, the actor that may claim it, and region. False from `visit` ends it.
void ForEachFeasibleRequest(const Model& model,
                            absl::FunctionRef<bool(const Request&)> visit);

// Adds an error for each `never`, `always` and `only` that some request breaks,
// with a concrete request, everything that breaks it in the same way, and the
// rules; and for two rules that give one reachable request forms neither of
// which is the stronger. The caller holds the lock of the builders.
void Prove(Model* model, Findings* findings);

// Adds an error for the latter on a field of all of `categories`.
void FindContradiction(Model* model, absl::Span<const Category> categories,
                       Findings* findings);

}  // namespace privet::policy

#endif  // PRIVET_POLICY_PROVE_H_
