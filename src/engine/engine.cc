// SPDX-License-Identifier: Apache-2.0

#include "privet/engine.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "engine/actors.h"
#include "engine/core.h"
#include "engine/generation.h"
#include "engine/index_values.h"
#include "engine/prefetch.h"
#include "policy/snapshot.h"
#include "privet/actor.h"
#include "privet/subject.h"
#include "privet/subjects.h"
#include "privet/v1/policy.pb.h"
#include "record/cells.h"
#include "record/index_value.h"
#include "record/plan.h"

namespace privet {

absl::StatusOr<Engine> Engine::Create(Policy policy, EngineOptions options) {
  PRIVET_ASSIGN_OR_RETURN(
      std::shared_ptr<engine::Core> core,
      engine::Core::Create(std::move(policy), std::move(options)));
  return Engine(std::move(core));
}

absl::StatusOr<Actor> Engine::ActAs(ActorId actor, RegionId region) const {
  PRIVET_RETURN_IF_ERROR(engine::CheckActor(
      core_->generation().snapshot().policy(), actor, region));
  return Actor(core_, ActorId::FromText(core_->Keep(actor.text())),
               RegionId::FromText(core_->Keep(region.text())));
}

Subjects Engine::subjects() const { return Subjects(core_); }

absl::Status Engine::SetPolicy(Policy policy) const {
  return core_->SetPolicy(std::move(policy));
}

Policy Engine::policy() const { return core_->generation().policy(); }

absl::StatusOr<SubjectLease> Engine::Prefetch(const Subject& subject) const {
  PRIVET_RETURN_IF_ERROR(core_->NeedKeys());
  return engine::Prefetch(*core_, subject);
}

absl::StatusOr<std::vector<TaggedField>> Engine::Tag(
    std::string_view type) const {
  const engine::Generation& generation = core_->generation();
  PRIVET_ASSIGN_OR_RETURN(const record::Plan* plan,
                          generation.types().PlanOf(type));
  std::vector<TaggedField> tagged;
  for (const record::Field& field : plan->fields()) {
    // Of a residue not all fields stay.
    if (!field.is_leaf || field.cell == record::kNoCell) continue;
    TaggedField tag;
    tag.path = field.path;
    tag.compartment = plan->compartments()[field.compartment].id;
    for (const policy::Category category :
         plan->cells()[field.cell].categories) {
      tag.categories.emplace_back(generation.snapshot().CategoryName(category));
    }
    tagged.push_back(std::move(tag));
  }
  return tagged;
}

absl::StatusOr<IndexTag> Engine::IndexOf(std::string_view index,
                                         std::string_view value) const {
  PRIVET_RETURN_IF_ERROR(core_->NeedKeys());
  for (const auto& plan : core_->generation().types().plans()) {
    for (const record::Field& field : plan->fields()) {
      if (!field.has_index || field.index.name != index) continue;
      const std::string normalized =
          record::Normalize(field.index.normal, value);
      if (normalized.size() > record::kLongestIndexed) {
        return absl::ResourceExhaustedError(
            absl::StrCat("the index `", field.index.name,
                         "` has no value that is longer than ",
                         record::kLongestIndexed, " bytes"));
      }
      return engine::TagOf(*core_->keyring(), field.index, normalized);
    }
  }
  return absl::InvalidArgumentError(
      absl::StrCat("no field of a bound record type has the index `",
                   absl::string_view(index.data(), index.size()),
                   "`; give one `index` in the policy or in its .proto"));
}

}  // namespace privet
