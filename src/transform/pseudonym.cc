// SPDX-License-Identifier: Apache-2.0

#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "transform/families.h"
#include "transform/transform.h"

namespace privet::transform {
namespace {

constexpr std::size_t kSize = Pseudonymizer::kSize;

// The 16 bytes of a pseudonym: as they are in a bytes field, in a string field
// as 32 lower-case hexadecimal digits (of one length, free of signs that some
// system would quote, and compared by eye and by any database).
class Pseudonym final : public Transform {
 public:
  Pseudonym(std::string category, bool is_subject, bool hex)
      : category_(std::move(category)), is_subject_(is_subject), hex_(hex) {}

  bool needs_pseudonymizer() const override { return true; }
  std::size_t MaxOut(std::size_t) const override {
    return hex_ ? 2 * kSize : kSize;
  }

  Applied ApplyBytes(std::string_view in, const Pseudonymizer* pseudonymizer,
                     char* out, std::size_t* out_size) const override {
    if (in.size() > Pseudonymizer::kLongestValue) return Applied::kTooLong;
    unsigned char raw[kSize];
    if (pseudonymizer == nullptr ||
        !pseudonymizer->Pseudonymize(category_, is_subject_, in, raw)) {
      return Applied::kFailed;
    }
    *out_size = MaxOut(in.size());
    if (!hex_) {
      std::memcpy(out, raw, kSize);
      return Applied::kKept;
    }
    constexpr char kDigits[] = "0123456789abcdef";
    for (std::size_t i = 0; i < kSize; ++i) {
      out[2 * i] = kDigits[raw[i] >> 4];
      out[2 * i + 1] = kDigits[raw[i] & 15];
    }
    return Applied::kKept;
  }

 private:
  const std::string category_;
  const bool is_subject_;
  const bool hex_;
};

}  // namespace

TransformPtr MakePseudonym(const Target& target) {
  return std::make_unique<Pseudonym>(
      target.sealed_category.empty() ? target.category : target.sealed_category,
      target.is_subject, target.type == FieldType::kString);
}

}  // namespace privet::transform
