// SPDX-License-Identifier: Apache-2.0
//
// A compiled policy, as binding a record type sees it.

#ifndef PRIVET_RECORD_SNAPSHOT_RULES_H_
#define PRIVET_RECORD_SNAPSHOT_RULES_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "policy/snapshot.h"
#include "record/rules.h"

namespace privet::record {

// Rules over a snapshot, which must outlive it. Make one, bind all types with
// it, and let it go.
class SnapshotRules final : public Rules {
 public:
  explicit SnapshotRules(const policy::Snapshot& snapshot);
  ~SnapshotRules() override;

  const v1::Record* FindRecord(std::string_view type) const override;
  absl::StatusOr<policy::Category> FindCategory(
      std::string_view name) const override;
  absl::Status CheckSubjectKind(std::string_view id) const override;
  std::string_view CategoryName(policy::Category category) const override;
  std::string_view SealedCategoryName(policy::Category category) const override;
  absl::Status CheckCategories(
      absl::Span<const policy::Category> categories) const override;
  std::string FateOf(
      absl::Span<const policy::Category> categories) const override;
  std::string RetentionOf(
      absl::Span<const policy::Category> categories) const override;
  std::string ObligationOf(
      absl::Span<const policy::Category> categories) const override;
  std::vector<policy::Form> FormsOf(
      absl::Span<const policy::Category> categories) const override;
  const v1::Transform& Transform(policy::Form form) const override;
  std::vector<const ResidueRule*> ResiduesOf(
      absl::Span<const policy::Category> categories) const override;
  const ResidueRule::Step* FindResidueStep(
      const ResidueRule& residue, policy::Category category) const override;

 private:
  struct Retention;

  const policy::Snapshot& snapshot_;
  std::vector<std::unique_ptr<const Retention>> retentions_;  // with a residue
};

}  // namespace privet::record

#endif  // PRIVET_RECORD_SNAPSHOT_RULES_H_
