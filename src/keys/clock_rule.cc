// SPDX-License-Identifier: Apache-2.0

#include "keys/clock_rule.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

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

constexpr std::int64_t kSecondMs = 1000;
constexpr std::int64_t kHourMs = std::int64_t{60} * 60 * 1000;

std::string Text(std::int64_t ms) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixMillis(ms),
                          absl::UTCTimeZone());
}

absl::StatusOr<std::int64_t> Parse(const std::optional<std::string>& row) {
  if (!row.has_value()) return 0;
  if (row->size() != sizeof(std::uint64_t)) {
    return absl::DataLossError("the time row of the vault is malformed");
  }
  return static_cast<std::int64_t>(base::LoadInt<std::uint64_t>(row->data()));
}

// Returns the highest time that the vault has seen until now. The row is read
// past the draft: a transaction that notes no time does not hang on it.
absl::StatusOr<std::int64_t> AddTimeAfter(Store& vault, std::int64_t now_ms,
                                          std::int64_t step_ms, Draft* draft) {
  PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> row,
                          vault.Read(kTimeRow));
  PRIVET_ASSIGN_OR_RETURN(const std::int64_t highest, Parse(row));
  if (now_ms < highest + step_ms) return highest;
  std::string now;
  base::AppendInt(&now, static_cast<std::uint64_t>(now_ms));
  draft->Expect(kTimeRow, row);
  draft->Set(kTimeRow, std::move(now));
  return highest;
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
  return Parse(row);
}

absl::Status AddTime(Store& vault, std::int64_t now_ms, Draft* draft) {
  return AddTimeAfter(vault, now_ms, kSecondMs, draft).status();
}

absl::StatusOr<std::int64_t> NoteTime(Store& vault, std::int64_t now_ms) {
  Draft draft(&vault);
  PRIVET_ASSIGN_OR_RETURN(const std::int64_t highest,
                          AddTimeAfter(vault, now_ms, kHourMs, &draft));
  if (draft.empty()) return highest;
  const absl::Status noted = draft.Commit();
  // Another process has noted a time just now.
  if (!noted.ok() && !absl::IsAborted(noted)) return noted;
  return highest;
}

}  // namespace privet::keys
