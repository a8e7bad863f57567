// SPDX-License-Identifier: Apache-2.0

#include "policy/random_policy.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "policy/dice.h"

namespace privet::testing {
namespace {

class Maker {
 public:
  Maker(const RandomPolicyOptions& options, Random* random)
      : options_(options), random_(*random), dice_(random) {}

  v1::Policy Make() {
    policy_.set_id("random");
    policy_.set_version(1);
    AddPlaces();
    AddIds();
    AddActors();
    AddRecipients();
    for (int i = 0; i < options_.rules; ++i) AddRule(i);
    AddResidencies();
    v1::Retention* retention = policy_.add_retention();
    retention->set_id("all");
    retention->add_categories("*");
    retention->set_keep("30d");
    retention->set_then(v1::Retention::DELETE);
    return std::move(policy_);
  }

 private:
  // "c0", "c0.0", "c0.1", "c1" …: some groups, some deep.
  std::vector<std::string> Ids(const std::string& letter, int count) {
    std::vector<std::string> ids;
    while (static_cast<int>(ids.size()) < count) {
      if (!ids.empty() && dice_.Chance(0.5)) {
        const std::string parent = dice_.OneOf(ids);
        ids.push_back(parent + "." + std::to_string(ids.size()));
      } else {
        ids.push_back(letter + std::to_string(ids.size()));
      }
    }
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    std::shuffle(ids.begin(), ids.end(), random_);
    return ids;
  }

  template <typename Declared>
  std::string AnyId(const Declared& declared) {
    if (dice_.Chance(0.15)) return "*";
    return declared.Get(dice_.Below(declared.size())).id();
  }
  template <typename Declared, typename List>
  void AddIdsTo(const Declared& declared, int most, List* list) {
    for (int i = 1 + dice_.Below(most); i > 0; --i)
      *list->Add() = AnyId(declared);
  }

  void AddPlaces() {
    v1::Region* eea = policy_.add_region();
    eea->set_id("eea");
    eea->add_members("de");
    eea->add_members("fr");
    v1::Region* service = policy_.add_region();
    service->set_id("service");
    service->add_members("eea");
    service->add_members("us");
    policy_.add_region()->set_id("jp");
  }

  void AddIds() {
    for (const std::string& id : Ids("c", options_.categories)) {
      v1::Category* category = policy_.add_category();
      category->set_id(id);
      if (dice_.Chance(0.15)) category->add_flags(v1::Category::CONTENT);
      if (dice_.Chance(0.15)) category->add_flags(v1::Category::SENSITIVE);
      if (dice_.Chance(0.07)) category->add_flags(v1::Category::CREDENTIAL);
    }
    for (const std::string& id : Ids("p", options_.purposes)) AddPurpose(id);
    if (dice_.Chance(0.3)) {
      v1::Purpose* one =
          policy_.mutable_purpose(dice_.Below(policy_.purpose_size()));
      one->set_consent_with(dice_.OneOf(LeafPurposes()));
    }
    policy_.add_subject_kind()->set_id("customer");
    policy_.add_subject_kind()->set_id("visitor");
    for (int i = 0; i < options_.facts; ++i) {
      v1::Fact* fact = policy_.add_fact();
      fact->set_id("f" + std::to_string(i));
      fact->set_about(i % 2 == 0 ? v1::Fact::SUBJECT : v1::Fact::REQUEST);
      if (dice_.Chance(0.5)) {
        for (const char* value : {"red", "green", "blue"}) {
          fact->add_values(value);
        }
      }
    }
    for (int i = 0; i < options_.events; ++i) {
      policy_.add_event()->set_id("e" + std::to_string(i));
    }
    policy_.add_minors()->set_id("child");
    policy_.add_minors()->set_id("teen");
  }

  std::vector<std::string> LeafPurposes() {
    std::vector<std::string> leaves;
    for (const v1::Purpose& one : policy_.purpose()) {
      const bool is_group =
          std::any_of(policy_.purpose().begin(), policy_.purpose().end(),
                      [&](const v1::Purpose& other) {
                        return other.id().rfind(one.id() + ".", 0) == 0;
                      });
      if (!is_group) leaves.push_back(one.id());
    }
    return leaves;
  }

  void AddPurpose(const std::string& id) {
    static const std::vector<v1::Basis::Kind> kBases = {
        v1::Basis::CONSENT,          v1::Basis::CONTRACT,
        v1::Basis::CONTRACT,         v1::Basis::LEGITIMATE_INTERESTS,
        v1::Basis::EXPLICIT_CONSENT, v1::Basis::OPT_OUT,
        v1::Basis::PUBLIC_TASK,      v1::Basis::LEGAL_OBLIGATION,
        v1::Basis::NONE_NEEDED,      v1::Basis::BASIS_UNSPECIFIED};
    static const std::vector<v1::Purpose::Kind> kKinds = {
        v1::Purpose::SERVICE,      v1::Purpose::ANALYTICS,
        v1::Purpose::ADVERTISING,  v1::Purpose::DIRECT_MARKETING,
        v1::Purpose::LEGAL_CLAIMS, v1::Purpose::SALE};
    v1::Purpose* purpose = policy_.add_purpose();
    purpose->set_id(id);
    purpose->set_basis(dice_.OneOf(kBases));
    if (dice_.Chance(0.3)) purpose->add_kinds(dice_.OneOf(kKinds));
    if (dice_.Chance(0.15)) purpose->set_objectable(true);
    if (dice_.Chance(0.3)) purpose->set_while_restricted(true);
  }

  void AddActors() {
    for (const std::string& id : Ids("a", options_.actors)) {
      v1::Actor* actor = policy_.add_actor();
      actor->set_id(id);
      AddIdsTo(policy_.purpose(), 3, actor->mutable_purposes());
      if (dice_.Chance(0.7)) actor->add_stores("r.Record");
      if (options_.regions && dice_.Chance(0.2)) actor->add_regions("service");
      actor->set_human(dice_.Chance(0.3));
    }
  }

  void AddRecipients() {
    for (const std::string& id : Ids("r", options_.recipients)) {
      v1::Recipient* recipient = policy_.add_recipient();
      recipient->set_id(id);
      recipient->set_role(static_cast<v1::Recipient::Role>(
          dice_.Chance(0.15) ? 0 : 1 + dice_.Below(9)));
      AddIdsTo(policy_.purpose(), 3, recipient->mutable_purposes());
      if (dice_.Chance(0.2)) {
        AddIdsTo(policy_.category(), 3, recipient->mutable_categories());
      }
      if (dice_.Chance(0.8)) recipient->add_regions(dice_.OneOf(RegionNames()));
      if (dice_.Chance(0.3)) recipient->add_regions(dice_.OneOf(RegionNames()));
      if (dice_.Chance(0.2)) recipient->add_via(AnyId(policy_.recipient()));
      if (dice_.Chance(0.7)) {
        v1::Agreement* agreement = recipient->mutable_agreement();
        if (dice_.Chance(0.5)) agreement->set_starts("2026-01-15");
        if (dice_.Chance(0.5)) agreement->set_ends("2026-06-15");
      }
      if (dice_.Chance(0.2)) *recipient->add_transform() = AnyTransform();
    }
  }

  void AddRule(int index) {
    v1::Rule* rule = policy_.add_rule();
    rule->set_name("rule " + std::to_string(index));
    const bool is_permit = dice_.Chance(0.75);
    v1::Selector* selector = is_permit           ? rule->mutable_permit()
                             : dice_.Chance(0.6) ? rule->mutable_forbid()
                                                 : rule->mutable_require();
    FillSelector(is_permit, selector);
    if (is_permit && dice_.Chance(0.2)) {
      rule->set_basis(dice_.Chance(0.5) ? v1::Basis::CONSENT
                                        : v1::Basis::CONTRACT);
    }
    if (dice_.Chance(options_.conditions)) {
      *rule->mutable_when() = RandomCondition(policy_, &random_);
    }
    while (dice_.Chance(options_.conditions * 0.5)) {
      *rule->add_unless() = RandomCondition(policy_, &random_);
    }
    if (rule->has_forbid() ||
        (!rule->has_require() && !dice_.Chance(options_.transforms))) {
      return;
    }
    for (int i = 1 + dice_.Below(2); i > 0; --i) {
      *rule->add_transform() = AnyTransform();
    }
  }

  void FillSelector(bool is_permit, v1::Selector* selector) {
    if (is_permit ? !dice_.Chance(0.1) : dice_.Chance(0.6)) {
      AddIdsTo(policy_.category(), 3, selector->mutable_categories());
    } else if (is_permit || dice_.Chance(0.3)) {
      selector->add_flags(v1::Category::CONTENT);
    }
    if (dice_.Chance(0.2))
      selector->add_except_categories(AnyId(policy_.category()));
    if (dice_.Chance(0.1)) selector->add_except_flags(v1::Category::SENSITIVE);
    if (is_permit || dice_.Chance(0.6)) {
      AddIdsTo(policy_.purpose(), 3, selector->mutable_purposes());
    }
    if (dice_.Chance(0.1))
      selector->add_except_purposes(AnyId(policy_.purpose()));
    if (dice_.Chance(0.05)) selector->add_kinds(v1::Purpose::ANALYTICS);
    if (dice_.Chance(0.4)) {
      AddIdsTo(policy_.recipient(), 2, selector->mutable_recipients());
    } else if (dice_.Chance(0.1)) {
      selector->add_roles(static_cast<v1::Recipient::Role>(1 + dice_.Below(9)));
    }
    if (dice_.Chance(0.1)) {
      selector->add_except_recipients(AnyId(policy_.recipient()));
    }
    if (dice_.Chance(0.15))
      AddIdsTo(policy_.actor(), 2, selector->mutable_actors());
    if (dice_.Chance(0.1)) selector->set_by_humans(true);
    if (options_.regions && dice_.Chance(0.15)) {
      selector->add_regions(dice_.OneOf(RegionNames()));
    }
    if (options_.regions && dice_.Chance(0.1)) {
      selector->add_except_regions(dice_.OneOf(RegionNames()));
    }
    if (dice_.Chance(0.2)) {
      selector->add_operations(
          static_cast<v1::Selector::Operation>(1 + dice_.Below(3)));
    }
  }

  v1::Transform AnyTransform() {
    v1::Transform transform;
    if (dice_.Chance(0.5)) {
      AddIdsTo(policy_.category(), 2, transform.mutable_categories());
    }
    switch (dice_.Below(options_.incomparable_forms ? 7 : 5)) {
      case 0:
        transform.mutable_drop();
        break;
      case 1:
        transform.mutable_whole();
        break;
      case 5:
        transform.mutable_mask()->set_keep_first(1 + dice_.Below(3));
        break;
      case 6:
        transform.mutable_time()->set_to(v1::TimePart::DAY);
        break;
      default:
        transform.mutable_truncate()->set_characters(1 + dice_.Below(4));
        break;
    }
    return transform;
  }

  void AddResidencies() {
    const int count = dice_.Below(3) + (dice_.Chance(0.8) ? 1 : 0);
    for (int i = 0; i < count; ++i) {
      v1::Residency* residency = policy_.add_residency();
      if (i == 0) {
        residency->add_categories("*");
      } else {
        AddIdsTo(policy_.category(), 2, residency->mutable_categories());
      }
      residency->add_regions(dice_.Chance(0.5) ? "service"
                                               : dice_.OneOf(RegionNames()));
      if (dice_.Chance(0.3))
        residency->add_subject_regions(dice_.OneOf(RegionNames()));
    }
  }

  const RandomPolicyOptions options_;
  Random& random_;
  Dice dice_;
  v1::Policy policy_;
};

}  // namespace

v1::Policy RandomPolicy(const RandomPolicyOptions& options, Random* random) {
  return Maker(options, random).Make();
}

std::vector<std::string> ValuesOf(const v1::Fact& fact) {
  if (fact.values().empty()) return {"yes", "no"};
  return {fact.values().begin(), fact.values().end()};
}

v1::Condition RandomCondition(const v1::Policy& policy, Random* random) {
  Dice dice(random);
  v1::Condition condition;
  for (int lines = 1 + dice.Below(2); lines > 0; --lines) {
    const int purpose = dice.Below(policy.purpose_size());
    switch (dice.Below(12)) {
      case 0:
        condition.add_consent(policy.purpose(purpose).id());
        break;
      case 1:
        condition.add_objection(policy.purpose(purpose).id());
        break;
      case 2:
        condition.set_minor(dice.Chance(0.5) ? v1::Condition::YES
                                             : v1::Condition::NO);
        break;
      case 3:
        condition.add_minor_groups(dice.Chance(0.5) ? "child" : "teen");
        break;
      case 4:
        condition.set_restricted(dice.Chance(0.5) ? v1::Condition::YES
                                                  : v1::Condition::NO);
        break;
      case 5:
        condition.add_notice(dice.Chance(0.5) ? "n0" : "n1");
        break;
      case 6:
        condition.add_subject_kinds(dice.Chance(0.5) ? "customer" : "visitor");
        break;
      case 7:
        condition.add_subject_regions(dice.OneOf(RegionNames()));
        break;
      case 8:
        condition.add_except_subject_regions(dice.OneOf(RegionNames()));
        break;
      case 9:
        if (policy.event_size() == 0) break;
        condition.add_happened(
            policy.event(dice.Below(policy.event_size())).id());
        break;
      case 10:
        if (policy.event_size() == 0) break;
        condition.add_not_happened(
            policy.event(dice.Below(policy.event_size())).id());
        break;
      default: {
        if (policy.fact_size() == 0) break;
        const v1::Fact& fact = policy.fact(dice.Below(policy.fact_size()));
        v1::FactIs* is = condition.add_fact();
        is->set_id(fact.id());
        if (!fact.values().empty() || dice.Chance(0.5)) {
          is->add_any_of(dice.OneOf(ValuesOf(fact)));
        }
        break;
      }
    }
  }
  return condition;
}

v1::Invariant RandomInvariant(const v1::Policy& policy, Random* random) {
  Dice dice(random);
  v1::Invariant invariant;
  invariant.set_name("an invariant");
  v1::Selector* over = invariant.mutable_over();
  if (dice.Chance(0.7)) {
    over->add_categories(
        policy.category(dice.Below(policy.category_size())).id());
  }
  if (dice.Chance(0.7)) {
    over->add_purposes(policy.purpose(dice.Below(policy.purpose_size())).id());
  }
  if (dice.Chance(0.3)) {
    over->add_recipients(
        policy.recipient(dice.Below(policy.recipient_size())).id());
  }
  if (dice.Chance(0.3)) {
    over->add_actors(policy.actor(dice.Below(policy.actor_size())).id());
  }
  if (dice.Chance(0.5)) {
    over->add_operations(
        static_cast<v1::Selector::Operation>(1 + dice.Below(3)));
  }
  if (dice.Chance(0.3)) over->add_regions(dice.OneOf(RegionNames()));
  if (dice.Chance(0.2)) over->add_except_regions(dice.OneOf(RegionNames()));
  if (dice.Chance(0.5))
    *invariant.mutable_when() = RandomCondition(policy, random);
  if (dice.Chance(0.4))
    *invariant.add_unless() = RandomCondition(policy, random);
  return invariant;
}

}  // namespace privet::testing
