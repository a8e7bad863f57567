// SPDX-License-Identifier: Apache-2.0
//
// Long, since each block of the language has its own way of being random.

#include "policy/random_policy.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

namespace privet::testing {
namespace {

const std::vector<std::string>& RegionNames() {
  static const auto* const kNames = new std::vector<std::string>{
      "de", "fr", "us", "us-ca", "jp", "eea", "service"};
  return *kNames;
}
const std::vector<std::string>& Places() {
  static const auto* const kPlaces =
      new std::vector<std::string>{"de", "fr", "us", "us-ca", "jp", "br"};
  return *kPlaces;
}

class Maker {
 public:
  Maker(const RandomPolicyOptions& options, Random* random)
      : options_(options), random_(*random) {}

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
  bool Chance(double p) {
    return std::uniform_real_distribution<double>()(random_) < p;
  }
  int Below(int n) {
    return std::uniform_int_distribution<int>(0, n - 1)(random_);
  }
  template <typename List>
  auto OneOf(const List& list) {
    return list[static_cast<std::size_t>(Below(static_cast<int>(list.size())))];
  }

  // "c0", "c0.0", "c0.1", "c1" …: some groups, some deep.
  std::vector<std::string> Ids(const std::string& letter, int count) {
    std::vector<std::string> ids;
    while (static_cast<int>(ids.size()) < count) {
      if (!ids.empty() && Chance(0.5)) {
        const std::string parent = OneOf(ids);
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
    if (Chance(0.15)) return "*";
    return declared.Get(Below(declared.size())).id();
  }
  template <typename Declared, typename List>
  void AddIdsTo(const Declared& declared, int most, List* list) {
    for (int i = 1 + Below(most); i > 0; --i) *list->Add() = AnyId(declared);
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
      if (Chance(0.15)) category->add_flags(v1::Category::CONTENT);
      if (Chance(0.15)) category->add_flags(v1::Category::SENSITIVE);
      if (Chance(0.07)) category->add_flags(v1::Category::CREDENTIAL);
    }
    for (const std::string& id : Ids("p", options_.purposes)) AddPurpose(id);
    if (Chance(0.3)) {
      v1::Purpose* one = policy_.mutable_purpose(Below(policy_.purpose_size()));
      one->set_consent_with(OneOf(LeafPurposes()));
    }
    policy_.add_subject_kind()->set_id("customer");
    policy_.add_subject_kind()->set_id("visitor");
    for (int i = 0; i < options_.facts; ++i) {
      v1::Fact* fact = policy_.add_fact();
      fact->set_id("f" + std::to_string(i));
      fact->set_about(i % 2 == 0 ? v1::Fact::SUBJECT : v1::Fact::REQUEST);
      if (Chance(0.5)) {
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
    purpose->set_basis(OneOf(kBases));
    if (Chance(0.3)) purpose->add_kinds(OneOf(kKinds));
    if (Chance(0.15)) purpose->set_objectable(true);
    if (Chance(0.3)) purpose->set_while_restricted(true);
  }

  void AddActors() {
    for (const std::string& id : Ids("a", options_.actors)) {
      v1::Actor* actor = policy_.add_actor();
      actor->set_id(id);
      AddIdsTo(policy_.purpose(), 3, actor->mutable_purposes());
      if (Chance(0.7)) actor->add_stores("r.Record");
      if (options_.regions && Chance(0.2)) actor->add_regions("service");
      actor->set_human(Chance(0.3));
    }
  }

  void AddRecipients() {
    for (const std::string& id : Ids("r", options_.recipients)) {
      v1::Recipient* recipient = policy_.add_recipient();
      recipient->set_id(id);
      recipient->set_role(
          static_cast<v1::Recipient::Role>(Chance(0.15) ? 0 : 1 + Below(9)));
      AddIdsTo(policy_.purpose(), 3, recipient->mutable_purposes());
      if (Chance(0.2)) {
        AddIdsTo(policy_.category(), 3, recipient->mutable_categories());
      }
      if (Chance(0.8)) recipient->add_regions(OneOf(RegionNames()));
      if (Chance(0.3)) recipient->add_regions(OneOf(RegionNames()));
      if (Chance(0.2)) recipient->add_via(AnyId(policy_.recipient()));
      if (Chance(0.7)) {
        v1::Agreement* agreement = recipient->mutable_agreement();
        if (Chance(0.5)) agreement->set_starts("2026-01-15");
        if (Chance(0.5)) agreement->set_ends("2026-06-15");
      }
      if (Chance(0.2)) *recipient->add_transform() = AnyTransform();
    }
  }

  void AddRule(int index) {
    v1::Rule* rule = policy_.add_rule();
    rule->set_name("rule " + std::to_string(index));
    const bool is_permit = Chance(0.75);
    v1::Selector* selector = is_permit     ? rule->mutable_permit()
                             : Chance(0.6) ? rule->mutable_forbid()
                                           : rule->mutable_require();
    FillSelector(is_permit, selector);
    if (is_permit && Chance(0.2)) {
      rule->set_basis(Chance(0.5) ? v1::Basis::CONSENT : v1::Basis::CONTRACT);
    }
    if (Chance(options_.conditions)) {
      *rule->mutable_when() = RandomCondition(policy_, &random_);
    }
    while (Chance(options_.conditions * 0.5)) {
      *rule->add_unless() = RandomCondition(policy_, &random_);
    }
    if (rule->has_forbid() ||
        (!rule->has_require() && !Chance(options_.transforms))) {
      return;
    }
    for (int i = 1 + Below(2); i > 0; --i) {
      *rule->add_transform() = AnyTransform();
    }
  }

  void FillSelector(bool is_permit, v1::Selector* selector) {
    if (is_permit ? !Chance(0.1) : Chance(0.6)) {
      AddIdsTo(policy_.category(), 3, selector->mutable_categories());
    } else if (is_permit || Chance(0.3)) {
      selector->add_flags(v1::Category::CONTENT);
    }
    if (Chance(0.2)) selector->add_except_categories(AnyId(policy_.category()));
    if (Chance(0.1)) selector->add_except_flags(v1::Category::SENSITIVE);
    if (is_permit || Chance(0.6)) {
      AddIdsTo(policy_.purpose(), 3, selector->mutable_purposes());
    }
    if (Chance(0.1)) selector->add_except_purposes(AnyId(policy_.purpose()));
    if (Chance(0.05)) selector->add_kinds(v1::Purpose::ANALYTICS);
    if (Chance(0.4)) {
      AddIdsTo(policy_.recipient(), 2, selector->mutable_recipients());
    } else if (Chance(0.1)) {
      selector->add_roles(static_cast<v1::Recipient::Role>(1 + Below(9)));
    }
    if (Chance(0.1)) {
      selector->add_except_recipients(AnyId(policy_.recipient()));
    }
    if (Chance(0.15)) AddIdsTo(policy_.actor(), 2, selector->mutable_actors());
    if (Chance(0.1)) selector->set_by_humans(true);
    if (options_.regions && Chance(0.15)) {
      selector->add_regions(OneOf(RegionNames()));
    }
    if (options_.regions && Chance(0.1)) {
      selector->add_except_regions(OneOf(RegionNames()));
    }
    if (Chance(0.2)) {
      selector->add_operations(
          static_cast<v1::Selector::Operation>(1 + Below(3)));
    }
  }

  v1::Transform AnyTransform() {
    v1::Transform transform;
    if (Chance(0.5)) {
      AddIdsTo(policy_.category(), 2, transform.mutable_categories());
    }
    switch (Below(options_.incomparable_forms ? 7 : 5)) {
      case 0:
        transform.mutable_drop();
        break;
      case 1:
        transform.mutable_whole();
        break;
      case 5:
        transform.mutable_mask()->set_keep_first(1 + Below(3));
        break;
      case 6:
        transform.mutable_time()->set_to(v1::TimePart::DAY);
        break;
      default:
        transform.mutable_truncate()->set_characters(1 + Below(4));
        break;
    }
    return transform;
  }

  void AddResidencies() {
    const int count = Below(3) + (Chance(0.8) ? 1 : 0);
    for (int i = 0; i < count; ++i) {
      v1::Residency* residency = policy_.add_residency();
      if (i == 0) {
        residency->add_categories("*");
      } else {
        AddIdsTo(policy_.category(), 2, residency->mutable_categories());
      }
      residency->add_regions(Chance(0.5) ? "service" : OneOf(RegionNames()));
      if (Chance(0.3)) residency->add_subject_regions(OneOf(RegionNames()));
    }
  }

  const RandomPolicyOptions options_;
  Random& random_;
  v1::Policy policy_;
};

class Dice {
 public:
  explicit Dice(Random* random) : random_(*random) {}
  bool Chance(double p) {
    return std::uniform_real_distribution<double>()(random_) < p;
  }
  int Below(int n) {
    return std::uniform_int_distribution<int>(0, n - 1)(random_);
  }
  template <typename List>
  std::string OneOf(const List& list) {
    return list[static_cast<std::size_t>(Below(static_cast<int>(list.size())))];
  }

 private:
  Random& random_;
};

std::vector<std::string> ValuesOf(const v1::Fact& fact) {
  if (fact.values().empty()) return {"yes", "no"};
  return {fact.values().begin(), fact.values().end()};
}

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

v1::Policy RandomPolicy(const RandomPolicyOptions& options, Random* random) {
  return Maker(options, random).Make();
}

v1::Policy LargePolicy(int categories, int rules, std::uint64_t seed) {
  return LargeMaker(categories, rules, seed).Make();
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

policy::SubjectState RandomSubject(const v1::Policy& policy, Random* random) {
  Dice dice(random);
  policy::SubjectState subject;
  if (dice.Chance(0.8)) subject.region = dice.OneOf(Places());
  if (dice.Chance(0.7)) {
    subject.kind = dice.Chance(0.5) ? "customer" : "visitor";
  }
  for (const v1::Purpose& purpose : policy.purpose()) {
    const bool is_group =
        std::any_of(policy.purpose().begin(), policy.purpose().end(),
                    [&](const v1::Purpose& other) {
                      return other.id().rfind(purpose.id() + ".", 0) == 0;
                    });
    if (!is_group && dice.Chance(0.5)) {
      subject.consents.push_back(purpose.id());
    }
    if (dice.Chance(0.2)) subject.objections.push_back(purpose.id());
  }
  subject.restricted = dice.Chance(0.1);
  if (dice.Chance(0.1)) {
    subject.minor_group = dice.Chance(0.5) ? "child" : "teen";
  }
  for (const char* notice : {"n0", "n1"}) {
    if (dice.Chance(0.5)) subject.notices.push_back(notice);
  }
  for (const v1::Event& event : policy.event()) {
    if (dice.Chance(0.5)) subject.happened.push_back(event.id());
  }
  for (const v1::Fact& fact : policy.fact()) {
    if (fact.about() == v1::Fact::SUBJECT && dice.Chance(0.7)) {
      subject.facts.emplace_back(fact.id(), dice.OneOf(ValuesOf(fact)));
    }
  }
  for (const v1::Recipient& recipient : policy.recipient()) {
    if (dice.Chance(0.5)) {
      subject.notices.push_back("successor:" + recipient.id());
    }
    if (dice.Chance(0.5)) subject.instructed.push_back(recipient.id());
  }
  return subject;
}

policy::RequestState RandomRequestState(const v1::Policy& policy,
                                        Random* random) {
  Dice dice(random);
  policy::RequestState state;
  for (const v1::Fact& fact : policy.fact()) {
    if (fact.about() != v1::Fact::SUBJECT && dice.Chance(0.7)) {
      state.facts.emplace_back(fact.id(), dice.OneOf(ValuesOf(fact)));
    }
  }
  if (dice.Chance(0.8)) state.case_reference = "case 7";
  for (const v1::Category& category : policy.category()) {
    if (dice.Chance(0.7)) state.categories.push_back(category.id());
  }
  return state;
}

NaiveRequest RandomRequest(const NaiveEvaluator& naive,
                           const v1::Policy& policy, Random* random) {
  Dice dice(random);
  NaiveRequest request;
  const std::vector<std::string> recipients = naive.Recipients();
  for (int tries = 0; tries < 20; ++tries) {
    request.operation = static_cast<v1::Selector::Operation>(1 + dice.Below(3));
    if (request.operation == v1::Selector::SHARE && recipients.empty()) {
      request.operation = v1::Selector::USE;
    }
    request.actor = dice.OneOf(naive.Actors());
    request.region = dice.OneOf(Places());
    request.purpose.clear();
    request.recipient.clear();
    if (request.operation == v1::Selector::STORE) {
      request.record_type = dice.Chance(0.9) ? "r.Record" : "r.Other";
      break;
    }
    request.purpose = dice.OneOf(naive.Purposes());
    if (request.operation == v1::Selector::SHARE) {
      request.recipient = dice.OneOf(recipients);
    }
    if (dice.Chance(0.1) || naive.IsFeasible(request)) break;
  }
  std::vector<std::string> categories = naive.Categories();
  std::shuffle(categories.begin(), categories.end(), *random);
  const std::size_t count = dice.Chance(0.05)  ? 0
                            : dice.Chance(0.7) ? 1
                            : dice.Chance(0.7) ? 2
                                               : 3;
  categories.resize(std::min(count, categories.size()));
  request.categories = std::move(categories);
  request.subject = RandomSubject(policy, random);
  request.request = RandomRequestState(policy, random);
  request.day = absl::CivilDay(2026, 1 + dice.Below(7), 15);
  return request;
}

std::uint64_t PropertySeed(std::uint64_t otherwise) {
  const char* text = std::getenv("PRIVET_PROPERTY_SEED");
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

int PropertyRuns(int otherwise) {
  const char* text = std::getenv("PRIVET_PROPERTY_RUNS");
  return text == nullptr ? otherwise : std::atoi(text);
}

}  // namespace privet::testing
