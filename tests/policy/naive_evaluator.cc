// SPDX-License-Identifier: Apache-2.0
//
// Long, since it is read beside the rules of decisions, from top to bottom, and
// shares no code with what it checks.

#include "policy/naive_evaluator.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "transform/order.h"

namespace privet::testing {
namespace {

using Strings = google::protobuf::RepeatedPtrField<std::string>;

constexpr char kElsewhere[] = "zz";

bool CoversId(const std::string& id, const std::string& name) {
  if (id == "*" || id == name) return true;
  return name.size() > id.size() && name[id.size()] == '.' &&
         name.compare(0, id.size(), id) == 0;
}

bool CoversAny(const Strings& ids, const std::string& name) {
  return std::any_of(ids.begin(), ids.end(),
                     [&](const std::string& id) { return CoversId(id, name); });
}

template <typename List, typename Value>
bool Has(const List& list, const Value& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

// The declared things that are `name` or lie around it, the nearest first.
template <typename Declared>
std::vector<const Declared*> Around(
    const google::protobuf::RepeatedPtrField<Declared>& all,
    const std::string& name) {
  std::vector<const Declared*> around;
  for (const Declared& one : all) {
    if (CoversId(one.id(), name)) around.push_back(&one);
  }
  std::sort(around.begin(), around.end(),
            [](const Declared* a, const Declared* b) {
              return a->id().size() > b->id().size();
            });
  return around;
}

template <typename Declared>
std::vector<std::string> LeavesOf(
    const google::protobuf::RepeatedPtrField<Declared>& all) {
  std::vector<std::string> leaves;
  for (const Declared& one : all) {
    bool is_group = false;
    for (const Declared& other : all) {
      is_group |= other.id() != one.id() && CoversId(one.id(), other.id());
    }
    if (!is_group) leaves.push_back(one.id());
  }
  return leaves;
}

template <typename Declared>
const Declared* Exactly(const google::protobuf::RepeatedPtrField<Declared>& all,
                        const std::string& name) {
  for (const Declared& one : all) {
    if (one.id() == name) return &one;
  }
  return nullptr;
}

// Collects every text in a field that names regions.
void CollectRegions(const google::protobuf::Message& message,
                    std::set<std::string>* names) {
  const auto* reflection = message.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const auto* field : fields) {
    const std::string name(field->name());
    const bool is_region_list = name == "regions" || name == "except_regions" ||
                                name == "subject_regions" ||
                                name == "except_subject_regions" ||
                                name == "members";
    if (is_region_list) {
      for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
        names->insert(reflection->GetRepeatedString(message, field, i));
      }
    } else if (field->cpp_type() ==
               google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) {
      if (field->is_map()) continue;
      if (field->is_repeated()) {
        for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
          CollectRegions(reflection->GetRepeatedMessage(message, field, i),
                         names);
        }
      } else {
        CollectRegions(reflection->GetMessage(message, field), names);
      }
    }
  }
}

// The transforms of one rule on a category: those of the most specific id.
void AddForms(const google::protobuf::RepeatedPtrField<v1::Transform>& all,
              const std::string& category, std::vector<v1::Transform>* forms) {
  int best = -1;
  std::vector<v1::Transform> chosen;
  for (const v1::Transform& transform : all) {
    std::vector<std::string> ids(transform.categories().begin(),
                                 transform.categories().end());
    if (ids.empty()) ids = {"*"};
    for (const std::string& id : ids) {
      if (!CoversId(id, category)) continue;
      const int length = id == "*" ? 0 : static_cast<int>(id.size());
      if (length > best) chosen.clear();
      if (length >= best) chosen.push_back(transform);
      best = std::max(best, length);
    }
  }
  forms->insert(forms->end(), chosen.begin(), chosen.end());
}

bool AtLeastAsStrong(const v1::Transform& f, const v1::Transform& g) {
  const transform::Order order = transform::Compare(f, g);
  return order == transform::Order::kEqual ||
         order == transform::Order::kStronger;
}

v1::Transform Whole() {
  v1::Transform whole;
  whole.mutable_whole();
  return whole;
}

absl::CivilDay DayOr(const std::string& text, absl::CivilDay absent) {
  absl::CivilDay day;
  if (text.empty()) return absent;
  return absl::ParseCivilTime(text, &day) ? day : absl::CivilDay(1, 1, 1);
}

}  // namespace

NaiveEvaluator::NaiveEvaluator(const v1::Policy& policy) : policy_(policy) {
  std::set<std::string> names;
  CollectRegions(policy, &names);
  for (const v1::Region& region : policy.region()) names.insert(region.id());
  names.erase("*");
  codes_.insert(kElsewhere);
  for (const std::string& name : names) {
    const v1::Region* set = Exactly(policy.region(), name);
    if (set == nullptr || set->members().empty()) codes_.insert(name);
  }
}

std::vector<std::string> NaiveEvaluator::Categories() const {
  return LeavesOf(policy_.category());
}
std::vector<std::string> NaiveEvaluator::Purposes() const {
  return LeavesOf(policy_.purpose());
}
std::vector<std::string> NaiveEvaluator::Actors() const {
  return LeavesOf(policy_.actor());
}
std::vector<std::string> NaiveEvaluator::Recipients() const {
  return LeavesOf(policy_.recipient());
}

bool NaiveEvaluator::RegionInside(const std::string& code,
                                  const std::string& region, int depth) const {
  if (region == "*") return true;
  if (depth > 16) return false;
  const v1::Region* set = Exactly(policy_.region(), region);
  if (set != nullptr && !set->members().empty()) {
    for (const std::string& member : set->members()) {
      if (RegionInside(code, member, depth + 1)) return true;
    }
    return false;
  }
  return code == region || code.rfind(region + "-", 0) == 0;
}

template <typename Regions>
bool NaiveEvaluator::InsideAny(const std::string& code,
                               const Regions& regions) const {
  for (const std::string& region : regions) {
    if (RegionInside(code, region, 0)) return true;
  }
  return false;
}

std::set<std::string> NaiveEvaluator::RegionsOf(
    const std::string& recipient, std::set<std::string>* seen) const {
  std::set<std::string> regions;
  const v1::Recipient* declared = Exactly(policy_.recipient(), recipient);
  if (declared == nullptr || !seen->insert(recipient).second) return regions;
  for (const std::string& code : codes_) {
    if (declared->regions().empty() || InsideAny(code, declared->regions())) {
      regions.insert(code);
    }
  }
  for (const std::string& via : declared->via()) {
    const std::set<std::string> more = RegionsOf(via, seen);
    regions.insert(more.begin(), more.end());
  }
  return regions;
}

// POLICY 2(2).
bool NaiveEvaluator::Matches(const v1::Selector& selector, bool is_permit,
                             const NaiveRequest& request,
                             const std::string& category,
                             const std::string& region) const {
  const bool is_share = request.operation == v1::Selector::SHARE;
  const bool names_recipients =
      !selector.recipients().empty() || !selector.roles().empty();
  if (!selector.operations().empty() &&
      !Has(selector.operations(), request.operation)) {
    return false;
  }
  if (is_permit && names_recipients != is_share) return false;
  if (is_permit && selector.purposes().empty()) return false;
  if (is_permit && selector.categories().empty() && selector.flags().empty()) {
    return false;
  }
  // Categories.
  if (!selector.categories().empty() &&
      !CoversAny(selector.categories(), category)) {
    return false;
  }
  if (CoversAny(selector.except_categories(), category)) return false;
  // Purposes.
  if (!selector.purposes().empty() &&
      !CoversAny(selector.purposes(), request.purpose)) {
    return false;
  }
  if (CoversAny(selector.except_purposes(), request.purpose)) return false;
  if (!selector.kinds().empty()) {
    bool any = false;
    for (const auto* one : Around(policy_.purpose(), request.purpose)) {
      for (const int kind : one->kinds()) any |= Has(selector.kinds(), kind);
    }
    if (!any) return false;
  }
  // Flags: all of the category and what lies around it.
  std::set<int> flags;
  for (const auto* one : Around(policy_.category(), category)) {
    flags.insert(one->flags().begin(), one->flags().end());
  }
  const auto any_flag = [&](const auto& wanted) {
    return std::any_of(wanted.begin(), wanted.end(),
                       [&](int flag) { return flags.count(flag) != 0; });
  };
  if (!selector.flags().empty() && !any_flag(selector.flags())) return false;
  if (any_flag(selector.except_flags())) return false;
  // Recipients.
  if (names_recipients && !is_share) return false;
  if (is_share) {
    if (!selector.recipients().empty() &&
        !CoversAny(selector.recipients(), request.recipient)) {
      return false;
    }
    if (CoversAny(selector.except_recipients(), request.recipient)) {
      return false;
    }
    if (!selector.roles().empty()) {
      int role = 0;
      for (const auto* one : Around(policy_.recipient(), request.recipient)) {
        if (role == 0) role = one->role();
      }
      if (!Has(selector.roles(), role)) return false;
    }
  }
  // Actors, regions.
  if (!selector.actors().empty() &&
      !CoversAny(selector.actors(), request.actor)) {
    return false;
  }
  if (selector.by_humans()) {
    bool human = false;
    for (const auto* one : Around(policy_.actor(), request.actor)) {
      human |= one->human();
    }
    if (!human) return false;
  }
  if (!selector.regions().empty() && !InsideAny(region, selector.regions())) {
    return false;
  }
  return !InsideAny(region, selector.except_regions());
}

bool NaiveEvaluator::SelectorMatches(const v1::Selector& selector,
                                     const NaiveRequest& request,
                                     const std::string& category) const {
  if (request.operation != v1::Selector::SHARE) {
    return Matches(selector, false, request, category, request.region);
  }
  std::set<std::string> seen;
  for (const std::string& region : RegionsOf(request.recipient, &seen)) {
    if (Matches(selector, false, request, category, region)) return true;
  }
  return false;
}

// POLICY 2(3): every line, then the worst of them.
NaiveEvaluator::Answer NaiveEvaluator::Evaluate(
    const v1::Condition& condition, const NaiveRequest& request) const {
  std::vector<Answer> lines;
  const policy::SubjectState& subject = request.subject;
  const auto add = [&](bool yes) { lines.push_back(yes ? kYes : kNo); };
  const auto add_answer = [&](v1::Condition::Answer wanted, bool is) {
    if (wanted != v1::Condition::ANSWER_UNSPECIFIED) {
      add((wanted == v1::Condition::YES) == is);
    }
  };
  for (const std::string& id : condition.consent()) {
    bool any = false;
    for (const std::string& purpose : Purposes()) {
      if (!CoversId(id, purpose)) continue;
      any = true;
      add(Has(subject.consents, purpose));
    }
    if (!any) lines.push_back(kUnknown);
  }
  if (!condition.objection().empty()) {
    bool any = false;
    for (const std::string& id : condition.objection()) {
      for (const std::string& objection : subject.objections) {
        any |= CoversId(id, objection) || CoversId(objection, id);
      }
    }
    add(any);
  }
  add_answer(condition.minor(), !subject.minor_group.empty());
  if (!condition.minor_groups().empty()) {
    add(Has(condition.minor_groups(), subject.minor_group));
  }
  add_answer(condition.restricted(), subject.restricted);
  for (const std::string& notice : condition.notice()) {
    add(Has(subject.notices, notice));
  }
  if (!condition.subject_kinds().empty()) {
    add(Has(condition.subject_kinds(), subject.kind));
  }
  for (const bool except : {false, true}) {
    const Strings& regions = except ? condition.except_subject_regions()
                                    : condition.subject_regions();
    if (regions.empty()) continue;
    if (subject.region.empty()) {
      lines.push_back(kUnknown);
    } else {
      add(InsideAny(subject.region, regions) != except);
    }
  }
  for (const v1::FactIs& is : condition.fact()) {
    const v1::Fact* fact = Exactly(policy_.fact(), is.id());
    const bool of_subject =
        fact != nullptr && fact->about() == v1::Fact::SUBJECT;
    const auto& given = of_subject ? subject.facts : request.request.facts;
    Answer answer = kUnknown;
    for (const auto& [id, value] : given) {
      if (id != is.id()) continue;
      answer = is.any_of().empty() ? (value == "yes" ? kYes : kNo)
                                   : (Has(is.any_of(), value) ? kYes : kNo);
    }
    lines.push_back(answer);
  }
  for (const std::string& event : condition.happened()) {
    add(Has(subject.happened, event));
  }
  for (const std::string& event : condition.not_happened()) {
    add(!Has(subject.happened, event));
  }
  if (condition.guardian_consent() != v1::Condition::ANSWER_UNSPECIFIED) {
    lines.push_back(kUnknown);
  }
  Answer all = kYes;
  for (const Answer line : lines) all = std::min(all, line);
  return all;
}

bool NaiveEvaluator::ConditionHolds(
    const NaiveRequest& request, const v1::Condition& when,
    const google::protobuf::RepeatedPtrField<v1::Condition>& unless,
    bool certainly) const {
  const Answer answer = Evaluate(when, request);
  if (certainly ? answer != kYes : answer == kNo) return false;
  for (const v1::Condition& one : unless) {
    const Answer lifted = Evaluate(one, request);
    if (certainly ? lifted != kNo : lifted == kYes) return false;
  }
  return true;
}

bool NaiveEvaluator::Objected(const NaiveRequest& request,
                              const std::string& purpose) const {
  return std::any_of(
      request.subject.objections.begin(), request.subject.objections.end(),
      [&](const std::string& id) { return CoversId(id, purpose); });
}

// POLICY 2(4).
bool NaiveEvaluator::BasisHolds(const v1::Rule& rule,
                                const NaiveRequest& request) const {
  v1::Basis::Kind basis = rule.basis();
  bool may_object = false;
  for (const auto* one : Around(policy_.purpose(), request.purpose)) {
    if (basis == v1::Basis::BASIS_UNSPECIFIED) basis = one->basis();
    may_object |= one->objectable();
    may_object |= Has(one->kinds(), v1::Purpose::DIRECT_MARKETING);
  }
  if (basis == v1::Basis::BASIS_UNSPECIFIED) return false;
  if (basis == v1::Basis::CONSENT || basis == v1::Basis::EXPLICIT_CONSENT) {
    const v1::Purpose* own = Exactly(policy_.purpose(), request.purpose);
    const auto& consents = request.subject.consents;
    if (!Has(consents, request.purpose) &&
        !(!own->consent_with().empty() && Has(consents, own->consent_with()))) {
      return false;
    }
  }
  may_object |= basis == v1::Basis::LEGITIMATE_INTERESTS ||
                basis == v1::Basis::PUBLIC_TASK || basis == v1::Basis::OPT_OUT;
  return !may_object || !Objected(request, request.purpose);
}

bool NaiveEvaluator::RecipientGates(const NaiveRequest& request) const {
  const v1::Recipient* own = Exactly(policy_.recipient(), request.recipient);
  if (own == nullptr || !CoversAny(own->purposes(), request.purpose)) {
    return false;
  }
  int role = 0;
  for (const auto* one : Around(policy_.recipient(), request.recipient)) {
    if (role == 0) role = one->role();
    for (const std::string& category : request.categories) {
      if (!one->categories().empty() &&
          !CoversAny(one->categories(), category)) {
        return false;
      }
    }
  }
  const policy::SubjectState& subject = request.subject;
  switch (role) {
    case v1::Recipient::ROLE_UNSPECIFIED:
      return false;
    case v1::Recipient::PROCESSOR:
    case v1::Recipient::JOINT_CONTROLLER:
      return own->has_agreement() &&
             DayOr(own->agreement().starts(), absl::CivilDay(1, 1, 1)) <=
                 request.day &&
             request.day <=
                 DayOr(own->agreement().ends(), absl::CivilDay(9999, 1, 1));
    case v1::Recipient::AUTHORITY:
      if (request.request.case_reference.empty()) return false;
      return std::all_of(request.categories.begin(), request.categories.end(),
                         [&](const std::string& category) {
                           return Has(request.request.categories, category);
                         });
    case v1::Recipient::SUCCESSOR:
      return Has(subject.notices, "successor:" + request.recipient);
    case v1::Recipient::DIRECTED:
      return Has(subject.instructed, request.recipient);
    default:
      return true;
  }
}

// POLICY 2(5).
bool NaiveEvaluator::Gates(const NaiveRequest& request) const {
  const v1::Actor* actor = Exactly(policy_.actor(), request.actor);
  if (!CoversAny(actor->purposes(), request.purpose)) return false;
  if (request.operation == v1::Selector::USE && !actor->regions().empty() &&
      !InsideAny(request.region, actor->regions())) {
    return false;
  }
  const bool is_share = request.operation == v1::Selector::SHARE;
  if (is_share && !RecipientGates(request)) return false;
  bool goes_on =
      Exactly(policy_.purpose(), request.purpose)->while_restricted();
  bool lawful = false;
  for (const auto* one : Around(policy_.purpose(), request.purpose)) {
    if (Has(one->kinds(), v1::Purpose::SALE)) return false;
    lawful |= Has(one->kinds(), v1::Purpose::LEGAL_CLAIMS) ||
              Has(one->kinds(), v1::Purpose::PROTECT_OTHERS) ||
              Has(one->kinds(), v1::Purpose::IMPORTANT_PUBLIC_INTEREST);
  }
  for (const std::string& category : request.categories) {
    for (const auto* one : Around(policy_.category(), category)) {
      if (is_share && Has(one->flags(), v1::Category::CREDENTIAL)) return false;
    }
  }
  goes_on = goes_on && lawful;
  const bool restricted =
      request.subject.restricted || !request.subject.minor_group.empty();
  if (restricted && request.operation != v1::Selector::STORE && !goes_on) {
    return false;
  }
  if (request.operation != v1::Selector::STORE) return true;
  return std::all_of(request.categories.begin(), request.categories.end(),
                     [&](const std::string& category) {
                       return ResidencyHolds(request, category);
                     });
}

bool NaiveEvaluator::ResidencyHolds(const NaiveRequest& request,
                                    const std::string& category) const {
  bool any = false;
  for (const v1::Residency& residency : policy_.residency()) {
    if (!CoversAny(residency.categories(), category)) continue;
    Answer applies = kYes;
    if (!residency.subject_regions().empty()) {
      applies = request.subject.region.empty() ? kUnknown
                : InsideAny(request.subject.region, residency.subject_regions())
                    ? kYes
                    : kNo;
    }
    if (!InsideAny(request.region, residency.regions())) {
      if (applies != kNo) return false;
    } else {
      any |= applies == kYes;
    }
  }
  return any;
}

// POLICY 2(6) and 2(7).
bool NaiveEvaluator::ByRules(const NaiveRequest& request,
                             const std::string& category,
                             const std::string& region,
                             std::vector<v1::Transform>* forms) const {
  bool permitted = false;
  for (const v1::Rule& rule : policy_.rule()) {
    if (rule.has_forbid() &&
        Matches(rule.forbid(), false, request, category, region) &&
        ConditionHolds(request, rule.when(), rule.unless(), false)) {
      return false;
    }
    if (rule.has_permit() &&
        Matches(rule.permit(), true, request, category, region) &&
        ConditionHolds(request, rule.when(), rule.unless(), true) &&
        BasisHolds(rule, request)) {
      permitted = true;
      AddForms(rule.transform(), category, forms);
    }
    if (rule.has_require() &&
        Matches(rule.require(), false, request, category, region) &&
        ConditionHolds(request, rule.when(), rule.unless(), false)) {
      AddForms(rule.transform(), category, forms);
    }
  }
  return permitted;
}

NaiveVerdict NaiveEvaluator::DecideOne(const NaiveRequest& request) const {
  if (!Gates(request)) return {};
  std::vector<v1::Transform> forms = {Whole()};
  std::set<std::string> regions = {request.region};
  if (request.operation == v1::Selector::SHARE) {
    std::set<std::string> seen;
    regions = RegionsOf(request.recipient, &seen);
    if (regions.empty()) return {};
    for (const auto* one : Around(policy_.recipient(), request.recipient)) {
      for (const std::string& category : request.categories) {
        AddForms(one->transform(), category, &forms);
      }
    }
  }
  for (const std::string& category : request.categories) {
    for (const std::string& region : regions) {
      if (!ByRules(request, category, region, &forms)) return {};
    }
  }
  for (const v1::Transform& form : forms) {
    const bool strongest = std::all_of(forms.begin(), forms.end(),
                                       [&](const v1::Transform& other) {
                                         return AtLeastAsStrong(form, other);
                                       });
    if (strongest) return {true, false, form};
  }
  return {false, true, {}};
}

// POLICY 2(8).
NaiveVerdict NaiveEvaluator::DecideStore(const NaiveRequest& request) const {
  const v1::Actor* storing = Exactly(policy_.actor(), request.actor);
  if (!Has(storing->stores(), request.record_type)) return {};
  if (request.categories.empty()) return {true, false, Whole()};
  std::vector<v1::Transform> forms;
  for (const std::string& purpose : Purposes()) {
    for (const std::string& actor : Actors()) {
      NaiveRequest one = request;
      one.purpose = purpose;
      one.actor = actor;
      const NaiveVerdict verdict = DecideOne(one);
      if (verdict.permitted) forms.push_back(verdict.form);
    }
  }
  if (forms.empty()) return {};
  for (const v1::Transform& form : forms) {
    const bool weakest = std::all_of(forms.begin(), forms.end(),
                                     [&](const v1::Transform& other) {
                                       return AtLeastAsStrong(other, form);
                                     });
    if (weakest) return {true, false, form};
  }
  return {true, false, Whole()};
}

NaiveVerdict NaiveEvaluator::Decide(const NaiveRequest& request) const {
  const bool whole_store =
      request.operation == v1::Selector::STORE && request.purpose.empty();
  return whole_store ? DecideStore(request) : DecideOne(request);
}

bool NaiveEvaluator::IsFeasible(const NaiveRequest& request) const {
  NaiveRequest best = request;
  best.categories.clear();
  best.subject.restricted = false;
  best.subject.minor_group.clear();
  best.subject.notices.push_back("successor:" + request.recipient);
  best.subject.instructed.push_back(request.recipient);
  best.request.case_reference = "1";
  const v1::Recipient* recipient =
      Exactly(policy_.recipient(), request.recipient);
  if (recipient != nullptr && !recipient->agreement().ends().empty()) {
    best.day = DayOr(recipient->agreement().ends(), best.day);
  } else if (recipient != nullptr) {
    best.day = DayOr(recipient->agreement().starts(), best.day);
  }
  return Gates(best);
}

}  // namespace privet::testing
