// SPDX-License-Identifier: Apache-2.0

#include "record/index_value.h"

#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "record/case_fold.h"
#include "record/wire.h"

namespace privet::record {
namespace {

// A Timestamp holds years 1 to 9999.
constexpr std::int64_t kMinSeconds = -62'135'596'800;
constexpr std::int64_t kMaxSeconds = 253'402'300'799;
constexpr std::int64_t kNanos = 1'000'000'000;

// Decodes the code point at `p`, which begins a valid one; returns its end.
const char* Decode(const char* p, std::uint32_t* code_point) {
  const auto lead = static_cast<unsigned char>(*p++);
  const int tail = lead < 0x80 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
  constexpr std::uint32_t kLeadMask[] = {0x7f, 0x1f, 0x0f, 0x07};
  *code_point = lead & kLeadMask[tail];
  for (int i = 0; i < tail; ++i) {
    *code_point = *code_point << 6 | (static_cast<unsigned char>(*p++) & 0x3fu);
  }
  return p;
}

void Encode(std::uint32_t c, std::string* out) {
  const auto push = [out](std::uint32_t byte) {
    out->push_back(static_cast<char>(byte));
  };
  if (c < 0x80) {
    push(c);
  } else if (c < 0x800) {
    push(0xC0 | c >> 6);
    push(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    push(0xE0 | c >> 12);
    push(0x80 | (c >> 6 & 0x3f));
    push(0x80 | (c & 0x3f));
  } else {
    push(0xF0 | c >> 18);
    push(0x80 | (c >> 12 & 0x3f));
    push(0x80 | (c >> 6 & 0x3f));
    push(0x80 | (c & 0x3f));
  }
}

std::string Fold(std::string_view text) {
  if (!IsUtf8(text.data(), text.data() + text.size())) return std::string(text);
  std::string folded;
  folded.reserve(text.size());
  for (const char* p = text.data(); p != text.data() + text.size();) {
    std::uint32_t code_point = 0;
    p = Decode(p, &code_point);
    Encode(FoldCase(code_point), &folded);
  }
  return folded;
}

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

}  // namespace

std::string ToText(const Captured& captured) {
  if (!captured.is_number) return std::string(captured.bytes);
  if (captured.is_signed) {
    return absl::StrCat(static_cast<std::int64_t>(captured.number));
  }
  return absl::StrCat(captured.number);
}

absl::StatusOr<absl::Time> ToTime(const Captured& captured) {
  std::int64_t parts[2] = {0, 0};  // seconds, nanos
  const char* p = captured.bytes.data();
  const char* const end = p + captured.bytes.size();
  Fault fault = Fault::kNone;
  bool ok = !captured.is_number;
  while (ok && p != end) {
    std::uint32_t tag = 0;
    p = ReadLongUint32(p, end, &tag, &fault, Fault::kTag);
    if (p == nullptr) break;
    std::uint64_t value = 0;
    if (tag == (1 << 3 | kWireVarint) || tag == (2 << 3 | kWireVarint)) {
      p = ReadVarint(p, end, &value);
      parts[(tag >> 3) - 1] = static_cast<std::int64_t>(value);
    } else {
      p = SkipUnknown(p, end, tag, 0, &fault);
    }
    ok = p != nullptr;
  }
  if (!ok || p == nullptr || parts[0] < kMinSeconds || parts[0] > kMaxSeconds ||
      parts[1] < 0 || parts[1] >= kNanos) {
    return absl::InvalidArgumentError(
        "is no google.protobuf.Timestamp of the years 1 to 9999");
  }
  return absl::FromUnixSeconds(parts[0]) + absl::Nanoseconds(parts[1]);
}

std::string Normalize(IndexSpec::Normal normal, std::string_view value) {
  switch (normal) {
    case IndexSpec::Normal::kEmail:
      return Fold(Trim(value));
    case IndexSpec::Normal::kCaseFold:
      return Fold(value);
    case IndexSpec::Normal::kExact:
      break;
  }
  return std::string(value);
}

absl::StatusOr<std::vector<IndexValue>> IndexValuesOf(const Plan& plan,
                                                      const CallView& decided,
                                                      const Pass& pass) {
  std::vector<IndexValue> values;
  for (const Captured& captured : pass.captured()) {
    const Field& field = plan.fields()[captured.field];
    if (!field.has_index || !captured.kept_whole ||
        !decided.permitted.Has(field.cell) || decided.formed.Has(field.cell)) {
      continue;
    }
    IndexValue value;
    value.field = &field;
    value.compartment = plan.compartments()[field.compartment].id;
    value.value = Normalize(field.index.normal, ToText(captured));
    if (value.value.empty()) continue;
    if (value.value.size() > kLongestIndexed) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "field `", field.path, "` of `", plan.type(), "` has an index, and ",
          "its value is longer than ", kLongestIndexed,
          " bytes; shorten it, or take the index out"));
    }
    values.push_back(std::move(value));
  }
  return values;
}

}  // namespace privet::record
