// SPDX-License-Identifier: Apache-2.0
//
// Whether any ground is left on which a field about a person may be kept.

#include <cstdint>
#include <map>
#include <vector>

#include "absl/status/statusor.h"
#include "policy/snapshot_impl.h"

namespace privet::policy {
namespace {

using Ref = Diagram::Ref;

// Whether a function permits for some answers that agree with what is known of
// a person. Free are: what is unknown; the request, its day and recipient's
// agreement; a restriction and a minor, for both come to an end.
class SomeWord {
 public:
  SomeWord(const Model& model, const SubjectFacts& subject)
      : model_(model), subject_(subject) {}

  bool Permits(Functions& functions, Ref function) {
    known_.clear();
    return Visit(functions, functions.diagram(), function);
  }

 private:
  // Returns the answer, or -1: free.
  int AnswerOf(Question question) const {
    const QuestionInfo& info = model_.questions[question];
    const bool is_known = info.of_person && info.about != About::kRestricted &&
                          info.about != About::kMinor &&
                          question < subject_.values.size();
    if (!is_known) return -1;
    const std::uint16_t answer = subject_.values[question];
    return answer == 0 && info.may_be_unknown ? -1 : answer;
  }

  bool Visit(const Functions& functions, const Diagram& diagram, Ref ref) {
    if (Diagram::IsNumber(ref)) {
      return Diagram::ValueOf(ref) != Forms::kNothing;
    }
    const auto [entry, is_new] = known_.emplace(ref, false);
    if (!is_new) return entry->second;
    const Var& var = functions.vars()[diagram.VarOf(ref)];
    const auto children = diagram.ChildrenOf(ref);
    const int answer = AnswerOf(var.question);
    bool permits = false;
    if (answer >= 0) {
      const auto index = static_cast<std::size_t>(answer);
      const std::size_t some_class =
          index < var.class_of.size() ? var.class_of[index] : 0;
      permits = Visit(functions, diagram, children[some_class]);
    } else {
      for (std::size_t i = 0; i < children.size() && !permits; ++i) {
        permits = Visit(functions, diagram, children[i]);
      }
    }
    return known_[ref] = permits;
  }

  const Model& model_;
  const SubjectFacts& subject_;
  std::map<Ref, bool> known_;
};

// Returns whether some permit reaches each of the categories for the request.
bool AnyPermit(const Model& model, const Request& request,
               absl::Span<const Category> categories) {
  for (const Category category : categories) {
    bool any = false;
    for (const std::uint32_t i : model.rules_of[category]) {
      const RuleInfo& rule = model.rules[i];
      any = any ||
            (rule.effect == Effect::kPermit && Matches(rule.reach, request));
    }
    if (!any) return false;
  }
  return true;
}

}  // namespace

bool Snapshot::HasGround(absl::Span<const Category> categories,
                         const SubjectFacts& subject) const {
  Model& model = impl_->model;
  for (const Category category : categories) {
    if (category >= model.category_count()) return false;
  }
  if (categories.empty()) return true;
  if (impl_->fates.HasObligation(categories, subject.region)) return true;
  const base::MutexLock lock(impl_->contexts.lock());
  SomeWord some_word(model, subject);
  bool found = false;
  const auto try_request = [&](const Request& request) {
    const auto column = impl_->contexts.ColumnOf(request);
    const absl::StatusOr<Ref> decision =
        column.ok() ? (*column)->FunctionOf(categories) : column.status();
    // Where it cannot be told nothing is thrown away.
    found =
        !decision.ok() || some_word.Permits((*column)->functions(), *decision);
    return !found;
  };
  // What may be stored is the common case, and one table answers it.
  for (std::uint32_t i = 0; i < model.data_regions.count() && !found; ++i) {
    Request request;
    request.operation = Operation::kStore;
    request.region = i;
    try_request(request);
  }
  if (found) return true;
  ForEachFeasibleRequest(model, [&](const Request& request) {
    if (request.operation == Operation::kStore ||
        !AnyPermit(model, request, categories)) {
      return true;
    }
    return try_request(request);
  });
  return found;
}

}  // namespace privet::policy
