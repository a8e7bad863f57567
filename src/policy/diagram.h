// SPDX-License-Identifier: Apache-2.0
//
// Functions from answers to numbers as decision diagrams: equal functions are
// one node (an MTBDD whose variables may have more than two values).

#ifndef PRIVET_POLICY_DIAGRAM_H_
#define PRIVET_POLICY_DIAGRAM_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/types/span.h"

namespace privet::policy {

class Diagram {
 public:
  // A function: a number, or a node.
  using Ref = std::uint32_t;
  using Children = absl::InlinedVector<Ref, 6>;

  // A diagram over variables of so many values each, asked in this order.
  Diagram(std::vector<std::uint32_t> sizes, std::size_t most_nodes)
      : sizes_(std::move(sizes)), most_nodes_(most_nodes) {}

  static constexpr Ref Number(std::uint32_t value) { return value | kNumber; }
  static constexpr bool IsNumber(Ref ref) { return (ref & kNumber) != 0; }
  static constexpr std::uint32_t ValueOf(Ref ref) { return ref & ~kNumber; }

  std::uint32_t VarOf(Ref ref) const { return nodes_[ref].var; }
  absl::Span<const Ref> ChildrenOf(Ref ref) const {
    return {&children_[nodes_[ref].first], sizes_[nodes_[ref].var]};
  }

  // Returns the function that asks `var` first. Its children ask only later
  // ones. Beyond the size limit the result is the number 0, and overflowed():
  // nothing that was made since the size was below it is an answer.
  Ref Make(std::uint32_t var, const Children& children);
  bool overflowed() const { return overflowed_; }

  std::size_t size() const { return nodes_.size(); }
  // Forgets all nodes but the first `size`, and that there were too many.
  void CutBack(std::size_t size);

  // Returns the function x -> op(a(x), b(x)), op taking and giving numbers.
  template <typename Op>
  Ref Apply(Ref a, Ref b, const Op& op) {
    Memo memo;
    return Apply(a, b, op, &memo);
  }

  // Returns the number at the given values of variables.
  template <typename ValueAt>
  std::uint32_t Evaluate(Ref ref, const ValueAt& value_at) const {
    while (!IsNumber(ref)) {
      const Node node = nodes_[ref];
      ref = children_[node.first + value_at(node.var)];
    }
    return ValueOf(ref);
  }

 private:
  static constexpr Ref kNumber = Ref{1} << 31;

  struct Node {
    std::uint32_t var, first;
  };
  using Memo = absl::flat_hash_map<std::uint64_t, Ref>;

  template <typename Op>
  Ref Apply(Ref a, Ref b, const Op& op, Memo* memo) {
    if (IsNumber(a) && IsNumber(b)) return Number(op(ValueOf(a), ValueOf(b)));
    const std::uint64_t key = (std::uint64_t{a} << 32) | b;
    const auto known = memo->find(key);
    if (known != memo->end()) return known->second;
    std::uint32_t var = ~std::uint32_t{0};
    if (!IsNumber(a)) var = VarOf(a);
    if (!IsNumber(b) && VarOf(b) < var) var = VarOf(b);
    const bool step_a = !IsNumber(a) && VarOf(a) == var;
    const bool step_b = !IsNumber(b) && VarOf(b) == var;
    Children children;
    for (std::uint32_t i = 0; i < sizes_[var] && !overflowed_; ++i) {
      const Ref next_a = step_a ? children_[nodes_[a].first + i] : a;
      const Ref next_b = step_b ? children_[nodes_[b].first + i] : b;
      children.push_back(Apply(next_a, next_b, op, memo));
    }
    const Ref made = overflowed_ ? Number(0) : Make(var, children);
    memo->emplace(key, made);
    return made;
  }

  std::vector<std::uint32_t> sizes_;
  std::size_t most_nodes_;
  std::vector<Node> nodes_;
  std::vector<Ref> children_;
  absl::flat_hash_map<Children, Ref> index_;
  bool overflowed_ = false;
};

}  // namespace privet::policy

#endif  // PRIVET_POLICY_DIAGRAM_H_
