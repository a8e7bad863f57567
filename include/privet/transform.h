// SPDX-License-Identifier: Apache-2.0
//
// The host's part in transforms: scanners of free text.

#ifndef PRIVET_TRANSFORM_H_
#define PRIVET_TRANSFORM_H_

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/types/span.h"

namespace privet {

// Takes out of free text what must not be shown, where the policy says
// `scan { scanner: "name" }`.
//
// Implementations are immutable and called from any thread, exactly once for
// each value, inside the pass over a record: they do no I/O and do not block.
// A policy that names a scanner which nobody registered drops the value.
//
// Example:
//
//   class NoDigits : public privet::Scanner {
//    public:
//     std::optional<std::size_t> Apply(std::string_view text,
//                                      absl::Span<char> out) const override {
//       std::size_t size = 0;
//       for (char c : text) if (c < '0' || c > '9') out[size++] = c;
//       return size;
//     }
//   };
class Scanner {
 public:
  virtual ~Scanner() = default;

  // Returns whether this scanner is made for fields of `category`, such as
  // `communication.ticket`. A value that it does not accept is dropped. Asked
  // when a record type binds, not for each value.
  virtual bool Accepts(std::string_view category) const;

  // Returns the most bytes that Apply() writes for a text of `size` bytes:
  // always the same for one size, and not less for a larger one. The default is
  // `size`: a scanner that only takes out or overwrites.
  virtual std::size_t MaxOut(std::size_t size) const;

  // Writes what of `text` may be shown to the front of `out`, which has
  // MaxOut(text.size()) bytes, and returns how many bytes it wrote; or nullopt:
  // then the value is dropped. What is not UTF-8, or is longer than promised,
  // is dropped too.
  virtual std::optional<std::size_t> Apply(std::string_view text,
                                           absl::Span<char> out) const = 0;
};

// Scanners by the name that the policy calls them.
using Scanners =
    std::map<std::string, std::shared_ptr<const Scanner>, std::less<>>;

}  // namespace privet

#endif  // PRIVET_TRANSFORM_H_
