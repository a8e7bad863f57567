// SPDX-License-Identifier: Apache-2.0

#include "policy/names.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "policy/nearest.h"
#include "policy/text.h"
#include "privet/id.h"

namespace privet::policy {
namespace {

std::uint64_t HashOf(std::string_view text) {
  return CategoryId::FromText(text).hash();
}

}  // namespace

bool IdCovers(std::string_view id, std::string_view name) {
  if (id == "*" || id == name) return true;
  return name.size() > id.size() && name[id.size()] == '.' &&
         name.substr(0, id.size()) == id;
}

void Names::AddEntry(std::string_view id,
                     const std::vector<std::string_view>& was) {
  const std::uint32_t declared = declared_++;
  const auto index = static_cast<std::uint32_t>(entries_.size());
  if (!by_name_.emplace(std::string(id), index).second) return;
  entries_.push_back({id, was.empty() ? id : was.front(), kNone, declared, {}});
  for (const std::string_view old : was) {
    by_name_.emplace(std::string(old), index);
  }
}

void Names::Finish() {
  std::vector<bool> is_group(entries_.size(), false);
  for (Entry& entry : entries_) {
    for (std::size_t dot = entry.id.find('.'); dot != std::string_view::npos;
         dot = entry.id.find('.', dot + 1)) {
      const auto group = by_name_.find(std::string(entry.id.substr(0, dot)));
      if (group == by_name_.end()) continue;
      // An old name that happens to be a prefix is not a group.
      if (entries_[group->second].id.size() != dot) continue;
      is_group[group->second] = true;
      entry.up.push_back(group->second);
    }
  }
  for (std::uint32_t i = 0; i < entries_.size(); ++i) {
    if (is_group[i]) continue;
    entries_[i].leaf = static_cast<std::uint32_t>(leaves_.size());
    leaves_.push_back(i);
  }
  for (std::uint32_t leaf = 0; leaf < leaves_.size(); ++leaf) {
    const std::string_view id = LeafAt(leaf).id;
    under_["*"].push_back(leaf);
    for (std::size_t dot = id.find('.'); dot != std::string_view::npos;
         dot = id.find('.', dot + 1)) {
      under_[std::string(id.substr(0, dot))].push_back(leaf);
    }
    under_[std::string(id)].push_back(leaf);
  }
  // Names of today come first: they win over old ones.
  for (std::uint32_t i = 0; i < entries_.size(); ++i) {
    by_hash_.emplace(HashOf(entries_[i].id), i);
  }
  for (const auto& [name, index] : by_name_) {
    by_hash_.emplace(HashOf(name), index);
  }
}

const Names::Entry* Names::Find(std::string_view name) const {
  const auto found = by_name_.find(View(name));
  return found == by_name_.end() ? nullptr : &entries_[found->second];
}

absl::Status Names::Unknown(std::string_view text) const {
  std::vector<std::string_view> near;
  for (const std::uint32_t leaf : leaves_) near.push_back(entries_[leaf].id);
  const std::string hint = text.empty() ? "" : DidYouMean(text, near);
  return absl::InvalidArgumentError(absl::StrCat(
      View(kind_), " ", Quoted(text), " is not declared by the policy",
      hint.empty() ? "" : absl::StrCat("; ", hint)));
}

absl::StatusOr<std::uint32_t> Names::FindLeaf(std::string_view name) const {
  return FindLeaf(HashOf(name), name);
}

absl::StatusOr<std::uint32_t> Names::FindLeaf(std::uint64_t hash,
                                              std::string_view text) const {
  const auto found = by_hash_.find(hash);
  if (found == by_hash_.end()) return Unknown(text);
  const Entry& entry = entries_[found->second];
  if (entry.leaf != kNone) return entry.leaf;
  std::vector<std::string> beneath;
  for (const std::uint32_t leaf : Under(entry.id).Members()) {
    beneath.emplace_back(LeafAt(leaf).id);
  }
  return absl::InvalidArgumentError(absl::StrCat(
      View(kind_), " ", Quoted(entry.id),
      " is a group: name one of those beneath it: ", List(beneath, "or")));
}

void Names::MarkUnder(std::string_view id, Bits* under) const {
  const auto found = under_.find(View(id));
  if (found == under_.end()) return;
  for (const std::uint32_t leaf : found->second) under->Set(leaf);
}

Bits Names::Under(std::string_view id) const {
  Bits under(leaf_count());
  MarkUnder(id, &under);
  return under;
}

std::vector<std::string_view> Names::HashCollision() const {
  for (const Entry& entry : entries_) {
    const auto found = by_hash_.find(HashOf(entry.id));
    if (found == by_hash_.end()) continue;
    const Entry& other = entries_[found->second];
    if (&other != &entry) return {other.id, entry.id};
  }
  return {};
}

}  // namespace privet::policy
