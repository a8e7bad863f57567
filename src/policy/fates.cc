// SPDX-License-Identifier: Apache-2.0

#include "policy/fates.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/bytes.h"
#include "policy/text.h"

namespace privet::policy {
namespace {

// The oldest name of an event, of a purpose in a built-in one.
std::string OldestEvent(const Model& model, std::string_view event) {
  for (const std::string_view prefix : {kWithdrawnEvent, kObjectedEvent}) {
    if (event.substr(0, prefix.size()) != prefix) continue;
    const Names::Entry* purpose =
        model.purposes.Find(event.substr(prefix.size()));
    return purpose == nullptr
               ? std::string(event)
               : absl::StrCat(View(prefix), View(purpose->oldest));
  }
  const Names::Entry* entry = model.events.Find(event);
  return std::string(entry == nullptr ? event : entry->oldest);
}

bool IsStored(const Reach& reach) {
  return !reach.needs_recipient &&
         (reach.Includes(Operation::kStore) || reach.Includes(Operation::kUse));
}

}  // namespace

Period Fates::PeriodOf(const Model& model, const v1::Retention& retention) {
  Period period;
  const Names::Entry* entry = model.retentions.Find(retention.id());
  period.id = std::string(entry == nullptr ? std::string_view(retention.id())
                                           : entry->oldest);
  for (const std::string& event : retention.after()) {
    period.after.push_back(OldestEvent(model, event));
  }
  std::sort(period.after.begin(), period.after.end());
  period.after.erase(std::unique(period.after.begin(), period.after.end()),
                     period.after.end());
  if (period.after == std::vector<std::string>{"created"}) period.after.clear();
  const auto keep = base::Keep::Parse(retention.keep());
  if (keep.ok()) period.keep = *keep;
  const Names::Entry* duty = model.obligations.Find(retention.obligation());
  period.obligation =
      duty == nullptr ? retention.obligation() : std::string(duty->oldest);
  period.anonymize = retention.then() == v1::Retention::ANONYMIZE;
  return period;
}

Fates::Fates(const Model& model) : model_(model) {
  rules_of_.resize(model.category_count());
  const v1::Policy& policy = *model.policy;
  for (int i = 0; i < policy.retention_size(); ++i) {
    const v1::Retention& retention = policy.retention(i);
    Rule rule;
    rule.categories = model.categories.UnderAny(retention.categories());
    rule.categories.Remove(
        model.categories.UnderAny(retention.except_categories()));
    rule.all_regions = retention.subject_regions().empty();
    rule.regions = model.subject_regions.ClassesOf(
        model.places.InsideAny(retention.subject_regions()));
    rule.period = PeriodOf(model, retention);
    for (const std::uint32_t category : rule.categories.Members()) {
      rules_of_[category].push_back(static_cast<std::uint32_t>(i));
    }
    rules_.push_back(std::move(rule));
  }
  // Who selects a category for STORE and USE, where it may rest, its flags.
  std::map<std::vector<std::uint32_t>, std::uint32_t> seen;
  for (Category category = 0; category < model.category_count(); ++category) {
    std::vector<std::uint32_t> key = {model.category_flags[category]};
    for (const std::uint32_t rule : model.rules_of[category]) {
      if (IsStored(model.rules[rule].reach)) key.push_back(rule);
    }
    key.push_back(Names::kNone);
    for (const std::uint32_t residency : model.residencies_of[category]) {
      key.push_back(residency);
    }
    const auto next = static_cast<std::uint32_t>(seen.size());
    signature_.push_back(seen.emplace(std::move(key), next).first->second);
  }
}

std::vector<std::uint32_t> Fates::Covering(
    absl::Span<const Category> categories, RegionClass region) const {
  std::vector<std::uint32_t> covering;
  for (const Category category : categories) {
    if (category >= rules_of_.size()) continue;
    for (const std::uint32_t rule : rules_of_[category]) {
      const bool covers = region == kUnknownRegion ||
                          rules_[rule].all_regions ||
                          rules_[rule].regions.Test(region - 1);
      if (covers) covering.push_back(rule);
    }
  }
  std::sort(covering.begin(), covering.end());
  covering.erase(std::unique(covering.begin(), covering.end()), covering.end());
  return covering;
}

std::string Fates::FateOf(absl::Span<const Category> categories) const {
  std::vector<std::uint32_t> signatures;
  for (const Category category : categories) {
    signatures.push_back(category < signature_.size() ? signature_[category]
                                                      : Names::kNone);
  }
  std::sort(signatures.begin(), signatures.end());
  signatures.erase(std::unique(signatures.begin(), signatures.end()),
                   signatures.end());
  std::string fate;
  base::AppendInt(&fate, static_cast<std::uint32_t>(signatures.size()));
  for (const std::uint32_t one : signatures) base::AppendInt(&fate, one);
  for (const std::uint32_t rule : Covering(categories, kUnknownRegion)) {
    base::AppendInt(&fate, rule);
  }
  return fate;
}

absl::StatusOr<const RetentionClass*> Fates::ClassOf(
    absl::Span<const Category> categories, RegionClass region) const {
  const std::vector<std::uint32_t> covering = Covering(categories, region);
  if (covering.empty()) {
    std::vector<std::string> names;
    for (const Category category : categories) {
      if (category >= model_.category_count()) continue;
      names.emplace_back(model_.categories.LeafAt(category).id);
    }
    return absl::FailedPreconditionError(absl::StrCat(
        "no retention covers ", List(names),
        " for a person of this region, so it cannot be stored; add a "
        "`retention` that does"));
  }
  const base::MutexLock lock(&lock_);
  const auto known = classes_.find(covering);
  if (known != classes_.end()) return known->second.get();
  std::vector<Period> periods;
  periods.reserve(covering.size());
  for (const std::uint32_t rule : covering) {
    periods.push_back(rules_[rule].period);
  }
  auto made = MakeRetentionClass(std::move(periods));
  if (!made.ok()) return made.status();
  for (const auto& [key, other] : classes_) {
    if (other->id == made->id && !SameClass(*other, *made)) {
      return absl::InvalidArgumentError(
          "two sets of retentions have one class number; rename a retention");
    }
  }
  auto kept = std::make_unique<const RetentionClass>(*std::move(made));
  return (classes_[covering] = std::move(kept)).get();
}

base::Keep Fates::EffectiveKeep(const Period& sealed) const {
  for (const Rule& rule : rules_) {
    if (rule.period.id != sealed.id) continue;
    // A length from elsewhere says nothing of this one: a day after closing
    // is no day after creation.
    if (rule.period.after != sealed.after) continue;
    return rule.period.keep < sealed.keep ? rule.period.keep : sealed.keep;
  }
  return sealed.keep;
}

bool Fates::HasObligation(absl::Span<const Category> categories,
                          RegionClass region) const {
  for (const std::uint32_t rule : Covering(categories, region)) {
    if (!rules_[rule].period.obligation.empty()) return true;
  }
  return false;
}

}  // namespace privet::policy
