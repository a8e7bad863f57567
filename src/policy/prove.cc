// SPDX-License-Identifier: Apache-2.0

#include "policy/prove.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "policy/functions.h"
#include "policy/text.h"
#include "policy/wording.h"
#include "transform/order.h"

namespace privet::policy {
namespace {

using Ref = Diagram::Ref;

// A way through a diagram to a number that is not 0: variables and classes.
using Path = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

// Finds the way with the fewest questions, of equal ones the first.
class ShortestPath {
 public:
  explicit ShortestPath(const Diagram& diagram) : diagram_(diagram) {}

  std::optional<Path> Find(Ref function) {
    if (Length(function) == kNever) return std::nullopt;
    Path path;
    for (Ref at = function; !Diagram::IsNumber(at);) {
      const auto children = diagram_.ChildrenOf(at);
      std::uint32_t best = 0;
      for (std::uint32_t i = 1; i < children.size(); ++i) {
        if (Length(children[i]) < Length(children[best])) best = i;
      }
      path.emplace_back(diagram_.VarOf(at), best);
      at = children[best];
    }
    return path;
  }

 private:
  static constexpr std::uint32_t kNever = ~std::uint32_t{0};

  std::uint32_t Length(Ref ref) {
    if (Diagram::IsNumber(ref)) return Diagram::ValueOf(ref) == 0 ? kNever : 0;
    const auto known = length_.find(ref);
    if (known != length_.end()) return known->second;
    std::uint32_t least = kNever;
    for (const Ref child : diagram_.ChildrenOf(ref)) {
      least = std::min(least, Length(child));
    }
    return length_[ref] = least == kNever ? kNever : least + 1;
  }

  const Diagram& diagram_;
  std::map<Ref, std::uint32_t> length_;
};

bool ReachesRegion(const Model& model, const Reach& reach,
                   const Request& request) {
  return request.operation != Operation::kShare ||
         reach.regions.Intersects(model.recipient[request.recipient].regions);
}

bool Asks(const Model& model, const InvariantInfo& invariant,
          const Request& request) {
  return Matches(invariant.reach, request) &&
         ReachesRegion(model, invariant.reach, request) &&
         !invariant.reach.categories.Empty();
}

// The request as one for Functions: kStore as a whole, so that its purposes
// share their tables.
Request TableOf(Request request) {
  if (request.operation == Operation::kStore) {
    request.purpose = Names::kNone;
    request.actor = Names::kNone;
  }
  return request;
}

Ref DecisionOf(Functions* functions, const Request& request,
               absl::Span<const Category> categories) {
  return request.operation == Operation::kStore
             ? functions->StorePart(categories, request.purpose, request.actor)
             : functions->Decision(categories);
}

// A request that breaks something, in words.
struct Counterexample {
  std::size_t literals = 0;
  std::string request;  // concrete
  std::string cube;     // all that matters of it
  std::vector<std::string> rules;
};

class Witness {
 public:
  Witness(Functions* functions, const Request& request, Category category)
      : functions_(*functions),
        model_(functions->model()),
        request_(request),
        category_(category) {}

  Counterexample Describe(const Path& path) {
    Counterexample found;
    found.literals = path.size();
    std::vector<std::uint32_t> values(functions_.vars().size(), 0);
    std::vector<std::string> cube;
    for (const auto& [var, value] : path) {
      values[var] = value;
      cube.push_back(AnswerText(var, value));
    }
    const std::string what = Quoted(model_.categories.LeafAt(category_).id);
    found.request = policy::Describe(model_, request_, what);
    found.cube = cube.empty() ? "whatever is known of the person"
                              : absl::StrJoin(cube, ", ");
    found.rules = RulesAt(values);
    return found;
  }

  std::vector<std::string> RulesAt(const std::vector<std::uint32_t>& values) {
    std::vector<std::string> names;
    for (const std::uint32_t rule : RuleNumbersAt(values)) {
      names.emplace_back(model_.rules[rule].name);
    }
    return names;
  }

  std::vector<std::uint32_t> RuleNumbersAt(
      const std::vector<std::uint32_t>& values) {
    std::vector<std::uint32_t> regions = {request_.region};
    if (request_.operation == Operation::kShare) {
      regions = model_.recipient[request_.recipient].regions.Members();
    }
    std::vector<std::uint32_t> rules;
    Request each = request_;
    for (const std::uint32_t region : regions) {
      each.region = region;
      const auto more = functions_.RulesHolding(each, category_, values);
      rules.insert(rules.end(), more.begin(), more.end());
    }
    std::sort(rules.begin(), rules.end());
    rules.erase(std::unique(rules.begin(), rules.end()), rules.end());
    return rules;
  }

 private:
  std::string AnswerText(std::uint32_t var, std::uint32_t value) const {
    const Var& info = functions_.vars()[var];
    return DescribeAnswer(model_, info.question, info.answer_of[value]);
  }

  Functions& functions_;
  const Model& model_;
  const Request& request_;
  const Category category_;
};

class Prover {
 public:
  Prover(Model* model, Findings* findings)
      : model_(*model), findings_(findings), worst_(model->invariants.size()) {
    for (Form f = 0; f < model_.forms->size() && !may_contradict_; ++f) {
      for (Form g = 0; g < f && !may_contradict_; ++g) {
        may_contradict_ = model_.forms->Incomparable(f, g);
      }
    }
  }

  // Looks at every request; `set`, if not empty, is a field to look at in place
  // of each category, for contradictions only.
  void Run(absl::Span<const Category> set) {
    set_ = set;
    ForEachFeasibleRequest(
        model_, [this](const Request& request) { return Visit(request); });
    if (set_.empty()) ReportInvariants();
  }

 private:
  bool Visit(const Request& request);
  Functions* FunctionsFor(const Request& request);
  bool MayContradict(const Request& request) const;
  void LookForContradiction(const Request& request, Category category,
                            Functions* functions, Ref decision);
  void Test(std::size_t index, const Request& request, Category category,
            Functions* functions, Ref decision);
  Ref Broken(const InvariantInfo& invariant, Category category,
             Functions* functions, Ref decision);
  void ReportInvariants();

  Model& model_;
  Findings* const findings_;
  absl::Span<const Category> set_;
  bool may_contradict_ = false;
  std::vector<std::optional<Counterexample>> worst_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> contradictions_;
  bool too_large_ = false;

  // The tables of the last request: those of a STORE serve many.
  Request last_;
  std::unique_ptr<Functions> functions_;
};

Functions* Prover::FunctionsFor(const Request& request) {
  const Request table = TableOf(request);
  const bool same =
      functions_ != nullptr && table.operation == Operation::kStore &&
      last_.operation == Operation::kStore && last_.region == table.region;
  if (same) return functions_.get();
  std::vector<Proviso> also;
  for (const InvariantInfo& invariant : model_.invariants) {
    if (Asks(model_, invariant, table)) {
      also.push_back({&invariant.when, &invariant.unless});
    }
  }
  auto made = Functions::Make(&model_, table, also);
  if (!made.ok()) {
    if (!too_large_) {
      findings_->push_back(
          {Severity::kError, {}, std::string(made.status().message()), ""});
    }
    too_large_ = true;
    return nullptr;
  }
  last_ = table;
  functions_ = *std::move(made);
  return functions_.get();
}

// Two forms neither of which is the stronger can only meet where two rules that
// give them do.
bool Prover::MayContradict(const Request& request) const {
  if (!may_contradict_) return false;
  Forms* forms = model_.forms.get();
  std::vector<Form> met;
  const auto meet = [&](const std::vector<Shape>& shapes) {
    for (const Shape& shape : shapes) {
      for (const Form other : met) {
        if (forms->Incomparable(shape.form, other)) return true;
      }
      met.push_back(shape.form);
    }
    return false;
  };
  for (const RuleInfo& rule : model_.rules) {
    if (!rule.shapes.empty() && Matches(rule.reach, request) &&
        ReachesRegion(model_, rule.reach, request) && meet(rule.shapes)) {
      return true;
    }
  }
  if (request.operation != Operation::kShare) return false;
  for (const auto& shapes : model_.recipient[request.recipient].shapes) {
    if (meet(shapes)) return true;
  }
  return false;
}

bool Prover::Visit(const Request& request) {
  std::vector<std::size_t> asking;
  for (std::size_t i = 0; i < model_.invariants.size() && set_.empty(); ++i) {
    if (Asks(model_, model_.invariants[i], request)) asking.push_back(i);
  }
  const bool may_contradict = MayContradict(request);
  if (asking.empty() && !may_contradict) return true;
  Functions* functions = FunctionsFor(request);
  if (functions == nullptr) return false;
  if (!set_.empty()) {
    LookForContradiction(request, set_.front(), functions,
                         DecisionOf(functions, request, set_));
    return findings_->empty();
  }
  for (Category c = 0; c < model_.category_count(); ++c) {
    const Ref decision = DecisionOf(functions, request, {&c, 1});
    if (may_contradict) {
      LookForContradiction(request, c, functions, decision);
    }
    for (const std::size_t i : asking) {
      if (model_.invariants[i].reach.categories.Test(c)) {
        Test(i, request, c, functions, decision);
      }
    }
  }
  if (functions->diagram().overflowed()) {
    findings_->push_back(
        {Severity::kError,
         {},
         "the rules depend on each other in too many ways to be proved",
         "use fewer conditions on the same categories and purposes"});
    return false;
  }
  return true;
}

void Prover::LookForContradiction(const Request& request, Category category,
                                  Functions* functions, Ref decision) {
  Forms* forms = model_.forms.get();
  const Ref contradicts = functions->diagram().Apply(
      decision, decision, [forms](std::uint32_t x, std::uint32_t) {
        return std::uint32_t{forms->Members(x).size() > 1};
      });
  const auto path = ShortestPath(functions->diagram()).Find(contradicts);
  if (!path.has_value()) return;
  std::vector<std::uint32_t> values(functions->vars().size(), 0);
  for (const auto& [var, value] : *path) values[var] = value;
  Witness witness(functions, request, category);
  const Counterexample example = witness.Describe(*path);
  const Forms::Set set = functions->diagram().Evaluate(
      decision, [&](std::uint32_t var) { return values[var]; });
  std::vector<std::string> texts;
  for (const Form form : forms->Members(set)) {
    texts.push_back(Quoted(transform::Describe(forms->At(form))));
  }
  FieldPath where;
  std::vector<std::string> rules;
  std::vector<Category> categories = {category};
  if (!set_.empty()) categories.assign(set_.begin(), set_.end());
  std::vector<std::uint32_t> numbers;
  for (const Category each : categories) {
    for (const std::uint32_t rule :
         Witness(functions, request, each).RuleNumbersAt(values)) {
      const RuleInfo& info = model_.rules[rule];
      const Forms::Set given = FormsOf(info.shapes, each, forms);
      bool is_one = false;
      for (const Form form : forms->Members(given)) {
        const auto& all = forms->Members(set);
        is_one |= std::find(all.begin(), all.end(), form) != all.end();
      }
      if (!is_one) continue;
      if (std::find(numbers.begin(), numbers.end(), rule) != numbers.end()) {
        continue;
      }
      numbers.push_back(rule);
      rules.emplace_back(info.name);
      where = info.path;
    }
  }
  const std::pair key(numbers.empty() ? Names::kNone : numbers.front(),
                      numbers.empty() ? Names::kNone : numbers.back());
  const bool known = std::find(contradictions_.begin(), contradictions_.end(),
                               key) != contradictions_.end();
  if (known && set_.empty()) return;  // one finding for each pair
  contradictions_.push_back(key);
  findings_->push_back(
      {Severity::kError, where,
       absl::StrCat("rules ", List(rules), " give ",
                    Quoted(model_.categories.LeafAt(category).id),
                    " the forms ", absl::StrJoin(texts, " and "),
                    ", neither of which is the stronger, where ",
                    example.request, " (", example.cube, ")"),
       "give both the same form, or make one of them not apply there"});
}

Ref Prover::Broken(const InvariantInfo& invariant, Category category,
                   Functions* functions, Ref decision) {
  const Proviso proviso{&invariant.when, &invariant.unless};
  Diagram& diagram = functions->diagram();
  if (invariant.kind == InvariantInfo::kAlways) {
    const Ref denied = diagram.Apply(
        decision, decision,
        [](std::uint32_t x, std::uint32_t) { return std::uint32_t{x == 0}; });
    return functions->And(functions->HoldsCertainly(proviso), denied);
  }
  Forms* forms = model_.forms.get();
  const std::vector<Form> enough =
      forms->Members(FormsOf(invariant.unless_transformed, category, forms));
  const Ref shown =
      diagram.Apply(decision, decision, [&](std::uint32_t x, std::uint32_t) {
        for (const Form form : forms->Members(x)) {
          const bool is_enough = std::any_of(
              enough.begin(), enough.end(),
              [&](Form most) { return forms->AtLeastAsStrong(form, most); });
          if (!is_enough) return std::uint32_t{1};
        }
        return std::uint32_t{0};
      });
  return functions->And(functions->HoldsPossibly(proviso), shown);
}

void Prover::Test(std::size_t index, const Request& request, Category category,
                  Functions* functions, Ref decision) {
  const InvariantInfo& invariant = model_.invariants[index];
  const Ref broken = Broken(invariant, category, functions, decision);
  if (broken == Diagram::Number(0)) return;
  const auto path = ShortestPath(functions->diagram()).Find(broken);
  if (!path.has_value()) return;
  std::optional<Counterexample>& worst = worst_[index];
  if (worst.has_value() && worst->literals <= path->size()) return;
  worst = Witness(functions, request, category).Describe(*path);
}

void Prover::ReportInvariants() {
  static constexpr const char* kKinds[] = {"never", "always", "only"};
  for (std::size_t i = 0; i < worst_.size(); ++i) {
    if (!worst_[i].has_value()) continue;
    const InvariantInfo& invariant = model_.invariants[i];
    const Counterexample& worst = *worst_[i];
    const bool is_always = invariant.kind == InvariantInfo::kAlways;
    const std::string rules =
        worst.rules.empty()
            ? "no rule permits it"
            : absl::StrCat(worst.rules.size() == 1 ? "rule " : "rules ",
                           List(worst.rules));
    findings_->push_back(
        {Severity::kError, invariant.path,
         absl::StrCat(
             "`", kKinds[invariant.kind], "` ", Quoted(invariant.name),
             " does not hold: ", is_always ? "it is refused that " : "",
             worst.request, ", with ", worst.cube, " (", rules, ")"),
         is_always ? "permit it, or say when it need not be"
                   : "forbid it, or name the exception in `unless`"});
  }
}

void VisitShares(const Model& model, Request request, bool* go_on,
                 absl::FunctionRef<bool(const Request&)> visit) {
  request.operation = Operation::kShare;
  for (std::uint32_t i = 0; i < model.recipient.size() && *go_on; ++i) {
    if (!model.recipient[i].purposes.Test(request.purpose)) continue;
    request.recipient = i;
    if (IsFeasible(model, request)) *go_on = visit(request);
  }
}

}  // namespace

void ForEachFeasibleRequest(const Model& model,
                            absl::FunctionRef<bool(const Request&)> visit) {
  bool go_on = true;
  const auto regions = static_cast<std::uint32_t>(model.data_regions.count());
  for (std::uint32_t actor = 0; actor < model.actor.size() && go_on; ++actor) {
    for (const std::uint32_t purpose : model.actor[actor].purposes.Members()) {
      Request request{Operation::kUse, actor, purpose, Names::kNone,
                      Names::kNone};
      for (std::uint32_t i = 0; i < regions && go_on; ++i) {
        request.region = i;
        if (IsFeasible(model, request)) go_on = visit(request);
      }
      request.region = Names::kNone;
      VisitShares(model, request, &go_on, visit);
      if (!go_on) return;
    }
  }
  for (std::uint32_t region = 0; region < regions && go_on; ++region) {
    for (std::uint32_t actor = 0; actor < model.actor.size(); ++actor) {
      for (const std::uint32_t p : model.actor[actor].purposes.Members()) {
        const Request request{Operation::kStore, actor, p, Names::kNone,
                              region};
        if (go_on && IsFeasible(model, request)) go_on = visit(request);
      }
    }
  }
}

void Prove(Model* model, Findings* findings) {
  Prover(model, findings).Run({});
}

void FindContradiction(Model* model, absl::Span<const Category> categories,
                       Findings* findings) {
  Prover(model, findings).Run(categories);
}

}  // namespace privet::policy
