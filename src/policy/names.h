// SPDX-License-Identifier: Apache-2.0
//
// The declared names of one kind: categories, purposes, actors, recipients.

#ifndef PRIVET_POLICY_NAMES_H_
#define PRIVET_POLICY_NAMES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "policy/bits.h"

namespace privet::policy {

// Returns whether `id`, as a rule writes it, covers `name`: it is "*", equal,
// or a dotted prefix.
bool IdCovers(std::string_view id, std::string_view name);

// Returns whether any of `ids` does.
template <typename Ids>
bool AnyIdCovers(const Ids& ids, std::string_view name) {
  for (const auto& id : ids) {
    if (IdCovers(id, name)) return true;
  }
  return false;
}

// Names in order of declaration; leaves are numbered on their own. The texts
// must outlive the table.
class Names {
 public:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  struct Entry {
    std::string_view id;
    std::string_view oldest;     // the first of `was`, else the id
    std::uint32_t leaf = kNone;  // number among leaves; kNone: a group
    std::uint32_t declared = 0;  // index in the policy
    std::vector<std::uint32_t>
        up;  // the declared groups around it, outer first
  };

  // `kind` is the word for messages: "category".
  explicit Names(std::string_view kind) : kind_(kind) {}

  // Adds a name and those that it had; one that is there already is passed
  // over (the check says so), but is counted as declared.
  template <typename Was>
  void Add(std::string_view id, const Was& was) {
    std::vector<std::string_view> old(was.begin(), was.end());
    AddEntry(id, old);
  }
  // Finds out which are groups. To be called once, after the last Add().
  void Finish();

  const std::vector<Entry>& entries() const { return entries_; }
  std::size_t leaf_count() const { return leaves_.size(); }
  const Entry& LeafAt(std::uint32_t leaf) const {
    return entries_[leaves_[leaf]];
  }

  // Returns the entry called `name`, now or before, or null.
  const Entry* Find(std::string_view name) const;

  // Returns the number of a leaf. InvalidArgument, naming near ones, if there
  // is none or it is a group. By the FNV-1a hash of its name (privet/id.h); the
  // text is for the message.
  absl::StatusOr<std::uint32_t> FindLeaf(std::string_view name) const;
  absl::StatusOr<std::uint32_t> FindLeaf(std::uint64_t hash,
                                         std::string_view text) const;

  // Returns the leaves that `id` covers, or that any of `ids` covers.
  Bits Under(std::string_view id) const;
  template <typename Ids>
  Bits UnderAny(const Ids& ids) const {
    Bits under(leaf_count());
    for (const auto& id : ids) MarkUnder(id, &under);
    return under;
  }

  // Returns two names whose hashes are equal, or nothing.
  std::vector<std::string_view> HashCollision() const;

 private:
  void AddEntry(std::string_view id, const std::vector<std::string_view>& was);
  void MarkUnder(std::string_view id, Bits* under) const;
  absl::Status Unknown(std::string_view text) const;

  std::string_view kind_;
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> leaves_;
  std::uint32_t declared_ = 0;
  absl::flat_hash_map<std::string, std::uint32_t> by_name_;
  absl::flat_hash_map<std::uint64_t, std::uint32_t> by_hash_;
  absl::flat_hash_map<std::string, std::vector<std::uint32_t>> under_;
};

}  // namespace privet::policy

#endif  // PRIVET_POLICY_NAMES_H_
