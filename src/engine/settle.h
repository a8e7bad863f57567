// SPDX-License-Identifier: Apache-2.0
//
// What follows from what people said and what happened to them, where a process
// died before it was written, or a store was restored.

#ifndef PRIVET_ENGINE_SETTLE_H_
#define PRIVET_ENGINE_SETTLE_H_

#include "absl/status/status.h"
#include "engine/core.h"

namespace privet::engine {

// Sets right, for those whom vault or state name as unsettled, the deadlines in
// the vault and the rows of the state by which the sweep finds what is due or
// has lost its ground. Passes over whose state does not verify: nothing of
// theirs opens, and nothing is destroyed for an event that may be undone.
absl::Status Settle(const Core& core);

}  // namespace privet::engine

#endif  // PRIVET_ENGINE_SETTLE_H_
