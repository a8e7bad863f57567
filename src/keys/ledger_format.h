// SPDX-License-Identifier: Apache-2.0
//
// The bytes of the ledger (docs/wire_format.md): entries, and the segments that
// they lie in. No files here.

#ifndef PRIVET_KEYS_LEDGER_FORMAT_H_
#define PRIVET_KEYS_LEDGER_FORMAT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "keys/ledger.h"

namespace privet::keys {

// A segment begins with "PVL1" ‖ u64 number of its first entry ‖ the 16 check
// bytes of the entry before it (random in the first segment).
inline constexpr std::size_t kSegmentHeaderSize = 28;

// Returns the header of a segment whose first entry comes after `last`.
std::string SegmentHeader(const LedgerMark& last);
// Returns the mark before the first entry; DataLoss if it is no header.
absl::StatusOr<LedgerMark> ParseSegmentHeader(std::string_view bytes);

// Returns the entry that follows `last`, and sets `last` to its mark.
std::string SerializeEntry(LedgerMark* last, std::int64_t ms,
                           const LedgerItem& item);

// Calls `visit` with each entry of `bytes`, which begins after the entry of
// `mark`, until it returns false; `visit` is also given the number of bytes up
// to the end of the entry. Returns the number of bytes that hold whole entries,
// and moves `mark` along.
//
// What follows them is a torn entry if `may_be_torn` and no later entry can be
// found in it; else the status is DataLoss.
absl::StatusOr<std::size_t> WalkEntries(
    std::string_view bytes, bool may_be_torn, LedgerMark* mark,
    absl::FunctionRef<bool(const LedgerEntry&, std::size_t end)> visit);

}  // namespace privet::keys

#endif  // PRIVET_KEYS_LEDGER_FORMAT_H_
