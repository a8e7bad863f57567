// SPDX-License-Identifier: Apache-2.0

#include "policy/prove.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "policy/counterexample.h"
#include "policy/functions.h"
#include "policy/text.h"

namespace privet::policy {
namespace {

using Ref = Diagram::Ref;

class Prover {
 public:
  Prover(Model* model, Findings* findings)
      : model_(*model), findings_(findings), worst_(model->invariants.size()) {}

  void Run() {
    if (model_.invariants.empty()) return;
    ForEachFeasibleRequest(
        model_, [this](const Request& request) { return Visit(request); });
    for (std::size_t i = 0; i < worst_.size(); ++i) Report(i);
  }

 private:
  bool Asks(const InvariantInfo& invariant, const Request& request) const {
    return Matches(invariant.reach, request) &&
           ReachesRegion(model_, invariant.reach, request) &&
           !invariant.reach.categories.Empty();
  }
  bool Visit(const Request& request);
  bool MakeFunctions(const Request& request);
  void Test(std::size_t index, const Request& request, Category category,
            Ref decision);
  Ref Broken(const InvariantInfo& invariant, Category category, Ref decision);
  void Report(std::size_t index);

  Model& model_;
  Findings* const findings_;
  std::vector<std::optional<Counterexample>> worst_;

  // The tables of the last request: those of a kStore serve many.
  Request last_;
  std::unique_ptr<Functions> functions_;
};

bool Prover::MakeFunctions(const Request& request) {
  const Request table = TableOf(request);
  const bool same =
      functions_ != nullptr && table.operation == Operation::kStore &&
      last_.operation == Operation::kStore && last_.region == table.region;
  if (same) return true;
  std::vector<Proviso> also;
  for (const InvariantInfo& invariant : model_.invariants) {
    if (Asks(invariant, table)) {
      also.push_back({&invariant.when, &invariant.unless});
    }
  }
  auto made = Functions::Make(&model_, table, also);
  if (!made.ok()) {
    findings_->push_back(
        {Severity::kError, {}, std::string(made.status().message()), ""});
    return false;
  }
  last_ = table;
  functions_ = *std::move(made);
  return true;
}

bool Prover::Visit(const Request& request) {
  std::vector<std::size_t> asking;
  for (std::size_t i = 0; i < model_.invariants.size(); ++i) {
    if (Asks(model_.invariants[i], request)) asking.push_back(i);
  }
  if (asking.empty()) return true;
  if (!MakeFunctions(request)) return false;
  for (Category c = 0; c < model_.category_count(); ++c) {
    std::optional<Ref> decision;
    for (const std::size_t i : asking) {
      if (!model_.invariants[i].reach.categories.Test(c)) continue;
      if (!decision.has_value()) {
        decision = DecisionOf(request, {&c, 1}, functions_.get());
      }
      Test(i, request, c, *decision);
    }
  }
  if (!functions_->diagram().overflowed()) return true;
  findings_->push_back(
      {Severity::kError,
       {},
       "the rules depend on each other in too many ways to be proved",
       "use fewer conditions on the same categories and purposes"});
  return false;
}

Ref Prover::Broken(const InvariantInfo& invariant, Category category,
                   Ref decision) {
  const Proviso proviso{&invariant.when, &invariant.unless};
  Diagram& diagram = functions_->diagram();
  if (invariant.kind == InvariantInfo::kAlways) {
    const Ref denied = diagram.Apply(
        decision, decision,
        [](std::uint32_t x, std::uint32_t) { return std::uint32_t{x == 0}; });
    return functions_->And(functions_->HoldsCertainly(proviso), denied);
  }
  Forms* forms = model_.forms.get();
  const std::vector<Form> enough =
      forms->Members(FormsOf(invariant.unless_transformed, category, forms));
  const auto is_enough = [&](Form form) {
    return std::any_of(enough.begin(), enough.end(), [&](Form most) {
      return forms->AtLeastAsStrong(form, most);
    });
  };
  const Ref shown =
      diagram.Apply(decision, decision, [&](std::uint32_t x, std::uint32_t) {
        const std::vector<Form>& members = forms->Members(x);
        return std::uint32_t{
            !std::all_of(members.begin(), members.end(), is_enough)};
      });
  return functions_->And(functions_->HoldsPossibly(proviso), shown);
}

void Prover::Test(std::size_t index, const Request& request, Category category,
                  Ref decision) {
  const Ref broken = Broken(model_.invariants[index], category, decision);
  if (broken == Diagram::Number(0)) return;
  const auto path = ShortestPath(functions_->diagram(), broken);
  if (!path.has_value()) return;
  std::optional<Counterexample>& worst = worst_[index];
  if (worst.has_value() && worst->literals <= path->size()) return;
  worst = Describe(*path, request, category, functions_.get());
}

void Prover::Report(std::size_t index) {
  static constexpr const char* kKinds[] = {"never", "always", "only"};
  if (!worst_[index].has_value()) return;
  const InvariantInfo& invariant = model_.invariants[index];
  const Counterexample& worst = *worst_[index];
  const bool is_always = invariant.kind == InvariantInfo::kAlways;
  const std::string rules =
      worst.rules.empty()
          ? "no rule permits it"
          : absl::StrCat(worst.rules.size() == 1 ? "rule " : "rules ",
                         List(worst.rules));
  findings_->push_back(
      {Severity::kError, invariant.path,
       absl::StrCat("`", kKinds[invariant.kind], "` ", Quoted(invariant.name),
                    " does not hold: ", is_always ? "it is refused that " : "",
                    worst.request, ", with ", worst.cube, " (", rules, ")"),
       is_always ? "permit it, or say when it need not be"
                 : "forbid it, or name the exception in `unless`"});
}

}  // namespace

void Prove(Model* model, Findings* findings) { Prover(model, findings).Run(); }

}  // namespace privet::policy
