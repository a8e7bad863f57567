// SPDX-License-Identifier: Apache-2.0
//
// Two forms on one request, neither of which is the stronger.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "policy/counterexample.h"
#include "policy/functions.h"
#include "policy/prove.h"
#include "policy/text.h"
#include "transform/order.h"

namespace privet::policy {
namespace {

using Ref = Diagram::Ref;

class Finder {
 public:
  Finder(Model* model, absl::Span<const Category> set, Findings* findings)
      : model_(*model), set_(set), findings_(findings) {}

  void Run() {
    if (!AnyIncomparable()) return;
    ForEachFeasibleRequest(
        model_, [this](const Request& request) { return Visit(request); });
  }

 private:
  // What gives one of the forms that meet.
  struct Givers {
    std::vector<std::string> names;  // "rule `x`", "recipient `y`"
    FieldPath where;
  };

  bool AnyIncomparable() {
    const auto count = static_cast<Form>(model_.forms->size());
    for (Form f = 0; f < count; ++f) {
      for (Form g = 0; g < f; ++g) {
        if (model_.forms->Incomparable(f, g)) return true;
      }
    }
    return false;
  }

  bool MayMeet(const Request& request) const;
  bool Visit(const Request& request);
  bool Look(const Request& request, absl::Span<const Category> categories);
  bool Fail(const absl::Status& status);  // false
  Givers GiversOf(const Request& request, absl::Span<const Category> categories,
                  const std::vector<std::uint32_t>& values, Forms::Set set);
  void Report(const Request& request, absl::Span<const Category> categories,
              const Path& path, Ref decision);

  Model& model_;
  const absl::Span<const Category> set_;
  Findings* const findings_;
  std::set<std::vector<std::string>> reported_;

  // The tables of the last request: those of a kStore serve many.
  Request last_;
  std::unique_ptr<Functions> functions_;
};

// Two forms can only meet where two rules that give them do.
bool Finder::MayMeet(const Request& request) const {
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
    if (rule.shapes.empty() || !Matches(rule.reach, request)) continue;
    if (ReachesRegion(model_, rule.reach, request) && meet(rule.shapes)) {
      return true;
    }
  }
  if (request.operation != Operation::kShare) return false;
  for (const auto& shapes : model_.recipient[request.recipient].shapes) {
    if (meet(shapes)) return true;
  }
  return false;
}

bool Finder::Visit(const Request& request) {
  if (!MayMeet(request)) return true;
  const bool same =
      functions_ != nullptr && request.operation == Operation::kStore &&
      last_.operation == Operation::kStore && last_.region == request.region;
  if (!same) {
    auto made = Functions::Make(&model_, TableOf(request), {});
    if (!made.ok()) return Fail(made.status());
    functions_ = *std::move(made);
    last_ = request;
  }
  if (!set_.empty()) return Look(request, set_) && findings_->empty();
  for (Category c = 0; c < model_.category_count(); ++c) {
    if (!Look(request, {&c, 1})) return false;
  }
  return true;
}

// What cannot be looked at is no agreement: an error as well.
bool Finder::Fail(const absl::Status& status) {
  findings_->push_back(
      {Severity::kError, {}, std::string(status.message()), ""});
  return false;
}

bool Finder::Look(const Request& request,
                  absl::Span<const Category> categories) {
  Forms* forms = model_.forms.get();
  Diagram& diagram = functions_->diagram();
  const auto decision = DecisionOf(request, categories, functions_.get());
  if (!decision.ok()) return Fail(decision.status());
  const Ref contradicts = diagram.Apply(
      *decision, *decision, [forms](std::uint32_t x, std::uint32_t) {
        return std::uint32_t{forms->Members(x).size() > 1};
      });
  if (diagram.overflowed()) return Fail(functions_->TooLarge(categories));
  const auto path = ShortestPath(diagram, contradicts);
  if (path.has_value()) Report(request, categories, *path, *decision);
  return true;
}

Finder::Givers Finder::GiversOf(const Request& request,
                                absl::Span<const Category> categories,
                                const std::vector<std::uint32_t>& values,
                                Forms::Set set) {
  Forms* forms = model_.forms.get();
  const auto gives = [&](const std::vector<Shape>& shapes, Category category) {
    const auto& given = forms->Members(FormsOf(shapes, category, forms));
    const auto& met = forms->Members(set);
    return std::any_of(given.begin(), given.end(), [&](Form form) {
      return std::find(met.begin(), met.end(), form) != met.end();
    });
  };
  Givers givers;
  std::set<std::uint32_t> rules;
  for (const Category category : categories) {
    if (request.operation == Operation::kShare) {
      const Names::Entry& entry = model_.recipients.LeafAt(request.recipient);
      for (const auto& shapes : model_.recipient[request.recipient].shapes) {
        if (!gives(shapes, category) || !givers.names.empty()) continue;
        givers.names.push_back(absl::StrCat("recipient ", Quoted(entry.id)));
        givers.where = {{v1::Policy::kRecipientFieldNumber,
                         static_cast<int>(entry.declared)}};
      }
    }
    for (const std::uint32_t rule :
         RulesAt(values, request, category, functions_.get())) {
      if (gives(model_.rules[rule].shapes, category)) rules.insert(rule);
    }
  }
  for (const std::uint32_t rule : rules) {
    givers.names.push_back(
        absl::StrCat("rule ", Quoted(model_.rules[rule].name)));
    givers.where = model_.rules[rule].path;
  }
  return givers;
}

void Finder::Report(const Request& request,
                    absl::Span<const Category> categories, const Path& path,
                    Ref decision) {
  const std::vector<std::uint32_t> values = ValuesOf(path, *functions_);
  const Forms::Set set = functions_->diagram().Evaluate(
      decision, [&](std::uint32_t var) { return values[var]; });
  const Givers givers = GiversOf(request, categories, values, set);
  if (!reported_.insert(givers.names).second) return;  // one for each pair
  std::vector<std::string> forms;
  for (const Form form : model_.forms->Members(set)) {
    forms.push_back(Quoted(transform::Describe(model_.forms->At(form))));
  }
  std::vector<std::string> fields;
  for (const Category category : categories) {
    fields.push_back(Quoted(model_.categories.LeafAt(category).id));
  }
  const Counterexample example =
      Describe(path, request, categories.front(), functions_.get());
  findings_->push_back(
      {Severity::kError, givers.where,
       absl::StrCat(absl::StrJoin(givers.names, " and "), " give ",
                    absl::StrJoin(fields, " and "), " the forms ",
                    absl::StrJoin(forms, " and "),
                    ", neither of which is the stronger, where ",
                    example.request, ", with ", example.cube),
       "give both the same form, or make one of them not apply there"});
}

}  // namespace

void FindContradictions(Model* model, absl::Span<const Category> categories,
                        Findings* findings) {
  Finder(model, categories, findings).Run();
}

}  // namespace privet::policy
