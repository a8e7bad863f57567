// SPDX-License-Identifier: Apache-2.0
//
// "*" in a permit: quickly written, and seldom meant for what the law guards
// most.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "policy/lint.h"
#include "policy/model.h"
#include "policy/text.h"
#include "privet/v1/policy.pb.h"

namespace privet::policy {
namespace {

using v1::Policy;
using v1::Selector;
using Ids = google::protobuf::RepeatedPtrField<std::string>;

// Warns at the "*" of `ids`, which lie at `path`, if there is one and it
// reaches anything.
void WarnOfStar(const Ids& ids, FieldPath path,
                const std::vector<std::string>& reached, std::string_view what,
                std::string_view except, Findings* findings) {
  const auto star = std::find(ids.begin(), ids.end(), "*");
  if (star == ids.end() || reached.empty()) return;
  path.back().index = static_cast<int>(star - ids.begin());
  findings->push_back(
      {Severity::kWarning, std::move(path),
       absl::StrCat("`*` reaches ", View(what), " ", List(reached)),
       absl::StrCat("except what is not meant by `", View(except),
                    "`, or name what is")});
}

std::vector<std::string> SpecialOf(const Model& model, const Reach& reach) {
  std::vector<std::string> ids;
  for (const Category category : reach.categories.Members()) {
    if (!model.HasFlag(category, v1::Category::SPECIAL)) continue;
    ids.emplace_back(model.categories.LeafAt(category).id);
  }
  return ids;
}

// Those that an actor whom the permit selects may claim.
std::vector<std::string> AutomatedOf(const Model& model, const Reach& reach) {
  std::vector<std::string> ids;
  for (const std::uint32_t purpose : reach.purposes.Members()) {
    if (!model.purpose[purpose].Is(v1::Purpose::AUTOMATED_DECISION)) continue;
    for (const std::uint32_t actor : reach.actors.Members()) {
      if (!model.actor[actor].purposes.Test(purpose)) continue;
      ids.emplace_back(model.purposes.LeafAt(purpose).id);
      break;
    }
  }
  return ids;
}

}  // namespace

void LintStars(const v1::Policy& policy, Findings* findings) {
  // The model owns a policy; this one outlives it.
  const Model model(
      std::shared_ptr<const Policy>(std::shared_ptr<void>(), &policy));
  for (const RuleInfo& rule : model.rules) {
    if (rule.effect != Effect::kPermit || rule.path.empty()) continue;
    const Selector& permit = policy.rule(rule.path[0].index).permit();
    const FieldPath path = Below(rule.path, v1::Rule::kPermitFieldNumber);
    WarnOfStar(permit.categories(),
               Below(path, Selector::kCategoriesFieldNumber),
               SpecialOf(model, rule.reach),
               "special categories:", "except_categories", findings);
    WarnOfStar(permit.purposes(), Below(path, Selector::kPurposesFieldNumber),
               AutomatedOf(model, rule.reach),
               "automated decisions:", "except_purposes", findings);
  }
}

}  // namespace privet::policy
