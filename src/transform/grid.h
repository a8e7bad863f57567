// SPDX-License-Identifier: Apache-2.0
//
// A grid of decimal width over the real numbers: the lower ends of buckets.

#ifndef PRIVET_TRANSFORM_GRID_H_
#define PRIVET_TRANSFORM_GRID_H_

#include <cstdint>
#include <optional>

#include "absl/numeric/int128.h"

namespace privet::transform {

// Up to here every whole number is a double. Real numbers beyond it are no
// measurement of anything and are dropped by every bucket.
inline constexpr double kLargestReal = 9007199254740992.0;  // 2^53

// The multiples of a width that is a decimal number, such as 0.1: it is meant
// as written, not as the double next to it.
//
// Each multiple is represented by one double, which depends on its value only
// and grows with it: so a grid whose width is a multiple of another's has a
// part of its edges, exactly, and whoever knows the finer bucket knows the
// coarser.
class Grid {
 public:
  // Returns the grid of `width`, or nullopt unless 1e-9 <= width <= 2^53 and
  // it has at most nine decimals.
  static std::optional<Grid> Of(double width);

  // Returns whether every edge of this grid is one of `other`.
  bool IsPartOf(const Grid& other) const {
    return billionths_ % other.billionths_ == 0;
  }

  // Returns the greatest edge that is not above `value`, |value| <= 2^53; but
  // -2^53 for one below that. Real is float or double; edges are rounded to it.
  template <typename Real>
  Real Floor(Real value) const;

 private:
  explicit Grid(absl::int128 billionths) : billionths_(billionths) {}
  double Edge(absl::int128 k) const;

  absl::int128 billionths_;  // the width
};

}  // namespace privet::transform

#endif  // PRIVET_TRANSFORM_GRID_H_
