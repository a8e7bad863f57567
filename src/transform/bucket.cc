// SPDX-License-Identifier: Apache-2.0
//
// Every value becomes the lower end of its bucket, or the least value of its
// type where that lies beyond it.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "privet/v1/policy.pb.h"
#include "transform/families.h"
#include "transform/grid.h"
#include "transform/transform.h"

namespace privet::transform {
namespace {

// Returns the greatest bound that is not above `value`.
template <typename T>
std::optional<T> FloorToBounds(T value, const std::vector<T>& bounds) {
  const auto above = std::upper_bound(bounds.begin(), bounds.end(), value);
  if (above == bounds.begin()) return std::nullopt;
  return *std::prev(above);
}

// Real is float or double, Bits the unsigned integer of its size.
template <typename Real, typename Bits>
class RealBucket final : public Transform {
 public:
  explicit RealBucket(const v1::Bucket& bucket)
      : grid_(Grid::Of(bucket.width())) {
    for (const double bound : bucket.bounds()) {
      bounds_.push_back(static_cast<Real>(bound));
    }
  }

  Applied ApplyNumber(std::uint64_t* value) const override {
    const Real real = Load(*value);
    // One bound for all grids, else a coarse one would show what a fine one
    // drops; the comparison refuses NaN.
    if (!(std::fabs(real) <= static_cast<Real>(kLargestReal))) {
      return Applied::kDropped;
    }
    const std::optional<Real> least =
        bounds_.empty() ? grid_->Floor(real) : FloorToBounds(real, bounds_);
    if (!least) return Applied::kDropped;
    *value = Store(*least + Real{0});  // no -0
    return Applied::kKept;
  }

 private:
  static Real Load(std::uint64_t value) {
    const auto bits = static_cast<Bits>(value);
    Real real;
    static_assert(sizeof(real) == sizeof(bits));
    std::memcpy(&real, &bits, sizeof(real));
    return real;
  }
  static std::uint64_t Store(Real real) {
    Bits bits;
    std::memcpy(&bits, &real, sizeof(bits));
    return bits;
  }

  const std::optional<Grid> grid_;  // if there are no bounds
  std::vector<Real> bounds_;
};

// T is std::int64_t or std::uint64_t; `least` the least value of the type.
template <typename T>
class WholeBucket final : public Transform {
 public:
  WholeBucket(const v1::Bucket& bucket, T least)
      : width_(static_cast<std::uint64_t>(bucket.width())), least_(least) {
    for (const double bound : bucket.bounds()) {
      bounds_.push_back(
          bound < static_cast<double>(least) ? least : static_cast<T>(bound));
    }
  }

  Applied ApplyNumber(std::uint64_t* value) const override {
    const T whole = static_cast<T>(*value);
    if (bounds_.empty()) {
      *value = static_cast<std::uint64_t>(FloorToWidth(whole));
      return Applied::kKept;
    }
    const std::optional<T> bound = FloorToBounds(whole, bounds_);
    if (!bound) return Applied::kDropped;
    *value = static_cast<std::uint64_t>(*bound);
    return Applied::kKept;
  }

 private:
  T FloorToWidth(T value) const {
    if (value >= 0) {
      return static_cast<T>(
          value - static_cast<T>(static_cast<std::uint64_t>(value) % width_));
    }
    // How far up from the lower end; distances to `least_` fit 64 bits.
    const std::uint64_t below =
        (0 - static_cast<std::uint64_t>(value)) % width_;
    const std::uint64_t up = below == 0 ? 0 : width_ - below;
    const std::uint64_t room =
        static_cast<std::uint64_t>(value) - static_cast<std::uint64_t>(least_);
    return up >= room ? least_
                      : static_cast<T>(static_cast<std::uint64_t>(value) - up);
  }

  const std::uint64_t width_;
  const T least_;
  std::vector<T> bounds_;
};

}  // namespace

TransformPtr MakeBucket(const v1::Bucket& bucket, FieldType type) {
  using Signed = WholeBucket<std::int64_t>;
  switch (type) {
    case FieldType::kFloat:
      return std::make_unique<RealBucket<float, std::uint32_t>>(bucket);
    case FieldType::kDouble:
      return std::make_unique<RealBucket<double, std::uint64_t>>(bucket);
    case FieldType::kInt32:
      return std::make_unique<Signed>(bucket,
                                      std::numeric_limits<std::int32_t>::min());
    case FieldType::kInt64:
      return std::make_unique<Signed>(bucket,
                                      std::numeric_limits<std::int64_t>::min());
    default:
      return std::make_unique<WholeBucket<std::uint64_t>>(bucket, 0);
  }
}

}  // namespace privet::transform
