// SPDX-License-Identifier: Apache-2.0

#include "record/wire.h"

#include "transform/utf8.h"

namespace privet::record {

bool IsUtf8Slow(const char* p, const char* end) {
  std::string_view rest(p, static_cast<std::size_t>(end - p));
  while (!rest.empty()) {
    const std::size_t size = transform::CodePointSize(rest);
    if (size == 0) return false;
    rest.remove_prefix(size);
  }
  return true;
}

bool IsPackedVarints(const char* p, const char* end) {
  while (p != end) {
    p = SkipVarint(p, end);
    if (p == nullptr) return false;
  }
  return true;
}

namespace {

// Returns the end of the value of a field that is no group.
const char* SkipValue(const char* p, const char* end, std::uint32_t wire_type,
                      Fault* fault) {
  const auto left = static_cast<std::size_t>(end - p);
  std::uint32_t length = 0;
  switch (wire_type) {
    case kWireVarint:
      if (const char* after = SkipVarint(p, end)) return after;
      *fault = left >= kMaxVarint ? Fault::kVarint : Fault::kLength;
      return nullptr;
    case kWireFixed64:
      length = 8;
      break;
    case kWireFixed32:
      length = 4;
      break;
    case kWireBytes:
      p = ReadLongUint32(p, end, &length, fault, Fault::kLength);
      if (p == nullptr) return nullptr;
      break;
    default:
      *fault = Fault::kWireType;
      return nullptr;
  }
  if (length > static_cast<std::size_t>(end - p)) {
    *fault = Fault::kLength;
    return nullptr;
  }
  return p + length;
}

}  // namespace

const char* SkipUnknown(const char* p, const char* end, std::uint32_t tag,
                        int depth, Fault* fault) {
  std::uint32_t open[kMaxDepth];
  int count = 0;
  for (;;) {
    const std::uint32_t number = tag >> 3;
    if (number == 0) {
      *fault = Fault::kNumber;
      return nullptr;
    }
    if ((tag & 7) == kWireStartGroup) {
      if (depth + count >= kMaxDepth) {
        *fault = Fault::kDepth;
        return nullptr;
      }
      open[count++] = number;
    } else if ((tag & 7) == kWireEndGroup) {
      if (count == 0 || open[count - 1] != number) {
        *fault = Fault::kGroup;
        return nullptr;
      }
      --count;
    } else {
      p = SkipValue(p, end, tag & 7, fault);
      if (p == nullptr) return nullptr;
    }
    if (count == 0) return p;
    if (p == end) {
      *fault = Fault::kGroup;
      return nullptr;
    }
    p = ReadLongUint32(p, end, &tag, fault, Fault::kTag);
    if (p == nullptr) return nullptr;
  }
}

}  // namespace privet::record
