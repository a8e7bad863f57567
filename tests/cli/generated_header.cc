// SPDX-License-Identifier: Apache-2.0

#include "infermesh_policy.h"

namespace {

static_assert(infermesh::purpose::kServiceDelivery ==
              privet::PurposeId("service.delivery"));
static_assert(infermesh::actor::kSupportDesk ==
              privet::ActorId("support_desk"));
static_assert(infermesh::recipient::kAnalyticsCo ==
              privet::RecipientId("analytics_co"));
static_assert(infermesh::region::kDe == privet::RegionId("de"));
static_assert(infermesh::region::kUs == privet::RegionId("us"));
static_assert(infermesh::category::kAccountApiKeyHash ==
              privet::CategoryId("account.api_key_hash"));
static_assert(infermesh::event::kAccountClosed ==
              privet::EventId("account_closed"));

}  // namespace
