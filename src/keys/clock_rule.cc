// SPDX-License-Identifier: Apache-2.0

#include "keys/clock_rule.h"

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/bytes.h"
#include "base/status_macros.h"
#include "keys/draft.h"
#include "keys/rows.h"

namespace privet::keys {
namespace {

constexpr std::int64_t kHourMs = 60 * 60 * 1000;

std::string Text(std::int64_t ms) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixMillis(ms),
                          absl::UTCTimeZone());
}

}  // namespace

absl::Status CheckClock(std::int64_t now_ms, std::int64_t highest_ms) {
  if (now_ms >= highest_ms - kClockToleranceMs) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "the clock runs backwards: it says ", Text(now_ms),
      ", and this vault has seen ", Text(highest_ms),
      "; set the clock, since what time has ended must not live again"));
}

absl::StatusOr<std::int64_t> HighestTime(Store& vault) {
  PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> row,
                          vault.Read(kTimeRow));
  if (!row.has_value()) return 0;
  if (row->size() != sizeof(std::uint64_t)) {
    return absl::DataLossError("the time row of the vault is malformed");
  }
  return static_cast<std::int64_t>(base::LoadInt<std::uint64_t>(row->data()));
}

absl::Status NoteTime(Store& vault, std::int64_t now_ms,
                      std::int64_t highest_ms) {
  if (now_ms < highest_ms + kHourMs) return absl::OkStatus();
  std::string row;
  base::AppendInt(&row, static_cast<std::uint64_t>(now_ms));
  Draft draft(&vault);
  PRIVET_ASSIGN_OR_RETURN(const std::int64_t highest, HighestTime(vault));
  if (now_ms <= highest) return absl::OkStatus();
  draft.Set(kTimeRow, row);
  return draft.Commit();
}

}  // namespace privet::keys
