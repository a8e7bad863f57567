// SPDX-License-Identifier: Apache-2.0
//
// A shop whose orders have no .proto: its policy declares them.

#ifndef PRIVET_TESTS_ENGINE_DECLARED_SHOP_H_
#define PRIVET_TESTS_ENGINE_DECLARED_SHOP_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/dynamic_message.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"
#include "policy/policy_access.h"
#include "privet/actor.h"
#include "privet/policy.h"
#include "privet/record.h"
#include "privet/testing/engine.h"
#include "privet/v1/policy.pb.h"
#include "record/declared_types.h"
#include "support/catch.h"
#include "support/infermesh.h"
#include "support/status_assertions.h"
#include "support/text_of.h"

namespace privet::testing {

inline constexpr char kType[] = "shop.v1.Order";

inline constexpr char kShop[] = R"(
id: "shop"  version: 1  effective: "2026-01-01"
controller { id: "shop"  contact: "privacy@shop.example" }
region { id: "home"  members: ["de"] }
category { id: "account.id"  flags: IDENTIFYING }
category { id: "account.address" }
category { id: "order.goods" }
category { id: "order.time" }
category { id: "content.note"  flags: CONTENT }
category { id: "statistics"  flags: DEIDENTIFIED }
purpose { id: "delivery"  basis: CONTRACT }
purpose { id: "support"  basis: CONTRACT }
purpose { id: "planning"  basis: NONE_NEEDED }
actor { id: "web"  purposes: ["delivery"]  stores: ["shop.v1.Order"] }
actor { id: "desk"  purposes: ["support", "planning"] }
recipient { id: "parcel"  role: PROCESSOR  purposes: ["delivery"]  regions: ["de"]  agreement { reference: "DPA-1" } }
record { type: "shop.v1.Order"  subject: "customer"  created: "time"
  field { path: "number"       number: 1   type: BYTES      public: true  index { name: "order_number"  unique: true } }
  field { path: "customer"     number: 2   type: STRING     categories: ["account.id"] }
  field { path: "time"         number: 3   type: TIMESTAMP  categories: ["order.time"] }
  field { path: "total"        number: 4   type: DECIMAL    categories: ["order.goods"] }
  field { path: "gift"         number: 5   type: BOOL       categories: ["order.goods"] }
  field { path: "weight"       number: 6   type: DOUBLE     categories: ["order.goods"] }
  field { path: "items"        number: 7   type: MESSAGE    categories: ["order.goods"]  repeated: true }
  field { path: "items.sku"    number: 1   type: STRING }
  field { path: "items.count"  number: 2   type: INT64 }
  field { path: "to"           number: 8   type: MESSAGE }
  field { path: "to.street"    number: 1   type: STRING     categories: ["account.address"] }
  field { path: "to.note"      number: 2   type: STRING     categories: ["content.note"] }
}
rule { name: "we deliver"  permit { categories: ["account", "order", "content"]  purposes: ["delivery"] } }
rule { name: "support sees what was bought"  permit { categories: ["order"]  purposes: ["support"] } }
rule { name: "of the day only"  require { categories: ["order.time"]  purposes: ["support"] }  transform { time { to: DAY } } }
rule { name: "the parcel service finds the door"
       permit { categories: ["account.address"]  purposes: ["delivery"]  recipients: ["parcel"] } }
rule { name: "how many orders a month"  permit { categories: ["statistics"]  purposes: ["planning"] } }
residency { categories: ["*"]  regions: ["home"] }
retention { id: "notes"  categories: ["content"]  keep: "7d"  then: DELETE }
retention { id: "orders"  categories: ["account", "order"]  keep: "30d"  then: ANONYMIZE
            residue { categories: ["order.time"]  becomes: "statistics"  time { to: MONTH } } }
retention { id: "statistics"  categories: ["statistics"]  keep: "2y"  then: DELETE }
)";

inline constexpr char kOrder[] = R"(
number: "17" customer: "ada" time { seconds: 1767225600 } total: "0.10"
gift: false weight: 1.5 items { sku: "lamp" count: 2 } items { sku: "bulb" }
to { street: "Mill Lane 7" note: "ring twice" })";

inline constexpr char kGift[] =
    "customer: \"ada\" time { seconds: 1767225600 } gift: false";

inline std::string With(
    const std::string& policy,
    const std::vector<std::pair<std::string, std::string>>& edits) {
  std::string text = policy;
  for (const auto& [from, to] : edits) {
    INFO(from);
    REQUIRE(text.find(from) != std::string::npos);
    text = absl::StrReplaceAll(text, {{from, to}});
  }
  return text;
}

inline Policy Parse(const std::string& text) {
  auto policy = Policy::Parse(text, "shop.textproto");
  REQUIRE_OK(policy);
  return *policy;
}

// What a host has that knows the type by the policy alone: messages of a pool
// of its own.
class Messages {
 public:
  explicit Messages(const std::string& policy) {
    const Policy parsed = Parse(policy);
    const auto type =
        types_.Add(policy::PolicyAccess::MessageOf(parsed).record(0));
    REQUIRE_OK(type);
    prototype_ = factory_.GetPrototype(*type);
  }

  std::unique_ptr<google::protobuf::Message> New(const std::string& text) {
    std::unique_ptr<google::protobuf::Message> message(prototype_->New());
    INFO(text);
    REQUIRE(google::protobuf::TextFormat::ParseFromString(text, message.get()));
    return message;
  }
  std::string Bytes(const std::string& text) {
    return New(text)->SerializeAsString();
  }
  // Returns the text of `bytes` on one line; unknown fields show.
  std::string Text(std::string_view bytes) {
    std::unique_ptr<google::protobuf::Message> message(prototype_->New());
    REQUIRE(message->ParseFromString(std::string(bytes)));
    return TextOf(*message);
  }

 private:
  record::DeclaredTypes types_;
  google::protobuf::DynamicMessageFactory factory_;
  const google::protobuf::Message* prototype_ = nullptr;
};

class Shop {
 public:
  explicit Shop(const std::string& policy = kShop)
      : test(TestEngine::ForTextOrDie(policy, Infermesh::Unlocked({}))),
        messages(policy) {}

  Actor As(ActorId actor) {
    auto made = test->engine().ActAs(actor, RegionId("de"));
    REQUIRE_OK(made);
    return *made;
  }
  Actor web() { return As(ActorId("web")); }
  Actor desk() { return As(ActorId("desk")); }

  SealedRecord StoreOrDie(const std::string& text = kOrder) {
    const std::string bytes = messages.Bytes(text);
    auto sealed = web().Seal(Record::Bytes(kType, bytes), Subject("ada"));
    REQUIRE_OK(sealed);
    REQUIRE_OK(test->records().Put(*sealed));
    return *sealed;
  }

  absl::StatusOr<std::string> Delivery(const SealedRecord& sealed) {
    auto bytes = web().OpenBytes(sealed, Subject("ada"), PurposeId("delivery"));
    if (!bytes.ok()) return bytes.status();
    return messages.Text(*bytes);
  }

  std::unique_ptr<TestEngine> test;
  Messages messages;
};

}  // namespace privet::testing

#endif  // PRIVET_TESTS_ENGINE_DECLARED_SHOP_H_
