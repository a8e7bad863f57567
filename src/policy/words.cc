// SPDX-License-Identifier: Apache-2.0

#include "policy/words.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "policy/functions.h"

namespace privet::policy {
namespace {

// An upper bound of the bits that requests for some purposes take: every answer
// to every question that any rule for them asks.
class Bound {
 public:
  explicit Bound(const Model& model) : model_(model) {
    for (std::uint32_t i = 0; i < model.questions.size(); ++i) {
      size_.push_back(static_cast<std::uint32_t>(model.questions[i].size()) -
                      1);
    }
  }

  std::uint32_t ForPurpose(std::uint32_t purpose) {
    Bits asked = Gates();
    for (const RuleInfo& rule : model_.rules) {
      if (rule.reach.purposes.Test(purpose)) AddRule(rule, &asked);
    }
    AddBasis(purpose, &asked);
    return Total(asked);
  }

  std::uint32_t ForStore() {
    Bits asked = Gates();
    asked.Set(model_.region);
    for (const RuleInfo& rule : model_.rules) {
      if (rule.reach.Includes(Operation::kStore)) AddRule(rule, &asked);
    }
    for (std::uint32_t i = 0; i < model_.purpose.size(); ++i) {
      AddBasis(i, &asked);
    }
    return Total(asked);
  }

 private:
  Bits Gates() const {
    Bits asked(size_.size());
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
  std::uint32_t Total(const Bits& asked) const {
    std::uint32_t total = 1;  // agreement, notice or instruction
    for (const std::uint32_t question : asked.Members()) {
      total += size_[question];
    }
    return total;
  }

  const Model& model_;
  std::vector<std::uint32_t> size_;
};

}  // namespace

void CheckWords(Model* model, Findings* findings) {
  // What falls between the parts of a word is lost: at most so much.
  constexpr std::uint32_t kSafe = Word::kBits / 2;
  Bound bound(*model);
  std::vector<bool> doubtful(model->purpose.size());
  for (std::uint32_t i = 0; i < model->purpose.size(); ++i) {
    doubtful[i] = bound.ForPurpose(i) > kSafe;
  }
  const bool doubtful_store = bound.ForStore() > kSafe;
  std::uint32_t last_region = Names::kNone;
  ForEachFeasibleRequest(*model, [&](const Request& request) {
    Request table = request;
    if (request.operation == Operation::kStore) {
      if (!doubtful_store || request.region == last_region) return true;
      last_region = request.region;
      table.purpose = table.actor = Names::kNone;
    } else if (!doubtful[request.purpose]) {
      return true;
    }
    const auto made = Functions::Make(model, table, {});
    if (made.ok()) return true;
    findings->push_back(
        {Severity::kError, {}, std::string(made.status().message()), ""});
    return false;
  });
}

}  // namespace privet::policy
