// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/types/span.h"
#include "privet/transform.h"
#include "transform/families.h"
#include "transform/transform.h"
#include "transform/utf8.h"

namespace privet {

bool Scanner::Accepts(std::string_view) const { return true; }

std::size_t Scanner::MaxOut(std::size_t size) const { return size; }

}  // namespace privet

namespace privet::transform {
namespace {

// What a scanner of the host leaves of a text. It is code of somebody else: it
// gets no more room than it asked for, and what it returns is checked.
class Scan final : public Transform {
 public:
  explicit Scan(std::shared_ptr<const Scanner> scanner)
      : scanner_(std::move(scanner)) {}

  std::size_t MaxOut(std::size_t size) const override {
    return scanner_->MaxOut(size);
  }

  Applied ApplyBytes(std::string_view in, const Pseudonymizer*, char* out,
                     std::size_t* out_size) const override {
    const std::size_t room = scanner_->MaxOut(in.size());
    const std::optional<std::size_t> size =
        scanner_->Apply(in, absl::Span<char>(out, room));
    if (!size || *size > room ||
        !CountCodePoints(std::string_view(out, *size))) {
      return Applied::kDropped;
    }
    *out_size = *size;
    return Applied::kKept;
  }

 private:
  const std::shared_ptr<const Scanner> scanner_;
};

}  // namespace

TransformPtr MakeScan(std::shared_ptr<const Scanner> scanner) {
  return std::make_unique<Scan>(std::move(scanner));
}

}  // namespace privet::transform
