// SPDX-License-Identifier: Apache-2.0

#include "engine/bound_types.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/status_macros.h"
#include "crypto/hash.h"
#include "engine/index_names.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/dynamic_message.h"
#include "google/protobuf/message.h"
#include "policy/record_paths.h"
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

// A type whose fields the policy declares is defined there and nowhere else:
// two definitions could differ, and what one of them keeps the other might
// show.
absl::Status TwoDefinitions(const v1::Record& record) {
  const auto declared = std::find_if(
      record.field().begin(), record.field().end(), [](const v1::Field& field) {
        return field.type() != v1::Field::TYPE_UNSPECIFIED;
      });
  return absl::InvalidArgumentError(absl::StrCat(
      "record type `", record.type(),
      "` has two definitions: its .proto, which is linked or among "
      "EngineOptions::types, and the policy, where field `",
      declared->path(),
      "` has a `type`; take `type`, `number` and `repeated` out of its fields "
      "in the policy, or rename it there"));
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
  for (const v1::Record& record : snapshot.policy().record()) {
    const auto type = bound.TypeOf(record, types);
    if (type.ok() && *type == nullptr) continue;
    auto plan =
        type.ok() ? record::Plan::Bind(rules, *type, scanners) : type.status();
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
    bound.by_descriptor_[*type] = plan->get();
    bound.prototypes_[*type] = bound.factory_->GetPrototype(*type);
    if (const record::Plan* residue = (*plan)->residue(); residue != nullptr) {
      bound.by_name_[residue->sealed_type()] = residue;
      bound.by_number_[crypto::Id4(residue->sealed_type())] = residue;
    }
    bound.plans_.push_back(*std::move(plan));
  }
  if (!errors.empty()) return absl::InvalidArgumentError(errors);
  return bound;
}

BoundTypes::BoundTypes()
    : factory_(std::make_unique<google::protobuf::DynamicMessageFactory>()) {
  factory_->SetDelegateToGeneratedFactory(true);
}
BoundTypes::~BoundTypes() = default;
BoundTypes::BoundTypes(BoundTypes&&) noexcept = default;

absl::StatusOr<const google::protobuf::Descriptor*> BoundTypes::TypeOf(
    const v1::Record& record,
    absl::Span<const google::protobuf::Descriptor* const> types) {
  const google::protobuf::Descriptor* const linked =
      FindType(record.type(), types);
  if (!policy::DeclaresFields(record)) return linked;
  if (linked != nullptr) return TwoDefinitions(record);
  return declared_.Add(record);
}

absl::Status BoundTypes::CheckFollow(const BoundTypes& earlier) const {
  for (const auto& plan : plans_) {
    const record::Plan* const before = earlier.Find(plan->sealed_type());
    if (before == nullptr) continue;
    const auto& was = *before->descriptor();
    const auto& is = *plan->descriptor();
    if (!earlier.declared_.Has(was) && !declared_.Has(is)) continue;
    PRIVET_RETURN_IF_ERROR(record::CheckNumbersKept(was, is));
  }
  return absl::OkStatus();
}

std::unique_ptr<google::protobuf::Message> BoundTypes::NewMessage(
    const record::Plan& plan) const {
  return std::unique_ptr<google::protobuf::Message>(
      prototypes_.find(plan.descriptor())->second->New());
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
      "` is not bound: name it in a `record` block of the policy, and link its "
      "generated code, hand its descriptor to EngineOptions::types, or declare "
      "its fields in that block"));
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

const record::Plan* BoundTypes::FindSealed(std::uint32_t number) const {
  const auto found = by_number_.find(number);
  return found == by_number_.end() ? nullptr : found->second;
}

absl::StatusOr<const record::Plan*> BoundTypes::PlanOf(
    std::uint32_t number, std::string_view type) const {
  const record::Plan* const plan = FindSealed(number);
  if (plan != nullptr && plan->sealed_type() == type) return plan;
  return PlanOf(type);
}

}  // namespace privet::engine
