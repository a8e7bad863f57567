// SPDX-License-Identifier: Apache-2.0

#include "policy/resolve.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "google/protobuf/repeated_ptr_field.h"
#include "policy/text.h"
#include "privet/v1/policy.pb.h"

namespace privet::policy {
namespace {

Bits RegionCodes(const v1::Selector& selector, const Places& places) {
  Bits codes = selector.regions().empty()
                   ? Bits(places.size(), true)
                   : places.InsideAny(selector.regions());
  codes.Remove(places.InsideAny(selector.except_regions()));
  return codes;
}

Bits CategoriesOf(const v1::Selector& selector, bool is_permit,
                  const Model& model) {
  const std::uint32_t flags = MaskOf(selector.flags());
  const std::uint32_t except = MaskOf(selector.except_flags());
  const std::size_t count = model.categories.leaf_count();
  Bits categories(count);
  if (!selector.categories().empty()) {
    categories = model.categories.UnderAny(selector.categories());
  } else if (!is_permit || !selector.flags().empty()) {
    categories = Bits(count, true);
  }
  categories.Remove(model.categories.UnderAny(selector.except_categories()));
  Bits others(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t own = model.category_flags[i];
    const bool selected = selector.flags().empty() || (own & flags) != 0;
    if (!selected || (own & except) != 0) others.Set(i);
  }
  categories.Remove(others);
  return categories;
}

Bits PurposesOf(const v1::Selector& selector, bool is_permit,
                const Model& model) {
  const std::uint32_t kinds = MaskOf(selector.kinds());
  const std::size_t count = model.purposes.leaf_count();
  Bits purposes = selector.purposes().empty()
                      ? Bits(count, !is_permit)
                      : model.purposes.UnderAny(selector.purposes());
  purposes.Remove(model.purposes.UnderAny(selector.except_purposes()));
  Bits others(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    if (!selector.kinds().empty() && (model.purpose[i].kinds & kinds) == 0) {
      others.Set(i);
    }
  }
  purposes.Remove(others);
  return purposes;
}

Bits RecipientsOf(const v1::Selector& selector, const Model& model) {
  const std::uint32_t roles = MaskOf(selector.roles());
  const std::size_t count = model.recipients.leaf_count();
  Bits recipients = selector.recipients().empty()
                        ? Bits(count, true)
                        : model.recipients.UnderAny(selector.recipients());
  recipients.Remove(model.recipients.UnderAny(selector.except_recipients()));
  Bits others(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    const bool selected =
        selector.roles().empty() || ((roles >> model.recipient[i].role) & 1);
    if (!selected) others.Set(i);
  }
  recipients.Remove(others);
  return recipients;
}

Bits ActorsOf(const v1::Selector& selector, const Model& model) {
  const std::size_t count = model.actors.leaf_count();
  Bits actors = selector.actors().empty()
                    ? Bits(count, true)
                    : model.actors.UnderAny(selector.actors());
  Bits others(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    if (selector.by_humans() && !model.actor[i].human) others.Set(i);
  }
  actors.Remove(others);
  return actors;
}

Reach ResolveSelector(const v1::Selector& selector, bool is_permit,
                      const Model& model) {
  constexpr std::uint8_t kInside =
      (1u << static_cast<unsigned>(Operation::kStore)) |
      (1u << static_cast<unsigned>(Operation::kUse));
  constexpr std::uint8_t kOutside = 1u
                                    << static_cast<unsigned>(Operation::kShare);
  Reach reach;
  reach.operations =
      selector.operations().empty()
          ? kInside | kOutside
          : static_cast<std::uint8_t>(MaskOf(selector.operations()) &
                                      (kInside | kOutside));
  reach.needs_recipient =
      !selector.recipients().empty() || !selector.roles().empty();
  if (is_permit) {
    reach.operations &= reach.needs_recipient ? kOutside : kInside;
  }
  reach.categories = CategoriesOf(selector, is_permit, model);
  reach.purposes = PurposesOf(selector, is_permit, model);
  reach.recipients = RecipientsOf(selector, model);
  reach.actors = ActorsOf(selector, model);
  reach.regions =
      model.data_regions.ClassesOf(RegionCodes(selector, model.places));
  return reach;
}

// A condition, line by line.
class ConditionResolver {
 public:
  explicit ConditionResolver(Model* model) : model_(*model) {}

  Requirement Resolve(const v1::Condition& condition) {
    AddConsents(condition);
    AddObjections(condition);
    AddPerson(condition);
    AddFacts(condition);
    for (const std::string& notice : condition.notice()) {
      Add(Holds(About::kNotice, notice));
    }
    for (const std::string& event : condition.happened()) {
      Add(Holds(About::kEvent, EventId(event)));
    }
    for (const std::string& event : condition.not_happened()) {
      Add(Questions::Not(Holds(About::kEvent, EventId(event))));
    }
    if (condition.guardian_consent() != v1::Condition::ANSWER_UNSPECIFIED) {
      AddUnknown();  // not supported yet: cannot be known
    }
    return std::move(requirement_);
  }

 private:
  void Add(Test test) { requirement_.lines.push_back({{std::move(test)}}); }
  void AddUnknown() { requirement_.lines.emplace_back(); }

  Test Holds(About about, std::string_view name) {
    return model_.questions.Holds(model_.questions.Ask(about, name, {"yes"}));
  }
  std::string_view EventId(std::string_view name) const {
    const Names::Entry* entry = model_.events.Find(name);
    return entry == nullptr ? name : entry->id;
  }

  void AddConsents(const v1::Condition& condition) {
    for (const std::string& id : condition.consent()) {
      const auto leaves = model_.purposes.Under(id).Members();
      if (leaves.empty()) AddUnknown();
      for (const std::uint32_t leaf : leaves) {
        Add(Holds(About::kConsent, model_.purposes.LeafAt(leaf).id));
      }
    }
  }

  // An objection to a group covers what lies beneath, and to ask for one to a
  // group is to ask for any beneath.
  void AddObjections(const v1::Condition& condition) {
    if (condition.objection().empty()) return;
    Line line;
    for (const std::string& id : condition.objection()) {
      for (const Names::Entry& entry : model_.purposes.entries()) {
        if (!IdCovers(id, entry.id) && !IdCovers(entry.id, id)) continue;
        line.any.push_back(Holds(About::kObjection, entry.id));
      }
    }
    requirement_.lines.push_back(std::move(line));
  }

  void AddAnswer(v1::Condition::Answer answer, Question question) {
    if (answer == v1::Condition::ANSWER_UNSPECIFIED) return;
    Test test = model_.questions.Holds(question);
    const bool is_yes = answer == v1::Condition::YES;
    Add(is_yes ? std::move(test) : Questions::Not(std::move(test)));
  }

  void AddPerson(const v1::Condition& condition) {
    AddAnswer(condition.minor(), model_.minor);
    AddAnswer(condition.restricted(), model_.restricted);
    if (!condition.minor_groups().empty()) {
      Add(model_.questions.IsOneOf(
          model_.minor,
          {condition.minor_groups().begin(), condition.minor_groups().end()}));
    }
    if (!condition.subject_kinds().empty()) {
      Add(model_.questions.IsOneOf(model_.kind,
                                   {condition.subject_kinds().begin(),
                                    condition.subject_kinds().end()}));
    }
    if (!condition.subject_regions().empty()) {
      Add(SubjectLivesIn(model_.places.InsideAny(condition.subject_regions()),
                         model_));
    }
    if (!condition.except_subject_regions().empty()) {
      Add(Questions::Not(SubjectLivesIn(
          model_.places.InsideAny(condition.except_subject_regions()),
          model_)));
    }
  }

  void AddFacts(const v1::Condition& condition) {
    for (const v1::FactIs& is : condition.fact()) {
      const int question = model_.questions.Find(About::kFact, is.id());
      if (question < 0) {
        AddUnknown();
        continue;
      }
      std::vector<std::string> values(is.any_of().begin(), is.any_of().end());
      if (values.empty()) values = {"yes"};
      Add(model_.questions.IsOneOf(static_cast<Question>(question), values));
    }
  }

  Model& model_;
  Requirement requirement_;
};

template <typename Rule>
void ResolveConditions(const Rule& rule, Model* model, Requirement* when,
                       std::vector<Requirement>* unless) {
  *when = ConditionResolver(model).Resolve(rule.when());
  for (const v1::Condition& condition : rule.unless()) {
    unless->push_back(ConditionResolver(model).Resolve(condition));
  }
}

}  // namespace

PlaceSets CollectPlaceSets(const v1::Policy& policy, const Places& places) {
  PlaceSets sets;
  const auto add_condition = [&](const v1::Condition& condition) {
    sets.subject.push_back(places.InsideAny(condition.subject_regions()));
    sets.subject.push_back(
        places.InsideAny(condition.except_subject_regions()));
  };
  const auto add_conditions = [&](const auto& rule) {
    add_condition(rule.when());
    for (const v1::Condition& unless : rule.unless()) add_condition(unless);
  };
  for (const v1::Rule& rule : policy.rule()) {
    sets.data.push_back(RegionCodes(rule.permit(), places));
    sets.data.push_back(RegionCodes(rule.forbid(), places));
    sets.data.push_back(RegionCodes(rule.require(), places));
    add_conditions(rule);
  }
  for (const auto* list : {&policy.never(), &policy.always()}) {
    for (const v1::Invariant& invariant : *list) {
      sets.data.push_back(RegionCodes(invariant.over(), places));
      add_conditions(invariant);
    }
  }
  for (const v1::Actor& actor : policy.actor()) {
    sets.data.push_back(places.InsideAny(actor.regions()));
  }
  for (const v1::Residency& residency : policy.residency()) {
    sets.data.push_back(places.InsideAny(residency.regions()));
    sets.subject.push_back(places.InsideAny(residency.subject_regions()));
  }
  for (const v1::Retention& retention : policy.retention()) {
    sets.subject.push_back(places.InsideAny(retention.subject_regions()));
  }
  return sets;
}

Test SubjectLivesIn(const Bits& codes, const Model& model) {
  const Bits classes = model.subject_regions.ClassesOf(codes);
  const std::size_t answers = model.subject_regions.count() + 1;
  Test test{model.region, Bits(answers), Bits(answers)};
  for (std::uint32_t i = 0; i + 1 < answers; ++i) {
    (classes.Test(i) ? test.yes : test.no).Set(i + 1);
  }
  return test;
}

std::vector<Shape> ResolveShapes(
    const google::protobuf::RepeatedPtrField<v1::Transform>& transforms,
    const Bits& all, Model* model) {
  std::vector<Shape> shapes;
  for (const v1::Transform& transform : transforms) {
    const Form form = model->forms->Intern(transform);
    if (transform.categories().empty()) shapes.push_back({all, 0, form});
    for (const std::string& id : transform.categories()) {
      shapes.push_back(
          {model->categories.Under(id), id == "*" ? 0 : id.size(), form});
    }
  }
  return shapes;
}

void ResolveRules(Model* model) {
  const v1::Policy& policy = *model->policy;
  for (int i = 0; i < policy.rule_size(); ++i) {
    const v1::Rule& rule = policy.rule(i);
    RuleInfo info;
    info.name = rule.name();
    info.path = {{v1::Policy::kRuleFieldNumber, i}};
    info.basis = rule.basis();
    if (rule.has_permit()) {
      info.effect = Effect::kPermit;
      info.reach = ResolveSelector(rule.permit(), true, *model);
    } else if (rule.has_require()) {
      info.effect = Effect::kRequire;
      info.reach = ResolveSelector(rule.require(), false, *model);
    } else if (rule.has_forbid()) {
      info.effect = Effect::kForbid;
      info.reach = ResolveSelector(rule.forbid(), false, *model);
    } else {
      continue;  // no effect: the check refuses it
    }
    ResolveConditions(rule, model, &info.when, &info.unless);
    info.shapes = ResolveShapes(rule.transform(), info.reach.categories, model);
    model->rules.push_back(std::move(info));
  }
  model->rules_of.resize(model->category_count());
  for (std::uint32_t i = 0; i < model->rules.size(); ++i) {
    for (const std::uint32_t c : model->rules[i].reach.categories.Members()) {
      model->rules_of[c].push_back(i);
    }
  }
}

void ResolveResidencies(Model* model) {
  model->residencies_of.resize(model->category_count());
  for (const v1::Residency& residency : model->policy->residency()) {
    ResidencyInfo info;
    info.categories = model->categories.UnderAny(residency.categories());
    info.regions = model->data_regions.ClassesOf(
        model->places.InsideAny(residency.regions()));
    if (!residency.subject_regions().empty()) {
      info.subject.push_back({{SubjectLivesIn(
          model->places.InsideAny(residency.subject_regions()), *model)}});
    }
    const auto index = static_cast<std::uint32_t>(model->residencies.size());
    for (const std::uint32_t c : info.categories.Members()) {
      model->residencies_of[c].push_back(index);
    }
    model->residencies.push_back(std::move(info));
  }
}

void ResolveInvariants(Model* model) {
  const v1::Policy& policy = *model->policy;
  const auto add = [model](const v1::Invariant& invariant, FieldStep step,
                           InvariantInfo::Kind kind) {
    InvariantInfo info;
    info.kind = kind;
    info.name = invariant.name();
    info.path = {step};
    info.reach = ResolveSelector(invariant.over(), false, *model);
    ResolveConditions(invariant, model, &info.when, &info.unless);
    info.unless_transformed = ResolveShapes(invariant.unless_transformed(),
                                            info.reach.categories, model);
    model->invariants.push_back(std::move(info));
  };
  for (int i = 0; i < policy.never_size(); ++i) {
    add(policy.never(i), {v1::Policy::kNeverFieldNumber, i},
        InvariantInfo::kNever);
  }
  for (int i = 0; i < policy.always_size(); ++i) {
    add(policy.always(i), {v1::Policy::kAlwaysFieldNumber, i},
        InvariantInfo::kAlways);
  }
  for (int i = 0; i < policy.only_size(); ++i) {
    // "These and no others": nothing but these is ever permitted.
    v1::Invariant others;
    others.set_name(policy.only(i).name());
    *others.mutable_over()->mutable_purposes() = policy.only(i).purposes();
    *others.mutable_over()->mutable_recipients() = policy.only(i).recipients();
    *others.mutable_over()->mutable_except_categories() =
        policy.only(i).categories();
    add(others, {v1::Policy::kOnlyFieldNumber, i}, InvariantInfo::kOnly);
    // The model's names must not point into what ends here.
    model->invariants.back().name = policy.only(i).name();
  }
}

}  // namespace privet::policy
