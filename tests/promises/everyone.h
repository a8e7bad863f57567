// SPDX-License-Identifier: Apache-2.0
//
// Everybody and everything that the reference policy names, for attacks that
// try all of it.

#ifndef PRIVET_TESTS_PROMISES_EVERYONE_H_
#define PRIVET_TESTS_PROMISES_EVERYONE_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "privet/actor.h"
#include "privet/id.h"
#include "privet/record_store.h"
#include "support/infermesh.h"
#include "support/status_assertions.h"

namespace privet::testing {

inline std::vector<std::string> EveryActor() {
  return {"gateway", "accounts", "payments", "support_desk",
          "guard",   "auditor",  "product",  "legal"};
}

inline std::vector<std::string> EveryRecipient() {
  return {"hosting", "model_host", "analytics_co", "helpdesk",
          "payment", "authority",  "successor"};
}

inline std::vector<std::string> EveryPurpose() {
  return {"service.delivery",
          "service.authentication",
          "service.support",
          "service.troubleshooting",
          "service.notice",
          "billing.records",
          "billing.payment",
          "billing.audit",
          "security.fraud",
          "security.abuse",
          "improvement",
          "analytics",
          "experience",
          "compliance",
          "transfer_of_business",
          "advertising",
          "sale"};
}

// Every (actor, purpose), claimed rightly or not.
inline std::vector<std::pair<std::string, std::string>> EveryPair() {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const std::string& actor : EveryActor()) {
    for (const std::string& purpose : EveryPurpose()) {
      pairs.emplace_back(actor, purpose);
    }
  }
  return pairs;
}

// Those that the actor may claim.
inline std::vector<std::pair<std::string, std::string>> EveryClaim() {
  return {{"gateway", "service.delivery"},
          {"accounts", "service.authentication"},
          {"accounts", "service.notice"},
          {"payments", "billing.records"},
          {"payments", "billing.payment"},
          {"payments", "billing.audit"},
          {"support_desk", "service.support"},
          {"support_desk", "service.troubleshooting"},
          {"guard", "security.fraud"},
          {"guard", "security.abuse"},
          {"auditor", "billing.audit"},
          {"product", "improvement"},
          {"product", "analytics"},
          {"product", "experience"},
          {"legal", "compliance"},
          {"legal", "transfer_of_business"}};
}

// Ids over names that outlive them.
inline PurposeId PurposeOf(const std::string& name) {
  return PurposeId::FromText(name);
}
inline RecipientId RecipientOf(const std::string& name) {
  return RecipientId::FromText(name);
}
inline Actor ActorOf(Infermesh& mesh, const std::string& name) {
  auto actor =
      mesh.test->engine().ActAs(ActorId::FromText(name), RegionId("de"));
  REQUIRE_OK(actor);
  return *actor;
}

inline void ConsentToEverything(Infermesh& mesh, const std::string& account) {
  for (const char* purpose :
       {"analytics", "experience", "advertising", "sale"}) {
    REQUIRE_OK(
        mesh.subjects().GiveConsent(Subject(account), PurposeOf(purpose)));
  }
}

// What an authority brings along that asks for all that it may.
inline RequestOptions AuthorityRequest() {
  RequestOptions options;
  options.case_reference = "2 BvR 17/26";
  for (const char* category :
       {"account.id", "account.email", "account.username",
        "account.password_hash", "account.api_key_hash", "billing.amount",
        "billing.status", "billing.channel_id", "service_log.time",
        "security_log.client_ip"}) {
    options.categories.push_back(CategoryId::FromText(category));
  }
  return options;
}

// Returns the ids and bytes of all records, as one text to search.
inline std::string AllRecords(RecordStore& records) {
  std::string all;
  RecordId last;
  last.bytes.fill(0xff);
  REQUIRE_OK(records.ScanRange(RecordId(), last,
                               [&](const RecordId& id, std::string_view bytes) {
                                 all.append(id.view()).append(bytes);
                                 return true;
                               }));
  return all;
}

// Returns the names of the fields that are set, each with a comma behind it.
inline std::string SetFields(const google::protobuf::Message& message) {
  std::vector<const google::protobuf::FieldDescriptor*> set;
  message.GetReflection()->ListFields(message, &set);
  std::string names;
  for (const auto* field : set) names += std::string(field->name()) + ",";
  return names;
}

}  // namespace privet::testing

#endif  // PRIVET_TESTS_PROMISES_EVERYONE_H_
