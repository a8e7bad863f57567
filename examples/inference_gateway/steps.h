// SPDX-License-Identifier: Apache-2.0
//
// Early return on error.

#ifndef PRIVET_EXAMPLES_INFERENCE_GATEWAY_STEPS_H_
#define PRIVET_EXAMPLES_INFERENCE_GATEWAY_STEPS_H_

#include "absl/status/status.h"

// Returns from the enclosing function if `step`, an absl::Status, is not OK.
#define GATEWAY_STEP(step)                           \
  do {                                               \
    absl::Status gateway_status = (step);            \
    if (!gateway_status.ok()) return gateway_status; \
  } while (false)

#endif  // PRIVET_EXAMPLES_INFERENCE_GATEWAY_STEPS_H_
