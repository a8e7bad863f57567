// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "privet/v1/policy.pb.h"
#include "transform/families.h"
#include "transform/transform.h"
#include "transform/utf8.h"

namespace privet::transform {
namespace {

// Shows some characters at either end and those of `skip`; each other one
// becomes `with`. Never more than (n - 1) / 2 at an end of n characters, so
// that no text is shown whole for being short; a bound by n alone keeps masks
// ordered by what they show.
class MaskTransform final : public Transform {
 public:
  explicit MaskTransform(const v1::Mask& mask)
      : keep_first_(static_cast<std::size_t>(mask.keep_first())),
        keep_last_(static_cast<std::size_t>(mask.keep_last())),
        with_(mask.with().empty() ? "*" : mask.with()),
        skip_(mask.skip()) {}

  std::size_t MaxOut(std::size_t size) const override {
    return size * with_.size();
  }

  Applied ApplyBytes(std::string_view in, const Pseudonymizer*, char* out,
                     std::size_t* out_size) const override {
    const std::optional<std::size_t> count = CountCodePoints(in);
    if (!count) return Applied::kDropped;
    const std::size_t most = *count == 0 ? 0 : (*count - 1) / 2;
    const std::size_t first = std::min(keep_first_, most);
    const std::size_t last = *count - std::min(keep_last_, most);
    char* end = out;
    for (std::size_t i = 0; !in.empty(); ++i) {
      const std::string_view c = in.substr(0, CodePointSize(in));
      in.remove_prefix(c.size());
      const bool shown =
          i < first || i >= last || skip_.find(c) != std::string::npos;
      const std::string_view written = shown ? c : std::string_view(with_);
      std::memcpy(end, written.data(), written.size());
      end += written.size();
    }
    *out_size = static_cast<std::size_t>(end - out);
    return Applied::kKept;
  }

 private:
  const std::size_t keep_first_;
  const std::size_t keep_last_;
  const std::string with_;
  const std::string skip_;
};

}  // namespace

TransformPtr MakeMask(const v1::Mask& mask) {
  return std::make_unique<MaskTransform>(mask);
}

}  // namespace privet::transform
