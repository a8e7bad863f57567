// SPDX-License-Identifier: Apache-2.0
//
// Reads single fields out of a serialized record, before any pass.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "record/codec.h"
#include "record/index_value.h"
#include "record/plan.h"
#include "record/tables.h"
#include "record/wire.h"

namespace privet::record {
namespace {

absl::Status Malformed(const Tables& tables, const std::string& path) {
  return absl::InvalidArgumentError(absl::StrCat(
      "`", tables.type, "`: the bytes around field `", path,
      "` are no protobuf message, or have it twice; parse and serialize the "
      "record before it is handed in"));
}

Captured Capture(const Entry& entry, const char* body, const char* end) {
  Captured told;
  told.field = entry.field;
  if (entry.codec == Codec::kNone) {
    told.bytes = std::string_view(body, static_cast<std::size_t>(end - body));
  } else {
    told.is_number = true;
    told.is_signed = IsSigned(entry.codec);
    ReadNumber(entry.codec, body, end, &told.number);
  }
  return told;
}

// Looks for the field that lies at `path` below `node`, to the end of the
// bytes: of two values nobody could say which one counts. false: the bytes are
// malformed, or have it twice; `*found` stays empty if it is absent.
bool Scan(const Tables& tables, const Node& node,
          absl::Span<const std::uint32_t> path, int depth, const char* p,
          const char* end, std::optional<Captured>* found) {
  Fault fault = Fault::kNone;
  while (p != end) {
    std::uint32_t tag = 0;
    const char* body = ReadLongUint32(p, end, &tag, &fault, Fault::kTag);
    if (body == nullptr) return false;
    p = SkipUnknown(body, end, tag, depth, &fault);
    if (p == nullptr) return false;
    if (tag >> 3 != path.front()) continue;
    const Entry& entry = node.Find(tag >> 3);
    const Action action = entry.ActionFor(tag & 7);
    if (action == Action::kUnknown) continue;
    const char* body_end = p;
    if (action == Action::kGroup) {
      body_end -= VarintSize(tag);
    } else if ((tag & 7) == kWireBytes) {
      std::uint32_t length = 0;
      body = ReadLongUint32(body, end, &length, &fault, Fault::kLength);
      if (body == nullptr) return false;
    }
    if (path.size() > 1) {
      if (!Scan(tables, tables.nodes[entry.node], path.subspan(1), depth + 1,
                body, body_end, found)) {
        return false;
      }
      continue;
    }
    if (found->has_value()) return false;
    *found = Capture(entry, body, body_end);
  }
  return true;
}

// The same in a whole record.
bool Scan(const Tables& tables, std::uint16_t field, std::string_view record,
          std::optional<Captured>* found) {
  return Scan(tables, tables.nodes[0], tables.fields[field].numbers, 0,
              record.data(), record.data() + record.size(), found);
}

}  // namespace

absl::StatusOr<std::string> Plan::ReadSubject(std::string_view record) const {
  if (tables_->subject_field == kNoIndex) return std::string();
  std::optional<Captured> found;
  if (!Scan(*tables_, tables_->subject_field, record, &found)) {
    return Malformed(*tables_, tables_->subject_path);
  }
  return found ? ToText(*found) : std::string();
}

absl::StatusOr<absl::Time> Plan::ReadCreated(std::string_view record) const {
  if (tables_->created_field == kNoIndex) return absl::InfinitePast();
  std::optional<Captured> found;
  if (!Scan(*tables_, tables_->created_field, record, &found)) {
    return Malformed(*tables_, tables_->created_path);
  }
  if (!found) return absl::InfinitePast();
  const absl::StatusOr<absl::Time> time = ToTime(*found);
  if (!time.ok()) return Malformed(*tables_, tables_->created_path);
  return time;
}

}  // namespace privet::record
