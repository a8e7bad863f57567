// SPDX-License-Identifier: Apache-2.0
//
// One resolved request: what a call decides with.

#ifndef PRIVET_POLICY_CONTEXT_H_
#define PRIVET_POLICY_CONTEXT_H_

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/types/span.h"
#include "policy/decision.h"
#include "policy/subject_state.h"
#include "privet/denial.h"

namespace privet::policy {

class Column;
struct SubjectFacts;

// Who asks for what, as numbers; the key of a context.
struct ContextKey {
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  Operation operation = Operation::kUse;
  std::uint32_t actor = kNone, purpose = kNone, recipient = kNone;
  std::uint32_t region = kNone;       // a code
  std::uint32_t record_type = kNone;  // kStore: that the actor may store

  friend bool operator==(const ContextKey& a, const ContextKey& b) {
    return a.operation == b.operation && a.actor == b.actor &&
           a.purpose == b.purpose && a.recipient == b.recipient &&
           a.region == b.region && a.record_type == b.record_type;
  }
};

// One resolved (operation, actor, purpose, recipient, region); lives as long as
// its snapshot. Immutable but for a growing table of nodes; safe from any
// thread.
class Context {
 public:
  Operation operation() const { return operation_; }
  // Names of the policy; empty where the operation has none.
  std::string_view actor() const { return actor_; }
  std::string_view purpose() const { return purpose_; }
  std::string_view recipient() const { return recipient_; }
  std::string_view region() const { return region_; }
  // kStore: the type that the actor would store.
  std::string_view record_type() const { return record_type_; }

  // Returns a denial of the request that gives no reason yet.
  Denial Deny() const;

  // Makes the word of one call; `day` is a UTC day. Linear in the questions
  // that the context asks. Allocates for a share with an AUTHORITY only.
  Word MakeWord(const SubjectFacts& subject, const RequestState& request,
                absl::CivilDay day) const;

  // Returns the decision on a field of all of `categories` (sorted, at least
  // one): for kStore that of some one purpose (POLICY.md 2(8)). One category: a
  // load. Several: built at first use, under a lock; keep the number.
  // ResourceExhausted if the rules on them ask too much at once, which
  // Snapshot::CheckField() finds when the field is bound.
  absl::StatusOr<Node> NodeOf(absl::Span<const Category> categories) const;

  // Returns the decision on a public field: the gates alone.
  Node PublicNode() const;

  // Decides. Neither locks nor allocates.
  Verdict Evaluate(Node node, const Word& word) const;

  // Decides on one leaf category: a few nanoseconds.
  Verdict Decide(Category category, const Word& word) const {
    if (category >= category_count_) return {};
    return EvaluateLeaf(*leaves_[category], word);
  }

  // -- For this layer --------------------------------------------------------

  const Column& column() const { return *column_; }
  const ContextKey& key() const { return key_; }
  // kStore: the actor may not store the type.
  bool may_not_store() const { return may_not_store_; }

 private:
  friend class Contexts;
  Context() = default;

  static Verdict EvaluateLeaf(const Leaf& leaf, const Word& word) {
    if (leaf.kind == Leaf::kWalk) return EvaluateSlowly(leaf, word);
    std::uint32_t permits = leaf.otherwise ^ FlipsOf(leaf, word);
    if (leaf.kind == Leaf::kMoreCubes) {
      const Leaf* line = &leaf;
      for (int i = 1; i < leaf.lines; ++i) permits ^= FlipsOf(line[i], word);
    }
    return VerdictOf(permits);
  }
  static Verdict EvaluateSlowly(const Leaf& leaf, const Word& word);

  const Leaf* const* leaves_ = nullptr;  // of each category
  std::uint32_t category_count_ = 0;
  Operation operation_ = Operation::kUse;
  bool may_not_store_ = false;
  const Column* column_ = nullptr;
  ContextKey key_;
  std::string_view actor_, purpose_, recipient_, region_, record_type_;
};

}  // namespace privet::policy

#endif  // PRIVET_POLICY_CONTEXT_H_
