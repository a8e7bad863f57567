// SPDX-License-Identifier: Apache-2.0
//
// Engine::LogSafe: what of a record a log may hold, however deep it lies.

#include <string>

#include "google/protobuf/message.h"
#include "privet/engine.h"
#include "privet/policy.h"
#include "record/schema.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet::testing {
namespace {

constexpr char kPolicy[] = R"(
id: "shop"  version: 1
controller { id: "shop"  contact: "privacy@shop.example" }
category { id: "order.note" }
purpose { id: "delivery"  basis: CONTRACT }
actor { id: "web"  purposes: "delivery"  stores: "t.Order" }
record { type: "t.Order" }
rule { name: "goods reach people"  permit { categories: "*"  purposes: "delivery" } }
retention { id: "all"  categories: "*"  keep: "90d"  then: DELETE }
)";

constexpr char kOrder[] = R"(
message Item {
  string sku = 1 [(privet.v1.field).public = true];
  string note = 2 [(privet.v1.field).categories = "order.note"];
}
message Order {
  string state = 1 [(privet.v1.field).public = true];
  repeated string tags = 2 [(privet.v1.field).public = true];
  repeated string notes = 3 [(privet.v1.field).categories = "order.note"];
  Item first = 4;
  repeated Item items = 5;
  map<string, string> labels = 6 [(privet.v1.field).categories = "order.note"];
  google.protobuf.Timestamp at = 7 [(privet.v1.field).public = true];
}
)";

class OrderLog {
 public:
  explicit OrderLog(const std::string& schema = kOrder,
                    const std::string& syntax = "proto3")
      : schema_(schema, syntax), engine_(CreateOrDie()) {}

  std::string Of(const std::string& text) {
    return engine_.LogSafe(*schema_.Message("Order", text));
  }
  const Engine& engine() const { return engine_; }
  Schema& schema() { return schema_; }

 private:
  Engine CreateOrDie() {
    const auto policy = Policy::Parse(kPolicy, "shop.textproto");
    REQUIRE_OK(policy);
    EngineOptions options;
    options.types = {schema_.Type("Order")};
    auto engine = Engine::Create(*policy, options);
    REQUIRE_OK(engine);
    return *engine;
  }

  Schema schema_;
  Engine engine_;
};

TEST_CASE("A line for the log shows what is public, however deep, and no more",
          "[engine][log]") {
  OrderLog log;
  struct Case {
    std::string name, text, line;
  };
  const Case test = GENERATE(values<Case>({
      {"nothing", "", "t.Order"},
      {"a public value", "state: 'paid'", "t.Order state: \"paid\""},
      {"repeated public values", "tags: 'a' tags: 'b'",
       "t.Order tags: [\"a\", \"b\"]"},
      {"repeated values that are not", "notes: 'x-1' notes: 'x-2'",
       "t.Order notes: ***"},
      {"a message of both", "first { sku: 's' note: 'x-1' }",
       "t.Order first: { sku: \"s\" note: *** }"},
      {"several of them",
       "items { sku: 's' note: 'x-1' } items { note: 'x-2' }",
       "t.Order items: [{ sku: \"s\" note: *** }, { note: *** }]"},
      {"a map", "labels { key: 'x-1' value: 'x-2' }",
       "t.Order labels: [{ key: *** value: *** }]"},
      {"lines and quotes of a value", "state: 'a\\n\\r\\\"b' tags: '\\n'",
       "t.Order state: \"a\\n\\r\\\"b\" tags: [\"\\n\"]"},
  }));
  INFO(test.name);
  const std::string line = log.Of(test.text);
  CHECK(line == test.line);
  CHECK(line.find('\n') == std::string::npos);
  CHECK(line.find("x-") == std::string::npos);
}

TEST_CASE("An extension is no field of the same name in a line for the log",
          "[engine][log]") {
  OrderLog log(
      "message Order { extensions 100 to 200; optional string state = 1 "
      "[(privet.v1.field).public = true]; } extend Order { optional string "
      "note = 101 [(privet.v1.field).public = true]; } message Scope { extend "
      "Order { optional string state = 100; optional string note = 102 "
      "[(privet.v1.field).categories = 'order.note']; } }",
      "proto2");
  CHECK(log.Of("state: 'paid' [t.Scope.state]: 'x-1' [t.note]: 'public' "
               "[t.Scope.note]: 'x-2'") ==
        "t.Order state: \"paid\" [t.Scope.state]: *** [t.note]: \"public\" "
        "[t.Scope.note]: ***");
}

TEST_CASE("A field of the host's own definition is none of the same name",
          "[engine][log]") {
  const OrderLog log;
  // As of a process whose definition is older: names have moved.
  Schema schema(
      "message Item { string note = 1; string sku = 2; } message Order { "
      "string "
      "notes = 1; string state = 3; Item first = 4; string items = 5; }");
  CHECK(
      log.engine().LogSafe(*schema.Message(
          "Order",
          "notes: \"a\" state: \"b\" first { note: \"c\" sku: \"d\" } "
          "items: \"e\"")) ==
      "t.Order notes: *** state: *** first: { note: *** sku: *** } items: ***");
}

TEST_CASE("A line for the log shows no field that nobody has tagged",
          "[engine][log]") {
  OrderLog log;
  const auto order = log.schema().Message("Order", "");
  // Beside what the types declare: in the record, and in a public message.
  REQUIRE(order->ParseFromString(std::string("\x3a\x0a\x08\x05\x7a\x06", 6) +
                                 "secret" + "\x7a\x06" + "secret"));
  const std::string line = log.engine().LogSafe(*order);
  CHECK(line.find("secret") == std::string::npos);
  CHECK(line.find("seconds: 5") != std::string::npos);
}

}  // namespace
}  // namespace privet::testing
