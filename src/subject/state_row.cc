// SPDX-License-Identifier: Apache-2.0

#include "subject/state_row.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/bytes.h"
#include "privet/record_id.h"

namespace privet::subject {
namespace {

constexpr std::uint8_t kFormat = 1;
constexpr std::size_t kMacSize = 16;
// What can be authenticated, of a key as of a value; no row of ours is longer.
constexpr std::size_t kLongest = 65'535;
constexpr std::string_view kPresent = "s/";
constexpr std::string_view kHistory = "h/";

std::string Prefix(std::string_view table, const OwnerId& owner) {
  std::string key(table);
  key.append(owner.view());
  return key;
}

absl::Status Damaged() {
  return absl::DataLossError(
      "a row of the state does not verify: it was altered, or written under "
      "another vault; restore the state from a backup");
}

void AppendTexts(std::string* out, const std::vector<std::string>& texts) {
  for (const std::string& text : texts) base::AppendPart(out, text);
}

// Compares in constant time.
bool Equal(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |=
        static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  }
  return difference == 0;
}

absl::Status DecodeKey(std::string_view key, StateRow* row) {
  base::ByteReader reader(key);
  if (reader.Take(kPresent.size()) != kPresent) return Damaged();
  const std::string_view owner = reader.Take(row->owner.bytes.size());
  const auto kind = reader.Int<std::uint8_t>();
  if (!reader.ok() || kind < 1 ||
      kind > static_cast<std::uint8_t>(RowKind::kDisclosure)) {
    return Damaged();
  }
  std::copy(owner.begin(), owner.end(), row->owner.bytes.begin());
  row->kind = static_cast<RowKind>(kind);
  row->name = std::string(reader.rest());
  return absl::OkStatus();
}

}  // namespace

std::string PresentPrefix(const OwnerId& owner) {
  return Prefix(kPresent, owner);
}

std::string HistoryPrefix(const OwnerId& owner) {
  return Prefix(kHistory, owner);
}

std::string KeyOf(const OwnerId& owner, RowKind kind, std::string_view name) {
  std::string key = PresentPrefix(owner);
  key.push_back(static_cast<char>(kind));
  key.append(name);
  return key;
}

std::string HistoryKeyOf(const StateRow& row) {
  std::string key = HistoryPrefix(row.owner);
  const auto ms = static_cast<std::uint64_t>(
      std::max<std::int64_t>(0, absl::ToUnixMillis(row.at)));
  for (int shift = 56; shift >= 0; shift -= 8) {
    key.push_back(static_cast<char>(static_cast<unsigned char>(ms >> shift)));
  }
  key.push_back(static_cast<char>(row.kind));
  key.append(row.name);
  return key;
}

std::string Encode(const StateRow& row, StateMac mac) {
  std::string value;
  base::AppendInt(&value, kFormat);
  base::AppendInt(&value, static_cast<std::uint8_t>(row.status));
  base::AppendInt(&value,
                  static_cast<std::uint64_t>(absl::ToUnixMillis(row.at)));
  AppendTexts(&value, row.texts);
  value.append(mac(KeyOf(row.owner, row.kind, row.name), value));
  return value;
}

std::string EncodeHistory(const StateRow& row,
                          const std::vector<std::string>& texts) {
  std::string value;
  base::AppendInt(&value, kFormat);
  base::AppendInt(&value, static_cast<std::uint8_t>(row.status));
  AppendTexts(&value, row.texts);
  AppendTexts(&value, texts);
  return value;
}

absl::StatusOr<StateRow> Decode(std::string_view key, std::string_view value,
                                StateMac mac) {
  if (value.size() < kMacSize || value.size() > kLongest ||
      key.size() > kLongest) {
    return Damaged();
  }
  const std::string_view said = value.substr(0, value.size() - kMacSize);
  if (!Equal(mac(key, said), value.substr(said.size()))) return Damaged();
  StateRow row;
  absl::Status parsed = DecodeKey(key, &row);
  if (!parsed.ok()) return parsed;
  base::ByteReader reader(said);
  const auto format = reader.Int<std::uint8_t>();
  const auto status = reader.Int<std::uint8_t>();
  row.at = absl::FromUnixMillis(
      static_cast<std::int64_t>(reader.Int<std::uint64_t>()));
  while (reader.ok() && !reader.AtEnd()) {
    row.texts.emplace_back(reader.Part());
  }
  if (!reader.ok() || format != kFormat || status < 1 ||
      status > static_cast<std::uint8_t>(RowStatus::kOverridden)) {
    return Damaged();
  }
  row.status = static_cast<RowStatus>(status);
  return row;
}

}  // namespace privet::subject
