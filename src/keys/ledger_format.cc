// SPDX-License-Identifier: Apache-2.0

#include "keys/ledger_format.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/bytes.h"
#include "crypto/hash.h"
#include "crypto/info_hash.h"
#include "keys/ledger.h"

namespace privet::keys {
namespace {

constexpr std::string_view kMagic = "PVL1";
constexpr std::size_t kCheckSize = 16;
constexpr std::size_t kEntryHeaderSize = 4 + 8 + 8 + 1;
constexpr std::size_t kSmallestEntry = kEntryHeaderSize + kCheckSize;
constexpr std::size_t kLargestEntry = kSmallestEntry + Ledger::kMaxBody;

using Check = std::array<std::uint8_t, kCheckSize>;

std::string_view View(const Check& check) {
  return {reinterpret_cast<const char*>(check.data()), check.size()};
}

Check CheckOf(std::string_view before, std::string_view entry) {
  Check check;
  crypto::InfoHash(kCheckSize, "")
      .Part("privet/1/ledger")
      .Part(before)
      .Part(entry)
      .Finish(check.data());
  return check;
}

struct Parsed {
  LedgerEntry entry;
  std::size_t size = 0;
};

// Reads the entry at the front of `bytes` that comes after the check bytes
// `before`; nothing if there is no whole and unaltered one.
std::optional<Parsed> ParseEntry(std::string_view bytes,
                                 std::string_view before) {
  base::ByteReader reader(bytes);
  const auto length = reader.Int<std::uint32_t>();
  Parsed parsed;
  parsed.entry.mark.number = reader.Int<std::uint64_t>();
  parsed.entry.ms = static_cast<std::int64_t>(reader.Int<std::uint64_t>());
  parsed.entry.kind = reader.Int<std::uint8_t>();
  if (length > Ledger::kMaxBody) return std::nullopt;
  parsed.entry.body = reader.Take(length);
  const std::string_view check = reader.Take(kCheckSize);
  if (!reader.ok()) return std::nullopt;
  parsed.size = kSmallestEntry + length;
  parsed.entry.mark.check =
      CheckOf(before, bytes.substr(0, kEntryHeaderSize + length));
  if (View(parsed.entry.mark.check) != check) return std::nullopt;
  return parsed;
}

// Returns whether an entry after `last` is found anywhere in `bytes`, which
// begins with a damaged one: then that one was acknowledged.
bool HoldsLaterEntry(std::string_view bytes, const LedgerMark& last) {
  for (std::size_t at = kSmallestEntry; at + kSmallestEntry <= bytes.size();
       ++at) {
    const std::string_view rest = bytes.substr(at);
    const auto number = base::LoadInt<std::uint64_t>(rest.data() + 4);
    if (number <= last.number || number > last.number + bytes.size()) continue;
    // It follows the check bytes that are there, or those that should be.
    const Check should =
        CheckOf(View(last.check), bytes.substr(0, at - kCheckSize));
    if (ParseEntry(rest, bytes.substr(at - kCheckSize, kCheckSize)) ||
        ParseEntry(rest, View(should))) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::string LedgerMark::Serialize() const {
  std::string row;
  base::AppendInt(&row, number);
  return row.append(View(check));
}

absl::StatusOr<LedgerMark> LedgerMark::Parse(std::string_view row) {
  base::ByteReader reader(row);
  LedgerMark mark;
  mark.number = reader.Int<std::uint64_t>();
  const std::string_view check = reader.Take(kCheckSize);
  if (!reader.ok() || !reader.AtEnd()) {
    return absl::DataLossError(
        "the row of a store that says how much of the ledger it holds is "
        "malformed");
  }
  std::memcpy(mark.check.data(), check.data(), check.size());
  return mark;
}

std::string SegmentHeader(const LedgerMark& last) {
  std::string header(kMagic);
  base::AppendInt(&header, last.number + 1);
  return header.append(View(last.check));
}

absl::StatusOr<LedgerMark> ParseSegmentHeader(std::string_view bytes) {
  base::ByteReader reader(bytes);
  const std::string_view magic = reader.Take(kMagic.size());
  const auto first = reader.Int<std::uint64_t>();
  const std::string_view check = reader.Take(kCheckSize);
  if (!reader.ok() || magic != kMagic || first == 0) {
    return absl::DataLossError("a segment has no header of a ledger");
  }
  LedgerMark mark;
  mark.number = first - 1;
  std::memcpy(mark.check.data(), check.data(), check.size());
  return mark;
}

std::string SerializeEntry(LedgerMark* last, std::int64_t ms,
                           const LedgerItem& item) {
  std::string entry;
  base::AppendInt(&entry, static_cast<std::uint32_t>(item.body.size()));
  base::AppendInt(&entry, last->number + 1);
  base::AppendInt(&entry, static_cast<std::uint64_t>(ms));
  base::AppendInt(&entry, item.kind);
  entry.append(item.body);
  last->check = CheckOf(View(last->check), entry);
  ++last->number;
  return entry.append(View(last->check));
}

absl::StatusOr<std::size_t> WalkEntries(
    std::string_view bytes, bool may_be_torn, LedgerMark* mark,
    absl::FunctionRef<bool(const LedgerEntry&, std::size_t end)> visit) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    const std::string_view rest = bytes.substr(at);
    const auto parsed = ParseEntry(rest, View(mark->check));
    if (!parsed || parsed->entry.mark.number != mark->number + 1) {
      if (may_be_torn && rest.size() <= kLargestEntry &&
          !HoldsLaterEntry(rest, *mark)) {
        return at;
      }
      return absl::DataLossError(
          absl::StrCat("entry ", mark->number + 1,
                       " was altered, or entries are missing there"));
    }
    at += parsed->size;
    *mark = parsed->entry.mark;
    if (!visit(parsed->entry, at)) return at;
  }
  return at;
}

}  // namespace privet::keys
