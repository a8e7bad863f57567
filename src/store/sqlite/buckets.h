// SPDX-License-Identifier: Apache-2.0
//
// Slices of time by which the index on people is split, so that the rows of
// records that a sweep has removed go a slice at a time.

#ifndef PRIVET_STORE_SQLITE_BUCKETS_H_
#define PRIVET_STORE_SQLITE_BUCKETS_H_

#include <algorithm>
#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "privet/record_id.h"

namespace privet::store::sqlite {

// u32 record type ‖ u12 length in days ‖ u20 number of the slice since 1970, as
// SQLite's signed integer. Slices of several lengths live side by side.
class Bucket {
 public:
  // Returns the bucket of `id`, of a record that has parts which live for
  // `longest`; nullopt: until an event.
  static Bucket Of(const RecordId& id, std::optional<absl::Duration> longest) {
    const std::uint64_t days = DaysFor(longest);
    const std::uint64_t day =
        static_cast<std::uint64_t>(absl::ToUnixMillis(CreatedAt(id))) /
        kMillisecondsOfDay;
    return Bucket((TypeBits(id) << 32) | (days << 20) |
                  std::min<std::uint64_t>(day / days, kMostSlices));
  }

  explicit Bucket(std::uint64_t value) : value_(value) {}
  explicit Bucket(std::int64_t row) : value_(static_cast<std::uint64_t>(row)) {}

  std::int64_t row() const { return static_cast<std::int64_t>(value_); }

  // Returns the range of ids [begin(), end()) that the bucket covers.
  RecordId begin() const { return IdAt(slice()); }
  RecordId end() const { return IdAt(slice() + 1); }

  // Returns the least and greatest row of the buckets of a type.
  static std::int64_t FirstOf(std::uint32_t type) {
    return Bucket(std::uint64_t{type} << 32).row();
  }
  static std::int64_t LastOf(std::uint32_t type) {
    return Bucket((std::uint64_t{type} << 32) | 0xffffffffu).row();
  }

 private:
  static constexpr std::uint64_t kMillisecondsOfDay = 86'400'000;
  static constexpr std::uint64_t kMostDays = 0xfff;
  static constexpr std::uint64_t kMostSlices = 0xfffff;
  static constexpr std::uint64_t kDaysOfEvent = 90;
  static constexpr std::int64_t kSlices = 16;

  static std::uint64_t DaysFor(std::optional<absl::Duration> longest) {
    if (!longest.has_value()) return kDaysOfEvent;
    const std::int64_t days = absl::ToInt64Hours(*longest) / (24 * kSlices);
    return static_cast<std::uint64_t>(
        std::clamp<std::int64_t>(days, 1, kMostDays));
  }
  static std::uint64_t TypeBits(const RecordId& id) {
    std::uint64_t type = 0;
    for (std::size_t i = 0; i < 4; ++i) type = (type << 8) | id.bytes[i];
    return type;
  }

  std::uint64_t days() const { return (value_ >> 20) & kMostDays; }
  std::uint64_t slice() const { return value_ & kMostSlices; }

  RecordId IdAt(std::uint64_t slice_number) const {
    const std::uint64_t ms =
        std::min<std::uint64_t>(slice_number * days() * kMillisecondsOfDay,
                                (std::uint64_t{1} << 48) - 1);
    RecordId id;
    for (std::size_t i = 0; i < 4; ++i) {
      id.bytes[i] = static_cast<std::uint8_t>(value_ >> (56 - 8 * i));
    }
    for (std::size_t i = 0; i < 6; ++i) {
      id.bytes[4 + i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
    }
    return id;
  }

  std::uint64_t value_;
};

}  // namespace privet::store::sqlite

#endif  // PRIVET_STORE_SQLITE_BUCKETS_H_
