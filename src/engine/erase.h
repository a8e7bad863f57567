// SPDX-License-Identifier: Apache-2.0
//
// Erasing a person, and going on where an erasure was interrupted.

#ifndef PRIVET_ENGINE_ERASE_H_
#define PRIVET_ENGINE_ERASE_H_

#include "absl/status/status.h"
#include "engine/core.h"

namespace privet::engine {

// Ends every erasure that a crash or an error interrupted: what was sealed
// under keys that are gone is taken out of the engine's sources.
absl::Status FinishErasures(const Core& core);

}  // namespace privet::engine

#endif  // PRIVET_ENGINE_ERASE_H_
