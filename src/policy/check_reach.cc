// SPDX-License-Identifier: Apache-2.0
//
// Permits that can never act, which would be a silent no at run time; and what
// no permit may reach.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "policy/checking.h"
#include "policy/model.h"
#include "policy/text.h"

namespace privet::policy {
namespace {

using v1::Basis;
using v1::Policy;
using v1::Purpose;
using v1::Selector;

// One permit, resolved.
class PermitCheck {
 public:
  PermitCheck(Checking* checking, const Model& model, std::size_t index)
      : checking_(checking),
        model_(model),
        info_(model.rules[index]),
        rule_(checking->policy().rule(info_.path[0].index)),
        permit_(rule_.permit()),
        path_(Below(info_.path, v1::Rule::kPermitFieldNumber)) {}

  void Run() {
    if (info_.reach.categories.Empty()) {
      checking_->Error(path_, "the permit selects no category",
                       "correct its flags and exceptions, or remove it");
    }
    for (int i = 0; i < permit_.purposes_size(); ++i) {
      CheckPurpose(permit_.purposes(i),
                   Below(path_, {Selector::kPurposesFieldNumber, i}));
    }
    for (int i = 0; i < permit_.recipients_size(); ++i) {
      CheckRecipient(permit_.recipients(i),
                     Below(path_, {Selector::kRecipientsFieldNumber, i}));
    }
    for (int i = 0; i < permit_.roles_size(); ++i) {
      CheckRole(permit_.roles(i),
                Below(path_, {Selector::kRolesFieldNumber, i}));
    }
  }

 private:
  // The purposes that the permit reaches by one id of its list.
  Bits PurposesBy(std::string_view id) const {
    Bits purposes = model_.purposes.Under(id);
    purposes.Intersect(info_.reach.purposes);
    return purposes;
  }

  bool IsClaimable(const Bits& purposes) const {
    for (const std::uint32_t actor : info_.reach.actors.Members()) {
      if (model_.actor[actor].purposes.Intersects(purposes)) return true;
    }
    return false;
  }

  std::string NameOf(std::uint32_t purpose) const {
    return absl::StrCat("purpose ", Quoted(model_.purposes.LeafAt(purpose).id));
  }

  void CheckPurpose(std::string_view id, const FieldPath& path) {
    const Bits purposes = PurposesBy(id);
    if (purposes.Empty()) {
      checking_->Error(
          path, absl::StrCat("the permit selects no purpose by ", Quoted(id)),
          "correct its kinds and exceptions, or remove it");
      return;
    }
    if (!IsClaimable(purposes)) {
      const bool any_actor = permit_.actors_size() == 0 && !permit_.by_humans();
      checking_->Error(
          path,
          absl::StrCat("the permit can never act: no actor",
                       any_actor ? "" : " that it names", " may claim ",
                       id == "*" ? std::string("any purpose")
                                 : absl::StrCat("purpose ", Quoted(id))),
          "add it to `purposes` of an actor, or remove the permit");
    }
    for (const std::uint32_t purpose : purposes.Members()) {
      CheckLeaf(id, purpose, path);
    }
  }

  void CheckLeaf(std::string_view id, std::uint32_t purpose,
                 const FieldPath& path) {
    const PurposeInfo& info = model_.purpose[purpose];
    const bool has_rule_basis = rule_.basis() != Basis::BASIS_UNSPECIFIED;
    const Basis::Kind basis = has_rule_basis ? rule_.basis() : info.basis;
    Bits only(model_.purposes.leaf_count());
    only.Set(purpose);
    // "*" is everything that an actor may ask for, and not a word about sale.
    if (info.Is(Purpose::SALE) && (id != "*" || IsClaimable(only))) {
      checking_->Error(path,
                       absl::StrCat("the permit reaches ", NameOf(purpose),
                                    " of kind SALE, which nothing may permit"),
                       "remove it, or except the purpose");
      return;
    }
    if (basis == Basis::BASIS_UNSPECIFIED && IsClaimable(only)) {
      checking_->Error(path, absl::StrCat(NameOf(purpose), " has no basis"),
                       "write `basis: CONTRACT`, or what it rests on, there or "
                       "in the rule");
    }
    if (has_rule_basis && info.Is(Purpose::AUTOMATED_DECISION) &&
        basis != Basis::CONTRACT && basis != Basis::LEGAL_OBLIGATION &&
        basis != Basis::EXPLICIT_CONSENT) {
      checking_->Error(
          Below(info_.path, v1::Rule::kBasisFieldNumber),
          absl::StrCat(NameOf(purpose),
                       " of kind AUTOMATED_DECISION may not rest on ",
                       Quoted(std::string(Basis::Kind_Name(basis)))),
          "GDPR art. 22 asks for CONTRACT, LEGAL_OBLIGATION or "
          "EXPLICIT_CONSENT");
    }
  }

  // Whether one of `recipients` may get something of what the permit says for
  // `purposes`; with `categories`, also by its ceiling of these.
  bool MayGet(const Bits& recipients, const Bits& purposes,
              bool categories) const {
    for (const std::uint32_t recipient : recipients.Members()) {
      const RecipientInfo& info = model_.recipient[recipient];
      if (!info.purposes.Intersects(purposes)) continue;
      if (!categories || SharesAny(info)) return true;
    }
    return false;
  }

  bool SharesAny(const RecipientInfo& recipient) const {
    Bits shared = info_.reach.categories;
    shared.Intersect(recipient.categories);
    for (const std::uint32_t category : shared.Members()) {
      if (!model_.HasFlag(category, v1::Category::CREDENTIAL)) return true;
    }
    return false;
  }

  void CheckRecipient(const std::string& id, const FieldPath& path) {
    Bits recipients = model_.recipients.Under(id);
    recipients.Intersect(info_.reach.recipients);
    if (recipients.Empty()) {
      checking_->Error(
          path, absl::StrCat("the permit selects no recipient by ", Quoted(id)),
          "correct its roles and exceptions, or remove it");
      return;
    }
    // Each purpose that is named beside it, on its own.
    for (const std::string& purpose : permit_.purposes()) {
      const Bits purposes = PurposesBy(purpose);
      if (purposes.Empty() || MayGet(recipients, purposes, false)) continue;
      checking_->Error(
          path,
          absl::StrCat("recipient ", Quoted(id), " may get nothing for ",
                       Quoted(purpose), ": its ceiling leaves it out"),
          "add the purpose to `purposes` of the recipient, or write a permit "
          "for each");
      return;
    }
    if (info_.reach.purposes.Empty() || info_.reach.categories.Empty()) return;
    if (!MayGet(recipients, info_.reach.purposes, true)) {
      checking_->Error(
          path,
          absl::StrCat("recipient ", Quoted(id),
                       " may get no category of the permit: its ceiling leaves "
                       "them out, or they are credentials"),
          "add one to `categories` of the recipient, or remove the permit");
    }
  }

  void CheckRole(int role, const FieldPath& path) {
    const std::string name(
        v1::Recipient::Role_Name(static_cast<v1::Recipient::Role>(role)));
    Bits recipients(model_.recipients.leaf_count());
    for (const std::uint32_t i : info_.reach.recipients.Members()) {
      if (model_.recipient[i].role == role) recipients.Set(i);
    }
    if (recipients.Empty()) {
      checking_->Error(path,
                       absl::StrCat("no recipient that the permit selects has "
                                    "the role ",
                                    name),
                       "declare one, or remove the role");
    } else if (!info_.reach.purposes.Empty() &&
               !info_.reach.categories.Empty() &&
               !MayGet(recipients, info_.reach.purposes, true)) {
      checking_->Error(path,
                       absl::StrCat("no recipient of the role ", name,
                                    " may get anything of the permit: their "
                                    "ceilings leave it out"),
                       "add a purpose and a category to one of them, or remove "
                       "the permit");
    }
  }

  Checking* checking_;
  const Model& model_;
  const RuleInfo& info_;
  const v1::Rule& rule_;
  const Selector& permit_;
  const FieldPath path_;
};

// Kinds of names that decide what a permit reaches.
constexpr int kReachFields[] = {
    Policy::kRegionFieldNumber, Policy::kCategoryFieldNumber,
    Policy::kPurposeFieldNumber, Policy::kActorFieldNumber,
    Policy::kRecipientFieldNumber};

}  // namespace

void CheckReach(Checking* checking) {
  if (checking->is_over()) return;
  // A mistake elsewhere would be told a second time as a permit that is dead.
  absl::flat_hash_set<int> faulty_rules;
  for (const Finding& finding : checking->findings()) {
    if (finding.path.empty()) continue;
    const FieldStep& block = finding.path[0];
    if (block.number == Policy::kRuleFieldNumber) {
      faulty_rules.insert(block.index);
    }
    for (const int field : kReachFields) {
      if (block.number == field) return;
    }
  }
  for (const int field : kReachFields) {
    if (checking->incomplete().contains(field)) return;
  }
  // The model owns a policy; this one outlives it.
  const Model model(std::shared_ptr<const Policy>(std::shared_ptr<void>(),
                                                  &checking->policy()));
  for (std::size_t i = 0; i < model.rules.size(); ++i) {
    const RuleInfo& rule = model.rules[i];
    if (rule.effect != Effect::kPermit || rule.path.empty()) continue;
    if (faulty_rules.contains(rule.path[0].index)) continue;
    PermitCheck(checking, model, i).Run();
  }
}

}  // namespace privet::policy
