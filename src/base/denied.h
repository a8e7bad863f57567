// SPDX-License-Identifier: Apache-2.0
//
// Makes the status of a refusal.

#ifndef PRIVET_BASE_DENIED_H_
#define PRIVET_BASE_DENIED_H_

#include <string_view>

#include "absl/status/status.h"
#include "privet/denial.h"

namespace privet::base {

// Returns a status of `code` (PermissionDenied or FailedPrecondition) with
// `message`, and `denial` as its payload.
absl::Status Denied(absl::StatusCode code, std::string_view message,
                    const Denial& denial);

}  // namespace privet::base

#endif  // PRIVET_BASE_DENIED_H_
