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
  bool direct_marketing = false;
};

// A purpose, or a group of them, that a person speaks of.
struct SpokenPurpose {
  // The oldest: what is said of it under one name stands under all.
  std::string name;
  std::vector<LeafPurpose> leaves;  // at or beneath it
};

// Returns the purpose or group that is called `name`, now or before.
// InvalidArgument if the policy does not declare it.
absl::StatusOr<SpokenPurpose> FindPurpose(const v1::Policy& policy,
                                          std::string_view name);

// Returns the oldest name of what is called `name`, now or before, if it is a
// leaf. InvalidArgument if it is a group, or not declared.
absl::StatusOr<std::string> FindLeafPurpose(const v1::Policy& policy,
                                            std::string_view name);
absl::StatusOr<std::string> FindLeafRecipient(const v1::Policy& policy,
                                              std::string_view name);

}  // namespace privet::engine

#endif  // PRIVET_ENGINE_PURPOSES_H_
