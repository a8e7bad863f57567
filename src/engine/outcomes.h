// SPDX-License-Identifier: Apache-2.0
//
// Tells a host what happened to each field.

#ifndef PRIVET_ENGINE_OUTCOMES_H_
#define PRIVET_ENGINE_OUTCOMES_H_

#include <cstddef>
#include <cstdint>

#include "absl/functional/function_ref.h"
#include "engine/core.h"
#include "privet/outcome.h"
#include "record/pass.h"
#include "record/plan.h"

namespace privet::engine {

// What became of a field (of plan.fields()), beside the policy's verdict: null
// if nothing did, else why it is not in the output.
using FieldFate = absl::FunctionRef<const char*(const record::Field&)>;

// Whether the record may have a field that the pass did not come by: one that
// was not decrypted.
using AlsoThere = absl::FunctionRef<bool(const record::Field&)>;

// Fills `outcome`, if there is one, after a pass that made an output of `call`.
// Slow: explains each field.
void FillOutcome(const Call& call, const record::Pass& pass,
                 AlsoThere also_there, FieldFate fate, Outcome* outcome);

// The same where the pass came by every field, and nothing else became of any.
void FillOutcome(const Call& call, const record::Pass& pass, Outcome* outcome);

}  // namespace privet::engine

#endif  // PRIVET_ENGINE_OUTCOMES_H_
