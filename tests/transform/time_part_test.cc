// SPDX-License-Identifier: Apache-2.0

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "support/catch.h"
#include "transform/apply.h"

namespace privet::transform {
namespace {

using ::privet::testing::ApplyToBytes;
using ::privet::testing::CompileOrDie;
using ::privet::testing::FormOrDie;
using ::privet::testing::TimestampBytes;

std::string At(const std::string& text) {
  absl::Time time;
  std::string error;
  REQUIRE(absl::ParseTime(absl::RFC3339_sec, text, &time, &error));
  return TimestampBytes(absl::ToUnixSeconds(time));
}

std::optional<std::string> Apply(const std::string& to, const std::string& in) {
  const auto compiled =
      CompileOrDie(FormOrDie("time { to: " + to + " }"), FieldType::kTimestamp);
  return ApplyToBytes(*compiled, in);
}

struct Case {
  std::string to, in, want;
};

TEST_CASE("An instant becomes the start of its part", "[transform][time]") {
  const auto c = GENERATE(values<Case>({
      {"HOUR", "2026-04-02T13:59:59Z", "2026-04-02T13:00:00Z"},
      {"DAY", "2026-04-02T23:59:59Z", "2026-04-02T00:00:00Z"},
      {"WEEK", "2026-04-02T13:00:00Z", "2026-03-30T00:00:00Z"},
      {"WEEK", "2026-03-30T00:00:00Z", "2026-03-30T00:00:00Z"},
      {"WEEK", "2026-03-29T23:59:59Z", "2026-03-23T00:00:00Z"},
      {"MONTH", "2024-02-29T13:00:00Z", "2024-02-01T00:00:00Z"},
      {"YEAR", "2024-12-31T23:59:59Z", "2024-01-01T00:00:00Z"},
      {"HOUR_OF_DAY", "2026-04-02T13:59:59Z", "1970-01-01T13:00:00Z"},
      {"DAY_OF_WEEK", "2026-04-02T13:59:59Z", "1970-01-08T00:00:00Z"},
      {"DAY_OF_WEEK", "2026-03-30T00:00:00Z", "1970-01-05T00:00:00Z"},
      {"DAY_OF_WEEK", "2026-04-05T00:00:00Z", "1970-01-11T00:00:00Z"},
      // Before 1970 it is the floor too.
      {"HOUR", "1969-12-31T23:30:00Z", "1969-12-31T23:00:00Z"},
      {"DAY", "1969-12-31T23:30:00Z", "1969-12-31T00:00:00Z"},
      {"MONTH", "1969-12-31T23:30:00Z", "1969-12-01T00:00:00Z"},
      {"HOUR_OF_DAY", "1969-12-31T23:30:00Z", "1970-01-01T23:00:00Z"},
      {"DAY_OF_WEEK", "1969-12-31T23:30:00Z", "1970-01-07T00:00:00Z"},
      {"WEEK", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
      {"YEAR", "9999-12-31T23:59:59Z", "9999-01-01T00:00:00Z"},
  }));
  DYNAMIC_SECTION(c.to << " of " << c.in) {
    CHECK(Apply(c.to, At(c.in)) == At(c.want));
    CHECK(Apply(c.to, At(c.want)) == At(c.want));
  }
}

TEST_CASE("Fractions of a second go first", "[transform][time]") {
  CHECK(Apply("HOUR", TimestampBytes(3601, 999999999)) == TimestampBytes(3600));
  CHECK(Apply("HOUR", TimestampBytes(0, 5)) == "");
  CHECK(Apply("HOUR", "") == "");
}

TEST_CASE("What is no timestamp is dropped", "[transform][time][error]") {
  const auto in = GENERATE(values<std::string>(
      {"x",
       "\x08",                      // cut off
       std::string("\x08\x80", 2),  // cut off inside
       "\x08\x01\x08\x02",          // twice
       "\x08\x01\x18\x01",          // unknown field
       "\x10\xFF\xFF\xFF\xFF\x0F",  // nanos past a second
       TimestampBytes(-62135596801), TimestampBytes(253402300800)}));
  CHECK(Apply("DAY", in) == std::nullopt);
}

}  // namespace
}  // namespace privet::transform
