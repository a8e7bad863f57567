// SPDX-License-Identifier: Apache-2.0

#include "engine/bound_types.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "crypto/hash.h"
#include "engine/index_names.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "policy/snapshot.h"
#include "privet/record.h"
#include "privet/transform.h"
#include "privet/v1/policy.pb.h"
#include "record/plan.h"
#include "record/snapshot_rules.h"

namespace privet::engine {
namespace {

const google::protobuf::Descriptor* FindType(
    const std::string& name,
    absl::Span<const google::protobuf::Descriptor* const> types) {
  for (const google::protobuf::Descriptor* type : types) {
    if (type->full_name() == name) return type;
  }
  return google::protobuf::DescriptorPool::generated_pool()
      ->FindMessageTypeByName(name);
}

// Somebody who consents to everything: what is never stored of him is never
// stored.
policy::SubjectFacts Willing(const policy::Snapshot& snapshot,
                             const record::Plan& plan) {
  policy::SubjectState state;
  state.kind = plan.subject_kind();
  for (const v1::Purpose& purpose : snapshot.policy().purpose()) {
    state.consents.push_back(purpose.id());
  }
  return snapshot.FactsOf(state);
}

// A field that may be stored, and that nothing would ever end.
void CheckRetention(const policy::Snapshot& snapshot, const record::Plan& plan,
                    std::string* errors) {
  const policy::SubjectFacts willing = Willing(snapshot, plan);
  for (const record::Field& field : plan.fields()) {
    if (!field.is_leaf) continue;
    const auto& categories = plan.cells()[field.cell].categories;
    if (categories.empty() || !snapshot.HasGround(categories, willing) ||
        snapshot.ClassOf(categories, policy::kUnknownRegion).ok()) {
      continue;
    }
    absl::StrAppend(errors, errors->empty() ? "" : "\n", "field `", field.path,
                    "` of `", plan.type(),
                    "` may be stored, and no retention covers its category `",
                    std::string(snapshot.CategoryName(categories.front())),
                    "`: nothing would ever end it; add a `retention` block");
  }
}

}  // namespace

absl::StatusOr<BoundTypes> BoundTypes::Bind(
    const policy::Snapshot& snapshot,
    absl::Span<const google::protobuf::Descriptor* const> types,
    const Scanners& scanners) {
  BoundTypes bound;
  std::string errors;
  IndexNames indexes;
  const record::SnapshotRules rules(snapshot);
  for (const v1::Record& declared : snapshot.policy().record()) {
    const google::protobuf::Descriptor* type = FindType(declared.type(), types);
    if (type == nullptr) continue;
    auto plan = record::Plan::Bind(rules, type, scanners);
    if (!plan.ok()) {
      absl::StrAppend(&errors, errors.empty() ? "" : "\n",
                      plan.status().message());
      continue;
    }
    CheckRetention(snapshot, **plan, &errors);
    indexes.Add(**plan, &errors);
    bound.by_name_[(*plan)->type()] = plan->get();
    bound.by_name_[(*plan)->sealed_type()] = plan->get();
    bound.by_number_[crypto::Id4((*plan)->sealed_type())] = plan->get();
    bound.by_descriptor_[type] = plan->get();
    if (const record::Plan* residue = (*plan)->residue(); residue != nullptr) {
      bound.by_name_[residue->sealed_type()] = residue;
    }
    bound.plans_.push_back(*std::move(plan));
  }
  if (!errors.empty()) return absl::InvalidArgumentError(errors);
  return bound;
}

const record::Plan* BoundTypes::Find(std::string_view type) const {
  const auto found = by_name_.find(absl::string_view(type.data(), type.size()));
  return found == by_name_.end() ? nullptr : found->second;
}

absl::StatusOr<const record::Plan*> BoundTypes::PlanOf(
    std::string_view type) const {
  const record::Plan* plan = Find(type);
  if (plan != nullptr) return plan;
  return absl::InvalidArgumentError(absl::StrCat(
      "record type `", absl::string_view(type.data(), type.size()),
      "` is not bound: declare it by a `record` block of the policy, and link "
      "its generated code or hand its descriptor to EngineOptions::types"));
}

absl::StatusOr<const record::Plan*> BoundTypes::PlanOf(
    const Record& record) const {
  if (record.message() == nullptr) return PlanOf(record.type());
  const google::protobuf::Descriptor* const type =
      record.message()->GetDescriptor();
  const auto found = by_descriptor_.find(type);
  if (found != by_descriptor_.end()) return found->second;
  return PlanOf(std::string(type->full_name()));
}

absl::StatusOr<const record::Plan*> BoundTypes::PlanOf(
    std::uint32_t number, std::string_view type) const {
  const auto found = by_number_.find(number);
  if (found != by_number_.end() && found->second->sealed_type() == type) {
    return found->second;
  }
  return PlanOf(type);
}

}  // namespace privet::engine
