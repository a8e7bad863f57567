// SPDX-License-Identifier: Apache-2.0

#include "policy/model.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "policy/resolve.h"
#include "policy/text.h"

namespace privet::policy {
namespace {

template <typename Declared>
void AddNames(const Declared& declared, Names* names) {
  for (const auto& one : declared) names->Add(one.id(), one.was());
  names->Finish();
}

void AddAllNames(const v1::Policy& policy, Model* model) {
  AddNames(policy.category(), &model->categories);
  AddNames(policy.purpose(), &model->purposes);
  AddNames(policy.recipient(), &model->recipients);
  AddNames(policy.event(), &model->events);
  AddNames(policy.obligation(), &model->obligations);
  AddNames(policy.retention(), &model->retentions);
  for (const v1::Actor& actor : policy.actor()) {
    model->actors.Add(actor.id(), std::vector<std::string>());
  }
  model->actors.Finish();
  for (const v1::Record& record : policy.record()) {
    model->records.Add(record.type(), record.was());
  }
  model->records.Finish();
}

void AddPlaces(Model* model) {
  PlaceSets sets = CollectPlaceSets(*model->policy, model->places);
  model->data_regions = Partition(model->places.size(), std::move(sets.data));
  model->subject_regions =
      Partition(model->places.size(), std::move(sets.subject));
}

void AddQuestions(const v1::Policy& policy, Model* model) {
  Questions& questions = model->questions;
  model->restricted = questions.Ask(About::kRestricted, "", {"yes"});
  std::vector<std::string> groups = {""};
  for (const v1::Minors& minors : policy.minors())
    groups.push_back(minors.id());
  model->minor = questions.Ask(About::kMinor, "", std::move(groups));
  std::vector<std::string> kinds;
  for (const v1::SubjectKind& kind : policy.subject_kind()) {
    kinds.push_back(kind.id());
  }
  model->kind = questions.Ask(About::kKind, "", std::move(kinds));
  std::vector<std::string> regions;
  for (std::uint32_t i = 0; i < model->subject_regions.count(); ++i) {
    regions.emplace_back(
        model->places.NameOf(model->subject_regions.MemberOf(i)));
  }
  model->region =
      questions.Ask(About::kRegion, "", std::move(regions), true, true);
  model->has_case = questions.Ask(About::kCase, "", {"yes"}, false);
  model->listed = questions.Ask(About::kListed, "", {"yes"}, false);
  for (const v1::Fact& fact : policy.fact()) {
    std::vector<std::string> values(fact.values().begin(), fact.values().end());
    if (values.empty()) values = {"yes", "no"};
    questions.Ask(About::kFact, fact.id(), std::move(values),
                  fact.about() == v1::Fact::SUBJECT, true);
  }
}

void AddCategories(const v1::Policy& policy, Model* model) {
  const auto flags_of = [&](const Names::Entry& entry) {
    return MaskOf(policy.category(static_cast<int>(entry.declared)).flags());
  };
  for (std::uint32_t i = 0; i < model->categories.leaf_count(); ++i) {
    const Names::Entry& leaf = model->categories.LeafAt(i);
    std::uint32_t flags = flags_of(leaf);
    for (const std::uint32_t group : leaf.up) {
      flags |= flags_of(model->categories.entries()[group]);
    }
    model->category_flags.push_back(flags);
  }
}

// Returns what the policy declares of a leaf and of the groups around it: the
// leaf first, then from the inside out.
template <typename Declared>
std::vector<const Declared*> Upwards(
    const Names& names, std::uint32_t leaf,
    const google::protobuf::RepeatedPtrField<Declared>& declared) {
  const Names::Entry& entry = names.LeafAt(leaf);
  std::vector<const Declared*> all = {
      &declared.Get(static_cast<int>(entry.declared))};
  for (auto group = entry.up.rbegin(); group != entry.up.rend(); ++group) {
    all.push_back(
        &declared.Get(static_cast<int>(names.entries()[*group].declared)));
  }
  return all;
}

// The kinds that GDPR art. 18(2) names.
constexpr std::uint32_t kLawfulWhileRestricted =
    (1u << v1::Purpose::LEGAL_CLAIMS) | (1u << v1::Purpose::PROTECT_OTHERS) |
    (1u << v1::Purpose::IMPORTANT_PUBLIC_INTEREST);

void AddPurpose(const v1::Policy& policy, std::uint32_t leaf, Model* model) {
  const auto upwards = Upwards(model->purposes, leaf, policy.purpose());
  const v1::Purpose& own = *upwards.front();
  const Names::Entry& entry = model->purposes.LeafAt(leaf);
  PurposeInfo info;
  for (const v1::Purpose* purpose : upwards) {
    if (info.basis == v1::Basis::BASIS_UNSPECIFIED) {
      info.basis = purpose->basis();
    }
    info.kinds |= MaskOf(purpose->kinds());
    info.objectable |= purpose->objectable();
    if (info.obligation.empty()) {
      const Names::Entry* duty = model->obligations.Find(purpose->obligation());
      if (duty != nullptr) info.obligation = duty->oldest;
    }
  }
  info.goes_on_while_restricted =
      own.while_restricted() && (info.kinds & kLawfulWhileRestricted) != 0;
  const auto ask_consent = [&](std::string_view id) {
    info.consents.push_back(model->questions.Ask(About::kConsent, id, {"yes"}));
  };
  ask_consent(entry.id);
  const Names::Entry* with = model->purposes.Find(own.consent_with());
  if (with != nullptr && with->leaf != Names::kNone) ask_consent(with->id);
  for (const std::uint32_t group : entry.up) {
    info.objections.push_back(model->questions.Ask(
        About::kObjection, model->purposes.entries()[group].id, {"yes"}));
  }
  info.objections.push_back(
      model->questions.Ask(About::kObjection, entry.id, {"yes"}));
  model->purpose.push_back(std::move(info));
}

void AddActor(const v1::Policy& policy, std::uint32_t leaf, Model* model) {
  const auto upwards = Upwards(model->actors, leaf, policy.actor());
  const v1::Actor& own = *upwards.front();
  ActorInfo info;
  info.purposes = model->purposes.UnderAny(own.purposes());
  info.stores.assign(own.stores().begin(), own.stores().end());
  info.regions = own.regions().empty()
                     ? Bits(model->data_regions.count(), true)
                     : model->data_regions.ClassesOf(
                           model->places.InsideAny(own.regions()));
  for (const v1::Actor* actor : upwards) info.human |= actor->human();
  model->actor.push_back(std::move(info));
}

// Reads the days of an agreement: open where one is absent; none at all where
// one is no date.
void AddAgreement(const v1::Agreement& agreement, RecipientInfo* info) {
  info->starts = absl::CivilDay(1, 1, 1);
  info->ends = absl::CivilDay(9999, 12, 31);
  info->has_agreement =
      (agreement.starts().empty() ||
       absl::ParseCivilTime(agreement.starts(), &info->starts)) &&
      (agreement.ends().empty() ||
       absl::ParseCivilTime(agreement.ends(), &info->ends));
}

// Adds the places of a recipient and of those that it passes data on to.
void AddRegionsOf(const v1::Policy& policy, const Names::Entry& entry,
                  const Model& model, Bits* seen, Bits* codes) {
  const auto index =
      static_cast<std::uint32_t>(&entry - model.recipients.entries().data());
  if (seen->Test(index)) return;
  seen->Set(index);
  const v1::Recipient& recipient =
      policy.recipient(static_cast<int>(entry.declared));
  // Without regions it may be anywhere: all of them must be permitted.
  codes->Add(recipient.regions().empty()
                 ? Bits(model.places.size(), true)
                 : model.places.InsideAny(recipient.regions()));
  for (const std::string& via : recipient.via()) {
    const Names::Entry* next = model.recipients.Find(via);
    if (next != nullptr) AddRegionsOf(policy, *next, model, seen, codes);
  }
}

Question GateQuestion(v1::Recipient::Role role, std::string_view id,
                      Questions* questions) {
  switch (role) {
    case v1::Recipient::SUCCESSOR:
      return questions->Ask(About::kNotice,
                            absl::StrCat("successor:", View(id)), {"yes"});
    case v1::Recipient::DIRECTED:
      return questions->Ask(About::kInstructed, id, {"yes"});
    case v1::Recipient::PROCESSOR:
    case v1::Recipient::JOINT_CONTROLLER:
      return questions->Ask(About::kAgreement, id, {"yes"}, false);
    default:
      return 0;
  }
}

void AddRecipient(const v1::Policy& policy, std::uint32_t leaf, Model* model) {
  const auto upwards = Upwards(model->recipients, leaf, policy.recipient());
  const v1::Recipient& own = *upwards.front();
  RecipientInfo info;
  info.purposes = model->purposes.UnderAny(own.purposes());
  const Bits all(model->category_count(), true);
  info.categories = all;
  for (const v1::Recipient* recipient : upwards) {
    if (info.role == v1::Recipient::ROLE_UNSPECIFIED) {
      info.role = recipient->role();
    }
    if (!recipient->categories().empty()) {
      info.categories.Intersect(
          model->categories.UnderAny(recipient->categories()));
    }
    if (!recipient->transform().empty()) {
      info.shapes.push_back(ResolveShapes(recipient->transform(), all, model));
    }
  }
  if (own.has_agreement()) AddAgreement(own.agreement(), &info);
  Bits seen(model->recipients.entries().size());
  Bits codes(model->places.size());
  AddRegionsOf(policy, model->recipients.LeafAt(leaf), *model, &seen, &codes);
  info.regions = model->data_regions.ClassesOf(codes);
  info.question = GateQuestion(info.role, own.id(), &model->questions);
  model->recipient.push_back(std::move(info));
}

void ClassifyActors(Model* model) {
  using Selected = std::pair<std::vector<std::uint32_t>, Bits>;  // by; where
  std::map<Selected, std::uint32_t> classes;
  for (std::uint32_t actor = 0; actor < model->actor.size(); ++actor) {
    std::vector<std::uint32_t> by;
    for (std::uint32_t i = 0; i < model->rules.size(); ++i) {
      if (model->rules[i].reach.actors.Test(actor)) by.push_back(i);
    }
    by.push_back(Names::kNone);
    for (std::uint32_t i = 0; i < model->invariants.size(); ++i) {
      if (model->invariants[i].reach.actors.Test(actor)) by.push_back(i);
    }
    const auto next = static_cast<std::uint32_t>(classes.size());
    model->actor_class.push_back(
        classes
            .emplace(Selected(std::move(by), model->actor[actor].regions), next)
            .first->second);
  }
  model->actor_class_count = static_cast<std::uint32_t>(classes.size());
}

}  // namespace

Model::Model(std::shared_ptr<const v1::Policy> the_policy,
             const Limits& the_limits)
    : policy(std::move(the_policy)),
      limits(the_limits),
      places(*policy),
      forms(std::make_unique<Forms>()) {
  AddAllNames(*policy, this);
  AddPlaces(this);
  AddQuestions(*policy, this);
  AddCategories(*policy, this);
  for (std::uint32_t i = 0; i < purposes.leaf_count(); ++i) {
    AddPurpose(*policy, i, this);
  }
  for (std::uint32_t i = 0; i < actors.leaf_count(); ++i) {
    AddActor(*policy, i, this);
  }
  for (std::uint32_t i = 0; i < recipients.leaf_count(); ++i) {
    AddRecipient(*policy, i, this);
  }
  ResolveRules(this);
  ResolveResidencies(this);
  ResolveInvariants(this);
  ClassifyActors(this);
}

Forms::Set FormsOf(const std::vector<Shape>& shapes, Category category,
                   Forms* forms) {
  std::size_t most = 0;
  bool covered = false;
  for (const Shape& shape : shapes) {
    if (!shape.categories.Test(category)) continue;
    covered = true;
    most = std::max(most, shape.specificity);
  }
  Forms::Set set = Forms::kNothing;
  if (!covered) return set;
  for (const Shape& shape : shapes) {
    if (shape.specificity == most && shape.categories.Test(category)) {
      set = forms->Strongest(set, forms->Only(shape.form));
    }
  }
  return set;
}

}  // namespace privet::policy
