// SPDX-License-Identifier: Apache-2.0

#include "engine/purposes.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "privet/v1/policy.pb.h"

namespace privet::engine {
namespace {

// Whether `id` is `group`, or lies beneath it.
bool Covers(std::string_view group, std::string_view id) {
  return id.substr(0, group.size()) == group &&
         (id.size() == group.size() || id[group.size()] == '.');
}

bool IsLeaf(const v1::Policy& policy, const std::string& id) {
  return std::none_of(policy.purpose().begin(), policy.purpose().end(),
                      [&id](const v1::Purpose& other) {
                        return other.id() != id && Covers(id, other.id());
                      });
}

LeafPurpose Inherit(const v1::Policy& policy, const std::string& id) {
  LeafPurpose leaf;
  leaf.id = id;
  std::size_t nearest = 0;
  for (const v1::Purpose& purpose : policy.purpose()) {
    if (!Covers(purpose.id(), id)) continue;
    leaf.objectable |= purpose.objectable();
    for (const int kind : purpose.kinds()) {
      leaf.direct_marketing |= kind == v1::Purpose::DIRECT_MARKETING;
    }
    if (purpose.basis() != v1::Basis::BASIS_UNSPECIFIED &&
        purpose.id().size() >= nearest) {
      nearest = purpose.id().size();
      leaf.basis = purpose.basis();
    }
  }
  return leaf;
}

}  // namespace

absl::StatusOr<std::vector<LeafPurpose>> LeavesOf(const v1::Policy& policy,
                                                  std::string_view name) {
  std::vector<LeafPurpose> leaves;
  for (const v1::Purpose& purpose : policy.purpose()) {
    if (!name.empty() && Covers(name, purpose.id()) &&
        IsLeaf(policy, purpose.id())) {
      leaves.push_back(Inherit(policy, purpose.id()));
    }
  }
  if (leaves.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("purpose `", absl::string_view(name.data(), name.size()),
                     "` is not declared in policy `", policy.id(), "`"));
  }
  return leaves;
}

absl::Status NeedLeaf(const v1::Policy& policy, std::string_view name) {
  PRIVET_ASSIGN_OR_RETURN(const std::vector<LeafPurpose> leaves,
                          LeavesOf(policy, name));
  if (leaves.size() == 1 && leaves[0].id == name) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "purpose `", absl::string_view(name.data(), name.size()),
      "` is a group; consent is given to one of those beneath it, such as `",
      leaves[0].id, "`"));
}

bool MayObject(const LeafPurpose& purpose) {
  switch (purpose.basis) {
    case v1::Basis::LEGITIMATE_INTERESTS:
    case v1::Basis::PUBLIC_TASK:
    case v1::Basis::OPT_OUT:
      return true;
    default:
      return purpose.direct_marketing || purpose.objectable;
  }
}

}  // namespace privet::engine
