// SPDX-License-Identifier: Apache-2.0
//
// Purposes with their bases and kinds; categories with their sources.

#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "policy/checking.h"
#include "policy/text.h"

namespace privet::policy {
namespace {

using v1::Basis;
using v1::Policy;
using v1::Purpose;

// Calls `visit` with the purpose of `id` and then each declared one above it,
// until it returns true.
template <typename Visit>
void ForEachUpwards(const Checking& checking, std::string_view id,
                    const Visit& visit) {
  while (true) {
    const int index = checking.Find(Kind::kPurpose, id);
    if (index >= 0 && visit(checking.policy().purpose(index))) return;
    const std::size_t dot = id.rfind('.');
    if (dot == std::string_view::npos) return;
    id = id.substr(0, dot);
  }
}

Basis::Kind BasisOf(const Checking& checking, std::string_view id) {
  Basis::Kind basis = Basis::BASIS_UNSPECIFIED;
  ForEachUpwards(checking, id, [&](const Purpose& purpose) {
    basis = purpose.basis();
    return basis != Basis::BASIS_UNSPECIFIED;
  });
  return basis;
}

bool HasKind(const Checking& checking, std::string_view id,
             std::initializer_list<Purpose::Kind> kinds) {
  bool has = false;
  ForEachUpwards(checking, id, [&](const Purpose& purpose) {
    for (const int kind : purpose.kinds()) {
      for (const Purpose::Kind wanted : kinds) has = has || kind == wanted;
    }
    return has;
  });
  return has;
}

bool IsConsent(Basis::Kind basis) {
  return basis == Basis::CONSENT || basis == Basis::EXPLICIT_CONSENT;
}

void CheckConsent(Checking* checking, const Purpose& purpose,
                  const FieldPath& block) {
  if (!purpose.consent_lasts().empty()) {
    checking->NotSupported(Below(block, Purpose::kConsentLastsFieldNumber),
                           "`consent_lasts`",
                           "withdraw the consent when its time is over");
  }
  const std::string& with = purpose.consent_with();
  if (with.empty()) return;
  const FieldPath path = Below(block, Purpose::kConsentWithFieldNumber);
  if (!checking->Refer(Kind::kPurpose, with, path, Group::kNo)) return;
  if (with == purpose.id()) {
    checking->Error(path, "a purpose is covered by its own consent already",
                    "remove it");
  } else if (!IsConsent(BasisOf(*checking, with))) {
    checking->Error(
        path,
        absl::StrCat("purpose ", Quoted(with), " does not rest on consent"),
        "name a purpose of basis CONSENT or EXPLICIT_CONSENT");
  } else if (!checking->policy()
                  .purpose(checking->Find(Kind::kPurpose, with))
                  .consent_with()
                  .empty()) {
    checking->Error(path,
                    absl::StrCat("the consent to ", Quoted(with),
                                 " is itself that to another purpose"),
                    "name the purpose that people are asked about");
  } else if (BasisOf(*checking, purpose.id()) == Basis::EXPLICIT_CONSENT &&
             BasisOf(*checking, with) == Basis::CONSENT) {
    checking->Error(path,
                    absl::StrCat("purpose ", Quoted(purpose.id()),
                                 " needs EXPLICIT_CONSENT, and ", Quoted(with),
                                 " asks for less"),
                    "ask for its own consent");
  }
}

void CheckPurpose(Checking* checking, int i) {
  const Purpose& purpose = checking->policy().purpose(i);
  const FieldPath block{{Policy::kPurposeFieldNumber, i}};
  if (!purpose.obligation().empty()) {
    checking->Refer(Kind::kObligation, purpose.obligation(),
                    Below(block, Purpose::kObligationFieldNumber));
  }
  CheckConsent(checking, purpose, block);
  if (purpose.while_restricted() &&
      !HasKind(*checking, purpose.id(),
               {Purpose::LEGAL_CLAIMS, Purpose::PROTECT_OTHERS,
                Purpose::IMPORTANT_PUBLIC_INTEREST})) {
    checking->Error(
        Below(block, Purpose::kWhileRestrictedFieldNumber),
        absl::StrCat("purpose ", Quoted(purpose.id()),
                     " may not go on for a restricted person"),
        "GDPR art. 18(2) lets only kinds LEGAL_CLAIMS, PROTECT_OTHERS and "
        "IMPORTANT_PUBLIC_INTEREST go on; name its kind, or remove this");
  }
  const std::string& condition = purpose.special_condition();
  if (!condition.empty() &&
      (condition.size() != 1 || condition[0] < 'a' || condition[0] > 'j')) {
    checking->Error(
        Below(block, Purpose::kSpecialConditionFieldNumber),
        absl::StrCat(Quoted(condition), " is no condition of GDPR art. 9(2)"),
        "write its letter, `a` to `j`");
  }
  const Basis::Kind basis = BasisOf(*checking, purpose.id());
  const bool is_automated =
      HasKind(*checking, purpose.id(), {Purpose::AUTOMATED_DECISION});
  if (is_automated && basis != Basis::BASIS_UNSPECIFIED &&
      basis != Basis::CONTRACT && basis != Basis::LEGAL_OBLIGATION &&
      basis != Basis::EXPLICIT_CONSENT) {
    checking->Error(Below(block, purpose.basis() != Basis::BASIS_UNSPECIFIED
                                     ? Purpose::kBasisFieldNumber
                                     : Purpose::kKindsFieldNumber),
                    absl::StrCat("purpose ", Quoted(purpose.id()),
                                 " of kind AUTOMATED_DECISION rests on ",
                                 Quoted(std::string(Basis::Kind_Name(basis)))),
                    "GDPR art. 22 asks for CONTRACT, LEGAL_OBLIGATION or "
                    "EXPLICIT_CONSENT");
  }
}

void CheckCategory(Checking* checking, int i) {
  using v1::Category;
  const Category& category = checking->policy().category(i);
  const FieldPath block{{Policy::kCategoryFieldNumber, i}};
  const FieldPath derived = Below(block, Category::kDerivedFromFieldNumber);
  checking->ReferAll(Kind::kCategory, category.derived_from(), derived);
  const bool says_other = category.source() != Category::SOURCE_UNSPECIFIED &&
                          category.source() != Category::DERIVED;
  if (category.derived_from_size() > 0 && says_other) {
    checking->Error(derived,
                    absl::StrCat("category ", Quoted(category.id()),
                                 " is derived, and its source says otherwise"),
                    "write `source: DERIVED`");
  }
}

}  // namespace

void CheckPurposes(Checking* checking) {
  const Policy& policy = checking->policy();
  for (int i = 0; i < policy.purpose_size(); ++i) CheckPurpose(checking, i);
  for (int i = 0; i < policy.category_size(); ++i) CheckCategory(checking, i);
}

}  // namespace privet::policy
