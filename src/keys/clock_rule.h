// SPDX-License-Identifier: Apache-2.0
//
// The clock may not run backwards: what a deadline has ended would live again.

#ifndef PRIVET_KEYS_CLOCK_RULE_H_
#define PRIVET_KEYS_CLOCK_RULE_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "privet/store.h"

namespace privet::keys {

// The vault holds the highest time that it has seen: it is noted with every key
// that is drawn, and when keys are destroyed or a process reads the ledger's
// numbers, at the latest an hour after the time that was noted before. A clock
// that is behind it by more than this is refused; less is what clocks of
// machines differ by.
inline constexpr std::int64_t kClockToleranceMs = 5 * 60 * 1000;

// Returns OK, or FailedPrecondition if `now_ms` is too far behind.
absl::Status CheckClock(std::int64_t now_ms, std::int64_t highest_ms);

// Returns the highest time that the vault has seen; 0 if it has none.
absl::StatusOr<std::int64_t> HighestTime(Store& vault);

// Notes `now_ms` in the vault, if it is an hour after `highest_ms`.
absl::Status NoteTime(Store& vault, std::int64_t now_ms,
                      std::int64_t highest_ms);

}  // namespace privet::keys

#endif  // PRIVET_KEYS_CLOCK_RULE_H_
