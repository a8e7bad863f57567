// SPDX-License-Identifier: Apache-2.0
//
// Blocks that decide nothing by themselves: cookies, signals, age groups,
// rights, changes, lifetimes of the library's own files, proofs and tests.

#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "policy/checking.h"
#include "policy/text.h"

namespace privet::policy {
namespace {

using v1::Policy;

// A token of RFC 9110: what a cookie or a header may be called.
bool IsToken(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (!absl::ascii_isgraph(byte)) return false;
    if (std::string_view("()<>@,;:\\\"/[]?={}").find(c) !=
        std::string_view::npos) {
      return false;
    }
  }
  return !text.empty();
}

void CheckCookies(Checking* checking) {
  const Policy& policy = checking->policy();
  using v1::Cookie;
  absl::flat_hash_set<std::string> seen;
  for (int i = 0; i < policy.cookie_size(); ++i) {
    const Cookie& cookie = policy.cookie(i);
    const FieldPath block{{Policy::kCookieFieldNumber, i}};
    const FieldPath name = Below(block, Cookie::kNameFieldNumber);
    if (!IsToken(cookie.name())) {
      checking->Error(
          name, absl::StrCat(Quoted(cookie.name()), " is no name of a cookie"),
          "write it as the browser sends it");
    } else if (!seen.insert(cookie.name()).second) {
      checking->Error(
          name,
          absl::StrCat("cookie ", Quoted(cookie.name()), " is declared twice"),
          "remove one");
    }
    checking->ReferAll(Kind::kPurpose, cookie.purposes(),
                       Below(block, Cookie::kPurposesFieldNumber));
    checking->ReferAll(Kind::kRegion, cookie.subject_regions(),
                       Below(block, Cookie::kSubjectRegionsFieldNumber));
    checking->CheckKeep(cookie.max_age(),
                        Below(block, Cookie::kMaxAgeFieldNumber));
    if (!cookie.provider().empty()) {
      checking->Refer(Kind::kRecipient, cookie.provider(),
                      Below(block, Cookie::kProviderFieldNumber));
    }
    if (cookie.purposes_size() == 0 && !cookie.essential()) {
      checking->Error(
          block,
          absl::StrCat("cookie ", Quoted(cookie.name()), " has no purpose"),
          "write `purposes: [\"…\"]`, or `essential: true`");
    }
  }
}

void CheckSignals(Checking* checking) {
  const Policy& policy = checking->policy();
  using v1::Signal;
  for (int i = 0; i < policy.signal_size(); ++i) {
    const Signal& signal = policy.signal(i);
    const FieldPath block{{Policy::kSignalFieldNumber, i}};
    if (!IsToken(signal.header())) {
      checking->Error(
          Below(block, Signal::kHeaderFieldNumber),
          absl::StrCat(Quoted(signal.header()), " is no name of a header"),
          "write it as the browser sends it");
    }
    checking->ReferAll(Kind::kPurpose, signal.objects_to(),
                       Below(block, Signal::kObjectsToFieldNumber));
    checking->ReferAll(Kind::kRegion, signal.subject_regions(),
                       Below(block, Signal::kSubjectRegionsFieldNumber));
    if (signal.objects_to_size() == 0 && signal.objects_to_kinds_size() == 0) {
      checking->Error(block,
                      absl::StrCat("signal ", Quoted(signal.header()),
                                   " objects to nothing"),
                      "write `objects_to: [\"…\"]` or `objects_to_kinds`");
    }
  }
}

void CheckMinors(Checking* checking) {
  const Policy& policy = checking->policy();
  using v1::Minors;
  for (int i = 0; i < policy.minors_size(); ++i) {
    const Minors& minors = policy.minors(i);
    const FieldPath block{{Policy::kMinorsFieldNumber, i}};
    if (minors.under() < 1 || minors.under() > 120) {
      checking->Error(Below(block, Minors::kUnderFieldNumber),
                      absl::StrCat("age group ", Quoted(minors.id()),
                                   " does not say under which age"),
                      "write `under: 18`, in years");
    }
    checking->ReferAll(Kind::kRegion, minors.subject_regions(),
                       Below(block, Minors::kSubjectRegionsFieldNumber));
    checking->CheckKeep(minors.erase_after(),
                        Below(block, Minors::kEraseAfterFieldNumber));
    if (minors.guardian_consent()) {
      checking->NotSupported(Below(block, Minors::kGuardianConsentFieldNumber),
                             "`guardian_consent`",
                             "lift the restriction when a guardian consents");
    }
  }
}

std::string RightName(int right) {
  return Quoted(std::string(
      v1::Rights::Right_Name(static_cast<v1::Rights::Right>(right))));
}

void CheckDue(Checking* checking, const v1::Rights::Due& due,
              const FieldPath& path) {
  using Due = v1::Rights::Due;
  checking->CheckKeep(due.acknowledge(),
                      Below(path, Due::kAcknowledgeFieldNumber), true);
  checking->CheckKeep(due.answer(), Below(path, Due::kAnswerFieldNumber), true);
  checking->CheckKeep(due.extension(), Below(path, Due::kExtensionFieldNumber),
                      true);
  if (due.answer().empty()) {
    checking->Error(path, "a due date does not say by when to answer",
                    "write `answer: \"1mo\"`");
  }
}

void CheckRights(Checking* checking, int i) {
  using v1::Rights;
  const Rights& rights = checking->policy().rights(i);
  const FieldPath block{{Policy::kRightsFieldNumber, i}};
  if (!IsId(rights.regime())) {
    checking->Error(
        Below(block, Rights::kRegimeFieldNumber),
        absl::StrCat(Quoted(rights.regime()), " is no name of a regime"),
        "write `regime: \"gdpr\"`, or another id");
  }
  checking->ReferAll(Kind::kRegion, rights.subject_regions(),
                     Below(block, Rights::kSubjectRegionsFieldNumber));
  absl::flat_hash_set<int> due_rights;
  bool rest = false;  // some `due` is for all that no other names
  for (int j = 0; j < rights.due_size(); ++j) {
    const FieldPath path = Below(block, {Rights::kDueFieldNumber, j});
    CheckDue(checking, rights.due(j), path);
    if (rights.due(j).rights_size() == 0 && rest) {
      checking->Error(path, "two due dates are for all other rights",
                      "write `rights` in one of them");
    }
    rest = rest || rights.due(j).rights_size() == 0;
    for (const int right : rights.due(j).rights()) {
      if (due_rights.insert(right).second) continue;
      checking->Error(path,
                      absl::StrCat(RightName(right), " has two due dates"),
                      "keep one");
    }
  }
  for (int j = 0; j < rights.grant_size(); ++j) {
    if (rest || due_rights.contains(rights.grant(j))) continue;
    checking->Error(
        Below(block, {Rights::kGrantFieldNumber, j}),
        absl::StrCat(RightName(rights.grant(j)), " has no due date"),
        "write `due { answer: \"1mo\" }`");
  }
}

void CheckLifetimes(Checking* checking) {
  const Policy& policy = checking->policy();
  using v1::Changes;
  using v1::Keep;
  checking->CheckKeep(policy.changes().notice(), {Policy::kChangesFieldNumber,
                                                  Changes::kNoticeFieldNumber});
  const FieldPath keep{Policy::kKeepFieldNumber};
  checking->CheckKeep(policy.keep().log(), Below(keep, Keep::kLogFieldNumber));
  checking->CheckKeep(policy.keep().requests(),
                      Below(keep, Keep::kRequestsFieldNumber));
  checking->CheckKeep(policy.keep().backups(),
                      Below(keep, Keep::kBackupsFieldNumber));
  checking->CheckKeep(policy.keep().breach_notice(),
                      Below(keep, Keep::kBreachNoticeFieldNumber));
}

void CheckOnly(Checking* checking) {
  const Policy& policy = checking->policy();
  using v1::Only;
  for (int i = 0; i < policy.only_size(); ++i) {
    const Only& only = policy.only(i);
    const FieldPath block{{Policy::kOnlyFieldNumber, i}};
    checking->ReferAll(Kind::kPurpose, only.purposes(),
                       Below(block, Only::kPurposesFieldNumber),
                       Star::kAllowed);
    checking->ReferAll(Kind::kRecipient, only.recipients(),
                       Below(block, Only::kRecipientsFieldNumber),
                       Star::kAllowed);
    checking->ReferAll(Kind::kCategory, only.categories(),
                       Below(block, Only::kCategoriesFieldNumber),
                       Star::kAllowed);
  }
}

void CheckExpectedState(Checking* checking, const v1::Expect::Subject& subject,
                        const FieldPath& path) {
  using Subject = v1::Expect::Subject;
  checking->ReferAll(Kind::kPurpose, subject.consents(),
                     Below(path, Subject::kConsentsFieldNumber), Star::kNo,
                     Group::kNo);
  checking->ReferAll(Kind::kPurpose, subject.objections(),
                     Below(path, Subject::kObjectionsFieldNumber));
  checking->ReferAll(Kind::kEvent, subject.happened(),
                     Below(path, Subject::kHappenedFieldNumber));
  const auto refer = [&](Kind kind, const std::string& id, int field) {
    if (!id.empty()) checking->Refer(kind, id, Below(path, field), Group::kNo);
  };
  refer(Kind::kMinors, subject.minor_group(), Subject::kMinorGroupFieldNumber);
  refer(Kind::kRegion, subject.region(), Subject::kRegionFieldNumber);
  refer(Kind::kSubjectKind, subject.kind(), Subject::kKindFieldNumber);
}

void CheckExpect(Checking* checking, int i) {
  using v1::Expect;
  const Expect& expect = checking->policy().expect(i);
  const FieldPath block{{Policy::kExpectFieldNumber, i}};
  const auto refer = [&](Kind kind, const std::string& id, int field) {
    if (!id.empty()) checking->Refer(kind, id, Below(block, field), Group::kNo);
  };
  refer(Kind::kActor, expect.actor(), Expect::kActorFieldNumber);
  refer(Kind::kPurpose, expect.purpose(), Expect::kPurposeFieldNumber);
  refer(Kind::kRecipient, expect.recipient(), Expect::kRecipientFieldNumber);
  refer(Kind::kRegion, expect.region(), Expect::kRegionFieldNumber);
  refer(Kind::kRecord, expect.record(), Expect::kRecordFieldNumber);
  checking->CheckDate(expect.date(), Below(block, Expect::kDateFieldNumber));
  CheckExpectedState(checking, expect.subject(),
                     Below(block, Expect::kSubjectFieldNumber));
  for (int j = 0; j < expect.fact_size(); ++j) {
    CheckFact(checking, expect.fact(j),
              Below(block, {Expect::kFactFieldNumber, j}));
  }
  for (int j = 0; j < expect.seen_size(); ++j) {
    const std::string& category = expect.seen(j).category();
    if (category.empty()) continue;
    checking->Refer(Kind::kCategory, category,
                    Below(Below(block, {Expect::kSeenFieldNumber, j}),
                          Expect::Seen::kCategoryFieldNumber));
  }
  if (expect.operation() == v1::Selector::OPERATION_UNSPECIFIED) {
    checking->Error(block,
                    absl::StrCat("expectation ", Quoted(expect.name()),
                                 " names no operation"),
                    "write `operation: USE`, STORE or SHARE");
  }
  if (expect.actor().empty()) {
    checking->Error(
        block,
        absl::StrCat("expectation ", Quoted(expect.name()), " names no actor"),
        "write `actor: \"…\"`");
  }
}

}  // namespace

void CheckBlocks(Checking* checking) {
  const Policy& policy = checking->policy();
  CheckCookies(checking);
  CheckSignals(checking);
  CheckMinors(checking);
  for (int i = 0; i < policy.rights_size(); ++i) CheckRights(checking, i);
  CheckLifetimes(checking);
  CheckOnly(checking);
  for (int i = 0; i < policy.expect_size(); ++i) CheckExpect(checking, i);
}

}  // namespace privet::policy
