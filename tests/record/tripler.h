// SPDX-License-Identifier: Apache-2.0
//
// A form that makes values longer.

#ifndef PRIVET_TESTS_RECORD_TRIPLER_H_
#define PRIVET_TESTS_RECORD_TRIPLER_H_

#include <atomic>
#include <cstddef>
#include <optional>
#include <string_view>

#include "absl/types/span.h"
#include "privet/transform.h"

namespace privet::testing {

// Writes every text three times, and counts.
class Tripler : public Scanner {
 public:
  bool Accepts(std::string_view) const override { return true; }
  std::size_t MaxOut(std::size_t size) const override { return 3 * size; }
  std::optional<std::size_t> Apply(std::string_view text,
                                   absl::Span<char> out) const override {
    ++calls;
    if (text == "drop") return std::nullopt;
    if (text == "break") {
      out[0] = '\xff';
      return 1;
    }
    std::size_t size = 0;
    for (int i = 0; i < 3; ++i) {
      for (const char c : text) out[size++] = c;
    }
    return size;
  }

  mutable std::atomic<int> calls{0};
};

}  // namespace privet::testing

#endif  // PRIVET_TESTS_RECORD_TRIPLER_H_
