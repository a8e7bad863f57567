// SPDX-License-Identifier: Apache-2.0
//
// The forms that do not look at the value: drop, whole, and replacement by a
// constant.

#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "transform/families.h"
#include "transform/transform.h"

namespace privet::transform {
namespace {

class Drop final : public Transform {
 public:
  bool drops_all() const override { return true; }
  std::size_t MaxOut(std::size_t) const override { return 0; }
};

class Whole final : public Transform {
 public:
  bool keeps_all() const override { return true; }
  Applied ApplyBytes(std::string_view in, const Pseudonymizer*, char* out,
                     std::size_t* out_size) const override {
    if (!in.empty()) std::memcpy(out, in.data(), in.size());
    *out_size = in.size();
    return Applied::kKept;
  }
  Applied ApplyNumber(std::uint64_t*) const override { return Applied::kKept; }
};

class Constant final : public Transform {
 public:
  explicit Constant(std::string text) : text_(std::move(text)) {}
  std::size_t MaxOut(std::size_t) const override { return text_.size(); }
  Applied ApplyBytes(std::string_view, const Pseudonymizer*, char* out,
                     std::size_t* out_size) const override {
    if (!text_.empty()) std::memcpy(out, text_.data(), text_.size());
    *out_size = text_.size();
    return Applied::kKept;
  }

 private:
  const std::string text_;
};

}  // namespace

TransformPtr MakeDrop() { return std::make_unique<Drop>(); }

TransformPtr MakeWhole() { return std::make_unique<Whole>(); }

TransformPtr MakeConstant(std::string text) {
  return std::make_unique<Constant>(std::move(text));
}

}  // namespace privet::transform
