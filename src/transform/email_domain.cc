// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <string_view>

#include "transform/families.h"
#include "transform/transform.h"
#include "transform/utf8.h"

namespace privet::transform {
namespace {

constexpr std::size_t kLongestDomain = 253;

char ToLower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

// Letters, digits and hyphens of ASCII, and whatever lies beyond it, in labels
// that are not empty.
bool IsDomain(std::string_view text) {
  bool in_label = false;
  for (const char c : text) {
    const bool word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                      (c >= 'A' && c <= 'Z') || c == '-' ||
                      static_cast<unsigned char>(c) >= 0x80;
    if (!word && !(c == '.' && in_label)) return false;
    in_label = word;
  }
  return in_label && text.size() <= kLongestDomain;
}

// `Ada@X.org` becomes `@x.org`: with the `@`, so that a domain is never taken
// for an address, and the form of a result is the result.
class EmailDomain final : public Transform {
 public:
  Applied ApplyBytes(std::string_view in, const Pseudonymizer*, char* out,
                     std::size_t* out_size) const override {
    const std::size_t at = in.rfind('@');
    if (at == std::string_view::npos || !IsDomain(in.substr(at + 1)) ||
        !CountCodePoints(in)) {
      return Applied::kDropped;
    }
    *out_size = 0;
    for (const char c : in.substr(at)) out[(*out_size)++] = ToLower(c);
    return Applied::kKept;
  }
};

}  // namespace

TransformPtr MakeEmailDomain() { return std::make_unique<EmailDomain>(); }

}  // namespace privet::transform
