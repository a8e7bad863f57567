// SPDX-License-Identifier: Apache-2.0

#include "expectation.h"

#include <vector>

#include "absl/time/time.h"
#include "infermesh_policy.h"

namespace gateway {
namespace {

namespace actor = infermesh::actor;
namespace purpose = infermesh::purpose;
namespace recipient = infermesh::recipient;

constexpr TextSet kCredentials = {Text::kPasswordHash, Text::kApiKeyHash};
constexpr TextSet kAccountTexts = {Text::kAccountId, Text::kEmail,
                                   Text::kUsername};
constexpr TextSet kSession = {Text::kSessionId, Text::kUiVariant};
constexpr TextSet kSecurityLog = {Text::kClientIp, Text::kAccess};
constexpr TextSet kServiceLog = {Text::kModel};
constexpr TextSet kContent = {Text::kPrompt, Text::kOutput};
constexpr TextSet kBilling = {Text::kCurrency, Text::kStatus, Text::kChannelId};
constexpr TextSet kTalk = {Text::kTicket, Text::kTicketAddress,
                           Text::kTicketEmail, Text::kFeedback};

constexpr TextSet kSecurity =
    kSecurityLog | kServiceLog |
    TextSet{Text::kSessionId, Text::kAccountId, Text::kChannelId};

struct Clause {
  privet::PurposeId purpose;
  TextSet texts;
};

// Section 3 of the prose: what information is used for.
const std::vector<Clause>& Clauses() {
  static const auto* const kClauses = new std::vector<Clause>{
      {purpose::kServiceDelivery,
       TextSet{Text::kAccountId, Text::kSessionId} | kContent | kServiceLog},
      {purpose::kServiceAuthentication,
       kCredentials | kAccountTexts | TextSet{Text::kSessionId}},
      {purpose::kServiceSupport,
       kTalk | kServiceLog | TextSet{Text::kEmail, Text::kUsername}},
      // Networks, not addresses: the canary lies in the host part.
      {purpose::kServiceTroubleshooting, kServiceLog | TextSet{Text::kAccess}},
      {purpose::kServiceNotice, TextSet{Text::kEmail}},
      {purpose::kBillingRecords,
       kBilling | kServiceLog | TextSet{Text::kAccountId, Text::kEmail}},
      {purpose::kBillingAudit,
       kBilling | kServiceLog | TextSet{Text::kAccountId, Text::kEmail}},
      {purpose::kBillingPayment,
       kBilling | kServiceLog | TextSet{Text::kAccountId, Text::kEmail}},
      {purpose::kSecurityAbuse, kSecurity},
      {purpose::kSecurityFraud, kSecurity},
      {purpose::kImprovement, kServiceLog | TextSet{Text::kFeedback}},
      {purpose::kAnalytics, kServiceLog | TextSet{Text::kUiVariant}},
      {purpose::kExperience, kServiceLog | TextSet{Text::kUiVariant}},
      {purpose::kCompliance, kAccountTexts | kSession | kSecurityLog |
                                 kServiceLog | kBilling | kTalk},
  };
  return *kClauses;
}

// What the person's own word, or the law, allows for `for_purpose`.
bool GroundHolds(const Account& account, privet::PurposeId for_purpose) {
  if (account.restricted && !(for_purpose == purpose::kCompliance)) {
    return false;
  }
  if (for_purpose == purpose::kAnalytics) return account.analytics;
  if (for_purpose == purpose::kExperience) return account.experience;
  if (for_purpose == purpose::kImprovement) return !account.objects;
  return true;
}

bool In(TextSet set, Text text) { return set.Has(text); }

// Section 6: how long. Billing records stay for years, by law.
bool IsDue(const Account& account, const StoredRecord& record, Text text,
           absl::Time now) {
  constexpr absl::Duration kDay = absl::Hours(24);
  const absl::Duration age = now - record.created;
  const bool closed_long = now - account.closed >= 90 * kDay;
  if (In(kContent, text)) return age >= kDay;
  if (In(kServiceLog | kSecurityLog, text)) return age >= 30 * kDay;
  if (In(kSession, text)) return age >= 30 * kDay || closed_long;
  if (In(kAccountTexts | kCredentials, text)) return closed_long;
  return false;  // two years and more: longer than the simulation
}

}  // namespace

const std::vector<View>& AllViews() {
  static const auto* const kViews = new std::vector<View>{
      {actor::kGateway, purpose::kServiceDelivery},
      {actor::kAccounts, purpose::kServiceAuthentication},
      {actor::kAccounts, purpose::kServiceNotice},
      {actor::kSupportDesk, purpose::kServiceSupport},
      {actor::kSupportDesk, purpose::kServiceTroubleshooting},
      {actor::kPayments, purpose::kBillingRecords},
      {actor::kPayments, purpose::kBillingPayment},
      {actor::kPayments, purpose::kBillingAudit},
      {actor::kAuditor, purpose::kBillingAudit},
      {actor::kGuard, purpose::kSecurityAbuse},
      {actor::kGuard, purpose::kSecurityFraud},
      {actor::kProduct, purpose::kImprovement},
      {actor::kProduct, purpose::kAnalytics},
      {actor::kProduct, purpose::kExperience},
      {actor::kLegal, purpose::kCompliance},
      // For a share only: nothing is seen for it inside.
      {actor::kLegal, purpose::kTransferOfBusiness},
  };
  return *kViews;
}

TextSet Visible(const World& world, const StoredRecord& record,
                privet::PurposeId for_purpose, absl::Time now) {
  TextSet visible;
  const Account& account = world.accounts[record.account];
  if (!GroundHolds(account, for_purpose)) return visible;
  const bool erased = account.erased <= now;
  for (const Clause& clause : Clauses()) {
    if (!(clause.purpose == for_purpose)) continue;
    for (int i = 0; i < static_cast<int>(Text::kCount); ++i) {
      const auto text = static_cast<Text>(i);
      if (!record.texts.Has(text) || !clause.texts.Has(text)) continue;
      // What a law keeps of an erased person serves that law alone.
      if (erased &&
          !(In(kBilling, text) && for_purpose == purpose::kBillingAudit)) {
        continue;
      }
      if (world.feedback_forbidden && text == Text::kFeedback) continue;
      if (!IsDue(account, record, text, now)) visible.Add(text);
    }
  }
  return visible;
}

// Section 4: who else gets it.
TextSet Sendable(const World& world, const Account& account,
                 privet::RecipientId to) {
  if (account.restricted && !(to == recipient::kAuthority)) return {};
  if (to == recipient::kHosting) {
    return kServiceLog | TextSet{Text::kAccountId, Text::kSessionId};
  }
  if (to == recipient::kModelHost) return kContent | kServiceLog;
  if (to == recipient::kAnalyticsCo) {
    return account.analytics ? kServiceLog : TextSet{};
  }
  if (to == recipient::kHelpdesk) {
    // Scanned: addresses do not leave.
    TextSet texts = TextSet{Text::kTicket, Text::kFeedback, Text::kEmail};
    if (world.feedback_forbidden) texts.Remove(Text::kFeedback);
    return texts;
  }
  if (to == recipient::kPayment) return kBilling | TextSet{Text::kAccountId};
  if (to == recipient::kAuthority) {
    return TextSet{Text::kEmail, Text::kUsername};  // what was asked for
  }
  if (to == recipient::kSuccessor && account.successor_notice) {
    TextSet texts = kAccountTexts | kBilling | kTalk;
    if (world.feedback_forbidden) texts.Remove(Text::kFeedback);
    return texts;
  }
  return {};
}

}  // namespace gateway
