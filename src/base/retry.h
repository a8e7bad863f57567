// SPDX-License-Identifier: Apache-2.0
//
// Work that begins again because others changed under its hands what it had
// read.

#ifndef PRIVET_BASE_RETRY_H_
#define PRIVET_BASE_RETRY_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace privet::base {

// How often such work begins again before it says so.
constexpr int kAttempts = 50;

inline const absl::Status& StatusOf(const absl::Status& status) {
  return status;
}
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}

// Calls `attempt`, which returns a Status or a StatusOr, until the code is
// another than Aborted; Unavailable if it never is.
template <typename Attempt>
auto RetryAborted(Attempt attempt) -> decltype(attempt()) {
  for (int i = 0; i < kAttempts; ++i) {
    auto result = attempt();
    if (!absl::IsAborted(StatusOf(result))) return result;
  }
  return absl::UnavailableError(
      "others keep changing the keys or the state that this call has read; try "
      "again");
}

}  // namespace privet::base

#endif  // PRIVET_BASE_RETRY_H_
