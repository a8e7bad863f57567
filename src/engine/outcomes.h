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

namespace privet::engine {

// What became of the compartment that a field lies in, beside the policy's
// verdict: null if nothing did, else why the field is not in the output.
using CompartmentFate = absl::FunctionRef<const char*(std::uint8_t)>;

// Whether the record has a field (of plan.fields(), in that compartment) that
// the pass did not come by: one that was not decrypted.
using AlsoThere = absl::FunctionRef<bool(std::size_t, std::uint8_t)>;

// Fills `outcome`, if there is one, after a pass that made an output of `call`.
// `left_out` is asked for each compartment by its number in the plan. Slow:
// explains each field.
void FillOutcome(const Call& call, const record::Pass& pass,
                 AlsoThere also_there, CompartmentFate left_out,
                 Outcome* outcome);

}  // namespace privet::engine

#endif  // PRIVET_ENGINE_OUTCOMES_H_
