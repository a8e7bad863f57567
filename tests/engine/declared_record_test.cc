// SPDX-License-Identifier: Apache-2.0
//
// Records that no .proto declares, through the whole length: the host hands in
// bytes and gets bytes.

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "engine/declared_shop.h"
#include "google/protobuf/message.h"
#include "privet/outcome.h"
#include "privet/record_id.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet::testing {
namespace {

TEST_CASE("A purpose opens what it may see of a declared record",
          "[engine][declared]") {
  Shop shop;
  const SealedRecord sealed = shop.StoreOrDie();
  const auto delivery = shop.Delivery(sealed);
  REQUIRE_OK(delivery);
  CHECK(*delivery == shop.messages.Text(shop.messages.Bytes(kOrder)));
  const auto support =
      shop.desk().OpenBytes(sealed, AnySubject(), PurposeId("support"));
  REQUIRE_OK(support);
  CHECK(shop.messages.Text(*support) ==
        "number: \"17\" time { seconds: 1767225600 } total: \"0.10\" "
        "gift: false weight: 1.5 items { sku: \"lamp\" count: 2 } items { sku: "
        "\"bulb\" }");
  for (const char* value : {"ada", "lamp", "Mill Lane", "ring twice"}) {
    CHECK(sealed.bytes().find(value) == std::string::npos);
  }
}

TEST_CASE("Bytes that were written by hand are as good as a message's",
          "[engine][declared]") {
  Shop shop;
  // customer: "ada", time, gift: false, items { count: 2 }, to { street: "x" }.
  const std::string bytes =
      std::string("\x12\x03") + "ada" + "\x1a\x06\x08\x80\xf2\xd6\xca\x06" +
      std::string("\x28\x00", 2) + "\x3a\x02\x10\x02" + "\x42\x03\x0a\x01x";
  const auto sealed =
      shop.web().Seal(Record::Bytes(kType, bytes), Subject("ada"));
  REQUIRE_OK(sealed);
  const auto opened =
      shop.web().OpenBytes(*sealed, Subject("ada"), PurposeId("delivery"));
  REQUIRE_OK(opened);
  CHECK(*opened == bytes);

  SECTION("but not if no serializer writes them") {
    const std::string twice = bytes + "\x28\x01";
    REQUIRE_ERROR(shop.web().Seal(Record::Bytes(kType, twice), Subject("ada")),
                  absl::StatusCode::kInvalidArgument, "`gift`");
  }
  SECTION("what is not declared is dropped") {
    const std::string more = bytes + "\x4a\x06secret";
    Outcome outcome;
    const auto again = shop.web().Seal(Record::Bytes(kType, more),
                                       Subject("ada"), {}, &outcome);
    REQUIRE_OK(again);
    const auto same =
        shop.web().OpenBytes(*again, Subject("ada"), PurposeId("delivery"));
    REQUIRE_OK(same);
    CHECK(*same == bytes);
  }
  SECTION("the subject must agree") {
    REQUIRE_ERROR(shop.web().Seal(Record::Bytes(kType, bytes), Subject("bob")),
                  absl::StatusCode::kInvalidArgument, "customer");
  }
  SECTION("a message of the host's own pool is the same record") {
    const auto message = shop.messages.New(kGift);
    const auto from_message = shop.web().Seal(*message, Subject("ada"));
    REQUIRE_OK(from_message);
    CHECK(*shop.Delivery(*from_message) == kGift);
    // It is not the engine's own type, though, to open one into.
    REQUIRE_ERROR(shop.web().OpenInto(*sealed, Subject("ada"),
                                      PurposeId("delivery"), message.get()),
                  absl::StatusCode::kInvalidArgument, "OpenBytes()");
    CHECK(message->ByteSizeLong() == 0);
  }
}

TEST_CASE("Its subject may lie in a message of which a purpose sees nothing",
          "[engine][declared]") {
  Shop shop(With(
      kShop,
      {{"subject: \"customer\"", "subject: \"buyer.id\""},
       {"field { path: \"customer\"     number: 2   type: STRING     "
        "categories: "
        "[\"account.id\"] }",
        "field { path: \"buyer\"  number: 2  type: MESSAGE }\n"
        "  field { path: \"buyer.id\"  number: 1  type: STRING  categories: "
        "[\"account.id\"] }"}}));
  const auto minimize = [&](const char* order, const Subject& subject) {
    const std::string bytes = shop.messages.Bytes(order);
    return shop.desk().Minimize(Record::Bytes(kType, bytes), subject,
                                PurposeId("support"));
  };
  const char* const whose =
      "buyer { id: \"ada\" } time { seconds: 1767225600 } gift: false";
  const auto seen = minimize(whose, Subject("ada"));
  REQUIRE_OK(seen);
  CHECK(shop.messages.Text(*seen) ==
        "time { seconds: 1767225600 } gift: false");
  REQUIRE_ERROR(minimize(whose, Subject("bob")),
                absl::StatusCode::kInvalidArgument, "buyer.id");
  REQUIRE_ERROR(
      minimize("buyer {} time { seconds: 1767225600 }", Subject("ada")),
      absl::StatusCode::kInvalidArgument, "buyer.id");
}

TEST_CASE("A declared record is found by its index", "[engine][declared]") {
  Shop shop;
  const SealedRecord sealed = shop.StoreOrDie();
  const auto tag = shop.test->engine().IndexOf("order_number", "17");
  REQUIRE_OK(tag);
  const auto found = shop.test->records().FindUnique(*tag);
  REQUIRE_OK(found);
  CHECK(found->id() == sealed.id());
  const std::string bytes = shop.messages.Bytes(kOrder);
  const auto second =
      shop.web().Seal(Record::Bytes(kType, bytes), Subject("ada"));
  REQUIRE_OK(second);
  REQUIRE_ERROR(shop.test->records().Put(*second),
                absl::StatusCode::kAlreadyExists, "");
}

TEST_CASE("A declared record is shared, stored or in hand",
          "[engine][declared]") {
  Shop shop;
  const SealedRecord sealed = shop.StoreOrDie();
  const auto stored = shop.web().Share(
      sealed, Subject("ada"), RecipientId("parcel"), PurposeId("delivery"));
  REQUIRE_OK(stored);
  CHECK(stored->type() == kType);
  CHECK(shop.messages.Text(stored->bytes()) ==
        "number: \"17\" to { street: \"Mill Lane 7\" }");
  const std::string bytes = shop.messages.Bytes(kOrder);
  const auto in_hand =
      shop.web().Share(Record::Bytes(kType, bytes), Subject("ada"),
                       RecipientId("parcel"), PurposeId("delivery"));
  REQUIRE_OK(in_hand);
  CHECK(in_hand->bytes() == stored->bytes());
  const auto message = shop.messages.New("");
  REQUIRE_OK(stored->ParseInto(message.get()));
  CHECK(message->SerializeAsString() == stored->bytes());
}

TEST_CASE("Amending a declared record can write zero, and keeps the rest",
          "[engine][declared]") {
  Shop shop;
  const SealedRecord sealed = shop.StoreOrDie(
      "customer: \"ada\" time { seconds: 1767225600 } total: \"5\" gift: true "
      "weight: 2 "
      "items { sku: \"lamp\" } to { note: \"n\" street: \"s\" }");
  const std::string changes = shop.messages.Bytes(
      "customer: \"ada\" gift: false total: \"\" items { sku: \"bulb\" } to { "
      "street: \"t\" }");
  const auto amended =
      shop.web().Amend(sealed, Record::Bytes(kType, changes), Subject("ada"));
  REQUIRE_OK(amended);
  CHECK(amended->revision() == 2);
  REQUIRE_OK(shop.test->records().Put(*amended));
  CHECK(*shop.Delivery(*amended) ==
        "customer: \"ada\" time { seconds: 1767225600 } total: \"\" gift: "
        "false weight: 2 items { sku: "
        "\"bulb\" } to { street: \"t\" note: \"n\" }");
}

TEST_CASE("A declared record expires part by part and leaves its residue",
          "[engine][declared]") {
  Shop shop;
  shop.test->clock().Advance(absl::Hours(24 * 3));  // no month begins here
  const SealedRecord sealed = shop.StoreOrDie(
      "customer: \"ada\" time { seconds: " +
      std::to_string(absl::ToUnixSeconds(shop.test->clock().Now())) +
      " } to { note: \"n\" street: \"s\" }");
  shop.test->clock().Advance(absl::Hours(24 * 8));
  CHECK(shop.Delivery(sealed)->find("note") == std::string::npos);
  CHECK(shop.Delivery(sealed)->find("street") != std::string::npos);
  CHECK(shop.test->SweepOrDie().compartments > 0);
  const auto swept = shop.test->records().Get(sealed.id());
  REQUIRE_OK(swept);
  CHECK(swept->bytes().size() < sealed.bytes().size());
  CHECK(*shop.Delivery(*swept) == *shop.Delivery(sealed));

  shop.test->clock().Advance(absl::Hours(24 * 30));
  REQUIRE_ERROR(shop.Delivery(sealed), absl::StatusCode::kNotFound, "");
  const SweepReport report = shop.test->SweepOrDie();
  CHECK(report.residues == 1);
  RecordId last;
  last.bytes.fill(0xff);
  std::vector<RecordId> left;
  REQUIRE_OK(shop.test->records().ScanRange(
      RecordId(), last, [&](const RecordId& id, std::string_view) {
        left.push_back(id);
        return true;
      }));
  REQUIRE(left.size() == 1);
  const auto residue = shop.test->records().Get(left[0]);
  REQUIRE_OK(residue);
  const auto month =
      shop.desk().OpenBytes(*residue, NoSubject(), PurposeId("planning"));
  REQUIRE_OK(month);
  CHECK(shop.messages.Text(*month) == "time { seconds: 1767225600 }");
  REQUIRE_ERROR(shop.test->records().Get(sealed.id()),
                absl::StatusCode::kNotFound, "");
}

TEST_CASE("A declared record of an erased person is gone",
          "[engine][declared]") {
  Shop shop;
  const SealedRecord sealed = shop.StoreOrDie();
  const auto receipt = shop.test->engine().subjects().Erase(Subject("ada"));
  REQUIRE_OK(receipt);
  CHECK(receipt->records_removed == 1);
  REQUIRE_ERROR(shop.Delivery(sealed), absl::StatusCode::kPermissionDenied, "");
  // Of a copy in somebody's hand what is public is left, and nothing else.
  const auto copy =
      shop.desk().OpenBytes(sealed, AnySubject(), PurposeId("support"));
  REQUIRE_OK(copy);
  CHECK(shop.messages.Text(*copy) == "number: \"17\"");
}

TEST_CASE("A declared record opens after a restart", "[engine][declared]") {
  Shop shop;
  const SealedRecord sealed = shop.StoreOrDie();
  const std::string before = *shop.Delivery(sealed);
  shop.test->RestartOrDie();
  CHECK(*shop.Delivery(sealed) == before);
}

TEST_CASE(
    "An engine without keys minimizes, tags and explains declared records",
    "[engine][declared]") {
  Messages messages(kShop);
  const auto engine = Engine::Create(Parse(kShop));
  REQUIRE_OK(engine);
  const auto desk = engine->ActAs(ActorId("desk"), RegionId("de"));
  REQUIRE_OK(desk);
  const std::string bytes = messages.Bytes(
      "customer: \"ada\" time { seconds: 1767225661 } to { note: \"n\" }");
  Outcome outcome;
  const auto seen = desk->Minimize(Record::Bytes(kType, bytes), NoSubject(),
                                   PurposeId("support"), {}, &outcome);
  REQUIRE_ERROR(seen, absl::StatusCode::kInvalidArgument, "customer");
  const auto minimized =
      desk->Minimize(Record::Bytes(kType, bytes), Subject("ada"),
                     PurposeId("support"), {}, &outcome);
  REQUIRE_OK(minimized);
  CHECK(messages.Text(*minimized) == "time { seconds: 1767225600 }");
  CHECK(outcome.Count(Outcome::Action::kTransformed) == 1);
  CHECK(outcome.ToString().find("customer") != std::string::npos);

  const auto tagged = engine->Tag(kType);
  REQUIRE_OK(tagged);
  REQUIRE(tagged->size() == 10);
  CHECK((*tagged)[6].path == "items.sku");
  CHECK((*tagged)[6].categories == std::vector<std::string>{"order.goods"});

  const std::string line = engine->LogSafe(
      *messages.New("number: \"17\" customer: \"ada\" to { note: \"n\" }"));
  CHECK(line == "shop.v1.Order number: \"17\" customer: *** to: { note: *** }");

  REQUIRE_ERROR(
      desk->Minimize(Record::Bytes("shop.v1.Oder", bytes), Subject("ada"),
                     PurposeId("support")),
      absl::StatusCode::kInvalidArgument,
      "record type `shop.v1.Oder` is not bound: name it in a `record` block");
}

}  // namespace
}  // namespace privet::testing
