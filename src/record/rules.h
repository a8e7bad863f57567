// SPDX-License-Identifier: Apache-2.0
//
// What binding a record type asks of a policy.

#ifndef PRIVET_RECORD_RULES_H_
#define PRIVET_RECORD_RULES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "policy/snapshot.h"

namespace privet::v1 {
class Record;
class Transform;
}  // namespace privet::v1

namespace privet::record {

// What stays of a record when its retention ends (`then: ANONYMIZE`).
struct ResidueRule {
  std::string retention;  // id, the oldest of its names
  // One `residue` transform, and how near it is to a category.
  struct Step {
    const v1::Transform* form = nullptr;  // lives as long as the rules
    policy::Category becomes = 0;
    bool from_creation = false;  // some retention of `becomes` counts from it
  };
  std::vector<Step> steps;
};

// The part of a policy that plans are made of. Two stand behind it: a compiled
// policy (snapshot_rules.h) and, in tests, any assignment at all.
class Rules {
 public:
  virtual ~Rules() = default;

  // Returns the declaration of the record type, or null if there is none. Lives
  // as long as the rules.
  virtual const v1::Record* FindRecord(std::string_view type) const = 0;

  // Returns the leaf category of that name. InvalidArgument, naming near ones,
  // if it is a group or not declared.
  virtual absl::StatusOr<policy::Category> FindCategory(
      std::string_view name) const = 0;

  // Returns InvalidArgument, naming near ones, if the policy declares no such
  // kind of people.
  virtual absl::Status CheckSubjectKind(std::string_view id) const = 0;

  // Returns the name of a category today, and its oldest one.
  virtual std::string_view CategoryName(policy::Category category) const = 0;
  virtual std::string_view SealedCategoryName(
      policy::Category category) const = 0;

  // Returns InvalidArgument, saying why, if no one field may have `categories`:
  // their forms contradict each other, or two obligations keep them.
  virtual absl::Status CheckCategories(
      absl::Span<const policy::Category> categories) const = 0;

  // Returns a key of what splits compartments: POLICY.md 2(11).
  virtual std::string FateOf(
      absl::Span<const policy::Category> categories) const = 0;

  // Returns a key of the retentions alone, for `split: BY_RETENTION`.
  virtual std::string RetentionOf(
      absl::Span<const policy::Category> categories) const = 0;

  // Returns the obligation that keeps `categories`; empty: none does.
  virtual std::string ObligationOf(
      absl::Span<const policy::Category> categories) const = 0;

  // Returns the forms in which some decision may let `categories` through, in
  // any order, without kWhole.
  virtual std::vector<policy::Form> FormsOf(
      absl::Span<const policy::Category> categories) const = 0;

  // Returns the transform of a form.
  virtual const v1::Transform& Transform(policy::Form form) const = 0;

  // Returns the retentions with a residue that cover `categories`.
  virtual std::vector<const ResidueRule*> ResiduesOf(
      absl::Span<const policy::Category> categories) const = 0;

  // Returns the step of `residue` that makes the smaller form of `category`:
  // the one that names it most specifically; null if none does.
  virtual const ResidueRule::Step* FindResidueStep(
      const ResidueRule& residue, policy::Category category) const = 0;
};

}  // namespace privet::record

#endif  // PRIVET_RECORD_RULES_H_
