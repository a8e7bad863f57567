// SPDX-License-Identifier: Apache-2.0

#include "record/snapshot_rules.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "policy/names.h"
#include "policy/retention_class.h"
#include "privet/v1/policy.pb.h"

namespace privet::record {
namespace {

// Returns how specifically an id covers a category: 0 not at all, 1 as `*`,
// else more the longer it is.
std::size_t Covers(const std::string& id, std::string_view category) {
  if (!policy::IdCovers(id, category)) return 0;
  return id == "*" ? 1 : id.size() + 1;
}

template <typename List>
std::size_t BestOf(const List& ids, std::string_view category) {
  std::size_t best = 0;
  for (const std::string& id : ids) best = std::max(best, Covers(id, category));
  return best;
}

bool CountsFromCreation(const policy::Snapshot& snapshot,
                        policy::Category category) {
  const auto kept = snapshot.ClassOf({category}, policy::kUnknownRegion);
  if (!kept.ok()) return false;
  return std::any_of(
      (*kept)->periods.begin(), (*kept)->periods.end(),
      [](const policy::Period& period) { return period.after.empty(); });
}

}  // namespace

struct SnapshotRules::Retention {
  const v1::Retention* said = nullptr;
  ResidueRule rule;

  bool Keeps(std::string_view category) const {
    return BestOf(said->categories(), category) != 0 &&
           BestOf(said->except_categories(), category) == 0;
  }
};

SnapshotRules::SnapshotRules(const policy::Snapshot& snapshot)
    : snapshot_(snapshot) {
  for (const v1::Retention& said : snapshot.policy().retention()) {
    if (said.residue().empty()) continue;
    auto retention = std::make_unique<Retention>();
    retention->said = &said;
    retention->rule.retention =
        std::string(snapshot.OldestName(policy::Sealed::kRetention, said.id()));
    for (const v1::Transform& form : said.residue()) {
      const auto becomes = snapshot.FindCategory(form.becomes());
      ResidueRule::Step step;
      step.form = &form;
      // A policy that loads names one; without it nothing is left.
      if (becomes.ok()) {
        step.becomes = *becomes;
        step.from_creation = CountsFromCreation(snapshot, *becomes);
      } else {
        step.form = nullptr;
      }
      retention->rule.steps.push_back(step);
    }
    retentions_.push_back(std::move(retention));
  }
}

SnapshotRules::~SnapshotRules() = default;

const v1::Record* SnapshotRules::FindRecord(std::string_view type) const {
  for (const v1::Record& record : snapshot_.policy().record()) {
    if (record.type() == type) return &record;
  }
  return nullptr;
}

absl::StatusOr<policy::Category> SnapshotRules::FindCategory(
    std::string_view name) const {
  return snapshot_.FindCategory(name);
}

absl::Status SnapshotRules::CheckSubjectKind(std::string_view id) const {
  return snapshot_.CheckSubjectKind(id);
}

std::string_view SnapshotRules::CategoryName(policy::Category category) const {
  return snapshot_.CategoryName(category);
}

std::string_view SnapshotRules::SealedCategoryName(
    policy::Category category) const {
  return snapshot_.OldestName(policy::Sealed::kCategory,
                              snapshot_.CategoryName(category));
}

absl::Status SnapshotRules::CheckCategories(
    absl::Span<const policy::Category> categories) const {
  return snapshot_.CheckField(categories);
}

std::string SnapshotRules::FateOf(
    absl::Span<const policy::Category> categories) const {
  return snapshot_.FateOf(categories);
}

std::string SnapshotRules::RetentionOf(
    absl::Span<const policy::Category> categories) const {
  // Which retentions cover depends on the person's region: all of them must
  // agree.
  std::string key;
  for (policy::RegionClass region = 0; region < snapshot_.region_class_count();
       ++region) {
    const auto kept = snapshot_.ClassOf(categories, region);
    absl::StrAppend(&key, kept.ok() ? absl::StrCat((*kept)->id) : "none", ",");
  }
  return absl::StrCat(key, ObligationOf(categories));
}

std::string SnapshotRules::ObligationOf(
    absl::Span<const policy::Category> categories) const {
  const auto kept = snapshot_.ClassOf(categories, policy::kUnknownRegion);
  return kept.ok() ? std::string((*kept)->Obligation()) : "";
}

std::vector<policy::Form> SnapshotRules::FormsOf(
    absl::Span<const policy::Category> categories) const {
  return snapshot_.FormsOf(categories);
}

const v1::Transform& SnapshotRules::Transform(policy::Form form) const {
  return snapshot_.FormOf(form);
}

std::vector<const ResidueRule*> SnapshotRules::ResiduesOf(
    absl::Span<const policy::Category> categories) const {
  std::vector<const ResidueRule*> found;
  for (const auto& retention : retentions_) {
    for (const policy::Category category : categories) {
      if (!retention->Keeps(snapshot_.CategoryName(category))) continue;
      found.push_back(&retention->rule);
      break;
    }
  }
  return found;
}

const ResidueRule::Step* SnapshotRules::FindResidueStep(
    const ResidueRule& residue, policy::Category category) const {
  const std::string_view name = snapshot_.CategoryName(category);
  for (const auto& retention : retentions_) {
    if (&retention->rule == &residue && !retention->Keeps(name)) return nullptr;
  }
  const ResidueRule::Step* found = nullptr;
  std::size_t best = 0;
  for (const ResidueRule::Step& step : residue.steps) {
    if (step.form == nullptr) continue;
    const std::size_t covers =
        step.form->categories().empty()
            ? 1
            : BestOf(step.form->categories(), snapshot_.CategoryName(category));
    if (covers > best) {
      best = covers;
      found = &step;
    }
  }
  return found;
}

}  // namespace privet::record
