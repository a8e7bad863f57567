// SPDX-License-Identifier: Apache-2.0
//
// What a call is told that the policy refuses as a whole: a status that carries
// a Denial.

#ifndef PRIVET_ENGINE_REFUSALS_H_
#define PRIVET_ENGINE_REFUSALS_H_

#include <string_view>

#include "absl/status/status.h"
#include "engine/core.h"
#include "record/cells.h"

namespace privet::engine {

// Returns the refusal of a decided call that may see nothing of the cells `of`
// its plan: by the gate that the request as such does not pass, else by the
// field that came nearest to a yes. FailedPrecondition where only the person's
// word or state stands in the way. Slow: explains each field.
absl::Status RefusalOf(const Call& call, const record::CellSet& of);

// Returns the refusal of a record that is about somebody else than the subject
// that the call names.
absl::Status SomebodyElse(const Call& call);

// Returns the refusal of a record that is kept for `obligation` (its oldest
// name) alone, which the purpose of the call does not serve.
absl::Status KeptFor(const Call& call, std::string_view obligation);

}  // namespace privet::engine

#endif  // PRIVET_ENGINE_REFUSALS_H_
