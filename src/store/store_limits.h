// SPDX-License-Identifier: Apache-2.0
//
// What every Store of ours refuses alike.

#ifndef PRIVET_STORE_STORE_LIMITS_H_
#define PRIVET_STORE_STORE_LIMITS_H_

#include <cstddef>
#include <string_view>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "privet/store.h"

namespace privet::store {

inline constexpr std::size_t kMaxKeySize = 1024;
inline constexpr std::size_t kMaxValueSize = std::size_t{1} << 20;

// Returns InvalidArgument if `key` is empty or too long.
absl::Status CheckKey(std::string_view key);

// Returns InvalidArgument if a key or value is out of bounds, or two writes
// have one key.
absl::Status CheckCommit(absl::Span<const Store::Condition> conditions,
                         absl::Span<const Store::Write> writes);

// Returns what a commit answers of which a condition does not hold.
absl::Status ConditionFailed();

}  // namespace privet::store

#endif  // PRIVET_STORE_STORE_LIMITS_H_
