// SPDX-License-Identifier: Apache-2.0
//
// Declarations that do not bind, and those that take the place of others.

#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "engine/declared_shop.h"
#include "engine/engine_rig.h"
#include "infermesh.pb.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet::testing {
namespace {

TEST_CASE("One type has one definition", "[engine][declared][error]") {
  const std::string text =
      With(kShop, {{"\"shop.v1.Order\"", "\"infermesh.v1.Account\""}});
  SECTION("linked") {
    REQUIRE_ERROR(Engine::Create(Parse(text)),
                  absl::StatusCode::kInvalidArgument,
                  "record type `infermesh.v1.Account` has two definitions: its "
                  ".proto, which is linked or among EngineOptions::types, and "
                  "the policy, where field `number` has a `type`; take `type`");
  }
  SECTION("handed to the engine") {
    record::DeclaredTypes types;
    const Policy policy = Parse(kShop);
    const auto type =
        types.Add(policy::PolicyAccess::MessageOf(policy).record(0));
    REQUIRE_OK(type);
    EngineOptions options;
    options.types = {*type};
    REQUIRE_ERROR(Engine::Create(policy, options),
                  absl::StatusCode::kInvalidArgument,
                  "record type `shop.v1.Order` has two definitions");
  }
  SECTION("of a swapped policy, which then changes nothing") {
    Shop shop;
    const SealedRecord sealed = shop.StoreOrDie();
    const std::string more = With(
        kShop, {{"version: 1 ", "version: 2 "},
                {"rule { name: \"we deliver\"",
                 "record { type: \"infermesh.v1.Account\" field { path: \"x\" "
                 "number: 1 type: STRING public: true } }\n"
                 "rule { name: \"we deliver\""}});
    REQUIRE_ERROR(shop.test->engine().SetPolicy(Parse(more)),
                  absl::StatusCode::kInvalidArgument, "has two definitions");
    CHECK(shop.test->engine().policy().version() == 1);
    REQUIRE_OK(shop.Delivery(sealed));
  }
}

TEST_CASE("What does not bind says so, with the field", "[engine][declared]") {
  REQUIRE_ERROR(
      Engine::Create(Parse(
          With(kShop, {{"time { to: DAY }", "truncate { characters: 2 }"}}))),
      absl::StatusCode::kInvalidArgument,
      "record type `shop.v1.Order` does not bind: field `time` has categories "
      "with a transform that does not fit it");
}

std::string Version(int version,
                    std::vector<std::pair<std::string, std::string>> edits) {
  edits.emplace_back("version: 1 ",
                     "version: " + std::to_string(version) + " ");
  return With(kShop, edits);
}

constexpr char kWeight[] =
    "field { path: \"weight\"       number: 6   type: DOUBLE     categories: "
    "[\"order.goods\"] }";

TEST_CASE("A policy that declares more, less or other names takes over",
          "[engine][declared][swap]") {
  Shop shop;
  const SealedRecord sealed = shop.StoreOrDie();
  const std::string next = Version(
      2, {{kWeight,
           "field { path: \"color\" number: 9 type: STRING categories: "
           "[\"order.goods\"] }"},
          {"\"gift\" ", "\"present\" "},
          {"path: \"to.note\"      number: 2   type: STRING     categories: "
           "[\"content.note\"]",
           "path: \"to.note\"      number: 2   type: STRING     categories: "
           "[\"account.address\"]"}});
  REQUIRE_OK(shop.test->engine().SetPolicy(Parse(next)));
  Messages messages(next);
  const auto open = [&](const SealedRecord& record) {
    const auto bytes =
        shop.web().OpenBytes(record, Subject("ada"), PurposeId("delivery"));
    REQUIRE_OK(bytes);
    return messages.Text(*bytes);
  };
  // The record of before, by the names of now; what is no longer declared is
  // no longer shown.
  CHECK(open(sealed) ==
        "number: \"17\" customer: \"ada\" time { seconds: 1767225600 } total: "
        "\"0.10\" present: false items { sku: \"lamp\" count: 2 } items { sku: "
        "\"bulb\" } to { street: \"Mill Lane 7\" note: \"ring twice\" }");
  const std::string bytes = messages.Bytes(
      "customer: \"ada\" time { seconds: 1767225600 } color: \"red\" present: "
      "true");
  const auto sealed_now =
      shop.web().Seal(Record::Bytes(kType, bytes), Subject("ada"));
  REQUIRE_OK(sealed_now);
  CHECK(open(*sealed_now) ==
        "customer: \"ada\" time { seconds: 1767225600 } present: true color: "
        "\"red\"");
  const auto amended =
      shop.web().Amend(sealed, Record::Bytes(kType, bytes), Subject("ada"));
  REQUIRE_OK(amended);
  CHECK(open(*amended).find("present: true") != std::string::npos);
  CHECK(open(*amended).find("color: \"red\"") != std::string::npos);
}

TEST_CASE("A number that means another thing is refused, now and later",
          "[engine][declared][swap][error]") {
  Shop shop;
  const SealedRecord sealed = shop.StoreOrDie();
  const std::string before = *shop.Delivery(sealed);
  const std::string other =
      "field { path: \"weight_g\" number: 6 type: INT64 categories: "
      "[\"order.goods\"] }";
  const auto check_refused = [&](const std::string& text,
                                 const std::string& type = kType) {
    REQUIRE_ERROR(
        shop.test->engine().SetPolicy(Parse(text)),
        absl::StatusCode::kFailedPrecondition,
        "record type `" + type +
            "`: field `weight_g` (int64) has "
            "the number 6 under which records hold `weight` (double)");
  };
  check_refused(Version(2, {{kWeight, other}}));
  CHECK(shop.test->engine().policy().version() == 1);
  CHECK(*shop.Delivery(sealed) == before);
  SECTION("also under another name of the type") {
    check_refused(
        Version(2, {{kWeight, other},
                    {"record { type: \"shop.v1.Order\"",
                     "record { type: \"shop.v2.Order\" was: \"shop.v1.Order\""},
                    {"stores: [\"shop.v1.Order\"]",
                     "stores: [\"shop.v2.Order\"]"}}),
        "shop.v2.Order");
  }
  SECTION("also where the field was gone in between") {
    REQUIRE_OK(
        shop.test->engine().SetPolicy(Parse(Version(2, {{kWeight, ""}}))));
    check_refused(Version(3, {{kWeight, other}}));
    CHECK(shop.test->engine().policy().version() == 2);
  }
}

TEST_CASE("A policy that never came to work binds no number",
          "[engine][declared][swap]") {
  EngineRig rig(Parse(kShop));
  const Engine engine = rig.OpenOrDie();
  const auto set = [&](const std::string& type) {
    return engine.SetPolicy(Parse(Version(
        2, {{kWeight, std::string(kWeight) +
                          " field { path: \"rank\" number: 9 "
                          "type: " +
                          type + " categories: [\"order.goods\"] }"}})));
  };
  rig.state->plan().FailAfter(0, absl::UnavailableError("state unplugged"));
  REQUIRE_ERROR(set("INT64"), absl::StatusCode::kUnavailable, "unplugged");
  rig.state->plan().Pass();
  REQUIRE_OK(set("STRING"));
}

TEST_CASE("Declared records are sealed and opened while policies are swapped",
          "[engine][declared][swap]") {
  Shop shop;
  const std::string bytes = shop.messages.Bytes(kOrder);
  const Actor web = shop.web();
  std::atomic<int> done{0}, wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        const auto sealed =
            web.Seal(Record::Bytes(kType, bytes), Subject("ada"));
        if (!sealed.ok()) {
          ++wrong;
          continue;
        }
        const auto opened =
            web.OpenBytes(*sealed, Subject("ada"), PurposeId("delivery"));
        wrong += opened.ok() && *opened == bytes ? 0 : 1;
      }
      ++done;
    });
  }
  for (int version = 2; done < 2 && version < 60; ++version) {
    REQUIRE_OK(shop.test->engine().SetPolicy(Parse(Version(
        version,
        {{kWeight, std::string(kWeight) + "field { path: \"more\" number: "
                                          "9 type: STRING public: true }"}}))));
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}

}  // namespace
}  // namespace privet::testing
