// SPDX-License-Identifier: Apache-2.0
//
// Rules that change nothing: found exactly, by deciding with and without each.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "policy/counterexample.h"
#include "policy/functions.h"
#include "policy/lint.h"
#include "policy/model.h"
#include "policy/prove.h"
#include "policy/request.h"
#include "policy/snapshot.h"
#include "policy/text.h"
#include "privet/v1/policy.pb.h"

namespace privet::policy {
namespace {

// What is known of a rule so far.
struct Effectiveness {
  bool is_met = false;   // by some feasible request
  bool permits = false;  // something that it meets is permitted
  bool matters = false;  // some decision is another one without it
};

bool Meets(const Model& model, const Reach& reach, const Request& request) {
  return Matches(reach, request) && !reach.categories.Empty() &&
         (request.operation != Operation::kShare ||
          reach.regions.Intersects(model.recipient[request.recipient].regions));
}

class RuleLint {
 public:
  explicit RuleLint(const v1::Policy& policy)
      // The model owns a policy; this one outlives it.
      : model_(std::shared_ptr<const v1::Policy>(std::shared_ptr<void>(),
                                                 &policy)),
        rules_(model_.rules.size()),
        invariants_(model_.invariants.size(), false) {}

  void Run(Findings* findings) {
    ForEachFeasibleRequest(model_, [this](const Request& request) {
      Visit(request);
      return true;
    });
    for (std::size_t i = 0; i < rules_.size(); ++i) {
      if (!rules_[i].matters) Report(model_.rules[i], rules_[i], findings);
    }
    for (std::size_t i = 0; i < invariants_.size(); ++i) {
      if (!invariants_[i]) ReportIdle(model_.invariants[i], findings);
    }
  }

 private:
  void Visit(const Request& request) {
    for (std::size_t i = 0; i < invariants_.size(); ++i) {
      invariants_[i] =
          invariants_[i] || Meets(model_, model_.invariants[i].reach, request);
    }
    std::unique_ptr<Functions> functions;
    for (std::size_t i = 0; i < rules_.size(); ++i) {
      if (rules_[i].matters) continue;
      if (!Meets(model_, model_.rules[i].reach, request)) continue;
      if (functions == nullptr) functions = FunctionsOf(request);
      if (functions == nullptr) return;
      Compare(i, request, functions.get());
    }
  }

  std::unique_ptr<Functions> FunctionsOf(const Request& request) {
    auto made = Functions::Make(&model_, TableOf(request), {});
    return made.ok() ? *std::move(made) : nullptr;
  }

  void Compare(std::size_t i, const Request& request, Functions* functions) {
    RuleInfo& rule = model_.rules[i];
    Effectiveness& so_far = rules_[i];
    for (const Category category : rule.reach.categories.Members()) {
      so_far.is_met = true;
      const auto with = DecisionOf(request, {&category, 1}, functions);
      const std::uint8_t operations = std::exchange(rule.reach.operations, 0);
      const auto without = DecisionOf(request, {&category, 1}, functions);
      rule.reach.operations = operations;
      // Where it cannot be told the rule is not blamed.
      const bool is_known = with.ok() && without.ok();
      so_far.permits = so_far.permits || !is_known ||
                       *with != Diagram::Number(Forms::kNothing);
      if (is_known && *with == *without) continue;
      so_far.matters = true;
      return;
    }
  }

  static void Report(const RuleInfo& rule, const Effectiveness& effect,
                     Findings* findings) {
    const std::string name = absl::StrCat("rule ", Quoted(rule.name));
    std::string message, remedy = "remove it, or correct what it selects";
    if (!effect.is_met) {
      message = absl::StrCat(name,
                             " decides nothing: no request that an actor "
                             "may make meets it");
      if (rule.effect != Effect::kPermit) {
        remedy = "keep it if it guards against what may come";
      }
    } else if (rule.effect == Effect::kPermit && !effect.permits) {
      message = absl::StrCat(name,
                             " is overridden: all that it permits is "
                             "refused");
      remedy = "except it from the rule that forbids, or remove it";
    } else if (rule.effect == Effect::kPermit) {
      message = absl::StrCat(name,
                             " is redundant: without it, every decision "
                             "is the same");
      remedy = "remove it";
    } else if (rule.effect == Effect::kForbid) {
      message = absl::StrCat(name,
                             " is shadowed: what it forbids is refused "
                             "without it");
    } else {
      message = absl::StrCat(name,
                             " is shadowed: what it shapes is refused, or "
                             "shaped as strongly by others");
    }
    findings->push_back(
        {Severity::kWarning, rule.path, std::move(message), std::move(remedy)});
  }

  static void ReportIdle(const InvariantInfo& invariant, Findings* findings) {
    if (invariant.kind == InvariantInfo::kOnly) return;
    findings->push_back(
        {Severity::kWarning, invariant.path,
         absl::StrCat(Quoted(invariant.name),
                      " says nothing today: no request that an actor may make "
                      "meets it"),
         "keep it if it guards against what may come"});
  }

  Model model_;
  std::vector<Effectiveness> rules_;
  std::vector<bool> invariants_;
};

}  // namespace

void LintRules(const v1::Policy& policy, Findings* findings) {
  RuleLint(policy).Run(findings);
}

}  // namespace privet::policy
