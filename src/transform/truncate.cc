// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cstring>
#include <memory>
#include <string_view>

#include "transform/families.h"
#include "transform/transform.h"
#include "transform/utf8.h"

namespace privet::transform {
namespace {

// Keeps the first code points of text. Text that is not UTF-8 is dropped, also
// where the fault lies behind the cut: whether there is one tells of the rest.
class TruncateText final : public Transform {
 public:
  explicit TruncateText(std::size_t characters) : characters_(characters) {}

  Applied ApplyBytes(std::string_view in, const Pseudonymizer*, char* out,
                     std::size_t* out_size) const override {
    std::size_t kept = 0;
    std::size_t at = 0;
    for (std::size_t i = 0; at < in.size(); ++i) {
      const std::size_t size = CodePointSize(in.substr(at));
      if (size == 0) return Applied::kDropped;
      at += size;
      if (i < characters_) kept = at;
    }
    if (kept > 0) std::memcpy(out, in.data(), kept);
    *out_size = kept;
    return Applied::kKept;
  }

 private:
  const std::size_t characters_;
};

class TruncateBytes final : public Transform {
 public:
  explicit TruncateBytes(std::size_t bytes) : bytes_(bytes) {}

  Applied ApplyBytes(std::string_view in, const Pseudonymizer*, char* out,
                     std::size_t* out_size) const override {
    *out_size = std::min(bytes_, in.size());
    if (*out_size > 0) std::memcpy(out, in.data(), *out_size);
    return Applied::kKept;
  }

 private:
  const std::size_t bytes_;
};

}  // namespace

TransformPtr MakeTruncate(std::size_t characters, FieldType type) {
  if (type == FieldType::kBytes) {
    return std::make_unique<TruncateBytes>(characters);
  }
  return std::make_unique<TruncateText>(characters);
}

}  // namespace privet::transform
