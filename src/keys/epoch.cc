// SPDX-License-Identifier: Apache-2.0

#include "keys/epoch.h"

#include <algorithm>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/keep.h"

namespace privet::keys {

absl::Duration EpochLength(const base::Keep& keep) {
  const absl::Duration sixteenth =
      absl::Floor(keep.Longest() / 16, absl::Hours(1));
  return std::clamp(sixteenth, absl::Hours(1), absl::Hours(24 * 30));
}

absl::StatusOr<std::uint32_t> EpochOf(absl::Time created,
                                      const base::Keep& keep) {
  absl::Duration rest;
  const std::int64_t epoch =
      absl::IDivDuration(created - absl::UnixEpoch(), EpochLength(keep), &rest);
  if (created < absl::UnixEpoch() || epoch >= kNoEpoch) {
    return absl::InvalidArgumentError(
        "a record's time of creation lies before 1970 or too far ahead");
  }
  return static_cast<std::uint32_t>(epoch);
}

absl::Time EpochDies(std::uint32_t epoch, const base::Keep& at_sealing,
                     const base::Keep& effective) {
  if (epoch == kNoEpoch) return absl::InfiniteFuture();
  const std::int64_t next = std::int64_t{epoch} + 1;
  return absl::UnixEpoch() + next * EpochLength(at_sealing) +
         effective.Longest();
}

}  // namespace privet::keys
