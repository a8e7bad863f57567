// SPDX-License-Identifier: Apache-2.0
//
// Numbers on the wire, and as transforms see them.

#ifndef PRIVET_RECORD_CODEC_H_
#define PRIVET_RECORD_CODEC_H_

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/bytes.h"
#include "record/tables.h"
#include "record/wire.h"

namespace privet::record {

// Returns how many bytes a number has, or 0 for a varint.
inline std::size_t FixedSize(Codec codec) {
  switch (codec) {
    case Codec::kFixed32:
    case Codec::kSfixed32:
    case Codec::kFloat:
      return 4;
    case Codec::kFixed64:
    case Codec::kSfixed64:
    case Codec::kDouble:
      return 8;
    default:
      return 0;
  }
}

inline bool IsSigned(Codec codec) {
  return codec == Codec::kInt32 || codec == Codec::kInt64 ||
         codec == Codec::kSint32 || codec == Codec::kSint64 ||
         codec == Codec::kSfixed32 || codec == Codec::kSfixed64;
}

inline std::uint64_t SignExtend32(std::uint64_t low) {
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(
      static_cast<std::int32_t>(static_cast<std::uint32_t>(low))));
}

// Returns a value of the wire as transforms see it (transform/transform.h).
inline std::uint64_t FromWire(Codec codec, std::uint64_t raw) {
  switch (codec) {
    case Codec::kInt32:
    case Codec::kSfixed32:
      return SignExtend32(raw);
    case Codec::kUint32:
      return raw & 0xffffffffu;
    case Codec::kSint32: {
      const auto low = static_cast<std::uint32_t>(raw);
      return SignExtend32((low >> 1) ^ (~(low & 1) + 1));
    }
    case Codec::kSint64:
      return (raw >> 1) ^ (~(raw & 1) + 1);
    case Codec::kBool:
      return raw != 0 ? 1 : 0;
    default:
      return raw;
  }
}

// Returns what stands on the wire for such a value.
inline std::uint64_t ToWire(Codec codec, std::uint64_t value) {
  switch (codec) {
    case Codec::kInt32:
      return SignExtend32(value);
    case Codec::kUint32:
      return value & 0xffffffffu;
    case Codec::kSint32: {
      const auto low = static_cast<std::uint32_t>(value);
      return static_cast<std::uint32_t>((low << 1) ^ (~(low >> 31) + 1));
    }
    case Codec::kSint64:
      return (value << 1) ^ (~(value >> 63) + 1);
    case Codec::kBool:
      return value != 0 ? 1 : 0;
    default:
      return value;
  }
}

// Reads the number at `p`, which is whole. Returns the end of it.
inline const char* ReadNumber(Codec codec, const char* p, const char* end,
                              std::uint64_t* value) {
  const std::size_t size = FixedSize(codec);
  std::uint64_t raw = 0;
  if (size == 4) {
    raw = base::LoadInt<std::uint32_t>(p);
    p += 4;
  } else if (size == 8) {
    raw = base::LoadInt<std::uint64_t>(p);
    p += 8;
  } else {
    p = ReadVarint(p, end, &raw);
  }
  *value = FromWire(codec, raw);
  return p;
}

// Writes a number, of at most ten bytes. Returns the end of it.
inline char* WriteNumber(Codec codec, std::uint64_t value, char* out) {
  const std::uint64_t raw = ToWire(codec, value);
  const std::size_t size = FixedSize(codec);
  if (size == 0) return WriteVarint(raw, out);
  for (std::size_t i = 0; i < size; ++i) {
    *out++ = static_cast<char>(raw >> (8 * i));
  }
  return out;
}

}  // namespace privet::record

#endif  // PRIVET_RECORD_CODEC_H_
