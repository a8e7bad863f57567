// SPDX-License-Identifier: Apache-2.0
//
// Which fields lie together, and how long they live.

#ifndef PRIVET_POLICY_FATES_H_
#define PRIVET_POLICY_FATES_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/keep.h"
#include "base/mutex.h"
#include "policy/model.h"
#include "policy/retention_class.h"
#include "policy/snapshot.h"

namespace privet::policy {

class Fates {
 public:
  explicit Fates(const Model& model);

  // As the calls of Snapshot say.
  std::string FateOf(absl::Span<const Category> categories) const;
  absl::StatusOr<const RetentionClass*> ClassOf(
      absl::Span<const Category> categories, RegionClass region) const;
  base::Keep EffectiveKeep(const Period& sealed) const;

  // Returns whether a retention with an obligation covers the categories.
  bool HasObligation(absl::Span<const Category> categories,
                     RegionClass region) const;

 private:
  struct Rule {
    Bits categories;
    Bits regions;  // RegionClass; empty set: all
    bool all_regions = true;
    Period period;
  };
  static Period PeriodOf(const Model& model, const v1::Retention& retention);

  // Returns the retentions that cover any of the categories.
  std::vector<std::uint32_t> Covering(absl::Span<const Category> categories,
                                      RegionClass region) const;

  const Model& model_;
  std::vector<Rule> rules_;
  std::vector<std::vector<std::uint32_t>> rules_of_;  // by category
  std::vector<std::uint32_t> signature_;  // by category: who selects it

  mutable base::Mutex lock_;
  mutable std::map<std::vector<std::uint32_t>,
                   std::unique_ptr<const RetentionClass>>
      classes_ ABSL_GUARDED_BY(lock_);
};

}  // namespace privet::policy

#endif  // PRIVET_POLICY_FATES_H_
