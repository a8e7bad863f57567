// SPDX-License-Identifier: Apache-2.0

#include "policy/diagram.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace privet::policy {

Diagram::Ref Diagram::Make(std::uint32_t var, const Children& children) {
  const bool is_constant =
      std::all_of(children.begin(), children.end(),
                  [&](Ref child) { return child == children.front(); });
  if (is_constant) return children.front();
  if (nodes_.size() >= kMaxNodes) {
    overflowed_ = true;
    return Number(0);
  }
  Children key = children;
  key.push_back(var);
  const auto next = static_cast<Ref>(nodes_.size());
  const auto [entry, is_new] = index_.emplace(std::move(key), next);
  if (is_new) {
    nodes_.push_back({var, static_cast<std::uint32_t>(children_.size())});
    children_.insert(children_.end(), children.begin(), children.end());
  }
  return entry->second;
}

}  // namespace privet::policy
