// SPDX-License-Identifier: Apache-2.0
//
// Why a field is permitted or refused: the rules one by one.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "policy/snapshot_impl.h"
#include "policy/text.h"
#include "policy/wording.h"
#include "transform/order.h"

namespace privet::policy {
namespace {

// What a permit lacks, and whether the person's own word or state is that.
struct Lack {
  std::string what;
  bool of_subject = false;
};

// What the rules say of one category in one request with a purpose.
struct ByRules {
  std::vector<std::uint32_t> permits, shapers;  // that hold
  std::vector<std::uint32_t> forbids;           // that hold
  Forms::Set forms = Forms::kNothing;

  // Where nothing permits: the permit that lacks least, and what it lacks.
  int nearest = -1;
  std::vector<Lack> lacks;

  bool permitted() const { return forbids.empty() && !permits.empty(); }
};

// The outcome of one way to a yes: of a purpose, for STORE of each.
struct Attempt {
  bool permitted = false;
  Forms::Set forms = Forms::kNothing;
  std::vector<std::uint32_t> rules;
  // Else the first refusal. Higher ranks came closer to a yes.
  enum Rank { kNoPermit, kLacking, kForbidden } rank = kNoPermit;
  Category category = 0;
  int rule = -1;
  std::vector<Lack> lacks;
};

class Explainer {
 public:
  Explainer(Model* model, const Context& context,
            absl::Span<const Category> categories, const Word& word)
      : model_(*model),
        context_(context),
        categories_(categories.begin(), categories.end()),
        word_(word) {
    request_ = context.column().request();
    explanation_.denial = context.Deny();
  }

  Explained Run() {
    if (context_.may_not_store()) {
      Refuse(Gate::kActor, "an actor that may store the record type");
      explanation_.obstacle = Explained::kPolicy;
    } else if (!RefusedByGate()) {
      Attempt best =
          request_.operation == Operation::kStore ? BestStore() : Try(request_);
      if (best.permitted) {
        Permit(best);
      } else {
        RefuseByRule(best);
      }
    }
    return std::move(explanation_);
  }

 private:
  std::string Name(Category category) const {
    return std::string(model_.categories.LeafAt(category).id);
  }

  std::uint32_t AnswerTo(Question question) const {
    const Var* var = context_.column().FindVar(question);
    return var == nullptr ? 0 : var->answer_of[var->ClassIn(word_)];
  }
  Truth TruthOfLine(const Line& line) const {
    return TruthOf(Requirement{{line}},
                   [this](Question question) { return AnswerTo(question); });
  }
  Truth TruthOfAll(const Requirement& requirement) const {
    return TruthOf(requirement,
                   [this](Question question) { return AnswerTo(question); });
  }
  bool Listed(Category category) const {
    const std::size_t part = category / 64;
    return part < word_.listed.size() &&
           ((word_.listed[part] >> (category % 64)) & 1) != 0;
  }

  // Whether the person, rather than the request, answers one of `tests`.
  bool IsOfSubject(const std::vector<Test>& tests) const {
    return std::any_of(tests.begin(), tests.end(), [this](const Test& test) {
      return model_.questions[test.question].of_person;
    });
  }

  static Explained::Obstacle ObstacleOf(bool of_subject) {
    return of_subject ? Explained::kSubject : Explained::kPolicy;
  }

  void Refuse(Gate gate, std::string missing) {
    explanation_.denial.gate = NameOf(gate);
    explanation_.denial.missing = std::move(missing);
  }

  bool RefusedByGate();
  std::string WouldPass(const GateTest& gate) const;
  std::string WhoMayClaim() const;
  bool ResidencyHolds(Category category) const;
  std::string RegionsFor(Category category) const;

  ByRules Judge(const Request& request, Category category);
  void JudgePermit(std::uint32_t rule, std::uint32_t purpose, ByRules* by);
  std::vector<Lack> Lacks(const RuleInfo& permit, std::uint32_t purpose) const;
  Attempt Try(const Request& request);
  bool Add(const ByRules& by, Category category, Attempt* attempt);
  Attempt BestStore();

  void Permit(const Attempt& attempt);
  void RefuseByRule(const Attempt& attempt);
  std::string WouldLift(const RuleInfo& forbid) const;

  Model& model_;
  const Context& context_;
  const std::vector<Category> categories_;
  const Word& word_;
  Request request_;
  Explained explanation_;
};

std::string Explainer::WhoMayClaim() const {
  std::vector<std::string> actors;
  for (std::uint32_t i = 0; i < model_.actor.size(); ++i) {
    if (model_.actor[i].purposes.Test(request_.purpose)) {
      actors.emplace_back(model_.actors.LeafAt(i).id);
    }
  }
  const std::string purpose =
      Quoted(model_.purposes.LeafAt(request_.purpose).id);
  if (actors.empty()) {
    return absl::StrCat("an actor that may claim ", purpose,
                        "; the policy has none");
  }
  return absl::StrCat("an actor that may claim ", purpose,
                      " here: ", List(actors, "or"));
}

std::string Explainer::WouldPass(const GateTest& gate) const {
  if (gate.gate == Gate::kActor) return WhoMayClaim();
  if (gate.gate == Gate::kSale) return "nothing: personal data is not sold";
  if (gate.gate == Gate::kCeiling) {
    return absl::StrCat("purpose ", Quoted(context_.purpose()), " among those ",
                        "of recipient ", Quoted(context_.recipient()));
  }
  if (gate.test.empty()) {
    return absl::StrCat("an agreement with ", Quoted(context_.recipient()));
  }
  return Describe(model_, gate.test.front());
}

bool Explainer::RefusedByGate() {
  Gate first = Gate::kNone;
  std::string missing;
  const auto fail = [&](Gate gate, Explained::Obstacle obstacle,
                        std::string what) {
    if (first != Gate::kNone && first <= gate) return false;
    first = gate;
    missing = std::move(what);
    explanation_.denial.category.clear();
    explanation_.obstacle = obstacle;
    return true;
  };
  const auto fail_category = [&](Gate gate, Category category,
                                 std::string what) {
    const bool never = gate == Gate::kCeiling || gate == Gate::kCredential;
    if (!fail(gate, never ? Explained::kSilence : Explained::kPolicy,
              std::move(what))) {
      return;
    }
    explanation_.denial.category = Name(category);
  };
  for (const GateTest& gate : GatesOf(model_, request_)) {
    const bool passes =
        !gate.test.empty() && TruthOfLine({gate.test}) == Truth::kYes;
    if (passes) continue;
    fail(gate.gate, ObstacleOf(IsOfSubject(gate.test)), WouldPass(gate));
  }
  const bool asks_list =
      request_.operation == Operation::kShare &&
      model_.recipient[request_.recipient].role == v1::Recipient::AUTHORITY;
  for (const Category category : categories_) {
    const std::string name = Quoted(Name(category));
    const Gate gate = CategoryGate(model_, request_, category);
    if (gate == Gate::kCeiling) {
      fail_category(gate, category,
                    absl::StrCat(name, " among the categories of recipient ",
                                 Quoted(context_.recipient())));
    } else if (gate == Gate::kCredential) {
      fail_category(gate, category, "nothing: credentials are not shared");
    }
    if (asks_list && !Listed(category)) {
      fail_category(Gate::kList, category,
                    absl::StrCat(name, " in the request's list of categories"));
    }
    if (request_.operation == Operation::kStore && !ResidencyHolds(category)) {
      fail_category(Gate::kResidency, category, RegionsFor(category));
    }
  }
  if (first == Gate::kNone) return false;
  Refuse(first, std::move(missing));
  return true;
}

bool Explainer::ResidencyHolds(Category category) const {
  bool allowed = false;
  for (const std::uint32_t i : model_.residencies_of[category]) {
    const ResidencyInfo& residency = model_.residencies[i];
    const Truth applies = TruthOfAll(Requirement{residency.subject});
    if (!residency.regions.Test(request_.region)) {
      if (applies != Truth::kNo) return false;
    } else if (applies == Truth::kYes) {
      allowed = true;
    }
  }
  return allowed;
}

std::string Explainer::RegionsFor(Category category) const {
  const std::string name = Quoted(Name(category));
  if (model_.residencies_of[category].empty()) {
    return absl::StrCat("a residency that covers ", name);
  }
  return absl::StrCat("a store in a region where ", name,
                      " may rest for this person");
}

std::vector<Lack> Explainer::Lacks(const RuleInfo& permit,
                                   std::uint32_t purpose) const {
  std::vector<Lack> lacks;
  for (const Line& line : BasisOf(model_, permit, purpose)) {
    if (TruthOfLine(line) == Truth::kYes) continue;
    lacks.push_back({line.any.empty() ? "a legal basis for the purpose"
                                      : Describe(model_, line),
                     IsOfSubject(line.any)});
  }
  for (const Line& line : permit.when.lines) {
    if (TruthOfLine(line) == Truth::kYes) continue;
    lacks.push_back({Describe(model_, line), IsOfSubject(line.any)});
  }
  for (const Requirement& unless : permit.unless) {
    if (TruthOfAll(unless) == Truth::kNo) continue;
    lacks.push_back({DescribeOpposite(model_, unless),
                     std::any_of(unless.lines.begin(), unless.lines.end(),
                                 [this](const Line& line) {
                                   return IsOfSubject(line.any);
                                 })});
  }
  return lacks;
}

void Explainer::JudgePermit(std::uint32_t rule, std::uint32_t purpose,
                            ByRules* by) {
  std::vector<Lack> lacks = Lacks(model_.rules[rule], purpose);
  if (lacks.empty()) {
    by->permits.push_back(rule);
  } else if (by->nearest < 0 || lacks.size() < by->lacks.size()) {
    by->nearest = static_cast<int>(rule);
    by->lacks = std::move(lacks);
  }
}

ByRules Explainer::Judge(const Request& request, Category category) {
  ByRules by;
  for (const std::uint32_t rule : model_.rules_of[category]) {
    const RuleInfo& info = model_.rules[rule];
    if (!Matches(info.reach, request)) continue;
    if (info.effect == Effect::kPermit) {
      JudgePermit(rule, request.purpose, &by);
      continue;
    }
    bool holds = TruthOfAll(info.when) != Truth::kNo;
    for (const Requirement& unless : info.unless) {
      holds &= TruthOfAll(unless) != Truth::kYes;
    }
    if (!holds) continue;
    (info.effect == Effect::kForbid ? by.forbids : by.shapers).push_back(rule);
  }
  for (const auto* rules : {&by.permits, &by.shapers}) {
    for (const std::uint32_t rule : *rules) {
      by.forms = model_.forms->Strongest(
          by.forms,
          FormsOf(model_.rules[rule].shapes, category, model_.forms.get()));
    }
  }
  return by;
}

// Takes what the rules say of one category into an attempt; false: refused.
bool Explainer::Add(const ByRules& by, Category category, Attempt* attempt) {
  if (by.permitted()) {
    attempt->forms = model_.forms->Strongest(attempt->forms, by.forms);
    for (const auto* rules : {&by.permits, &by.shapers}) {
      attempt->rules.insert(attempt->rules.end(), rules->begin(), rules->end());
    }
    return true;
  }
  attempt->category = category;
  if (!by.forbids.empty()) {
    // A forbid decides only where something would be permitted.
    attempt->rank =
        by.permits.empty() ? Attempt::kLacking : Attempt::kForbidden;
    attempt->rule = static_cast<int>(by.forbids.front());
  } else if (by.nearest >= 0) {
    attempt->rank = Attempt::kLacking;
    attempt->lacks = by.lacks;
  }
  return false;
}

Attempt Explainer::Try(const Request& request) {
  Attempt attempt;
  Request each = request;
  std::vector<std::uint32_t> regions = {request.region};
  if (request.operation == Operation::kShare) {
    regions = model_.recipient[request.recipient].regions.Members();
    for (const Category category : categories_) {
      for (const auto& shapes : model_.recipient[request.recipient].shapes) {
        attempt.forms = model_.forms->Strongest(
            attempt.forms, FormsOf(shapes, category, model_.forms.get()));
      }
    }
  }
  for (const Category category : categories_) {
    for (const std::uint32_t region : regions) {
      each.region = region;
      if (!Add(Judge(each, category), category, &attempt)) return attempt;
    }
  }
  attempt.permitted = model_.forms->Members(attempt.forms).size() <= 1;
  return attempt;
}

Attempt Explainer::BestStore() {
  Attempt best;
  if (categories_.empty()) {
    best.permitted = true;
    return best;
  }
  bool is_first = true;
  Forms* forms = model_.forms.get();
  for (std::uint32_t purpose = 0; purpose < model_.purpose.size(); ++purpose) {
    if (model_.purpose[purpose].Is(v1::Purpose::SALE)) continue;
    for (std::uint32_t actor = 0; actor < model_.actor.size(); ++actor) {
      if (!model_.actor[actor].purposes.Test(purpose)) continue;
      Request request = request_;
      request.purpose = purpose;
      request.actor = actor;
      Attempt attempt = Try(request);
      if (attempt.permitted) {
        if (attempt.forms == Forms::kNothing) {
          attempt.forms = forms->Only(kWhole);
        }
        if (best.permitted) {
          attempt.forms = forms->Weakest(best.forms, attempt.forms);
          attempt.rules.insert(attempt.rules.end(), best.rules.begin(),
                               best.rules.end());
        }
        best = std::move(attempt);
      } else if (!best.permitted && (is_first || attempt.rank > best.rank)) {
        best = std::move(attempt);
      }
      is_first = false;
    }
  }
  if (is_first) best.category = categories_.front();
  return best;
}

void Explainer::Permit(const Attempt& attempt) {
  explanation_.permitted = true;
  const std::vector<Form>& forms = model_.forms->Members(attempt.forms);
  if (forms.size() == 1 && forms.front() != kWhole) {
    explanation_.form = transform::Describe(model_.forms->At(forms.front()));
  }
  std::vector<std::uint32_t> rules = attempt.rules;
  std::sort(rules.begin(), rules.end());
  rules.erase(std::unique(rules.begin(), rules.end()), rules.end());
  for (const std::uint32_t rule : rules) {
    explanation_.rules.emplace_back(model_.rules[rule].name);
  }
  explanation_.denial = Denial{};
}

std::string Explainer::WouldLift(const RuleInfo& forbid) const {
  std::vector<std::string> ways;
  for (const Requirement& unless : forbid.unless) {
    ways.push_back(Describe(model_, unless));
  }
  const std::string opposite = DescribeOpposite(model_, forbid.when);
  if (!opposite.empty()) ways.push_back(opposite);
  return ways.empty() ? "nothing: the rule has no exception"
                      : absl::StrJoin(ways, ", or ");
}

void Explainer::RefuseByRule(const Attempt& attempt) {
  Denial& denial = explanation_.denial;
  if (attempt.category < model_.category_count()) {
    denial.category = Name(attempt.category);
  }
  if (attempt.rule >= 0) {
    const RuleInfo& rule = model_.rules[static_cast<std::size_t>(attempt.rule)];
    denial.rule = std::string(rule.name);
    denial.missing = WouldLift(rule);
    explanation_.obstacle = Explained::kPolicy;
  } else if (!attempt.lacks.empty()) {
    denial.missing = absl::StrJoin(
        attempt.lacks, ", and ",
        [](std::string* text, const Lack& lack) { *text += lack.what; });
    explanation_.obstacle = ObstacleOf(
        std::all_of(attempt.lacks.begin(), attempt.lacks.end(),
                    [](const Lack& lack) { return lack.of_subject; }));
  } else {
    denial.missing =
        absl::StrCat("a rule that permits ", Quoted(denial.category));
  }
}

}  // namespace

Explained Snapshot::Explain(const Context& context,
                            absl::Span<const Category> categories,
                            const Word& word) const {
  const base::MutexLock lock(impl_->contexts.lock());
  for (const Category category : categories) {
    if (category >= impl_->model.category_count()) return Explained{};
  }
  return Explainer(&impl_->model, context, categories, word).Run();
}

}  // namespace privet::policy
