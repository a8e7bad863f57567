// SPDX-License-Identifier: Apache-2.0

#include "policy/forms.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "privet/v1/policy.pb.h"
#include "transform/order.h"

namespace privet::policy {
namespace {

constexpr std::size_t kMaxForms = 0xfffe;  // form + 1 fits 16 bits

}  // namespace

Forms::Forms() {
  sets_.emplace_back();
  by_members_[{}] = kNothing;
  v1::Transform transform;
  transform.mutable_whole();
  Intern(transform);
  transform.mutable_drop();
  Intern(transform);
}

Forms::~Forms() = default;

Form Forms::Intern(const v1::Transform& transform) {
  auto canonical =
      std::make_unique<v1::Transform>(transform::Canonical(transform));
  const auto next = static_cast<Form>(transforms_.size());
  const auto [entry, is_new] =
      by_bytes_.emplace(canonical->SerializeAsString(), next);
  if (!is_new) return entry->second;
  if (transforms_.size() >= kMaxForms) {
    by_bytes_.erase(entry);
    return kDrop;
  }
  transforms_.push_back(std::move(canonical));
  return next;
}

const v1::Transform& Forms::At(Form form) const {
  return *transforms_[form < transforms_.size() ? form : kDrop];
}

Forms::Relation Forms::Compare(Form f, Form g) {
  if (f == g) return kEqual;
  if (f == kWhole || g == kDrop) return kWeaker;
  if (g == kWhole || f == kDrop) return kStronger;
  Relation& relation = relations_[(std::uint32_t{f} << 16) | g];
  if (relation != kUnset) return relation;
  switch (transform::Compare(At(f), At(g))) {
    case transform::Order::kEqual:
      return relation = kEqual;
    case transform::Order::kStronger:
      return relation = kStronger;
    case transform::Order::kWeaker:
      return relation = kWeaker;
    case transform::Order::kIncomparable:
      break;
  }
  return relation = kNeither;
}

bool Forms::AtLeastAsStrong(Form f, Form g) {
  const Relation relation = Compare(f, g);
  return relation == kEqual || relation == kStronger;
}

bool Forms::Incomparable(Form f, Form g) { return Compare(f, g) == kNeither; }

Forms::Set Forms::InternSet(std::vector<Form> members) {
  const auto next = static_cast<Set>(sets_.size());
  const auto [entry, is_new] = by_members_.emplace(members, next);
  if (is_new) sets_.push_back(std::move(members));
  return entry->second;
}

Forms::Set Forms::Only(Form form) { return InternSet({form}); }

// Keeps what does not stand in relation `goes` to another member.
Forms::Set Forms::Best(Set a, Set b, Relation goes,
                       std::map<std::uint64_t, Set>* memo) {
  if (a == kNothing || a == b) return b;
  if (b == kNothing) return a;
  const std::uint64_t key = (std::uint64_t{a} << 32) | b;
  const auto known = memo->find(key);
  if (known != memo->end()) return known->second;
  std::vector<Form> all = sets_[a];
  all.insert(all.end(), sets_[b].begin(), sets_[b].end());
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  std::vector<Form> best;
  for (const Form form : all) {
    const bool is_best = std::none_of(all.begin(), all.end(), [&](Form other) {
      return Compare(form, other) == goes;
    });
    if (is_best) best.push_back(form);
  }
  return (*memo)[key] = InternSet(std::move(best));
}

Forms::Set Forms::Strongest(Set a, Set b) {
  return Best(a, b, kWeaker, &strongest_);
}

Forms::Set Forms::Weakest(Set a, Set b) {
  return Best(a, b, kStronger, &weakest_);
}

}  // namespace privet::policy
