// SPDX-License-Identifier: Apache-2.0
//
// Reducing a record in hand, for a use or for a share.

#ifndef PRIVET_ENGINE_MINIMIZING_H_
#define PRIVET_ENGINE_MINIMIZING_H_

#include "absl/status/status.h"
#include "engine/core.h"
#include "engine/opening.h"
#include "engine/sealing.h"
#include "engine/working_memory.h"
#include "privet/outcome.h"
#include "privet/record.h"
#include "privet/subject.h"

namespace privet::engine {

// Leaves in memory->pass() what `request` may see of `record`. Sets all of
// `call` but what BeginCall() has set.
absl::Status MinimizeRecord(const Core& core, const Request& request,
                            const Record& record, const Subject& subject,
                            Call* call, WorkingMemory* memory,
                            Outcome* outcome);

}  // namespace privet::engine

#endif  // PRIVET_ENGINE_MINIMIZING_H_
