// SPDX-License-Identifier: Apache-2.0

#include "policy/counterexample.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "policy/text.h"
#include "policy/wording.h"

namespace privet::policy {
namespace {

using Ref = Diagram::Ref;

// How many questions are asked on the way to a number that is not 0.
class Lengths {
 public:
  static constexpr std::uint32_t kNever = ~std::uint32_t{0};

  explicit Lengths(const Diagram& diagram) : diagram_(diagram) {}

  std::uint32_t Of(Ref ref) {
    if (Diagram::IsNumber(ref)) return Diagram::ValueOf(ref) == 0 ? kNever : 0;
    const auto known = length_.find(ref);
    if (known != length_.end()) return known->second;
    std::uint32_t least = kNever;
    for (const Ref child : diagram_.ChildrenOf(ref)) {
      least = std::min(least, Of(child));
    }
    return length_[ref] = least == kNever ? kNever : least + 1;
  }

 private:
  const Diagram& diagram_;
  std::map<Ref, std::uint32_t> length_;
};

}  // namespace

std::optional<Path> ShortestPath(const Diagram& diagram, Ref function) {
  Lengths lengths(diagram);
  if (lengths.Of(function) == Lengths::kNever) return std::nullopt;
  Path path;
  for (Ref at = function; !Diagram::IsNumber(at);) {
    const auto children = diagram.ChildrenOf(at);
    std::uint32_t best = 0;
    for (std::uint32_t i = 1; i < children.size(); ++i) {
      if (lengths.Of(children[i]) < lengths.Of(children[best])) best = i;
    }
    path.push_back({diagram.VarOf(at), best});
    at = children[best];
  }
  return path;
}

std::vector<std::uint32_t> ValuesOf(const Path& path,
                                    const Functions& functions) {
  std::vector<std::uint32_t> values(functions.vars().size(), 0);
  for (const Step& step : path) values[step.var] = step.value;
  return values;
}

Counterexample Describe(const Path& path, const Request& request,
                        Category category, Functions* functions) {
  const Model& model = functions->model();
  Counterexample found;
  found.literals = path.size();
  std::vector<std::string> cube;
  for (const Step& step : path) {
    const Var& var = functions->vars()[step.var];
    cube.push_back(
        DescribeAnswer(model, var.question, var.answer_of[step.value]));
  }
  found.request =
      Describe(model, request, Quoted(model.categories.LeafAt(category).id));
  found.cube = cube.empty() ? "whatever is known of the person"
                            : absl::StrJoin(cube, ", ");
  for (const std::uint32_t rule :
       RulesAt(ValuesOf(path, *functions), request, category, functions)) {
    found.rules.emplace_back(model.rules[rule].name);
  }
  return found;
}

std::vector<std::uint32_t> RulesAt(const std::vector<std::uint32_t>& values,
                                   const Request& request, Category category,
                                   Functions* functions) {
  std::vector<std::uint32_t> regions = {request.region};
  if (request.operation == Operation::kShare) {
    regions = functions->model().recipient[request.recipient].regions.Members();
  }
  std::vector<std::uint32_t> rules;
  Request each = request;
  for (const std::uint32_t region : regions) {
    each.region = region;
    const auto more = functions->RulesHolding(each, category, values);
    rules.insert(rules.end(), more.begin(), more.end());
  }
  std::sort(rules.begin(), rules.end());
  rules.erase(std::unique(rules.begin(), rules.end()), rules.end());
  return rules;
}

Request TableOf(Request request) {
  if (request.operation == Operation::kStore) {
    request.purpose = Names::kNone;
    request.actor = Names::kNone;
  }
  return request;
}

absl::StatusOr<Ref> DecisionOf(const Request& request,
                               absl::Span<const Category> categories,
                               Functions* functions) {
  return request.operation == Operation::kStore
             ? functions->StorePart(categories, request.purpose, request.actor)
             : functions->Decision(categories);
}

}  // namespace privet::policy
