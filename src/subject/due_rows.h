// SPDX-License-Identifier: Apache-2.0
//
// Rows of the state by which a change of what is known of a person tells the
// sweep, which has no key, what to dispose of. Integers are big-endian, so that
// rows sort by them.

#ifndef PRIVET_SUBJECT_DUE_ROWS_H_
#define PRIVET_SUBJECT_DUE_ROWS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/prefix.h"
#include "privet/record_id.h"
#include "privet/store.h"

namespace privet::subject {

// The events of one retention have happened to a person. The row holds when,
// not a deadline: the sweep adds the keep in force, so that a stricter policy
// acts at once. An undone event deletes the row.
//
//   "due/" ‖ u32 class ‖ u8 period ‖ u64 ms ‖ owner 16   → ""
struct EventDue {
  std::uint32_t retention_class = 0;
  std::uint8_t period = 0;  // index into the class's periods
  absl::Time at;            // of the last of the retention's events
  OwnerId owner;
};

// A compartment that no purpose, obligation or hold may open any more.
//
//   "ground/" ‖ owner 16 ‖ u32 type ‖ u32 compartment    → "", or u64 ms
//
// Everybody's says when it was written: other processes go on for a while to
// seal by the policy that let it be opened.
struct GroundLost {
  OwnerId owner;           // zeros: everybody's
  std::uint32_t type = 0;  // id4 of the record type's name
  std::uint32_t compartment = 0;
};

// The keys::LedgerMark up to which the state holds the ledger.
inline constexpr char kStateMarkKey[] = "n/ledger";

// Random bytes that change with whatever is known of anybody.
inline constexpr char kStateVersionKey[] = "n/version";

// The version of the newest policy that was at work: u32.
inline constexpr char kNewestPolicyKey[] = "n/policy";

// Is there if an engine with an older one is, or was, at work since a newer one
// looked last: what it sealed may have no ground under the newest.
inline constexpr char kOlderPolicyKey[] = "n/older";

struct NewestPolicy {
  std::optional<std::string> row;
  std::uint32_t version = 0;  // 0: none was
};

// A person about whom a replay of the ledger, which cannot work out what
// follows, has said something: his other rows here may be stale or missing.
//
//   "unsettled/" ‖ owner 16                              → u64 entry's number
inline constexpr std::string_view kUnsettledPrefix = "unsettled/";

// A compartment of which a policy said whether anybody may open it, and a hash
// of the last that did.
//
//   "looked/" ‖ u32 type ‖ u32 compartment    → hash 16
inline constexpr std::string_view kLookedPrefix = "looked/";

inline constexpr std::string_view kEventDuePrefix = "due/";
inline constexpr std::string_view kGroundPrefix = "ground/";

namespace due_rows_internal {

template <typename T>
void AppendBigEndian(std::string* out, T value) {
  for (std::size_t i = sizeof(T); i-- > 0;) {
    out->push_back(
        static_cast<char>(static_cast<unsigned char>(value >> (8 * i))));
  }
}

template <typename T>
T TakeBigEndian(std::string_view* from) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    value =
        static_cast<T>(static_cast<T>(value << 8) |
                       static_cast<T>(static_cast<unsigned char>((*from)[i])));
  }
  from->remove_prefix(sizeof(T));
  return value;
}

inline OwnerId TakeOwner(std::string_view* from) {
  OwnerId owner;
  std::copy_n(from->begin(), owner.bytes.size(), owner.bytes.begin());
  from->remove_prefix(owner.bytes.size());
  return owner;
}

}  // namespace due_rows_internal

// Returns what the keys of the due rows of one period of one class begin with,
// and after it the bytes of `at`: rows of [EventDueFrom(c, p, a),
// EventDueFrom(c, p, b)) have a <= at < b.
inline std::string EventDueFrom(std::uint32_t retention_class,
                                std::uint8_t period, absl::Time at) {
  std::string key(kEventDuePrefix);
  due_rows_internal::AppendBigEndian(&key, retention_class);
  due_rows_internal::AppendBigEndian(&key, period);
  due_rows_internal::AppendBigEndian(
      &key, static_cast<std::uint64_t>(
                std::max<std::int64_t>(0, absl::ToUnixMillis(at))));
  return key;
}

inline std::string KeyOf(const EventDue& row) {
  return EventDueFrom(row.retention_class, row.period, row.at)
      .append(row.owner.view());
}

inline std::string UnsettledKey(const OwnerId& owner) {
  return std::string(kUnsettledPrefix).append(owner.view());
}

inline std::string LookedKey(std::uint32_t type, std::uint32_t compartment) {
  std::string key(kLookedPrefix);
  due_rows_internal::AppendBigEndian(&key, type);
  due_rows_internal::AppendBigEndian(&key, compartment);
  return key;
}

// Returns the value of everybody's row that is written at `now`, and when one
// was; InfinitePast if it does not say.
inline std::string GroundLostAt(absl::Time now) {
  std::string value;
  due_rows_internal::AppendBigEndian(
      &value, static_cast<std::uint64_t>(
                  std::max<std::int64_t>(0, absl::ToUnixMillis(now))));
  return value;
}
inline absl::Time WhenGroundLost(std::string_view value) {
  if (value.size() != sizeof(std::uint64_t)) return absl::InfinitePast();
  return absl::FromUnixMillis(static_cast<std::int64_t>(
      due_rows_internal::TakeBigEndian<std::uint64_t>(&value)));
}

inline std::string KeyOf(const GroundLost& row) {
  std::string key(kGroundPrefix);
  key.append(row.owner.view());
  due_rows_internal::AppendBigEndian(&key, row.type);
  due_rows_internal::AppendBigEndian(&key, row.compartment);
  return key;
}

// Returns the row that has `key`, or nullopt if it is not the key of one.
inline std::optional<EventDue> ParseEventDue(std::string_view key) {
  if (key.size() != kEventDuePrefix.size() + 4 + 1 + 8 + 16 ||
      key.substr(0, kEventDuePrefix.size()) != kEventDuePrefix) {
    return std::nullopt;
  }
  key.remove_prefix(kEventDuePrefix.size());
  EventDue row;
  row.retention_class = due_rows_internal::TakeBigEndian<std::uint32_t>(&key);
  row.period = due_rows_internal::TakeBigEndian<std::uint8_t>(&key);
  row.at = absl::FromUnixMillis(static_cast<std::int64_t>(
      due_rows_internal::TakeBigEndian<std::uint64_t>(&key)));
  row.owner = due_rows_internal::TakeOwner(&key);
  return row;
}

inline std::optional<GroundLost> ParseGroundLost(std::string_view key) {
  if (key.size() != kGroundPrefix.size() + 16 + 4 + 4 ||
      key.substr(0, kGroundPrefix.size()) != kGroundPrefix) {
    return std::nullopt;
  }
  key.remove_prefix(kGroundPrefix.size());
  GroundLost row;
  row.owner = due_rows_internal::TakeOwner(&key);
  row.type = due_rows_internal::TakeBigEndian<std::uint32_t>(&key);
  row.compartment = due_rows_internal::TakeBigEndian<std::uint32_t>(&key);
  return row;
}

// Returns the row of a version of the policy.
inline std::string NewestPolicyRow(std::uint32_t version) {
  std::string row;
  due_rows_internal::AppendBigEndian(&row, version);
  return row;
}

// DataLoss if the row is malformed.
inline absl::StatusOr<NewestPolicy> ReadNewestPolicy(Store& state) {
  auto row = state.Read(kNewestPolicyKey);
  if (!row.ok()) return row.status();
  NewestPolicy newest;
  newest.row = *std::move(row);
  if (!newest.row.has_value()) return newest;
  std::string_view bytes = *newest.row;
  if (bytes.size() != sizeof(newest.version)) {
    return absl::DataLossError(
        "the row of the newest policy, in the state, is malformed; restore the "
        "state from a backup");
  }
  newest.version = due_rows_internal::TakeBigEndian<std::uint32_t>(&bytes);
  return newest;
}

// Returns the people whose other rows here may be stale or missing.
inline absl::StatusOr<std::vector<OwnerId>> UnsettledIn(Store& state) {
  std::vector<OwnerId> owners;
  const absl::Status status =
      state.Scan(kUnsettledPrefix, base::EndOfPrefix(kUnsettledPrefix),
                 [&owners](std::string_view key, std::string_view) {
                   key.remove_prefix(kUnsettledPrefix.size());
                   const auto owner = OwnerId::FromBytes(key);
                   if (owner.ok()) owners.push_back(*owner);
                   return true;
                 });
  if (!status.ok()) return status;
  return owners;
}

}  // namespace privet::subject

#endif  // PRIVET_SUBJECT_DUE_ROWS_H_
