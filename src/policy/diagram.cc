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
  if (nodes_.size() >= most_nodes_) {
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

void Diagram::CutBack(std::size_t size) {
  overflowed_ = false;
  if (size >= nodes_.size()) return;
  for (std::size_t i = size; i < nodes_.size(); ++i) {
    const auto children = ChildrenOf(static_cast<Ref>(i));
    Children key(children.begin(), children.end());
    key.push_back(nodes_[i].var);
    index_.erase(key);
  }
  children_.resize(nodes_[size].first);
  nodes_.resize(size);
  children_.shrink_to_fit();
  nodes_.shrink_to_fit();
  index_.rehash(0);
}

}  // namespace privet::policy
