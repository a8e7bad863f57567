// SPDX-License-Identifier: Apache-2.0
//
// A length of time as a policy writes it: `30d`, `7y`.

#ifndef PRIVET_BASE_KEEP_H_
#define PRIVET_BASE_KEEP_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace privet::base {

// A whole number and one unit: s, h, d, w, mo, y. `mo` and `y` are calendar
// months, counted in UTC as EU Regulation 1182/71 counts: a month that begins
// on the 31st ends on the last day of a shorter month.
struct Keep {
  enum class Unit : std::uint8_t { kSecond, kHour, kDay, kWeek, kMonth, kYear };

  std::uint32_t count = 0;
  Unit unit = Unit::kDay;

  // Parses `30d`. InvalidArgument for any other text and for over 200 years.
  static absl::StatusOr<Keep> Parse(std::string_view text);

  // Returns the text that Parse() reads back.
  std::string ToString() const;

  // Returns `start` plus this length: when data of that age is due.
  absl::Time After(absl::Time start) const;

  // Returns the greatest t, to the millisecond, such that After(t) <= now: what
  // was created at or before it is due.
  absl::Time LatestDue(absl::Time now) const;

  // Returns the length in which a month has 31 days and a year 366: by which
  // keys die (docs/wire_format.md).
  absl::Duration Longest() const;

  // Orders by Longest(); equal lengths in different units are equal.
  friend bool operator<(const Keep& a, const Keep& b) {
    return a.Longest() < b.Longest();
  }
  friend bool operator==(const Keep& a, const Keep& b) {
    return a.count == b.count && a.unit == b.unit;
  }
};

}  // namespace privet::base

#endif  // PRIVET_BASE_KEEP_H_
