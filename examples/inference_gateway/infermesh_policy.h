// SPDX-License-Identifier: Apache-2.0
//
// The names of the reference policy that the gateway uses, laid out as `privet
// generate` writes them.

#ifndef EXAMPLES_INFERENCE_GATEWAY_INFERMESH_POLICY_H_
#define EXAMPLES_INFERENCE_GATEWAY_INFERMESH_POLICY_H_

#include "privet/id.h"

namespace infermesh {

namespace actor {
inline constexpr privet::ActorId kGateway("gateway");
inline constexpr privet::ActorId kAccounts("accounts");
inline constexpr privet::ActorId kPayments("payments");
inline constexpr privet::ActorId kSupportDesk("support_desk");
inline constexpr privet::ActorId kGuard("guard");
inline constexpr privet::ActorId kAuditor("auditor");
inline constexpr privet::ActorId kProduct("product");
inline constexpr privet::ActorId kLegal("legal");
}  // namespace actor

namespace purpose {
inline constexpr privet::PurposeId kServiceDelivery("service.delivery");
inline constexpr privet::PurposeId kServiceAuthentication(
    "service.authentication");
inline constexpr privet::PurposeId kServiceSupport("service.support");
inline constexpr privet::PurposeId kServiceTroubleshooting(
    "service.troubleshooting");
inline constexpr privet::PurposeId kServiceNotice("service.notice");
inline constexpr privet::PurposeId kBillingRecords("billing.records");
inline constexpr privet::PurposeId kBillingPayment("billing.payment");
inline constexpr privet::PurposeId kBillingAudit("billing.audit");
inline constexpr privet::PurposeId kSecurityFraud("security.fraud");
inline constexpr privet::PurposeId kSecurityAbuse("security.abuse");
inline constexpr privet::PurposeId kImprovement("improvement");
inline constexpr privet::PurposeId kAnalytics("analytics");
inline constexpr privet::PurposeId kExperience("experience");
inline constexpr privet::PurposeId kCompliance("compliance");
inline constexpr privet::PurposeId kTransferOfBusiness("transfer_of_business");
inline constexpr privet::PurposeId kAdvertising("advertising");
}  // namespace purpose

namespace recipient {
inline constexpr privet::RecipientId kHosting("hosting");
inline constexpr privet::RecipientId kModelHost("model_host");
inline constexpr privet::RecipientId kAnalyticsCo("analytics_co");
inline constexpr privet::RecipientId kHelpdesk("helpdesk");
inline constexpr privet::RecipientId kPayment("payment");
inline constexpr privet::RecipientId kAuthority("authority");
inline constexpr privet::RecipientId kSuccessor("successor");
}  // namespace recipient

namespace category {
inline constexpr privet::CategoryId kAccountEmail("account.email");
inline constexpr privet::CategoryId kAccountUsername("account.username");
}  // namespace category

namespace event {
inline constexpr privet::EventId kAccountClosed("account_closed");
}  // namespace event

namespace region {
inline constexpr privet::RegionId kDe("de");
inline constexpr privet::RegionId kFr("fr");
inline constexpr privet::RegionId kUsCa("us-ca");
}  // namespace region

}  // namespace infermesh

#endif  // EXAMPLES_INFERENCE_GATEWAY_INFERMESH_POLICY_H_
