// SPDX-License-Identifier: Apache-2.0

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "absl/time/civil_time.h"
#include "privet/v1/policy.pb.h"
#include "transform/families.h"
#include "transform/transform.h"

namespace privet::transform {
namespace {

constexpr std::int64_t kHour = 3600;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::int64_t kFirstSecond = -62135596800;  // 0001-01-01T00:00:00Z
constexpr std::int64_t kLastSecond = 253402300799;   // 9999-12-31T23:59:59Z
constexpr std::uint64_t kNanos = 1'000'000'000;
constexpr std::int64_t kMonday = 4;  // 1970-01-05, in days after 1970-01-01
constexpr char kSecondsTag = 0x08;
constexpr char kNanosTag = 0x10;
constexpr std::size_t kLongestVarint = 10;

std::optional<std::uint64_t> TakeVarint(std::string_view* in) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < kLongestVarint && i < in->size(); ++i) {
    const auto byte = static_cast<unsigned char>((*in)[i]);
    value |= static_cast<std::uint64_t>(byte & 0x7Fu) << (7 * i);
    if (byte < 0x80) {
      in->remove_prefix(i + 1);
      return value;
    }
  }
  return std::nullopt;
}

// Returns the seconds of a google.protobuf.Timestamp as serializers write it;
// nullopt for anything else, and for an instant that it may not hold.
std::optional<std::int64_t> ParseSeconds(std::string_view in) {
  std::uint64_t seconds = 0;
  std::uint64_t nanos = 0;
  for (const char tag : {kSecondsTag, kNanosTag}) {
    if (in.empty() || in.front() != tag) continue;
    in.remove_prefix(1);
    const std::optional<std::uint64_t> value = TakeVarint(&in);
    if (!value) return std::nullopt;
    (tag == kSecondsTag ? seconds : nanos) = *value;
  }
  const auto instant = static_cast<std::int64_t>(seconds);
  if (!in.empty() || nanos >= kNanos || instant < kFirstSecond ||
      instant > kLastSecond) {
    return std::nullopt;
  }
  return instant;
}

std::size_t WriteSeconds(std::int64_t seconds, char* out) {
  if (seconds == 0) return 0;
  std::size_t size = 0;
  out[size++] = kSecondsTag;
  auto rest = static_cast<std::uint64_t>(seconds);
  for (; rest >= 0x80; rest >>= 7) {
    out[size++] = static_cast<char>(rest | 0x80);
  }
  out[size++] = static_cast<char>(rest);
  return size;
}

std::int64_t FloorDiv(std::int64_t value, std::int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

constexpr absl::CivilDay kEpoch(1970, 1, 1);

// Returns the instant that stands for the part: the start of the hour, day,
// week (Monday), month or year; of a time of day that time on 1970-01-01, of a
// day of the week that day in the week of Monday 1970-01-05. So the result has
// the part that it stands for, and the form of a result is the result. UTC.
std::int64_t Floor(std::int64_t seconds, int to) {
  const std::int64_t day = FloorDiv(seconds, kDay);
  const std::int64_t week = FloorDiv(day - kMonday, 7);
  switch (to) {
    case v1::TimePart::HOUR:
      return FloorDiv(seconds, kHour) * kHour;
    case v1::TimePart::DAY:
      return day * kDay;
    case v1::TimePart::WEEK:
      return (week * 7 + kMonday) * kDay;
    case v1::TimePart::MONTH:
      return (absl::CivilDay(absl::CivilMonth(kEpoch + day)) - kEpoch) * kDay;
    case v1::TimePart::YEAR:
      return (absl::CivilDay(absl::CivilYear(kEpoch + day)) - kEpoch) * kDay;
    case v1::TimePart::HOUR_OF_DAY:
      return FloorDiv(seconds - day * kDay, kHour) * kHour;
    default:  // DAY_OF_WEEK
      return (day - week * 7) * kDay;
  }
}

class TimePartTransform final : public Transform {
 public:
  explicit TimePartTransform(int to) : to_(to) {}

  std::size_t MaxOut(std::size_t) const override { return 1 + kLongestVarint; }

  Applied ApplyBytes(std::string_view in, const Pseudonymizer*, char* out,
                     std::size_t* out_size) const override {
    const std::optional<std::int64_t> seconds = ParseSeconds(in);
    if (!seconds) return Applied::kDropped;
    *out_size = WriteSeconds(Floor(*seconds, to_), out);
    return Applied::kKept;
  }

 private:
  const int to_;
};

}  // namespace

TransformPtr MakeTimePart(int to) {
  return std::make_unique<TimePartTransform>(to);
}

}  // namespace privet::transform
