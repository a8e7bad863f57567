// SPDX-License-Identifier: Apache-2.0
//
// Walks text code point by code point.

#ifndef PRIVET_TRANSFORM_UTF8_H_
#define PRIVET_TRANSFORM_UTF8_H_

#include <cstddef>
#include <optional>
#include <string_view>

namespace privet::transform {

// Returns the length of the code point at the front of `text`, which is not
// empty; 0 if it is not UTF-8 (overlong, a surrogate, past U+10FFFF, cut off).
inline std::size_t CodePointSize(std::string_view text) {
  const auto at = [text](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const auto tail = [at](std::size_t i) { return (at(i) & 0xC0u) == 0x80u; };
  const unsigned lead = at(0);
  if (lead < 0x80) return 1;
  if (lead < 0xC2) return 0;
  if (lead < 0xE0) return tail(1) ? 2 : 0;
  if (lead < 0xF0) {
    const bool overlong = lead == 0xE0 && at(1) < 0xA0;
    const bool surrogate = lead == 0xED && at(1) > 0x9F;
    return tail(1) && tail(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (lead > 0xF4) return 0;
  const bool overlong = lead == 0xF0 && at(1) < 0x90;
  const bool beyond = lead == 0xF4 && at(1) > 0x8F;
  return tail(1) && tail(2) && tail(3) && !overlong && !beyond ? 4 : 0;
}

// Returns how many code points `text` has, or nullopt if it is not UTF-8.
inline std::optional<std::size_t> CountCodePoints(std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    const std::size_t size = CodePointSize(text);
    if (size == 0) return std::nullopt;
    text.remove_prefix(size);
    ++count;
  }
  return count;
}

}  // namespace privet::transform

#endif  // PRIVET_TRANSFORM_UTF8_H_
