// SPDX-License-Identifier: Apache-2.0
//
// Reads ahead what calls about a person will need.

#ifndef PRIVET_ENGINE_PREFETCH_H_
#define PRIVET_ENGINE_PREFETCH_H_

#include "absl/status/statusor.h"
#include "engine/core.h"
#include "privet/subject.h"

namespace privet::engine {

// Reads the person's state, and the keys of each slot that he has, for every
// bound type and the present epoch. NotFound if nothing is known of him.
absl::StatusOr<SubjectLease> Prefetch(const Core& core, const Subject& subject);

}  // namespace privet::engine

#endif  // PRIVET_ENGINE_PREFETCH_H_
