// SPDX-License-Identifier: Apache-2.0

#include "base/keep.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace privet::base {
namespace {

struct UnitName {
  std::string_view suffix;
  Keep::Unit unit;
  absl::Duration longest;
};

const UnitName kUnits[] = {
    {"s", Keep::Unit::kSecond, absl::Seconds(1)},
    {"h", Keep::Unit::kHour, absl::Hours(1)},
    {"d", Keep::Unit::kDay, absl::Hours(24)},
    {"w", Keep::Unit::kWeek, absl::Hours(24 * 7)},
    {"mo", Keep::Unit::kMonth, absl::Hours(24 * 31)},
    {"y", Keep::Unit::kYear, absl::Hours(24 * 366)},
};

const UnitName& NameOf(Keep::Unit unit) {
  return kUnits[static_cast<std::size_t>(unit)];
}

absl::CivilDay LastDayOf(absl::CivilMonth month) {
  return absl::CivilDay(month + 1) - 1;
}

absl::Time AddMonths(absl::Time start, std::int64_t months) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  const absl::TimeZone::CivilInfo at = utc.At(start);
  const absl::CivilMonth month = absl::CivilMonth(at.cs) + months;
  const absl::CivilDay last = LastDayOf(month);
  const int day = std::min<int>(at.cs.day(), last.day());
  const absl::CivilSecond end(month.year(), month.month(), day, at.cs.hour(),
                              at.cs.minute(), at.cs.second());
  return absl::FromCivil(end, utc) + at.subsecond;
}

}  // namespace

absl::StatusOr<Keep> Keep::Parse(std::string_view text) {
  const std::size_t digits =
      std::min(text.find_first_not_of("0123456789"), text.size());
  std::uint32_t count = 0;
  const bool is_number =
      absl::SimpleAtoi(absl::string_view(text.data(), digits), &count);
  const std::string_view suffix = text.substr(digits);
  for (const UnitName& name : kUnits) {
    if (!is_number || name.suffix != suffix) continue;
    const Keep keep{count, name.unit};
    if (keep.Longest() > absl::Hours(24 * 366 * 200)) break;
    return keep;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "`", absl::string_view(text.data(), text.size()),
      "` is not a whole number and a unit (s, h, d, w, mo, y) of at most 200 "
      "years, such as `30d`"));
}

std::string Keep::ToString() const {
  const std::string_view suffix = NameOf(unit).suffix;
  return absl::StrCat(count, absl::string_view(suffix.data(), suffix.size()));
}

absl::Time Keep::After(absl::Time start) const {
  if (unit == Unit::kMonth) return AddMonths(start, count);
  if (unit == Unit::kYear) return AddMonths(start, std::int64_t{12} * count);
  return start + Longest();
}

absl::Time Keep::LatestDue(absl::Time now) const {
  if (unit != Unit::kMonth && unit != Unit::kYear) return now - Longest();
  // After() is monotonic, so a search over milliseconds finds the cut exactly;
  // the shortest month has 28 days, which bounds it.
  std::int64_t low = absl::ToUnixMillis(now - Longest()) - 1;
  std::int64_t high = absl::ToUnixMillis(now);
  while (low < high) {
    const std::int64_t middle = low + (high - low + 1) / 2;
    if (After(absl::FromUnixMillis(middle)) <= now) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return absl::FromUnixMillis(low);
}

absl::Duration Keep::Longest() const { return count * NameOf(unit).longest; }

}  // namespace privet::base
