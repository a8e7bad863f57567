// SPDX-License-Identifier: Apache-2.0
//
// Message types of records that have no .proto: made of what the policy
// declares.

#ifndef PRIVET_RECORD_DECLARED_TYPES_H_
#define PRIVET_RECORD_DECLARED_TYPES_H_

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace google::protobuf {
class Descriptor;
class DescriptorPool;
}  // namespace google::protobuf

namespace privet::v1 {
class Record;
}  // namespace privet::v1

namespace privet::record {

// Types by declaration: proto3, singular fields with presence, so that a zero
// that was written stays written. A MESSAGE field `a.b` is of the type `a_.b_`
// within the record's: no name that a field beside it may have.
//
// Movable; the descriptors live as long as this. They may be read from any
// thread.
class DeclaredTypes {
 public:
  DeclaredTypes();
  ~DeclaredTypes();
  DeclaredTypes(DeclaredTypes&&) noexcept;
  DeclaredTypes& operator=(DeclaredTypes&&) noexcept;

  // Makes the type of `record`, which comes from a checked policy and declares
  // its fields. InvalidArgument if protobuf does not take it, which the check
  // leaves to names such as `google` only.
  absl::StatusOr<const google::protobuf::Descriptor*> Add(
      const v1::Record& record);

  // Returns whether `type` was made here.
  bool Has(const google::protobuf::Descriptor& type) const;

 private:
  // One for each type, since the name of one may be the package of another.
  std::vector<std::unique_ptr<google::protobuf::DescriptorPool>> pools_;
};

// Returns FailedPrecondition, naming the fields, if a number that `before` has
// is that of another type in `after`, or is repeated in only one of them:
// records hold values under it, and would be read as what they are not. A field
// may change its name, and may go.
absl::Status CheckNumbersKept(const google::protobuf::Descriptor& before,
                              const google::protobuf::Descriptor& after);

}  // namespace privet::record

#endif  // PRIVET_RECORD_DECLARED_TYPES_H_
