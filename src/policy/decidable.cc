// SPDX-License-Identifier: Apache-2.0

#include "policy/decidable.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "policy/column.h"
#include "policy/request.h"

namespace privet::policy {
namespace {

// Upper bounds of what requests may ask: every answer to every question that
// any rule asks that may meet one.
class Bound {
 public:
  Bound(const Model& model, absl::Span<const Category> categories)
      : model_(model),
        safe_paths_(std::log2(static_cast<double>(model.limits.nodes)) -
                    kSpare) {
    for (std::uint32_t i = 0; i < model.questions.size(); ++i) {
      answers_.push_back(static_cast<std::uint32_t>(model.questions[i].size()));
    }
    std::vector<std::uint32_t> of_all;
    for (const Category category : categories) {
      const auto& rules = model.rules_of[category];
      of_all.insert(of_all.end(), rules.begin(), rules.end());
    }
    if (categories.empty()) {
      fields_.insert(model.rules_of.begin(), model.rules_of.end());
    } else {
      fields_.insert(std::move(of_all));
    }
  }

  bool IsDoubtful(std::uint32_t purpose) const {
    Bits asked = Gates();
    for (const RuleInfo& rule : model_.rules) {
      if (rule.reach.purposes.Test(purpose)) AddRule(rule, &asked);
    }
    AddBasis(purpose, &asked);
    if (BitsOf(asked) > kSafeBits) return true;
    if (PathsOf(asked) <= safe_paths_) return false;
    return std::any_of(fields_.begin(), fields_.end(), [&](const auto& rules) {
      Bits by_field = Gates();
      for (const std::uint32_t i : rules) {
        const RuleInfo& rule = model_.rules[i];
        if (rule.reach.purposes.Test(purpose)) AddRule(rule, &by_field);
      }
      AddBasis(purpose, &by_field);
      return PathsOf(by_field) > safe_paths_;
    });
  }

  bool IsStoreDoubtful() const {
    Bits asked = Gates();
    for (const auto& rules : fields_) {
      const Bits by_field = AskedToStore(rules);
      if (PathsOf(by_field) > safe_paths_) return true;
      asked.Add(by_field);
    }
    return BitsOf(asked) > kSafeBits;
  }

 private:
  // What falls between the parts of a word is lost: at most so much.
  static constexpr std::uint32_t kSafeBits = Word::kBits / 2;
  // A diagram holds many decisions, and what they are made of: 2 to this.
  static constexpr double kSpare = 5;

  Bits Gates() const {
    Bits asked(answers_.size());
    for (const Question question :
         {model_.restricted, model_.minor, model_.has_case, model_.listed}) {
      asked.Set(question);
    }
    return asked;
  }
  void AddRequirement(const Requirement& requirement, Bits* asked) const {
    for (const Line& line : requirement.lines) {
      for (const Test& test : line.any) asked->Set(test.question);
    }
  }
  void AddRule(const RuleInfo& rule, Bits* asked) const {
    AddRequirement(rule.when, asked);
    for (const Requirement& unless : rule.unless) AddRequirement(unless, asked);
  }
  void AddBasis(std::uint32_t purpose, Bits* asked) const {
    for (const Question q : model_.purpose[purpose].consents) asked->Set(q);
    for (const Question q : model_.purpose[purpose].objections) asked->Set(q);
  }
  Bits AskedToStore(const std::vector<std::uint32_t>& rules) const {
    Bits asked(answers_.size());
    asked.Set(model_.region);
    Bits purposes(model_.purpose.size());
    for (const std::uint32_t i : rules) {
      const RuleInfo& rule = model_.rules[i];
      if (!rule.reach.Includes(Operation::kStore)) continue;
      AddRule(rule, &asked);
      if (rule.effect == Effect::kPermit) purposes.Add(rule.reach.purposes);
    }
    for (const std::uint32_t purpose : purposes.Members()) {
      AddBasis(purpose, &asked);
    }
    return asked;
  }

  std::uint32_t BitsOf(const Bits& asked) const {
    std::uint32_t bits = 1;  // agreement, notice or instruction
    for (const std::uint32_t question : asked.Members()) {
      bits += answers_[question] - 1;
    }
    return bits;
  }
  // As a power of 2.
  double PathsOf(const Bits& asked) const {
    double paths = 1;
    for (const std::uint32_t question : asked.Members()) {
      paths += std::log2(answers_[question]);
    }
    return paths;
  }

  const Model& model_;
  const double safe_paths_;
  std::vector<std::uint32_t> answers_;  // by question: how many
  // The rules on a field, of each that differs.
  std::set<std::vector<std::uint32_t>> fields_;
};

// Returns what the size of a request's decisions depends on: a recipient's
// ceiling makes them smaller only.
std::vector<std::uint32_t> ShapeOf(const Model& model, const Request& request) {
  std::vector<std::uint32_t> shape = {
      static_cast<std::uint32_t>(request.operation), request.purpose};
  for (std::uint32_t i = 0; i < model.rules.size(); ++i) {
    if (Matches(model.rules[i].reach, request)) shape.push_back(i);
  }
  shape.push_back(Names::kNone);
  if (request.operation == Operation::kStore) {
    for (const ResidencyInfo& residency : model.residencies) {
      shape.push_back(residency.regions.Test(request.region) ? 1 : 0);
    }
  } else if (request.operation == Operation::kShare) {
    const RecipientInfo& recipient = model.recipient[request.recipient];
    shape.push_back(static_cast<std::uint32_t>(recipient.role));
    shape.push_back(recipient.shapes.empty() ? Names::kNone
                                             : request.recipient);
    const std::vector<std::uint32_t> regions = recipient.regions.Members();
    shape.insert(shape.end(), regions.begin(), regions.end());
  }
  return shape;
}

}  // namespace

void CheckRequestCount(const Model& model, Findings* findings) {
  const std::uint64_t most = model.limits.requests;
  if (CountRequests(model, most) <= most) return;
  findings->push_back(
      {Severity::kError,
       {},
       absl::StrCat("the policy is too large to prove: its actors may make "
                    "more than ",
                    most, " different requests"),
       "name the purposes of actors and recipients in place of `\"*\"`"});
}

void CheckDecidable(absl::Span<const Category> categories, Contexts* contexts,
                    Findings* findings) {
  const Model& model = contexts->model();
  std::set<std::vector<std::uint32_t>> tried;
  const auto is_decidable = [&](const Request& request) {
    if (!tried.insert(ShapeOf(model, request)).second) return true;
    const auto column = contexts->ColumnOf(request);
    const absl::Status status =
        !column.ok() ? column.status()
                     : (*column)->FunctionOf(categories).status();
    if (status.ok()) return true;
    findings->push_back(
        {Severity::kError, {}, std::string(status.message()), ""});
    return false;
  };
  const Bound bound(model, categories);
  std::vector<bool> doubtful(model.purpose.size());
  for (std::uint32_t i = 0; i < model.purpose.size(); ++i) {
    doubtful[i] = bound.IsDoubtful(i);
  }
  bool go_on = true;
  if (std::find(doubtful.begin(), doubtful.end(), true) != doubtful.end()) {
    ForEachFeasibleRequest(model, [&](const Request& request) {
      if (request.operation == Operation::kStore) return false;  // all of them
      go_on = !doubtful[request.purpose] || is_decidable(request);
      return go_on;
    });
  }
  if (!go_on || !bound.IsStoreDoubtful()) return;
  Request store;
  store.operation = Operation::kStore;
  for (std::uint32_t i = 0; i < model.data_regions.count() && go_on; ++i) {
    store.region = i;
    go_on = is_decidable(store);
  }
}

}  // namespace privet::policy
