// SPDX-License-Identifier: Apache-2.0

#include "policy/large_policy.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "policy/dice.h"

namespace privet::testing {
namespace {

// 1 group to 20 categories; 200 purposes, of which one has a tenth of the
// rules; each category of a purpose is reached by a few rules, a third with
// conditions.
class LargeMaker {
 public:
  LargeMaker(int categories, int rules, std::uint64_t seed)
      : categories_(categories),
        rules_(rules),
        random_(seed),
        dice_(&random_) {}

  v1::Policy Make() {
    policy_.set_id("large");
    policy_.set_version(1);
    policy_.add_controller()->set_id("large");
    policy_.mutable_controller(0)->set_contact("privacy@large.example");
    AddPlaces();
    AddNames();
    AddParties();
    for (int i = 0; i < rules_; ++i) AddRule(i);
    v1::Residency* residency = policy_.add_residency();
    residency->add_categories("*");
    residency->add_regions("service");
    v1::Retention* retention = policy_.add_retention();
    retention->set_id("all");
    retention->add_categories("*");
    retention->set_keep("1y");
    retention->set_then(v1::Retention::DELETE);
    return std::move(policy_);
  }

 private:
  static constexpr int kPurposes = 200;

  std::string Group(int i) { return "g" + std::to_string(i); }
  std::string Purpose(int i) {
    return "p" + std::to_string(i / 10) + "." + std::to_string(i % 10);
  }
  std::string SomeCategory() {
    const int group = dice_.Below(categories_ / 20);
    if (dice_.Chance(0.3)) return Group(group);
    return Group(group) + "." + std::to_string(dice_.Below(20));
  }
  std::string SomePurpose() {
    return Purpose(dice_.Chance(0.1) ? 0 : dice_.Below(kPurposes));
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

  void AddNames() {
    for (int group = 0; group < categories_ / 20; ++group) {
      policy_.add_category()->set_id(Group(group));
      for (int i = 0; i < 20; ++i) {
        policy_.add_category()->set_id(Group(group) + "." + std::to_string(i));
      }
    }
    static const std::vector<v1::Basis::Kind> kBases = {
        v1::Basis::CONSENT, v1::Basis::CONTRACT, v1::Basis::CONTRACT,
        v1::Basis::LEGITIMATE_INTERESTS, v1::Basis::LEGAL_OBLIGATION};
    for (int i = 0; i < kPurposes; ++i) {
      v1::Purpose* purpose = policy_.add_purpose();
      purpose->set_id(Purpose(i));
      purpose->set_basis(kBases[static_cast<std::size_t>(i) % kBases.size()]);
      if (i % 7 == 0) purpose->add_kinds(v1::Purpose::ANALYTICS);
    }
    policy_.add_subject_kind()->set_id("customer");
    policy_.add_subject_kind()->set_id("visitor");
    for (int i = 0; i < 6; ++i) {
      v1::Fact* fact = policy_.add_fact();
      fact->set_id("f" + std::to_string(i));
      fact->set_about(i % 2 == 0 ? v1::Fact::SUBJECT : v1::Fact::REQUEST);
    }
    for (int i = 0; i < 4; ++i) {
      policy_.add_event()->set_id("e" + std::to_string(i));
    }
    policy_.add_minors()->set_id("child");
    policy_.add_minors()->set_id("teen");
  }

  void AddParties() {
    for (int i = 0; i < 20; ++i) {
      v1::Actor* actor = policy_.add_actor();
      actor->set_id("a" + std::to_string(i));
      actor->add_purposes("p" + std::to_string(i));
      if (i == 0) actor->add_purposes("p7");
      actor->add_stores("r.Record");
      actor->set_human(i % 3 == 0);
    }
    for (int i = 0; i < 50; ++i) {
      v1::Recipient* recipient = policy_.add_recipient();
      recipient->set_id("r" + std::to_string(i));
      recipient->set_role(i % 2 == 0 ? v1::Recipient::PROCESSOR
                                     : v1::Recipient::THIRD_PARTY);
      recipient->add_purposes("p" + std::to_string(i % 20));
      recipient->add_regions(i % 5 == 0 ? "us" : "eea");
      recipient->mutable_agreement()->set_ends("2030-12-31");
    }
  }

  void AddRule(int index) {
    v1::Rule* rule = policy_.add_rule();
    rule->set_name("rule " + std::to_string(index));
    const bool is_forbid = dice_.Chance(0.12);
    v1::Selector* selector =
        is_forbid ? rule->mutable_forbid() : rule->mutable_permit();
    for (int i = 1 + dice_.Below(3); i > 0; --i) {
      selector->add_categories(SomeCategory());
    }
    for (int i = 1 + dice_.Below(2); i > 0; --i) {
      selector->add_purposes(SomePurpose());
    }
    if (dice_.Chance(0.25)) {
      selector->add_recipients("r" + std::to_string(dice_.Below(50)));
    }
    if (dice_.Chance(is_forbid ? 0.9 : 0.3)) AddCondition(rule->mutable_when());
    if (!is_forbid && dice_.Chance(0.1)) {
      rule->add_transform()->mutable_truncate()->set_characters(1 +
                                                                dice_.Below(8));
    }
  }

  // What authors ask for: consent and objection follow from the basis.
  void AddCondition(v1::Condition* condition) {
    for (int lines = 1 + dice_.Below(2); lines > 0; --lines) {
      switch (dice_.Below(5)) {
        case 0:
          condition->add_subject_kinds(dice_.Chance(0.5) ? "customer"
                                                         : "visitor");
          break;
        case 1:
          condition->add_subject_regions(dice_.OneOf(RegionNames()));
          break;
        case 2:
          condition->add_happened("e" + std::to_string(dice_.Below(4)));
          break;
        default: {
          v1::FactIs* is = condition->add_fact();
          is->set_id("f" + std::to_string(dice_.Below(6)));
          is->add_any_of(dice_.Chance(0.5) ? "yes" : "no");
          break;
        }
      }
    }
  }

  const int categories_, rules_;
  Random random_;
  Dice dice_;
  v1::Policy policy_;
};

}  // namespace

v1::Policy LargePolicy(int categories, int rules, std::uint64_t seed) {
  return LargeMaker(categories, rules, seed).Make();
}

}  // namespace privet::testing
