// SPDX-License-Identifier: Apache-2.0

#include "engine/purposes.h"

#include <algorithm>
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

// Of purposes or recipients.
template <typename Declared>
bool IsLeaf(const Declared& all, const std::string& id) {
  return std::none_of(all.begin(), all.end(), [&id](const auto& other) {
    return other.id() != id && Covers(id, other.id());
  });
}

template <typename Declared>
auto Find(const Declared& all, std::string_view name) {
  return std::find_if(all.begin(), all.end(), [name](const auto& one) {
    return one.id() == name || std::find(one.was().begin(), one.was().end(),
                                         name) != one.was().end();
  });
}

template <typename One>
std::string OldestName(const One& one) {
  return one.was().empty() ? one.id() : one.was(0);
}

absl::Status NotDeclared(const v1::Policy& policy, const char* kind,
                         std::string_view name) {
  return absl::InvalidArgumentError(
      absl::StrCat(kind, " `", absl::string_view(name.data(), name.size()),
                   "` is not declared in policy `", policy.id(), "`"));
}

LeafPurpose Inherit(const v1::Policy& policy, const std::string& id) {
  LeafPurpose leaf;
  leaf.id = id;
  for (const v1::Purpose& purpose : policy.purpose()) {
    if (!Covers(purpose.id(), id)) continue;
    for (const int kind : purpose.kinds()) {
      leaf.direct_marketing |= kind == v1::Purpose::DIRECT_MARKETING;
    }
  }
  return leaf;
}

}  // namespace

absl::StatusOr<SpokenPurpose> FindPurpose(const v1::Policy& policy,
                                          std::string_view name) {
  SpokenPurpose spoken;
  spoken.name = std::string(name);
  std::string id = spoken.name;
  const auto declared = Find(policy.purpose(), name);
  if (declared != policy.purpose().end()) {
    spoken.name = OldestName(*declared);
    id = declared->id();
  }
  for (const v1::Purpose& purpose : policy.purpose()) {
    if (!id.empty() && Covers(id, purpose.id()) &&
        IsLeaf(policy.purpose(), purpose.id())) {
      spoken.leaves.push_back(Inherit(policy, purpose.id()));
    }
  }
  if (spoken.leaves.empty()) return NotDeclared(policy, "purpose", name);
  return spoken;
}

absl::StatusOr<std::string> FindLeafPurpose(const v1::Policy& policy,
                                            std::string_view name) {
  PRIVET_ASSIGN_OR_RETURN(SpokenPurpose spoken, FindPurpose(policy, name));
  const auto declared = Find(policy.purpose(), name);
  if (declared != policy.purpose().end() &&
      IsLeaf(policy.purpose(), declared->id())) {
    return std::move(spoken.name);
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "purpose `", absl::string_view(name.data(), name.size()),
      "` is a group; consent is given to one of those beneath it, such as `",
      spoken.leaves[0].id, "`"));
}

absl::StatusOr<std::string> FindLeafRecipient(const v1::Policy& policy,
                                              std::string_view name) {
  const auto declared = Find(policy.recipient(), name);
  if (declared == policy.recipient().end()) {
    return NotDeclared(policy, "recipient", name);
  }
  if (IsLeaf(policy.recipient(), declared->id())) return OldestName(*declared);
  return absl::InvalidArgumentError(
      absl::StrCat("recipient `", declared->id(),
                   "` is a group; name one of those beneath it"));
}

}  // namespace privet::engine
