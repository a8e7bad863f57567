// SPDX-License-Identifier: Apache-2.0

#include "policy/places.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "policy/nearest.h"
#include "policy/text.h"
#include "privet/v1/policy.pb.h"

namespace privet::policy {
namespace {

constexpr char kElsewhereName[] = "elsewhere";

bool IsLower(char c) { return c >= 'a' && c <= 'z'; }

// "de", "us-ca", "gb-lnd".
bool LooksLikeCode(std::string_view text) {
  if (text.size() < 2 || !IsLower(text[0]) || !IsLower(text[1])) return false;
  if (text.size() == 2) return true;
  if (text[2] != '-' || text.size() < 4 || text.size() > 6) return false;
  return std::all_of(text.begin() + 3, text.end(), [](char c) {
    return IsLower(c) || (c >= '0' && c <= '9');
  });
}

bool LiesIn(std::string_view code, std::string_view region) {
  if (code == region) return true;
  return code.size() > region.size() && code[region.size()] == '-' &&
         code.substr(0, region.size()) == region;
}

}  // namespace

Places::Places(const v1::Policy& policy) {
  codes_.emplace_back(kElsewhereName);
  for (const v1::Region& region : policy.region()) {
    if (region.members().empty()) continue;
    sets_.emplace(region.id(),
                  std::vector<std::string>(region.members().begin(),
                                           region.members().end()));
  }
  NameRegionsOf(policy);
  FillPlaces();
  for (const auto& [id, members] : sets_) FillSet(id);
}

void Places::Name(std::string_view region) {
  if (region == "*" || region.empty() || sets_.contains(View(region))) return;
  const auto index = static_cast<std::uint32_t>(codes_.size());
  if (by_code_.emplace(std::string(region), index).second) {
    codes_.emplace_back(region);
  }
}

void Places::NameRegionsOf(const v1::Policy& policy) {
  for (const v1::Region& region : policy.region()) {
    Name(region.id());
    NameAll(region.members());
  }
  const auto name_selector = [this](const v1::Selector& selector) {
    NameAll(selector.regions());
    NameAll(selector.except_regions());
  };
  const auto name_condition = [this](const v1::Condition& condition) {
    NameAll(condition.subject_regions());
    NameAll(condition.except_subject_regions());
  };
  const auto name_rule = [&](const auto& rule) {
    name_condition(rule.when());
    for (const v1::Condition& unless : rule.unless()) name_condition(unless);
  };
  for (const v1::Rule& rule : policy.rule()) {
    name_selector(rule.permit());
    name_selector(rule.forbid());
    name_selector(rule.require());
    name_rule(rule);
  }
  for (const auto* list : {&policy.never(), &policy.always()}) {
    for (const v1::Invariant& invariant : *list) {
      name_selector(invariant.over());
      name_rule(invariant);
    }
  }
  for (const v1::Actor& actor : policy.actor()) NameAll(actor.regions());
  for (const v1::Recipient& recipient : policy.recipient()) {
    NameAll(recipient.regions());
  }
  for (const v1::Residency& residency : policy.residency()) {
    NameAll(residency.regions());
    NameAll(residency.subject_regions());
  }
  for (const v1::Retention& retention : policy.retention()) {
    NameAll(retention.subject_regions());
  }
  for (const v1::Rights& rights : policy.rights()) {
    NameAll(rights.subject_regions());
  }
}

// What lies in `us` stands right behind `us-` in the order of the alphabet.
void Places::FillPlaces() {
  std::vector<std::uint32_t> order(codes_.size() - 1);
  std::iota(order.begin(), order.end(), 1U);
  const auto comes_before = [this](std::uint32_t a, std::string_view b) {
    return codes_[a] < b;
  };
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return comes_before(a, codes_[b]);
  });
  for (const auto& [code, index] : by_code_) {
    Bits inside(codes_.size());
    inside.Set(index);
    const std::string parts = code + "-";
    for (auto at = std::lower_bound(order.begin(), order.end(),
                                    std::string_view(parts), comes_before);
         at != order.end() && LiesIn(codes_[*at], code); ++at) {
      inside.Set(*at);
    }
    inside_.emplace(code, std::move(inside));
  }
}

// The check saw to it that sets lie in no circle, and not deep.
void Places::FillSet(std::string_view id) {
  if (inside_.contains(View(id))) return;
  Bits inside(codes_.size());
  for (const std::string& member : sets_.find(View(id))->second) {
    if (sets_.contains(member)) FillSet(member);
    inside.Add(Inside(member));
  }
  inside_.emplace(std::string(id), std::move(inside));
}

std::string_view Places::NameOf(std::uint32_t code) const {
  return code < codes_.size() ? codes_[code] : codes_[kElsewhere];
}

Bits Places::Inside(std::string_view region) const {
  if (region == "*") return Bits(codes_.size(), true);
  const auto found = inside_.find(View(region));
  return found == inside_.end() ? Bits(codes_.size()) : found->second;
}

absl::StatusOr<std::uint32_t> Places::Find(std::string_view region) const {
  const auto found = by_code_.find(View(region));
  if (found != by_code_.end()) return found->second;
  if (sets_.contains(View(region))) {
    return absl::InvalidArgumentError(
        absl::StrCat("region ", Quoted(region),
                     " is a set of places: name one of them, such as `de`"));
  }
  if (LooksLikeCode(region)) {
    const auto country = by_code_.find(View(region.substr(0, 2)));
    return country == by_code_.end() ? kElsewhere : country->second;
  }
  const std::vector<std::string_view> near(codes_.begin() + 1, codes_.end());
  const std::string hint = DidYouMean(region, near);
  return absl::InvalidArgumentError(absl::StrCat(
      "region ", Quoted(region),
      " is neither declared by the policy nor a code such as `de` or `us-ca`",
      hint.empty() ? "" : absl::StrCat("; ", hint)));
}

Partition::Partition(std::size_t size, std::vector<Bits> sets) {
  std::sort(sets.begin(), sets.end());
  sets.erase(std::unique(sets.begin(), sets.end()), sets.end());
  std::map<Bits, std::uint32_t> seen;
  for (std::uint32_t code = 0; code < size; ++code) {
    Bits signature(sets.size());
    for (std::size_t i = 0; i < sets.size(); ++i) {
      if (sets[i].Test(code)) signature.Set(i);
    }
    const auto index = static_cast<std::uint32_t>(member_.size());
    const auto [entry, is_new] = seen.emplace(std::move(signature), index);
    if (is_new) member_.push_back(code);
    class_of_.push_back(entry->second);
  }
}

Bits Partition::ClassesOf(const Bits& codes) const {
  Bits classes(count());
  for (const std::uint32_t code : codes.Members()) {
    classes.Set(class_of_[code]);
  }
  return classes;
}

}  // namespace privet::policy
