// SPDX-License-Identifier: Apache-2.0
//
// The decisions of one request as functions of the answers: what columns are
// flattened from, and what proofs walk.

#ifndef PRIVET_POLICY_FUNCTIONS_H_
#define PRIVET_POLICY_FUNCTIONS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "policy/decision.h"
#include "policy/diagram.h"
#include "policy/model.h"
#include "policy/request.h"

namespace privet::policy {

// A question: its answers, as far as anything here tells them apart, and one
// bit of the word for each class but the first (which holds answer 0).
struct Var {
  Question question = 0;
  std::uint32_t offset = 0;              // of its first bit
  std::vector<std::uint16_t> class_of;   // by answer
  std::vector<std::uint16_t> answer_of;  // by class: some answer of it

  std::uint32_t ClassIn(const Word& word) const {
    for (std::uint32_t i = 1; i < answer_of.size(); ++i) {
      const std::uint32_t bit = offset + i - 1;
      if ((word.bits[bit / 64] >> (bit % 64)) & 1) return i;
    }
    return 0;
  }
};

// A condition and its exceptions.
struct Proviso {
  const Requirement* when;
  const std::vector<Requirement>* unless;
};

// Functions give a set of forms (Forms::Set; kNothing: denied). Not
// thread-safe: whoever asks holds the lock of the builders.
class Functions {
 public:
  // `also` are conditions that will be asked for by Holds(), beside those of
  // the rules. ResourceExhausted if a word is too small for the questions.
  static absl::StatusOr<std::unique_ptr<Functions>> Make(
      Model* model, const Request& request, const std::vector<Proviso>& also);

  const Model& model() const { return *model_; }
  const std::vector<Var>& vars() const { return vars_; }
  // Returns the number of the variable of a question, or -1: nothing asks it.
  int FindVar(Question question) const;
  Diagram& diagram() { return *diagram_; }

  // Returns the decision on a field of all of `categories` (POLICY.md 2(6) to
  // 2(8)). For kStore: whatever purpose permits it. ResourceExhausted, naming
  // the categories, if the diagram gets too large: that is no answer, and all
  // others stay right.
  absl::StatusOr<Diagram::Ref> Decision(absl::Span<const Category> categories);

  // Returns the same for kStore, for one purpose and one actor that may claim
  // it.
  absl::StatusOr<Diagram::Ref> StorePart(absl::Span<const Category> categories,
                                         std::uint32_t purpose,
                                         std::uint32_t actor);

  // Returns the ResourceExhausted of a decision on `categories`.
  absl::Status TooLarge(absl::Span<const Category> categories) const;

  // Returns what either of two such parts permits, in the weakest of their
  // forms; and what is stored of all of them: what needs several forms, of
  // which none is the weakest, is stored whole.
  Diagram::Ref Either(Diagram::Ref parts, Diagram::Ref part);
  Diagram::Ref Stored(Diagram::Ref parts);

  // Returns the function that is 1 where the proviso holds: as that of a permit
  // (certainly), or of a forbid (unless it certainly does not).
  Diagram::Ref HoldsCertainly(const Proviso& proviso);
  Diagram::Ref HoldsPossibly(const Proviso& proviso);

  // Returns the rules on a category that hold at the given value of each
  // variable; `request` names a purpose, and for kShare a region.
  std::vector<std::uint32_t> RulesHolding(
      const Request& request, Category category,
      const std::vector<std::uint32_t>& values);

  // -- Functions of functions ------------------------------------------------

  Diagram::Ref And(Diagram::Ref a, Diagram::Ref b);
  Diagram::Ref Or(Diagram::Ref a, Diagram::Ref b);
  Diagram::Ref Not(Diagram::Ref a);
  // Returns `f` where `condition` is 1, else kNothing.
  Diagram::Ref Where(Diagram::Ref condition, Diagram::Ref f);
  // Returns what both permit, in the strongest of their forms.
  Diagram::Ref Both(Diagram::Ref a, Diagram::Ref b);

 private:
  Functions(Model* model, const Request& request)
      : model_(model), request_(request) {}

  absl::Status AddVars(const std::vector<Proviso>& also);
  std::vector<Test> TestsAsked(const std::vector<Proviso>& also) const;
  void AddRuleTests(std::vector<Test>* tests) const;

  Diagram::Ref TestRef(const Test& test, Truth at_least);
  Diagram::Ref LineRef(const Line& line, Truth at_least);
  Diagram::Ref RequirementRef(const Requirement& requirement, Truth at_least);
  Diagram::Ref RuleHolds(std::uint32_t rule, std::uint32_t purpose);

  // The rules that match `request`, in order.
  std::vector<std::uint32_t> RulesFor(const Request& request,
                                      Category category) const;
  // The decision by rules alone, gates apart.
  Diagram::Ref ByRules(const std::vector<std::uint32_t>& rules,
                       Category category, std::uint32_t purpose);
  Diagram::Ref Gates();
  Diagram::Ref Residency(Category category);
  Diagram::Ref RecipientForms(Category category);
  Diagram::Ref Share(Category category);
  Diagram::Ref PartOfStore(absl::Span<const Category> categories,
                           std::uint32_t purpose, std::uint32_t actor);
  Diagram::Ref Store(absl::Span<const Category> categories);
  Diagram::Ref Decide(absl::Span<const Category> categories);
  Diagram::Ref PublicDecision();
  // Returns what was made while the diagram grew from `size`, if it fitted.
  absl::StatusOr<Diagram::Ref> Checked(absl::Span<const Category> categories,
                                       std::size_t size, Diagram::Ref made);

  Model* const model_;
  const Request request_;
  std::vector<Var> vars_;
  absl::flat_hash_map<Question, std::uint32_t> var_of_;
  std::unique_ptr<Diagram> diagram_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, Diagram::Ref> rule_holds_;
  absl::flat_hash_map<std::vector<std::uint32_t>, Diagram::Ref> by_rules_;
};

}  // namespace privet::policy

#endif  // PRIVET_POLICY_FUNCTIONS_H_
