// SPDX-License-Identifier: Apache-2.0
//
// The clock may not run backwards: what a deadline has ended would live again.

#ifndef PRIVET_KEYS_CLOCK_RULE_H_
#define PRIVET_KEYS_CLOCK_RULE_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "keys/draft.h"
#include "privet/store.h"

namespace privet::keys {

// The vault holds the highest time that it has seen, to the second where a key
// is drawn, and to the hour where keys are destroyed or a process reads the
// ledger's numbers. A clock that is behind it by more than this is refused;
// less is what clocks of machines differ by.
inline constexpr std::int64_t kClockToleranceMs = std::int64_t{5} * 60 * 1000;

// Returns OK, or FailedPrecondition if `now_ms` is too far behind.
absl::Status CheckClock(std::int64_t now_ms, std::int64_t highest_ms);

// Returns the highest time that the vault has seen; 0 if it has none.
absl::StatusOr<std::int64_t> HighestTime(Store& vault);

// Adds to a transaction of the vault that it has seen `now_ms`, if that is at
// least a second after the highest time there; its commit is Aborted if another
// process notes a time meanwhile. It is never taken back.
absl::Status AddTime(Store& vault, std::int64_t now_ms, Draft* draft);

// Notes `now_ms` in the vault, if it is at least an hour after the highest time
// there, and returns that, as it was.
absl::StatusOr<std::int64_t> NoteTime(Store& vault, std::int64_t now_ms);

}  // namespace privet::keys

#endif  // PRIVET_KEYS_CLOCK_RULE_H_
