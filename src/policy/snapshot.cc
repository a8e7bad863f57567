// SPDX-License-Identifier: Apache-2.0

#include "policy/snapshot.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "policy/decidable.h"
#include "policy/prove.h"
#include "policy/snapshot_impl.h"
#include "policy/text.h"

namespace privet::policy {
namespace {

// Two names of a kind with one hash would be one id to a host.
void CheckHashes(const Names& names, std::string_view kind, int field,
                 Findings* findings) {
  const std::vector<std::string_view> two = names.HashCollision();
  if (two.empty()) return;
  const int index = static_cast<int>(names.Find(two.back())->declared);
  findings->push_back(
      {Severity::kError,
       {{field, index}},
       absl::StrCat(View(kind), " ", Quoted(two.front()), " and ",
                    Quoted(two.back()), " have one hash"),
       "rename one of them"});
}

absl::Status StatusOf(const Findings& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    if (finding.severity != Severity::kError) continue;
    absl::StrAppend(&text, text.empty() ? "" : "\n", finding.message,
                    finding.remedy.empty() ? "" : "; ", finding.remedy);
  }
  return text.empty() ? absl::OkStatus() : absl::InvalidArgumentError(text);
}

}  // namespace

Snapshot::Snapshot(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
Snapshot::~Snapshot() = default;

absl::StatusOr<std::shared_ptr<const Snapshot>> Snapshot::Compile(
    std::shared_ptr<const v1::Policy> policy, Findings* findings,
    const Limits& limits) {
  auto impl = std::make_unique<const Impl>(std::move(policy), limits);
  Findings found;
  const Model& model = impl->model;
  CheckHashes(model.categories, "category", v1::Policy::kCategoryFieldNumber,
              &found);
  CheckHashes(model.purposes, "purpose", v1::Policy::kPurposeFieldNumber,
              &found);
  CheckHashes(model.actors, "actor", v1::Policy::kActorFieldNumber, &found);
  CheckHashes(model.recipients, "recipient", v1::Policy::kRecipientFieldNumber,
              &found);
  CheckRequestCount(model, &found);
  if (found.empty()) {
    const base::MutexLock lock(impl->contexts.lock());
    CheckDecidable({}, &impl->contexts, &found);
    if (found.empty()) {
      FindContradictions(&impl->model, {}, &found);
      Prove(&impl->model, &found);
    }
  }
  const absl::Status status = StatusOf(found);
  if (findings != nullptr) {
    findings->insert(findings->end(), found.begin(), found.end());
  }
  if (!status.ok()) return status;
  return std::shared_ptr<const Snapshot>(new Snapshot(std::move(impl)));
}

const v1::Policy& Snapshot::policy() const { return *impl_->model.policy; }

absl::StatusOr<Category> Snapshot::FindCategory(std::string_view name) const {
  return impl_->model.categories.FindLeaf(name);
}

std::string_view Snapshot::CategoryName(Category category) const {
  return category < category_count()
             ? impl_->model.categories.LeafAt(category).id
             : std::string_view();
}

std::size_t Snapshot::category_count() const {
  return impl_->model.category_count();
}

std::string_view Snapshot::OldestName(Sealed kind,
                                      std::string_view name) const {
  const Model& model = impl_->model;
  const auto oldest = [name](const Names& names) {
    const Names::Entry* entry = names.Find(name);
    return entry == nullptr ? name : entry->oldest;
  };
  switch (kind) {
    case Sealed::kPolicy:
      return model.policy->was().empty()
                 ? std::string_view(model.policy->id())
                 : std::string_view(model.policy->was(0));
    case Sealed::kCategory:
      return oldest(model.categories);
    case Sealed::kRecordType:
      return oldest(model.records);
    case Sealed::kRecipient:
      return oldest(model.recipients);
    case Sealed::kRetention:
      return oldest(model.retentions);
    case Sealed::kEvent:
      return oldest(model.events);
    case Sealed::kObligation:
      return oldest(model.obligations);
  }
  return name;
}

std::vector<std::string_view> Snapshot::OldestNames(Sealed kind) const {
  const Model& model = impl_->model;
  const auto all = [](const Names& names) {
    std::vector<std::string_view> oldest;
    for (const Names::Entry& entry : names.entries()) {
      oldest.push_back(entry.oldest);
    }
    return oldest;
  };
  const auto leaves = [](const Names& names) {
    std::vector<std::string_view> oldest;
    for (std::uint32_t i = 0; i < names.leaf_count(); ++i) {
      oldest.push_back(names.LeafAt(i).oldest);
    }
    return oldest;
  };
  switch (kind) {
    case Sealed::kPolicy:
      return {OldestName(kind, {})};
    case Sealed::kCategory:
      return leaves(model.categories);
    case Sealed::kRecipient:
      return leaves(model.recipients);
    case Sealed::kRecordType:
      return all(model.records);
    case Sealed::kRetention:
      return all(model.retentions);
    case Sealed::kEvent:
      return all(model.events);
    case Sealed::kObligation:
      return all(model.obligations);
  }
  return {};
}

absl::StatusOr<const Context*> Snapshot::FindContext(
    Operation operation, ActorId actor, PurposeId purpose,
    RecipientId recipient, RegionId region,
    std::string_view record_type) const {
  return impl_->contexts.Find(operation, actor, purpose, recipient, region,
                              record_type);
}

const v1::Transform& Snapshot::FormOf(Form form) const {
  // Every form of a policy is there once it is compiled: no lock.
  return impl_->model.forms->At(form);
}

std::size_t Snapshot::form_count() const { return impl_->model.forms->size(); }

std::vector<Form> Snapshot::FormsOf(
    absl::Span<const Category> categories) const {
  const Model& model = impl_->model;
  std::set<Form> forms;
  const auto add = [&](const std::vector<Shape>& shapes, const Bits* reach) {
    for (const Shape& shape : shapes) {
      for (const Category category : categories) {
        if (reach != nullptr && !reach->Test(category)) continue;
        if (shape.categories.Test(category)) forms.insert(shape.form);
      }
    }
  };
  for (const RuleInfo& rule : model.rules) {
    if (rule.effect != Effect::kForbid) {
      add(rule.shapes, &rule.reach.categories);
    }
  }
  for (const RecipientInfo& recipient : model.recipient) {
    for (const std::vector<Shape>& shapes : recipient.shapes) {
      add(shapes, nullptr);
    }
  }
  forms.erase(kWhole);
  return std::vector<Form>(forms.begin(), forms.end());
}

absl::Status Snapshot::CheckField(absl::Span<const Category> categories) const {
  for (const Category category : categories) {
    if (category >= category_count()) {
      return absl::InvalidArgumentError("there is no such category");
    }
  }
  if (categories.size() > 1) {
    Findings findings;
    const base::MutexLock lock(impl_->contexts.lock());
    CheckDecidable(categories, &impl_->contexts, &findings);
    if (findings.empty()) {
      FindContradictions(&impl_->model, categories, &findings);
    }
    const absl::Status status = StatusOf(findings);
    if (!status.ok()) return status;
  }
  const auto fate = ClassOf(categories, kUnknownRegion);
  // Covered by none: what is stored says so; two obligations end it here.
  return absl::IsInvalidArgument(fate.status()) ? fate.status()
                                                : absl::OkStatus();
}

bool Snapshot::GoesOnWhileRestricted(PurposeId purpose) const {
  const auto leaf =
      impl_->model.purposes.FindLeaf(purpose.hash(), purpose.text());
  return leaf.ok() && impl_->model.purpose[*leaf].goes_on_while_restricted;
}

bool Snapshot::MayObject(std::string_view purpose) const {
  const Model& model = impl_->model;
  const auto leaf = model.purposes.FindLeaf(purpose);
  if (!leaf.ok()) return false;
  const RuleInfo says_nothing;
  return policy::MayObject(model, says_nothing, *leaf) ||
         std::any_of(model.rules.begin(), model.rules.end(),
                     [&](const RuleInfo& rule) {
                       return rule.effect == Effect::kPermit &&
                              rule.reach.purposes.Test(*leaf) &&
                              policy::MayObject(model, rule, *leaf);
                     });
}

std::string Snapshot::FateOf(absl::Span<const Category> categories) const {
  return impl_->fates.FateOf(categories);
}

RegionClass Snapshot::RegionClassOf(std::string_view region) const {
  const auto code = impl_->model.places.Find(region);
  return code.ok() ? impl_->model.subject_regions.ClassOf(*code) + 1
                   : kUnknownRegion;
}

RegionClass Snapshot::region_class_count() const {
  return static_cast<RegionClass>(impl_->model.subject_regions.count()) + 1;
}

absl::StatusOr<const RetentionClass*> Snapshot::ClassOf(
    absl::Span<const Category> categories, RegionClass region) const {
  return impl_->fates.ClassOf(categories, region);
}

base::Keep Snapshot::EffectiveKeep(const Period& sealed) const {
  return impl_->fates.EffectiveKeep(sealed);
}

bool Snapshot::Serves(PurposeId purpose, std::string_view obligation) const {
  const Model& model = impl_->model;
  const auto leaf = model.purposes.FindLeaf(purpose.hash(), purpose.text());
  if (!leaf.ok() || obligation.empty()) return false;
  const Names::Entry* duty = model.obligations.Find(obligation);
  return duty != nullptr && model.purpose[*leaf].obligation == duty->oldest;
}

}  // namespace privet::policy
