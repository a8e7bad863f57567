// SPDX-License-Identifier: Apache-2.0

#include "policy/functions.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "policy/text.h"

namespace privet::policy {
namespace {

using Ref = Diagram::Ref;

constexpr Ref kNo = Diagram::Number(0);
constexpr Ref kYes = Diagram::Number(1);

}  // namespace

absl::StatusOr<std::unique_ptr<Functions>> Functions::Make(
    Model* model, const Request& request, const std::vector<Proviso>& also) {
  std::unique_ptr<Functions> functions(new Functions(model, request));
  PRIVET_RETURN_IF_ERROR(functions->AddVars(also));
  return functions;
}

int Functions::FindVar(Question question) const {
  const auto found = var_of_.find(question);
  return found == var_of_.end() ? -1 : static_cast<int>(found->second);
}

Ref Functions::And(Ref a, Ref b) {
  if (a == kNo || b == kNo) return kNo;
  if (a == kYes) return b;
  if (b == kYes) return a;
  return diagram_->Apply(
      a, b, [](std::uint32_t x, std::uint32_t y) { return x & y; });
}

Ref Functions::Or(Ref a, Ref b) {
  if (a == kYes || b == kYes) return kYes;
  if (a == kNo) return b;
  if (b == kNo) return a;
  return diagram_->Apply(
      a, b, [](std::uint32_t x, std::uint32_t y) { return x | y; });
}

Ref Functions::Not(Ref a) {
  return diagram_->Apply(
      a, kYes, [](std::uint32_t x, std::uint32_t y) { return x ^ y; });
}

Ref Functions::Where(Ref condition, Ref f) {
  if (condition == kYes || f == kNo) return f;
  if (condition == kNo) return kNo;
  return diagram_->Apply(condition, f, [](std::uint32_t x, std::uint32_t y) {
    return x != 0 ? y : 0;
  });
}

Ref Functions::Both(Ref a, Ref b) {
  if (a == b || a == kNo) return a;
  if (b == kNo) return b;
  Forms* forms = model_->forms.get();
  return diagram_->Apply(a, b, [forms](std::uint32_t x, std::uint32_t y) {
    return x == 0 || y == 0 ? 0 : forms->Strongest(x, y);
  });
}

Ref Functions::TestRef(const Test& test, Truth at_least) {
  const int found = FindVar(test.question);
  if (found < 0) return Diagram::Number(TruthOf(test, 0) >= at_least);
  const auto var = static_cast<std::uint32_t>(found);
  Diagram::Children children;
  for (const std::uint16_t answer : vars_[var].answer_of) {
    children.push_back(Diagram::Number(TruthOf(test, answer) >= at_least));
  }
  return diagram_->Make(var, children);
}

Ref Functions::LineRef(const Line& line, Truth at_least) {
  if (line.any.empty()) return at_least == Truth::kYes ? kNo : kYes;
  Ref any = kNo;
  for (const Test& test : line.any) any = Or(any, TestRef(test, at_least));
  return any;
}

Ref Functions::RequirementRef(const Requirement& requirement, Truth at_least) {
  Ref all = kYes;
  for (const Line& line : requirement.lines) {
    all = And(all, LineRef(line, at_least));
  }
  return all;
}

Ref Functions::HoldsCertainly(const Proviso& proviso) {
  Ref holds = RequirementRef(*proviso.when, Truth::kYes);
  for (const Requirement& unless : *proviso.unless) {
    holds = And(holds, Not(RequirementRef(unless, Truth::kUnknown)));
  }
  return holds;
}

Ref Functions::HoldsPossibly(const Proviso& proviso) {
  Ref holds = RequirementRef(*proviso.when, Truth::kUnknown);
  for (const Requirement& unless : *proviso.unless) {
    holds = And(holds, Not(RequirementRef(unless, Truth::kYes)));
  }
  return holds;
}

Ref Functions::RuleHolds(std::uint32_t rule, std::uint32_t purpose) {
  const RuleInfo& info = model_->rules[rule];
  const bool is_permit = info.effect == Effect::kPermit;
  const std::pair key(rule, is_permit ? purpose : Names::kNone);
  const auto known = rule_holds_.find(key);
  if (known != rule_holds_.end()) return known->second;
  const Proviso proviso{&info.when, &info.unless};
  Ref holds = is_permit ? HoldsCertainly(proviso) : HoldsPossibly(proviso);
  if (is_permit) {
    for (const Line& line : BasisOf(*model_, info, purpose)) {
      holds = And(holds, LineRef(line, Truth::kYes));
    }
  }
  return rule_holds_[key] = holds;
}

std::vector<std::uint32_t> Functions::RulesFor(const Request& request,
                                               Category category) const {
  std::vector<std::uint32_t> rules;
  for (const std::uint32_t rule : model_->rules_of[category]) {
    if (Matches(model_->rules[rule].reach, request)) rules.push_back(rule);
  }
  return rules;
}

std::vector<std::uint32_t> Functions::RulesHolding(
    const Request& request, Category category,
    const std::vector<std::uint32_t>& values) {
  std::vector<std::uint32_t> holding;
  for (const std::uint32_t rule : RulesFor(request, category)) {
    const Ref holds = RuleHolds(rule, request.purpose);
    const std::uint32_t value = diagram_->Evaluate(
        holds, [&](std::uint32_t var) { return values[var]; });
    if (value != 0) holding.push_back(rule);
  }
  return holding;
}

Ref Functions::ByRules(const std::vector<std::uint32_t>& rules,
                       Category category, std::uint32_t purpose) {
  Forms* forms = model_->forms.get();
  std::vector<std::uint32_t> key = {purpose};
  for (const std::uint32_t rule : rules) {
    key.push_back(rule);
    key.push_back(FormsOf(model_->rules[rule].shapes, category, forms));
  }
  const auto known = by_rules_.find(key);
  if (known != by_rules_.end()) return known->second;
  const auto strongest = [forms](std::uint32_t x, std::uint32_t y) {
    return forms->Strongest(x, y);  // kNothing: nothing said
  };
  Ref forbidden = kNo, permitted = kNo, required = kNo;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const Ref holds = RuleHolds(rules[i], purpose);
    Forms::Set set = key[2 * i + 2];
    switch (model_->rules[rules[i]].effect) {
      case Effect::kForbid:
        forbidden = Or(forbidden, holds);
        break;
      case Effect::kPermit:
        if (set == Forms::kNothing) set = forms->Only(kWhole);
        permitted = diagram_->Apply(
            permitted, Where(holds, Diagram::Number(set)), strongest);
        break;
      case Effect::kRequire:
        required = diagram_->Apply(required, Where(holds, Diagram::Number(set)),
                                   strongest);
        break;
    }
  }
  Ref result = Where(Not(forbidden), permitted);
  if (required != kNo && result != kNo) {
    result = diagram_->Apply(result, required,
                             [forms](std::uint32_t x, std::uint32_t y) {
                               return x == 0 ? 0 : forms->Strongest(x, y);
                             });
  }
  return by_rules_[std::move(key)] = result;
}

Ref Functions::Gates() {
  Ref pass = kYes;
  for (const GateTest& gate : GatesOf(*model_, request_)) {
    if (gate.test.empty()) return kNo;
    pass = And(pass, TestRef(gate.test.front(), Truth::kYes));
  }
  return pass;
}

// Every residency that may be meant must hold the region, and one that is meant
// for certain.
Ref Functions::Residency(Category category) {
  Ref allowed = kNo, violated = kNo;
  for (const std::uint32_t i : model_->residencies_of[category]) {
    const ResidencyInfo& residency = model_->residencies[i];
    const Requirement applies{residency.subject};
    if (residency.regions.Test(request_.region)) {
      allowed = Or(allowed, RequirementRef(applies, Truth::kYes));
    } else {
      violated = Or(violated, RequirementRef(applies, Truth::kUnknown));
    }
  }
  return And(allowed, Not(violated));
}

Ref Functions::RecipientForms(Category category) {
  Forms* forms = model_->forms.get();
  Forms::Set set = Forms::kNothing;
  for (const auto& shapes : model_->recipient[request_.recipient].shapes) {
    set = forms->Strongest(set, FormsOf(shapes, category, forms));
  }
  return Diagram::Number(set == Forms::kNothing ? forms->Only(kWhole) : set);
}

// All regions of the recipient must be permitted, and what one asks for all
// get.
Ref Functions::Share(Category category) {
  Ref all = RecipientForms(category);
  Request request = request_;
  std::vector<std::uint32_t> last;
  bool is_first = true;
  for (const std::uint32_t region :
       model_->recipient[request_.recipient].regions.Members()) {
    request.region = region;
    std::vector<std::uint32_t> rules = RulesFor(request, category);
    if (!is_first && rules == last) continue;
    all = Both(all, ByRules(rules, category, request_.purpose));
    last = std::move(rules);
    is_first = false;
  }
  return is_first ? kNo : all;
}

Ref Functions::PartOfStore(absl::Span<const Category> categories,
                           std::uint32_t purpose, std::uint32_t actor) {
  if (!model_->actor[actor].purposes.Test(purpose) ||
      model_->purpose[purpose].Is(v1::Purpose::SALE)) {
    return kNo;
  }
  Request request = request_;
  request.purpose = purpose;
  request.actor = actor;
  Ref all = kNo;
  for (std::size_t i = 0; i < categories.size(); ++i) {
    const Ref one = Where(
        Residency(categories[i]),
        ByRules(RulesFor(request, categories[i]), categories[i], purpose));
    all = i == 0 ? one : Both(all, one);
    if (all == kNo) break;
  }
  return all;
}

Ref Functions::Either(Ref parts, Ref part) {
  Forms* forms = model_->forms.get();
  return diagram_->Apply(parts, part,
                         [forms](std::uint32_t x, std::uint32_t y) {
                           // Two strongest forms: refused at load, so never
                           // permitted.
                           if (forms->Members(y).size() > 1) y = 0;
                           return forms->Weakest(x, y);
                         });
}

Ref Functions::Stored(Ref parts) {
  Forms* forms = model_->forms.get();
  return diagram_->Apply(parts, parts, [forms](std::uint32_t x, std::uint32_t) {
    return forms->Members(x).size() > 1 ? forms->Only(kWhole) : x;
  });
}

Ref Functions::Store(absl::Span<const Category> categories) {
  Bits purposes(model_->purposes.leaf_count(), true);
  for (const Category category : categories) {
    Bits permitted(purposes.size());
    for (const std::uint32_t i : model_->rules_of[category]) {
      const RuleInfo& rule = model_->rules[i];
      if (rule.effect == Effect::kPermit &&
          rule.reach.Includes(Operation::kStore) &&
          rule.reach.regions.Test(request_.region)) {
        permitted.Add(rule.reach.purposes);
      }
    }
    purposes.Intersect(permitted);
  }
  Ref any = kNo;
  std::vector<Ref> seen;
  for (const std::uint32_t purpose : purposes.Members()) {
    for (std::uint32_t actor = 0; actor < model_->actor.size(); ++actor) {
      const Ref part = PartOfStore(categories, purpose, actor);
      if (part == kNo) continue;
      if (std::find(seen.begin(), seen.end(), part) != seen.end()) continue;
      seen.push_back(part);
      any = Either(any, part);
    }
  }
  return Stored(any);
}

Ref Functions::Decide(absl::Span<const Category> categories) {
  if (categories.empty()) return PublicDecision();
  if (request_.operation == Operation::kStore) return Store(categories);
  Ref all = Gates();
  if (all == kNo) return kNo;
  Ref decision = kNo;
  for (std::size_t i = 0; i < categories.size(); ++i) {
    const Category category = categories[i];
    if (CategoryGate(*model_, request_, category) != Gate::kNone) return kNo;
    const Ref one =
        request_.operation == Operation::kShare
            ? Share(category)
            : ByRules(RulesFor(request_, category), category, request_.purpose);
    decision = i == 0 ? one : Both(decision, one);
  }
  if (request_.operation == Operation::kShare &&
      model_->recipient[request_.recipient].role == v1::Recipient::AUTHORITY) {
    all =
        And(all, TestRef(model_->questions.Holds(model_->listed), Truth::kYes));
  }
  return Where(all, decision);
}

Ref Functions::PublicDecision() {
  const Ref whole = Diagram::Number(model_->forms->Only(kWhole));
  return request_.operation == Operation::kStore ? whole
                                                 : Where(Gates(), whole);
}

absl::StatusOr<Ref> Functions::Decision(absl::Span<const Category> categories) {
  const std::size_t size = diagram_->size();
  return Checked(categories, size, Decide(categories));
}

absl::StatusOr<Ref> Functions::StorePart(absl::Span<const Category> categories,
                                         std::uint32_t purpose,
                                         std::uint32_t actor) {
  const std::size_t size = diagram_->size();
  return Checked(categories, size, PartOfStore(categories, purpose, actor));
}

absl::StatusOr<Ref> Functions::Checked(absl::Span<const Category> categories,
                                       std::size_t size, Ref made) {
  if (!diagram_->overflowed()) return made;
  diagram_->CutBack(size);
  // Both may hold what is cut off, and zeros that stand for it.
  rule_holds_.clear();
  by_rules_.clear();
  return TooLarge(categories);
}

absl::Status Functions::TooLarge(absl::Span<const Category> categories) const {
  std::vector<std::string> names;
  for (const Category category : categories) {
    names.emplace_back(model_->categories.LeafAt(category).id);
  }
  const std::string purpose =
      request_.purpose == Names::kNone
          ? ""
          : absl::StrCat(" for ",
                         Quoted(model_->purposes.LeafAt(request_.purpose).id));
  return absl::ResourceExhaustedError(absl::StrCat(
      "the rules on ", names.empty() ? "public fields" : List(names), purpose,
      " depend on each other in too many ways to be decided; use fewer "
      "conditions in those that meet there",
      names.size() > 1 ? ", or fewer categories for one field" : ""));
}

}  // namespace privet::policy
