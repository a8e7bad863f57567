// SPDX-License-Identifier: Apache-2.0
//
// The pieces of protobuf's wire format, read strictly: every length and tag in
// its shortest form.

#ifndef PRIVET_RECORD_WIRE_H_
#define PRIVET_RECORD_WIRE_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "absl/base/attributes.h"
#include "absl/base/optimization.h"

namespace privet::record {

inline constexpr std::uint32_t kWireVarint = 0, kWireFixed64 = 1,
                               kWireBytes = 2, kWireStartGroup = 3,
                               kWireEndGroup = 4, kWireFixed32 = 5;
inline constexpr int kMaxDepth = 100;
inline constexpr std::size_t kMaxVarint = 10;

// What is wrong with the input.
enum class Fault : std::uint8_t {
  kNone,
  kTwice,          // a singular field twice, or two members of a oneof
  kPadded,         // a tag or length longer than it needs to be
  kTag,            // above 32 bits
  kNumber,         // field number 0
  kWireType,       // 6 or 7
  kGroup,          // an end without its start, or the reverse
  kLength,         // past the end of what is around it
  kVarint,         // more than 10 bytes
  kPacked,         // a packed body that holds no whole number of values
  kUtf8,           // text that is not UTF-8
  kDepth,          // more than 100 levels
  kTransformUtf8,  // a transform's result is not UTF-8
  kKey,            // a pseudonym's key was not at hand
  kTooLong,        // no pseudonym is made of so long a value
  kMemory,
};

// Reads a varint of up to ten bytes. Returns the end of it, or null.
inline const char* ReadVarint(const char* p, const char* end,
                              std::uint64_t* value) {
  std::uint64_t result = 0;
  for (unsigned shift = 0; p != end && shift < 70; shift += 7) {
    const auto byte = static_cast<unsigned char>(*p++);
    if (shift < 64) result |= std::uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) {
      *value = result;
      return p;
    }
  }
  return nullptr;
}

// Returns the end of the varint at `p`, or null.
inline const char* SkipVarint(const char* p, const char* end) {
  const char* const limit =
      end - p > static_cast<std::ptrdiff_t>(kMaxVarint) ? p + kMaxVarint : end;
  while (p != limit) {
    if (static_cast<signed char>(*p++) >= 0) return p;
  }
  return nullptr;
}

// Reads a tag or a length of more than one byte: at most 32 bits, not padded.
inline const char* ReadLongUint32(const char* p, const char* end,
                                  std::uint32_t* value, Fault* fault,
                                  Fault too_big) {
  std::uint64_t wide = 0;
  const char* const after = ReadVarint(p, end, &wide);
  if (after == nullptr) {
    *fault = end - p >= static_cast<std::ptrdiff_t>(kMaxVarint)
                 ? Fault::kVarint
                 : Fault::kLength;
    return nullptr;
  }
  if (after - p > 1 && after[-1] == 0) {
    *fault = Fault::kPadded;
    return nullptr;
  }
  if (after - p > 5 || wide > 0xffffffffu) {
    *fault = too_big;
    return nullptr;
  }
  *value = static_cast<std::uint32_t>(wide);
  return after;
}

inline std::size_t VarintSize(std::uint64_t value) {
  std::size_t size = 1;
  while (value >= 0x80) {
    value >>= 7;
    ++size;
  }
  return size;
}

// Writes `value` in its shortest form; returns the end of it.
inline char* WriteVarint(std::uint64_t value, char* out) {
  while (value >= 0x80) {
    *out++ = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  *out++ = static_cast<char>(value);
  return out;
}

// Returns whether `text` is UTF-8.
bool IsUtf8Slow(const char* p, const char* end);
inline bool IsUtf8(const char* p, const char* end) {
  constexpr std::uint64_t kHigh = 0x8080808080808080u;
  const char* const begin = p;
  std::uint64_t a = 0, b = 0;
  if (end - p >= 8) {
    for (; end - p > 16; p += 16) {
      std::memcpy(&a, p, 8);
      std::memcpy(&b, p + 8, 8);
      if (ABSL_PREDICT_FALSE(((a | b) & kHigh) != 0)) return IsUtf8Slow(p, end);
    }
    // The last 16 bytes, or as many as there are.
    std::memcpy(&a, end - p > 8 ? p : end - 8, 8);
    std::memcpy(&b, end - 8, 8);
  } else if (end - p >= 4) {
    std::memcpy(&a, p, 4);
    std::memcpy(&b, end - 4, 4);
  } else {
    for (; p != end; ++p) a |= static_cast<unsigned char>(*p);
    b = a;
  }
  return ABSL_PREDICT_TRUE(((a | b) & kHigh) == 0) || IsUtf8Slow(begin, end);
}

// Returns the end of an unknown field whose tag was read (up to `p`), or null.
// `depth` is that of the message that holds it.
const char* SkipUnknown(const char* p, const char* end, std::uint32_t tag,
                        int depth, Fault* fault);

// Returns whether a packed varint body holds whole varints.
bool IsPackedVarints(const char* p, const char* end);

}  // namespace privet::record

#endif  // PRIVET_RECORD_WIRE_H_
