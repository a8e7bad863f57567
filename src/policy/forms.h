// SPDX-License-Identifier: Apache-2.0
//
// The forms of a policy as numbers, and what is left of several that apply.

#ifndef PRIVET_POLICY_FORMS_H_
#define PRIVET_POLICY_FORMS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "policy/decision.h"

namespace privet::v1 {
class Transform;
}  // namespace privet::v1

namespace privet::policy {

// Forms, each once, and sets of forms none of which is stronger than another.
// Not thread-safe: whoever builds holds a lock.
class Forms {
 public:
  // A set of forms; kNothing: the empty one, "not permitted".
  using Set = std::uint32_t;
  static constexpr Set kNothing = 0;
  static constexpr Form kDrop = 1;

  Forms();
  ~Forms();
  Forms(const Forms&) = delete;
  Forms& operator=(const Forms&) = delete;

  // Returns the number of a form; equal forms have one.
  Form Intern(const v1::Transform& transform);
  const v1::Transform& At(Form form) const;
  std::size_t size() const { return transforms_.size(); }

  bool AtLeastAsStrong(Form f, Form g);
  bool Incomparable(Form f, Form g);

  // Returns the set of one form.
  Set Only(Form form);
  const std::vector<Form>& Members(Set set) const { return sets_[set]; }

  // Returns the strongest of both sets: what has a stronger one beside it goes.
  Set Strongest(Set a, Set b);
  // Returns the weakest of both sets.
  Set Weakest(Set a, Set b);

 private:
  enum Relation : std::uint8_t { kUnset, kEqual, kStronger, kWeaker, kNeither };

  Relation Compare(Form f, Form g);
  Set InternSet(std::vector<Form> members);
  Set Best(Set a, Set b, Relation goes, std::map<std::uint64_t, Set>* memo);

  std::vector<std::unique_ptr<v1::Transform>> transforms_;
  absl::flat_hash_map<std::string, Form> by_bytes_;
  absl::flat_hash_map<std::uint32_t, Relation> relations_;
  std::vector<std::vector<Form>> sets_;
  std::map<std::vector<Form>, Set> by_members_;
  std::map<std::uint64_t, Set> strongest_, weakest_;
};

}  // namespace privet::policy

#endif  // PRIVET_POLICY_FORMS_H_
