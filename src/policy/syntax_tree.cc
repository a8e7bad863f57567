// SPDX-License-Identifier: Apache-2.0

#include "policy/syntax_tree.h"

#include <cstdint>

namespace privet::policy {
namespace {

// Returns the child that `step` names, or 0.
std::uint32_t ChildAt(const SyntaxTree& tree, std::uint32_t parent,
                      const FieldStep& step) {
  for (std::uint32_t at = tree.nodes[parent].first_child; at != 0;
       at = tree.nodes[at].next_sibling) {
    const SyntaxNode& node = tree.nodes[at];
    const bool same_field = node.field->number() == step.number;
    if (same_field && (step.index < 0 || node.index == step.index)) return at;
  }
  return 0;
}

}  // namespace

const SyntaxNode& SyntaxTree::Find(const FieldPath& path) const {
  std::uint32_t at = 0;
  for (const FieldStep& step : path) {
    const std::uint32_t child = ChildAt(*this, at, step);
    if (child == 0) break;
    at = child;
  }
  return nodes[at];
}

Range SyntaxTree::RangeOf(const FieldPath& path) const {
  const SyntaxNode& node = Find(path);
  if (node.field == nullptr) return {0, 0};
  return node.kind == ValueKind::kMessage ? node.name : node.value;
}

}  // namespace privet::policy
