// SPDX-License-Identifier: Apache-2.0
//
// The record types of one policy that the program links, or that the policy
// declares, bound.

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
#include "record/declared_types.h"
#include "record/plan.h"

namespace google::protobuf {
class Descriptor;
class DynamicMessageFactory;
class Message;
}  // namespace google::protobuf

namespace privet::engine {

// Plans by the full name of the type. Immutable once made.
class BoundTypes {
 public:
  ~BoundTypes();
  BoundTypes(BoundTypes&&) noexcept;
  BoundTypes& operator=(BoundTypes&&) = delete;

  // Binds every type that the policy lists and that is linked, among `types`,
  // or declared by the policy itself. InvalidArgument with every field of every
  // type that is in the way.
  static absl::StatusOr<BoundTypes> Bind(
      const policy::Snapshot& snapshot,
      absl::Span<const google::protobuf::Descriptor* const> types,
      const Scanners& scanners);

  // Returns FailedPrecondition if a number of a declared type means another
  // thing here than in `earlier`, the types of an earlier policy of this
  // engine.
  absl::Status CheckFollow(const BoundTypes& earlier) const;

  // Returns the plan of `type`, now or before; null if none is bound.
  const record::Plan* Find(std::string_view type) const;

  // Returns the plan for `record`. InvalidArgument for a type that is not
  // bound.
  absl::StatusOr<const record::Plan*> PlanOf(const Record& record) const;
  absl::StatusOr<const record::Plan*> PlanOf(std::string_view type) const;

  // Returns the plan of sealed records whose id begins with `number`, residues
  // among them; null if none is bound.
  const record::Plan* FindSealed(std::uint32_t number) const;

  // Returns the plan of sealed records whose id begins with `number`, if its
  // sealed type is `type`; else as PlanOf(type).
  absl::StatusOr<const record::Plan*> PlanOf(std::uint32_t number,
                                             std::string_view type) const;

  // Returns an empty message of the type of `plan`, one of these or a residue
  // of one: generated where it is linked, else dynamic. It must not outlive
  // this.
  std::unique_ptr<google::protobuf::Message> NewMessage(
      const record::Plan& plan) const;

  // Returns all plans.
  const std::vector<std::shared_ptr<const record::Plan>>& plans() const {
    return plans_;
  }

 private:
  BoundTypes();

  // Returns the one definition of the type that `record` names; null if it has
  // none in this program.
  absl::StatusOr<const google::protobuf::Descriptor*> TypeOf(
      const v1::Record& record,
      absl::Span<const google::protobuf::Descriptor* const> types);

  // Types outlive the prototypes made of them.
  record::DeclaredTypes declared_;
  std::unique_ptr<google::protobuf::DynamicMessageFactory> factory_;
  absl::flat_hash_map<const google::protobuf::Descriptor*,
                      const google::protobuf::Message*>
      prototypes_;

  std::vector<std::shared_ptr<const record::Plan>> plans_;
  absl::flat_hash_map<std::string, const record::Plan*> by_name_;
  absl::flat_hash_map<std::uint32_t, const record::Plan*> by_number_;
  // For speed alone: what is not in it is looked up by name.
  absl::flat_hash_map<const google::protobuf::Descriptor*, const record::Plan*>
      by_descriptor_;
};

}  // namespace privet::engine

#endif  // PRIVET_ENGINE_BOUND_TYPES_H_
