// SPDX-License-Identifier: Apache-2.0
//
// What the law lets a person say about a purpose.

#ifndef PRIVET_ENGINE_PURPOSES_H_
#define PRIVET_ENGINE_PURPOSES_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "privet/v1/policy.pb.h"

namespace privet::engine {

// A leaf purpose with what it has of its ancestors.
struct LeafPurpose {
  std::string id;
  v1::Basis::Kind basis = v1::Basis::BASIS_UNSPECIFIED;
  bool direct_marketing = false;
  bool objectable = false;
};

// Returns the leaves at or beneath `name`. InvalidArgument if the policy does
// not declare it.
absl::StatusOr<std::vector<LeafPurpose>> LeavesOf(const v1::Policy& policy,
                                                  std::string_view name);

// OK if `name` is a leaf; else InvalidArgument.
absl::Status NeedLeaf(const v1::Policy& policy, std::string_view name);

// Returns whether the person may object to the purpose (GDPR art. 21, and what
// the policy adds).
bool MayObject(const LeafPurpose& purpose);

}  // namespace privet::engine

#endif  // PRIVET_ENGINE_PURPOSES_H_
