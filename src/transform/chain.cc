// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "transform/families.h"
#include "transform/transform.h"

namespace privet::transform {
namespace {

// Several transforms, each on what the one before left. The room at `out` is
// two halves, each as large as the largest result of a step: one is written
// while the other is read.
class Chain final : public Transform {
 public:
  explicit Chain(std::vector<TransformPtr> steps) : steps_(std::move(steps)) {}

  bool drops_all() const override { return Any(&Transform::drops_all); }
  bool needs_pseudonymizer() const override {
    return Any(&Transform::needs_pseudonymizer);
  }
  std::size_t MaxOut(std::size_t size) const override { return 2 * Half(size); }

  Applied ApplyBytes(std::string_view in, const Pseudonymizer* pseudonymizer,
                     char* out, std::size_t* out_size) const override {
    char* const halves[2] = {out, out + Half(in.size())};
    // The last step writes the first half.
    std::size_t half = (steps_.size() + 1) % 2;
    for (const TransformPtr& step : steps_) {
      std::size_t size = 0;
      const Applied applied =
          step->ApplyBytes(in, pseudonymizer, halves[half], &size);
      if (applied != Applied::kKept) return applied;
      in = std::string_view(halves[half], size);
      half = 1 - half;
    }
    *out_size = in.size();
    return Applied::kKept;
  }

  Applied ApplyNumber(std::uint64_t* value) const override {
    for (const TransformPtr& step : steps_) {
      const Applied applied = step->ApplyNumber(value);
      if (applied != Applied::kKept) return applied;
    }
    return Applied::kKept;
  }

 private:
  bool Any(bool (Transform::*holds)() const) const {
    return std::any_of(
        steps_.begin(), steps_.end(),
        [holds](const TransformPtr& step) { return (*step.*holds)(); });
  }
  std::size_t Half(std::size_t size) const {
    std::size_t largest = 0;
    for (const TransformPtr& step : steps_) {
      size = step->MaxOut(size);
      largest = std::max(largest, size);
    }
    return largest;
  }

  const std::vector<TransformPtr> steps_;
};

}  // namespace

TransformPtr MakeChain(std::vector<TransformPtr> steps) {
  return std::make_unique<Chain>(std::move(steps));
}

}  // namespace privet::transform
