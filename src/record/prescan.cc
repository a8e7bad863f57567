// SPDX-License-Identifier: Apache-2.0
//
// Reads single fields out of a serialized record, before any pass.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "record/codec.h"
#include "record/index_value.h"
#include "record/plan.h"
#include "record/tables.h"
#include "record/wire.h"

namespace privet::record {
namespace {

absl::Status Malformed(const Tables& tables, const std::string& path) {
  return absl::InvalidArgumentError(absl::StrCat(
      "`", tables.type, "`: the bytes before or in field `", path,
      "` are no protobuf message; parse and serialize the record before it is "
      "handed in"));
}

// Looks for one field. false: the bytes are malformed; `*found` stays empty if
// it is absent.
bool Scan(const Tables& tables, const std::vector<std::uint32_t>& numbers,
          std::string_view bytes, std::optional<Captured>* found) {
  const Node* node = &tables.nodes[0];
  const char* p = bytes.data();
  const char* end = p + bytes.size();
  std::size_t level = 0;
  Fault fault = Fault::kNone;
  while (p != end) {
    std::uint32_t tag = 0;
    p = ReadLongUint32(p, end, &tag, &fault, Fault::kTag);
    if (p == nullptr) return false;
    const char* const value = p;
    const char* const after =
        SkipUnknown(p, end, tag, static_cast<int>(level), &fault);
    if (after == nullptr) return false;
    p = after;
    if (tag >> 3 != numbers[level]) continue;
    const Entry& entry = node->Find(tag >> 3);
    const Action action = entry.ActionFor(tag & 7);
    if (action == Action::kUnknown) continue;
    std::uint32_t length = 0;
    const char* body = value;
    if (action == Action::kGroup) {
      end = after - VarintSize(tag);
    } else if ((tag & 7) == kWireBytes) {
      body = ReadLongUint32(value, end, &length, &fault, Fault::kLength);
      if (body == nullptr) return false;
      if (level + 1 < numbers.size()) end = after;
    }
    if (level + 1 == numbers.size()) {
      Captured told;
      told.field = entry.field;
      if (entry.codec == Codec::kNone) {
        told.bytes =
            std::string_view(body, static_cast<std::size_t>(after - body));
      } else {
        told.is_number = true;
        told.is_signed = IsSigned(entry.codec);
        ReadNumber(entry.codec, body, after, &told.number);
      }
      *found = told;
      return true;
    }
    node = &tables.nodes[entry.node];
    p = body;
    ++level;
  }
  return true;
}

}  // namespace

absl::StatusOr<std::string> Plan::ReadSubject(std::string_view record) const {
  if (tables_->subject_field == kNoIndex) return std::string();
  std::optional<Captured> found;
  if (!Scan(*tables_, tables_->fields[tables_->subject_field].numbers, record,
            &found)) {
    return Malformed(*tables_, tables_->subject_path);
  }
  return found ? ToText(*found) : std::string();
}

absl::StatusOr<absl::Time> Plan::ReadCreated(std::string_view record) const {
  if (tables_->created_field == kNoIndex) return absl::InfinitePast();
  std::optional<Captured> found;
  if (!Scan(*tables_, tables_->fields[tables_->created_field].numbers, record,
            &found)) {
    return Malformed(*tables_, tables_->created_path);
  }
  if (!found) return absl::InfinitePast();
  const absl::StatusOr<absl::Time> time = ToTime(*found);
  if (!time.ok()) return Malformed(*tables_, tables_->created_path);
  return time;
}

}  // namespace privet::record
