// SPDX-License-Identifier: Apache-2.0
//
// H(n, key, x): keyed BLAKE2b, behind every name and every derived key
// (docs/wire_format.md).

#ifndef PRIVET_CRYPTO_HASH_H_
#define PRIVET_CRYPTO_HASH_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace privet::crypto {

inline constexpr std::size_t kMinHashSize = 16;
inline constexpr std::size_t kMaxHashSize = 64;

// Writes the BLAKE2b digest of `x` of `size` bytes to `out`. `size` is 16 to
// 64; `key` is empty (unkeyed) or has 16 to 64 bytes: anything else, which only
// a mistake in this library can ask for, ends the process.
void HashInto(std::string_view key, std::string_view x, void* out,
              std::size_t size);

// Returns the same as bytes on the stack. The caller wipes it if it is a key
// (crypto/wipe.h).
template <std::size_t kSize>
std::array<std::uint8_t, kSize> Hash(std::string_view key, std::string_view x) {
  static_assert(kSize >= kMinHashSize && kSize <= kMaxHashSize);
  std::array<std::uint8_t, kSize> out;
  HashInto(key, x, out.data(), kSize);
  return out;
}

// Returns the same as a string, for what is no secret: names and tags.
std::string H(std::size_t size, std::string_view key, std::string_view x);

// Returns id4(x): the first four bytes of H(16, "", x), little-endian.
std::uint32_t Id4(std::string_view x);

// Returns whether two byte strings are equal, in time that depends on their
// lengths alone.
bool EqualInConstantTime(std::string_view a, std::string_view b);

}  // namespace privet::crypto

#endif  // PRIVET_CRYPTO_HASH_H_
