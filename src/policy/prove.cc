// SPDX-License-Identifier: Apache-2.0

#include "policy/prove.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
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
    bool go_on = true;
    ForEachFeasibleRequest(
        model_, [&](const Request& request) { return go_on = Visit(request); });
    // Of what could not be proved to its end nothing else is said.
    if (!go_on || !TestStores()) return;
    for (std::size_t i = 0; i < worst_.size(); ++i) Report(i);
  }

 private:
  // What is stored is decided by all purposes together: what those that an
  // invariant asks about permit in one region, by invariant and category.
  using Parts = std::vector<std::pair<Request, Ref>>;
  struct Stored {
    Ref all = Diagram::Number(0);
    Parts parts;  // that differ
  };

  bool Asks(const InvariantInfo& invariant, const Request& request) const {
    return Matches(invariant.reach, request) &&
           ReachesRegion(model_, invariant.reach, request) &&
           !invariant.reach.categories.Empty();
  }
  bool Visit(const Request& request);
  bool MakeFunctions(const Request& request);
  bool Fail(const absl::Status& status);  // false
  // `parts` make the decision, each of one request.
  void Test(std::size_t index, const Parts& parts, Category category,
            Ref decision);
  void Add(const Request& request, Ref part, Stored* stored);
  bool TestStores();
  bool IsSmallEnough();
  Ref Broken(const InvariantInfo& invariant, Category category, Ref decision);
  void Report(std::size_t index);

  Model& model_;
  Findings* const findings_;
  std::vector<std::optional<Counterexample>> worst_;

  // The tables of the last request: those of a kStore serve many.
  Request last_;
  std::unique_ptr<Functions> functions_;

  std::map<std::pair<std::size_t, Category>, Stored> stored_;
};

bool Prover::MakeFunctions(const Request& request) {
  const Request table = TableOf(request);
  const bool same =
      functions_ != nullptr && table.operation == Operation::kStore &&
      last_.operation == Operation::kStore && last_.region == table.region;
  if (same) return true;
  if (!TestStores()) return false;
  std::vector<Proviso> also;
  for (const InvariantInfo& invariant : model_.invariants) {
    if (Asks(invariant, table)) {
      also.push_back({&invariant.when, &invariant.unless});
    }
  }
  auto made = Functions::Make(&model_, table, also);
  if (!made.ok()) return Fail(made.status());
  last_ = table;
  functions_ = *std::move(made);
  return true;
}

bool Prover::Fail(const absl::Status& status) {
  findings_->push_back(
      {Severity::kError, {}, std::string(status.message()), ""});
  return false;
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
        const auto made = DecisionOf(request, {&c, 1}, functions_.get());
        if (!made.ok()) return Fail(made.status());
        decision = *made;
      }
      if (request.operation == Operation::kStore &&
          model_.invariants[i].kind != InvariantInfo::kAlways) {
        Add(request, *decision, &stored_[{i, c}]);
      } else {
        Test(i, {{request, *decision}}, c, *decision);
      }
    }
  }
  return IsSmallEnough();
}

bool Prover::IsSmallEnough() {
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

void Prover::Add(const Request& request, Ref part, Stored* stored) {
  if (part == Diagram::Number(0)) return;
  for (const auto& [other, same] : stored->parts) {
    if (same == part) return;
  }
  stored->parts.emplace_back(request, part);
  stored->all = functions_->Either(stored->all, part);
}

bool Prover::TestStores() {
  if (stored_.empty()) return true;
  for (const auto& [what, stored] : stored_) {
    Test(what.first, stored.parts, what.second, functions_->Stored(stored.all));
  }
  stored_.clear();
  return IsSmallEnough();
}

void Prover::Test(std::size_t index, const Parts& parts, Category category,
                  Ref decision) {
  const InvariantInfo& invariant = model_.invariants[index];
  const Ref broken = Broken(invariant, category, decision);
  if (broken == Diagram::Number(0)) return;
  Diagram& diagram = functions_->diagram();
  const auto path = ShortestPath(diagram, broken);
  if (!path.has_value()) return;
  std::optional<Counterexample>& worst = worst_[index];
  if (worst.has_value() && worst->literals <= path->size()) return;
  const std::vector<std::uint32_t> values = ValuesOf(*path, *functions_);
  const auto holds = [&](Ref function) {
    return diagram.Evaluate(
               function, [&](std::uint32_t var) { return values[var]; }) != 0;
  };
  // One part that breaks it says it best; else it takes all that permit.
  std::vector<const Request*> blamed;
  for (const auto& [request, part] : parts) {
    if (holds(Broken(invariant, category, part))) {
      blamed = {&request};
      break;
    }
    if (holds(part)) blamed.push_back(&request);
  }
  worst = Describe(*path, *blamed.front(), category, functions_.get());
  for (const Request* request : blamed) {
    for (const std::uint32_t rule :
         RulesAt(values, *request, category, functions_.get())) {
      const std::string name(model_.rules[rule].name);
      if (std::find(worst->rules.begin(), worst->rules.end(), name) ==
          worst->rules.end()) {
        worst->rules.push_back(name);
      }
    }
  }
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
