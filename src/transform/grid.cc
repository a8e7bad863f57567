// SPDX-License-Identifier: Apache-2.0

#include "transform/grid.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "absl/numeric/int128.h"

namespace privet::transform {
namespace {

constexpr int kDecimals = 9;
constexpr double kBillion = 1e9;

// Returns floor(value * 10^9), perhaps one or two off.
absl::int128 ToBillionths(double value) {
  const double whole = std::floor(value);
  return absl::int128(static_cast<std::int64_t>(whole)) *
             static_cast<std::int64_t>(kBillion) +
         static_cast<std::int64_t>(std::floor((value - whole) * kBillion));
}

}  // namespace

std::optional<Grid> Grid::Of(double width) {
  if (!(width > 0 && width <= kLargestReal)) return std::nullopt;
  std::int64_t scale = 1;
  std::int64_t rest = static_cast<std::int64_t>(kBillion);
  for (int i = 0; i <= kDecimals; ++i, scale *= 10, rest /= 10) {
    const double units = std::nearbyint(width * static_cast<double>(scale));
    if (units >= 1 && units <= kLargestReal &&
        units / static_cast<double>(scale) == width) {
      return Grid(absl::int128(static_cast<std::int64_t>(units)) * rest);
    }
  }
  return std::nullopt;
}

double Grid::Edge(absl::int128 k) const {
  const absl::int128 edge = k * billionths_;
  const absl::int128 size = edge < 0 ? -edge : edge;
  const absl::int128 billion = static_cast<std::int64_t>(kBillion);
  const double real =
      static_cast<double>(static_cast<std::int64_t>(size / billion)) +
      static_cast<double>(static_cast<std::int64_t>(size % billion)) / kBillion;
  return edge < 0 ? -real : real;
}

template <typename Real>
Real Grid::Floor(Real value) const {
  const auto edge = [this](absl::int128 k) {
    return static_cast<Real>(Edge(k));
  };
  const absl::int128 in_billionths = ToBillionths(static_cast<double>(value));
  absl::int128 k = in_billionths / billionths_;
  // Division cuts towards zero, so a step down may be due; and where doubles
  // lie wider than the grid many k have one edge: the first that is `value`
  // will do.
  while (edge(k) > value) k -= 1;
  while (edge(k) < value && edge(k + 1) <= value) k += 1;
  return std::max(edge(k), static_cast<Real>(-kLargestReal));
}

template float Grid::Floor<float>(float value) const;
template double Grid::Floor<double>(double value) const;

}  // namespace privet::transform
