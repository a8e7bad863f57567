// SPDX-License-Identifier: Apache-2.0
//
// The record types of one policy that the program links, bound.

#ifndef PRIVET_ENGINE_BOUND_TYPES_H_
#define PRIVET_ENGINE_BOUND_TYPES_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "policy/snapshot.h"
#include "privet/record.h"
#include "privet/transform.h"
#include "record/plan.h"

namespace google::protobuf {
class Descriptor;
}  // namespace google::protobuf

namespace privet::engine {

// Plans by the full name of the type. Immutable once made.
class BoundTypes {
 public:
  // Binds every type that the policy lists and that is linked or among `types`.
  // InvalidArgument with every field of every type that is in the way.
  static absl::StatusOr<BoundTypes> Bind(
      const policy::Snapshot& snapshot,
      absl::Span<const google::protobuf::Descriptor* const> types,
      const Scanners& scanners);

  // Returns the plan of `type`, now or before; null if none is bound.
  const record::Plan* Find(std::string_view type) const;

  // Returns the plan for `record`. InvalidArgument for a type that is not
  // bound.
  absl::StatusOr<const record::Plan*> PlanOf(const Record& record) const;
  absl::StatusOr<const record::Plan*> PlanOf(std::string_view type) const;

  // Returns the plan of sealed records whose id begins with `number`, if its
  // sealed type is `type`; else as PlanOf(type).
  absl::StatusOr<const record::Plan*> PlanOf(std::uint32_t number,
                                             std::string_view type) const;

  // Returns all plans.
  const std::vector<std::shared_ptr<const record::Plan>>& plans() const {
    return plans_;
  }

 private:
  std::vector<std::shared_ptr<const record::Plan>> plans_;
  absl::flat_hash_map<std::string, const record::Plan*> by_name_;
  // Both for speed alone: what is in neither is looked up by name.
  absl::flat_hash_map<const google::protobuf::Descriptor*, const record::Plan*>
      by_descriptor_;
  absl::flat_hash_map<std::uint32_t, const record::Plan*> by_number_;
};

}  // namespace privet::engine

#endif  // PRIVET_ENGINE_BOUND_TYPES_H_
