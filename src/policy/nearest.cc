// SPDX-License-Identifier: Apache-2.0

#include "policy/nearest.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/ascii.h"

namespace privet::policy {
namespace {

// Longer names are compared by their beginning: nobody mistypes those.
constexpr std::size_t kLongest = 64;

std::string Folded(std::string_view name) {
  std::string folded;
  for (const char c : name.substr(0, kLongest)) {
    if (c != '-' && c != '_' && c != '.') {
      folded.push_back(absl::ascii_tolower(static_cast<unsigned char>(c)));
    }
  }
  return folded;
}

// The number of insertions, deletions, substitutions and swaps of neighbours
// that make `a` into `b`, at most `limit` + 1.
std::size_t Distance(std::string_view a, std::string_view b,
                     std::size_t limit) {
  const std::size_t gap =
      a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  if (gap > limit) return limit + 1;
  std::vector<std::size_t> before, last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + change});
      const bool swapped =
          i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    if (*std::min_element(row.begin(), row.end()) > limit) return limit + 1;
    before = last;
    std::swap(last, row);
  }
  return last[b.size()];
}

// Returns if `whole` ends in `.part`.
bool EndsInPart(std::string_view whole, std::string_view part) {
  return !part.empty() && whole.size() > part.size() + 1 &&
         whole[whole.size() - part.size() - 1] == '.' &&
         whole.substr(whole.size() - part.size()) == part;
}

}  // namespace

std::string_view Nearest(std::string_view name,
                         const std::vector<std::string_view>& candidates) {
  const std::string folded = Folded(name);
  std::size_t best = std::max<std::size_t>(folded.size() / 3, 1) + 1;
  if (folded.size() < 3) best = 1;  // of two letters, one is too much to guess
  std::string_view nearest;
  for (const std::string_view candidate : candidates) {
    const std::size_t distance = Distance(folded, Folded(candidate), best - 1);
    if (distance >= best) continue;
    best = distance;
    nearest = candidate;
    if (best == 0) return nearest;
  }
  if (!nearest.empty()) return nearest;
  for (const std::string_view candidate : candidates) {
    if (EndsInPart(candidate, name)) return candidate;
  }
  return {};
}

std::string DidYouMean(std::string_view name,
                       const std::vector<std::string_view>& candidates) {
  const std::string_view nearest = Nearest(name, candidates);
  if (nearest.empty()) return "";
  return "did you mean `" + std::string(nearest) + "`?";
}

}  // namespace privet::policy
