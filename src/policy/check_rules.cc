// SPDX-License-Identifier: Apache-2.0
//
// Rules and invariants: what they select, when they hold, the forms they ask.

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "policy/checking.h"
#include "policy/nearest.h"
#include "policy/text.h"
#include "transform/validate.h"

namespace privet::policy {
namespace {

using v1::Condition;
using v1::Invariant;
using v1::Policy;
using v1::Rule;
using v1::Selector;
using v1::Transform;

// A permit says its categories and purposes, and where the data goes.
void CheckPermit(Checking* checking, const Selector& permit,
                 const FieldPath& path) {
  if (permit.categories_size() == 0 && permit.flags_size() == 0) {
    checking->Error(path, "the permit names no category",
                    "write `categories: [\"…\"]`, or \"*\" for all");
  }
  if (permit.purposes_size() == 0) {
    checking->Error(path, "the permit names no purpose",
                    "write `purposes: [\"…\"]`, or \"*\" for all");
  }
  const bool shares = permit.recipients_size() > 0 || permit.roles_size() > 0;
  for (int i = 0; i < permit.operations_size(); ++i) {
    const int operation = permit.operations(i);
    const FieldPath at = Below(path, {Selector::kOperationsFieldNumber, i});
    if (shares &&
        (operation == Selector::STORE || operation == Selector::USE)) {
      checking->Error(at, "a permit with recipients or roles is for SHARE only",
                      "write another permit for use inside");
    } else if (!shares && operation == Selector::SHARE) {
      checking->Error(at, "a permit for SHARE names nobody who gets the data",
                      "write `recipients: [\"…\"]` or `roles`");
    }
  }
  if (!shares && permit.except_recipients_size() > 0) {
    checking->Error(Below(path, {Selector::kExceptRecipientsFieldNumber, 0}),
                    "the permit excepts recipients, and names none",
                    "write `recipients: [\"*\"]` beside it, or remove it");
  }
}

void CheckEffect(Checking* checking, const Rule& rule, const FieldPath& block) {
  const auto path = [&](int field) { return Below(block, field); };
  const FieldPath transform = Below(block, {Rule::kTransformFieldNumber, 0});
  switch (rule.effect_case()) {
    case Rule::kPermit:
      CheckPermit(checking, rule.permit(), path(Rule::kPermitFieldNumber));
      CheckSelector(checking, rule.permit(), path(Rule::kPermitFieldNumber));
      break;
    case Rule::kForbid:
      CheckSelector(checking, rule.forbid(), path(Rule::kForbidFieldNumber));
      if (rule.transform_size() > 0) {
        checking->Error(transform, "a `forbid` has a transform",
                        "write `require` to let data pass in this form only");
      }
      break;
    case Rule::kRequire:
      CheckSelector(checking, rule.require(), path(Rule::kRequireFieldNumber));
      if (rule.transform_size() == 0) {
        checking->Error(path(Rule::kRequireFieldNumber),
                        "a `require` says no form",
                        "write a `transform` beside it");
      }
      break;
    case Rule::EFFECT_NOT_SET:
      checking->Error(
          block, absl::StrCat("rule ", Quoted(rule.name()), " has no effect"),
          "write one of `permit`, `forbid` and `require`");
      break;
  }
  if (rule.basis() != v1::Basis::BASIS_UNSPECIFIED && !rule.has_permit()) {
    checking->Error(path(Rule::kBasisFieldNumber),
                    "only a `permit` rests on a basis", "remove it");
  }
}

// `when`, and each `unless`, of a rule or an invariant.
template <typename Block>
void CheckConditions(Checking* checking, const Block& block,
                     const FieldPath& path) {
  if (block.has_when()) {
    CheckCondition(checking, block.when(),
                   Below(path, Block::kWhenFieldNumber));
  }
  for (int i = 0; i < block.unless_size(); ++i) {
    CheckCondition(checking, block.unless(i),
                   Below(path, {Block::kUnlessFieldNumber, i}));
  }
}

// Whether no request that lacks a recipient is among those selected.
bool OnlyShares(const Selector& selector) {
  if (selector.recipients_size() > 0 || selector.roles_size() > 0) return true;
  return selector.operations_size() > 0 &&
         std::all_of(
             selector.operations().begin(), selector.operations().end(),
             [](int operation) { return operation == Selector::SHARE; });
}

// Pseudonyms are made for a recipient: where there is none they never can be.
void CheckPseudonyms(Checking* checking, const Rule& rule, int i) {
  const Selector& selector = rule.has_permit() ? rule.permit() : rule.require();
  if (rule.has_forbid() || OnlyShares(selector)) return;
  for (int j = 0; j < rule.transform_size(); ++j) {
    if (!HasPseudonym(rule.transform(j))) continue;
    checking->Error(
        {{Policy::kRuleFieldNumber, i}, {Rule::kTransformFieldNumber, j}},
        absl::StrCat("rule ", Quoted(rule.name()),
                     " asks for a pseudonym where nobody receives the data, "
                     "and it is made for a recipient"),
        rule.has_permit()
            ? "write `recipients: [\"…\"]` or `roles`, or another form"
            : "write `recipients: [\"…\"]`, `roles` or `operations: SHARE`, or "
              "another form");
  }
}

void CheckRule(Checking* checking, int i) {
  const Rule& rule = checking->policy().rule(i);
  const FieldPath block{{Policy::kRuleFieldNumber, i}};
  CheckEffect(checking, rule, block);
  CheckConditions(checking, rule, block);
  CheckPseudonyms(checking, rule, i);
  for (int j = 0; j < rule.transform_size(); ++j) {
    CheckTransform(checking, rule.transform(j),
                   Below(block, {Rule::kTransformFieldNumber, j}));
  }
}

template <typename Invariants>
void CheckInvariants(Checking* checking, const Invariants& invariants,
                     int field, bool is_never) {
  for (int i = 0; i < invariants.size(); ++i) {
    const Invariant& invariant = invariants.Get(i);
    const FieldPath block{{field, i}};
    if (!invariant.has_over()) {
      checking->Error(
          block,
          absl::StrCat(Quoted(invariant.name()), " does not say over what"),
          "write `over { … }`; `over {}` is every request");
    }
    CheckSelector(checking, invariant.over(),
                  Below(block, Invariant::kOverFieldNumber));
    CheckConditions(checking, invariant, block);
    for (int j = 0; j < invariant.unless_transformed_size(); ++j) {
      const FieldPath path =
          Below(block, {Invariant::kUnlessTransformedFieldNumber, j});
      CheckTransform(checking, invariant.unless_transformed(j), path);
      if (!is_never) {
        checking->Error(path, "only a `never` has `unless_transformed`",
                        "remove it");
      }
    }
  }
}

bool HasKeyedForm(const Transform& transform) {
  for (const Transform& step : transform.chain().step()) {
    if (HasKeyedForm(step)) return true;
  }
  return transform.has_keyed_hash() || transform.has_pseudonym() ||
         transform.has_token();
}

bool IsDeidentified(const Checking& checking, std::string_view id) {
  while (true) {
    const int index = checking.Find(Kind::kCategory, id);
    if (index >= 0) {
      for (const int flag : checking.policy().category(index).flags()) {
        if (flag == v1::Category::DEIDENTIFIED) return true;
      }
    }
    const std::size_t dot = id.rfind('.');
    if (dot == std::string_view::npos) return false;
    id = id.substr(0, dot);
  }
}

}  // namespace

bool HasPseudonym(const Transform& transform) {
  const auto& steps = transform.chain().step();
  return transform.has_pseudonym() ||
         std::any_of(steps.begin(), steps.end(), HasPseudonym);
}

void CheckSelector(Checking* checking, const Selector& selector,
                   const FieldPath& path) {
  const auto refer = [&](Kind kind, const auto& ids, int field, Star star) {
    checking->ReferAll(kind, ids, Below(path, field), star);
  };
  refer(Kind::kCategory, selector.categories(),
        Selector::kCategoriesFieldNumber, Star::kAllowed);
  refer(Kind::kCategory, selector.except_categories(),
        Selector::kExceptCategoriesFieldNumber, Star::kNo);
  refer(Kind::kPurpose, selector.purposes(), Selector::kPurposesFieldNumber,
        Star::kAllowed);
  refer(Kind::kPurpose, selector.except_purposes(),
        Selector::kExceptPurposesFieldNumber, Star::kNo);
  refer(Kind::kRecipient, selector.recipients(),
        Selector::kRecipientsFieldNumber, Star::kAllowed);
  refer(Kind::kRecipient, selector.except_recipients(),
        Selector::kExceptRecipientsFieldNumber, Star::kNo);
  refer(Kind::kActor, selector.actors(), Selector::kActorsFieldNumber,
        Star::kAllowed);
  refer(Kind::kRegion, selector.regions(), Selector::kRegionsFieldNumber,
        Star::kAllowed);
  refer(Kind::kRegion, selector.except_regions(),
        Selector::kExceptRegionsFieldNumber, Star::kNo);
}

void CheckFact(Checking* checking, const v1::FactIs& fact,
               const FieldPath& path) {
  const FieldPath id = Below(path, v1::FactIs::kIdFieldNumber);
  if (fact.id().empty()) {
    checking->Error(id, "a condition on a fact does not say which",
                    "write `fact { id: \"…\" }`");
    return;
  }
  if (!checking->Refer(Kind::kFact, fact.id(), id)) return;
  const v1::Fact& declared =
      checking->policy().fact(checking->Find(Kind::kFact, fact.id()));
  std::vector<std::string_view> values(declared.values().begin(),
                                       declared.values().end());
  if (values.empty()) values = {"yes", "no"};
  for (int i = 0; i < fact.any_of_size(); ++i) {
    const std::string_view value = fact.any_of(i);
    if (std::find(values.begin(), values.end(), value) != values.end()) {
      continue;
    }
    const std::string hint = DidYouMean(value, values);
    checking->Error(
        Below(path, {v1::FactIs::kAnyOfFieldNumber, i}),
        absl::StrCat(Quoted(value), " is no value of the fact ",
                     Quoted(fact.id())),
        hint.empty()
            ? absl::StrCat("it has ", List(std::vector<std::string>(
                                          values.begin(), values.end())))
            : hint);
  }
  const bool says_yes =
      std::find(values.begin(), values.end(), "yes") != values.end();
  if (fact.any_of_size() == 0 && !says_yes) {
    checking->Error(
        path,
        absl::StrCat("the fact ", Quoted(fact.id()), " has no value `yes`"),
        "write `any_of` with the values that count");
  }
}

void CheckCondition(Checking* checking, const Condition& condition,
                    const FieldPath& path) {
  const auto refer = [&](Kind kind, const auto& ids, int field,
                         Group group = Group::kAllowed) {
    checking->ReferAll(kind, ids, Below(path, field), Star::kNo, group);
  };
  refer(Kind::kPurpose, condition.consent(), Condition::kConsentFieldNumber,
        Group::kNo);
  refer(Kind::kPurpose, condition.objection(),
        Condition::kObjectionFieldNumber);
  refer(Kind::kMinors, condition.minor_groups(),
        Condition::kMinorGroupsFieldNumber);
  refer(Kind::kSubjectKind, condition.subject_kinds(),
        Condition::kSubjectKindsFieldNumber);
  refer(Kind::kRegion, condition.subject_regions(),
        Condition::kSubjectRegionsFieldNumber);
  refer(Kind::kRegion, condition.except_subject_regions(),
        Condition::kExceptSubjectRegionsFieldNumber);
  refer(Kind::kEvent, condition.happened(), Condition::kHappenedFieldNumber);
  refer(Kind::kEvent, condition.not_happened(),
        Condition::kNotHappenedFieldNumber);
  for (int i = 0; i < condition.fact_size(); ++i) {
    CheckFact(checking, condition.fact(i),
              Below(path, {Condition::kFactFieldNumber, i}));
  }
  if (condition.guardian_consent() != Condition::ANSWER_UNSPECIFIED) {
    checking->NotSupported(Below(path, Condition::kGuardianConsentFieldNumber),
                           "`guardian_consent`",
                           "lift the restriction when a guardian consents");
  }
  if (condition.minor() == Condition::NO && condition.minor_groups_size() > 0) {
    checking->Error(Below(path, {Condition::kMinorGroupsFieldNumber, 0}),
                    "the condition asks for an adult who is in an age group",
                    "remove `minor: NO`, or the groups");
  }
}

void CheckTransform(Checking* checking, const Transform& transform,
                    const FieldPath& path, Becomes may_become) {
  checking->ReferAll(Kind::kCategory, transform.categories(),
                     Below(path, Transform::kCategoriesFieldNumber),
                     Star::kAllowed);
  const absl::Status valid = transform::Validate(transform);
  if (!valid.ok()) {
    // The texts are `what; remedy`, as ours.
    const std::string text(valid.message());
    const std::size_t cut = text.find("; ");
    const int how = static_cast<int>(transform.how_case());
    checking->Error(how == 0 ? path : Below(path, how), text.substr(0, cut),
                    cut == std::string::npos ? "" : text.substr(cut + 2));
  }
  if (transform.becomes().empty()) return;
  const FieldPath becomes = Below(path, Transform::kBecomesFieldNumber);
  if (may_become == Becomes::kNo) {
    checking->NotSupported(becomes, "`becomes` outside of a residue",
                           "remove it: the result is of its field's category");
    return;
  }
  if (!checking->Refer(Kind::kCategory, transform.becomes(), becomes,
                       Group::kNo)) {
    return;
  }
  if (HasKeyedForm(transform) &&
      IsDeidentified(*checking, transform.becomes())) {
    checking->Error(becomes,
                    absl::StrCat("a keyed hash, pseudonym or token never "
                                 "becomes DEIDENTIFIED, as ",
                                 Quoted(transform.becomes()), " is"),
                    "name a category that is still about a person");
  }
}

void CheckRules(Checking* checking) {
  const Policy& policy = checking->policy();
  for (int i = 0; i < policy.rule_size(); ++i) CheckRule(checking, i);
  CheckInvariants(checking, policy.never(), Policy::kNeverFieldNumber, true);
  CheckInvariants(checking, policy.always(), Policy::kAlwaysFieldNumber, false);
}

}  // namespace privet::policy
