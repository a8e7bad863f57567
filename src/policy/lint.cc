// SPDX-License-Identifier: Apache-2.0

#include "policy/lint.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "policy/check.h"
#include "policy/checking.h"
#include "policy/names.h"
#include "policy/text.h"
#include "privet/v1/policy.pb.h"

namespace privet::policy {
namespace {

using v1::Basis;
using v1::Policy;
using v1::Selector;

void Warn(FieldPath path, std::string message, std::string remedy,
          Findings* findings) {
  findings->push_back({Severity::kWarning, std::move(path), std::move(message),
                       std::move(remedy)});
}

// Retentions that all wait for an event keep data for ever if it never comes.
void WarnOfEndless(const Policy& policy, const Checking& names,
                   Findings* findings) {
  for (int i = 0; i < policy.retention_size(); ++i) {
    std::vector<std::string> endless;
    for (const std::string_view category : names.Names(Kind::kCategory)) {
      if (names.IsGroup(Kind::kCategory, category)) continue;
      int first = -1;
      bool waits = true;
      for (int j = 0; j < policy.retention_size(); ++j) {
        const v1::Retention& other = policy.retention(j);
        if (!AnyIdCovers(other.categories(), category) ||
            AnyIdCovers(other.except_categories(), category)) {
          continue;
        }
        if (first < 0) first = j;
        waits = waits && !(CountsFromCreation(other) &&
                           other.subject_regions_size() == 0);
      }
      if (waits && first == i) endless.emplace_back(category);
    }
    if (endless.empty()) continue;
    const v1::Retention& retention = policy.retention(i);
    const bool by_event = !CountsFromCreation(retention);
    Warn({{Policy::kRetentionFieldNumber, i},
          by_event ? v1::Retention::kAfterFieldNumber
                   : v1::Retention::kSubjectRegionsFieldNumber},
         absl::StrCat(List(endless), endless.size() == 1 ? " is" : " are",
                      " kept for ever ",
                      by_event
                          ? absl::StrCat("while ", Quoted(retention.after(0)),
                                         " does not happen")
                          : "for people from elsewhere"),
         "add a retention that counts from creation, as long as you need it",
         findings);
  }
}

// ---- lists

template <typename Ids>
void WarnOfOverlap(const Ids& ids, FieldPath path, Findings* findings) {
  constexpr int kLongest = 1'000;  // every two are compared
  if (ids.size() > kLongest) return;
  for (int i = 0; i < ids.size(); ++i) {
    for (int j = 0; j < ids.size(); ++j) {
      if (i == j || !IdCovers(ids.Get(j), ids.Get(i))) continue;
      if (ids.Get(i) == ids.Get(j) && i < j) continue;
      path.back().index = i;
      Warn(path,
           absl::StrCat(Quoted(ids.Get(i)), " is covered by ",
                        Quoted(ids.Get(j)), " in the same list"),
           "remove it", findings);
      break;
    }
  }
}

// An exception from what the list does not cover excepts nothing.
template <typename Ids>
void WarnOfIdleExceptions(const Ids& ids, const Ids& except, FieldPath path,
                          Findings* findings) {
  if (ids.empty()) return;
  for (int i = 0; i < except.size(); ++i) {
    bool touches = AnyIdCovers(ids, except.Get(i));
    for (const auto& id : ids) touches = touches || IdCovers(except.Get(i), id);
    if (touches) continue;
    path.back().index = i;
    Warn(path,
         absl::StrCat(Quoted(except.Get(i)),
                      " excepts nothing: no id of the "
                      "list covers it"),
         "remove it", findings);
  }
}

void LintSelector(const Selector& selector, const FieldPath& path,
                  Findings* findings) {
  const auto overlap = [&](const auto& ids, int field) {
    WarnOfOverlap(ids, Below(path, field), findings);
  };
  overlap(selector.categories(), Selector::kCategoriesFieldNumber);
  overlap(selector.except_categories(), Selector::kExceptCategoriesFieldNumber);
  overlap(selector.purposes(), Selector::kPurposesFieldNumber);
  overlap(selector.except_purposes(), Selector::kExceptPurposesFieldNumber);
  overlap(selector.recipients(), Selector::kRecipientsFieldNumber);
  overlap(selector.except_recipients(), Selector::kExceptRecipientsFieldNumber);
  overlap(selector.actors(), Selector::kActorsFieldNumber);
  WarnOfIdleExceptions(selector.categories(), selector.except_categories(),
                       Below(path, Selector::kExceptCategoriesFieldNumber),
                       findings);
  WarnOfIdleExceptions(selector.purposes(), selector.except_purposes(),
                       Below(path, Selector::kExceptPurposesFieldNumber),
                       findings);
  WarnOfIdleExceptions(selector.recipients(), selector.except_recipients(),
                       Below(path, Selector::kExceptRecipientsFieldNumber),
                       findings);
}

void LintSelectors(const Policy& policy, Findings* findings) {
  for (int i = 0; i < policy.rule_size(); ++i) {
    const v1::Rule& rule = policy.rule(i);
    const FieldPath block{{Policy::kRuleFieldNumber, i}};
    LintSelector(rule.permit(), Below(block, v1::Rule::kPermitFieldNumber),
                 findings);
    LintSelector(rule.forbid(), Below(block, v1::Rule::kForbidFieldNumber),
                 findings);
    LintSelector(rule.require(), Below(block, v1::Rule::kRequireFieldNumber),
                 findings);
  }
  const auto lint = [&](const auto& invariants, int field) {
    for (int i = 0; i < invariants.size(); ++i) {
      LintSelector(invariants.Get(i).over(),
                   {{field, i}, v1::Invariant::kOverFieldNumber}, findings);
    }
  };
  lint(policy.never(), Policy::kNeverFieldNumber);
  lint(policy.always(), Policy::kAlwaysFieldNumber);
}

// ---- what an author owes

// The first purpose, from `id` upwards, for which `says` holds.
template <typename Says>
const v1::Purpose* Nearest(const Policy& policy, const Checking& names,
                           std::string_view id, const Says& says) {
  while (true) {
    const int index = names.Find(Kind::kPurpose, id);
    if (index >= 0 && says(policy.purpose(index))) {
      return &policy.purpose(index);
    }
    const std::size_t dot = id.rfind('.');
    if (dot == std::string_view::npos) return nullptr;
    id = id.substr(0, dot);
  }
}

void LintPurposes(const Policy& policy, const Checking& names,
                  Findings* findings) {
  for (int i = 0; i < policy.purpose_size(); ++i) {
    const v1::Purpose& purpose = policy.purpose(i);
    const FieldPath path{{Policy::kPurposeFieldNumber, i},
                         v1::Purpose::kBasisFieldNumber};
    const auto has = [&](const auto& says) {
      return Nearest(policy, names, purpose.id(), says) != nullptr;
    };
    if (purpose.basis() == Basis::LEGITIMATE_INTERESTS &&
        !has([](const v1::Purpose& p) { return !p.interest().empty(); })) {
      Warn(path,
           absl::StrCat("purpose ", Quoted(purpose.id()),
                        " rests on an interest that it does not name"),
           "write `interest: \"…\"`: people must be told which", findings);
    }
    if (purpose.basis() == Basis::LEGAL_OBLIGATION &&
        !has([](const v1::Purpose& p) { return !p.obligation().empty(); })) {
      Warn(path,
           absl::StrCat("purpose ", Quoted(purpose.id()),
                        " rests on a duty that it does not name"),
           "write `obligation: \"…\"`: without it, it opens nothing that is "
           "kept by law",
           findings);
    }
  }
}

void LintRecipients(const Policy& policy, Findings* findings) {
  using v1::Recipient;
  for (int i = 0; i < policy.recipient_size(); ++i) {
    const Recipient& recipient = policy.recipient(i);
    const bool needs_agreement =
        recipient.role() == Recipient::PROCESSOR ||
        recipient.role() == Recipient::JOINT_CONTROLLER;
    if (needs_agreement && !recipient.has_agreement()) {
      Warn({{Policy::kRecipientFieldNumber, i}, Recipient::kRoleFieldNumber},
           absl::StrCat("recipient ", Quoted(recipient.id()),
                        " has no agreement: nothing is shared with it"),
           "write `agreement { reference: \"…\" }`", findings);
    }
  }
}

void LintCategories(const Policy& policy, const Checking& names,
                    Findings* findings) {
  std::vector<std::string> nowhere;
  for (const std::string_view category : names.Names(Kind::kCategory)) {
    if (names.IsGroup(Kind::kCategory, category)) continue;
    bool has_place = false;
    for (const v1::Residency& residency : policy.residency()) {
      has_place = has_place || AnyIdCovers(residency.categories(), category);
    }
    if (!has_place) nowhere.emplace_back(category);
  }
  if (nowhere.empty()) return;
  const int first = names.Find(Kind::kCategory, nowhere.front());
  Warn({{Policy::kCategoryFieldNumber, first}},
       absl::StrCat("no residency covers ", List(nowhere),
                    ": it cannot be stored anywhere"),
       "write `residency { categories: [\"*\"]  regions: [\"…\"] }`", findings);
}

}  // namespace

Findings Lint(const Policy& policy) {
  Findings findings = NotActedOn(policy);
  LintBlocks(policy, &findings);
  LintRules(policy, &findings);
  LintStars(policy, &findings);
  return findings;
}

void LintBlocks(const Policy& policy, Findings* findings) {
  const Incomplete none;
  const Checking names(policy, none);
  WarnOfEndless(policy, names, findings);
  LintSelectors(policy, findings);
  LintPurposes(policy, names, findings);
  LintRecipients(policy, findings);
  LintCategories(policy, names, findings);
}

}  // namespace privet::policy
