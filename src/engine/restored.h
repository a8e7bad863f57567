// SPDX-License-Identifier: Apache-2.0
//
// What a table of records that was restored from a backup has brought back.

#ifndef PRIVET_ENGINE_RESTORED_H_
#define PRIVET_ENGINE_RESTORED_H_

#include "absl/status/status.h"
#include "engine/core.h"

namespace privet::engine {

// Takes out of each source that keeps a mark of the ledger what lies under keys
// that were destroyed since; without it index rows of erased people would find
// records, and keep their unique values taken. The sweep does the others.
absl::Status TakeOutDestroyed(const Core& core);

}  // namespace privet::engine

#endif  // PRIVET_ENGINE_RESTORED_H_
