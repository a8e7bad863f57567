// SPDX-License-Identifier: Apache-2.0
//
// Keys at rest: `u8 1 ‖ u32 generation of the wrapping key ‖ nonce 24 ‖ AEAD`.

#ifndef PRIVET_KEYS_WRAP_H_
#define PRIVET_KEYS_WRAP_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "keys/rows.h"

namespace privet::keys {

// What a wrapped key is longer than the key.
inline constexpr std::size_t kWrapOverhead = 1 + 4 + 24 + 16;

// Returns info("privet/1/wrap", u8 kind, name): what a key is bound to.
std::string WrapContext(KeyKind kind, std::string_view name);

// Returns `plaintext` wrapped under `key`, which is number `generation`.
std::string Wrap(std::uint32_t generation, std::string_view key,
                 std::string_view context, std::string_view plaintext);

// Returns the number of the key that `wrapped` is under; nothing if it is of
// another format.
std::optional<std::uint32_t> WrappingGeneration(std::string_view wrapped);

// Writes to `out`, of `size` bytes, what was wrapped; false, with `out` zeros,
// if it was altered, or is of another size, key or context.
[[nodiscard]] bool Unwrap(std::string_view key, std::string_view context,
                          std::string_view wrapped, void* out,
                          std::size_t size);

}  // namespace privet::keys

#endif  // PRIVET_KEYS_WRAP_H_
