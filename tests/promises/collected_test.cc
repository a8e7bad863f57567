// SPDX-License-Identifier: Apache-2.0
//
// Promises 1 and 2: what is covered, and what is collected. Each case makes the
// attack of its promise. Left out until their machinery is here: exports (2.1,
// 2.2), cookies (2.5).

#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/timestamp.pb.h"
#include "infermesh.pb.h"
#include "privet/outcome.h"
#include "promises/altered_type.h"
#include "promises/everyone.h"
#include "support/catch.h"
#include "support/edited_policy.h"
#include "support/infermesh.h"
#include "support/status_assertions.h"

namespace privet {
namespace {

using infermesh::v1::Account;
using infermesh::v1::Payment;
using infermesh::v1::WebSession;
using testing::Adding;
using testing::Edited;
using testing::Infermesh;
using testing::WhyItDoesNotLoad;
using Code = absl::StatusCode;

TEST_CASE("1.1 one policy covers every record type, and no field escapes it",
          "[promise]") {
  SECTION("a known type with a field that has no tag stops the start") {
    const testing::AlteredType altered("Payment", "note");
    EngineOptions options;
    options.types = {altered.descriptor()};
    const auto policy = Policy::Load(testing::kReferencePolicy);
    REQUIRE_OK(policy);
    REQUIRE_ERROR(Engine::Create(*policy, options), Code::kInvalidArgument,
                  "record type `infermesh.v1.Payment` does not bind: field "
                  "`note` has no tag");
  }
  SECTION("so does a sixth type that is listed and has no tags") {
    const auto policy = Policy::Parse(
        Edited({Adding("record { type: \"google.protobuf.Timestamp\" }")}),
        "edited.textproto");
    REQUIRE_OK(policy);
    REQUIRE_ERROR(Engine::Create(*policy), Code::kInvalidArgument,
                  "field `seconds` has no tag");
  }
  SECTION("the five that it lists are bound, each field of them tagged") {
    Infermesh mesh;
    for (const std::string type :
         {"WebSession", "Account", "ApiRequest", "Payment", "SupportTicket"}) {
      const auto tagged = mesh.test->engine().Tag("infermesh.v1." + type);
      REQUIRE_OK(tagged);
      CHECK(tagged->size() >= 4);
      for (const TaggedField& field : *tagged) {
        INFO(type << "." << field.path);
        CHECK_FALSE(field.categories.empty());
      }
    }
  }
  SECTION("a type that the policy does not list is not sealed") {
    Infermesh mesh;
    const google::protobuf::Timestamp stranger;
    REQUIRE_ERROR(mesh.gateway().Seal(stranger, Subject("ada")),
                  Code::kInvalidArgument,
                  "`google.protobuf.Timestamp` is not bound");
    REQUIRE_ERROR(mesh.gateway().Seal(Record::Bytes("infermesh.v1.Stranger",
                                                    "\x0a\x03"
                                                    "ada"),
                                      Subject("ada")),
                  Code::kInvalidArgument,
                  "`infermesh.v1.Stranger` is not bound");
  }
  SECTION("an unknown field is dropped, counted, and in no output byte") {
    Infermesh mesh;
    std::string bytes = mesh.Payment("ada").SerializeAsString();
    bytes += std::string("\xfa\x06\x0c", 3) + "stowaway-9fd";  // number 111
    Outcome outcome;
    const auto sealed =
        mesh.payments().Seal(Record::Bytes("infermesh.v1.Payment", bytes),
                             Subject("ada"), {}, &outcome);
    REQUIRE_OK(sealed);
    CHECK(outcome.unknown == 1);
    CHECK(sealed->bytes().find("stowaway") == std::string_view::npos);
    const Record in_hand = Record::Bytes("infermesh.v1.Payment", bytes);
    for (const auto& [actor, purpose] : testing::EveryClaim()) {
      INFO(actor << " for " << purpose);
      const Actor who = testing::ActorOf(mesh, actor);
      const PurposeId id = testing::PurposeOf(purpose);
      const auto out = [](const auto& result) {
        return result.ok() ? *result : std::string();
      };
      CHECK(out(who.OpenBytes(*sealed, Subject("ada"), id)).find("stowaway") ==
            std::string::npos);
      CHECK(out(who.Minimize(in_hand, Subject("ada"), id)).find("stowaway") ==
            std::string::npos);
      for (const std::string& recipient : testing::EveryRecipient()) {
        const auto shared =
            who.Share(in_hand, Subject("ada"), testing::RecipientOf(recipient),
                      id, testing::AuthorityRequest());
        CHECK((shared.ok() ? shared->bytes() : "").find("stowaway") ==
              std::string::npos);
      }
    }
  }
}

// Whether bytes hold one of the hashes of an account.
bool HoldsHash(std::string_view bytes) {
  return bytes.find("argon2id$") != std::string_view::npos ||
         bytes.find("sha256$") != std::string_view::npos;
}

// Opens, minimizes, shares and logs it, as everybody and for everything.
void AttackCredentials(Infermesh& mesh) {
  const Account account = mesh.Account("ada");
  const SealedRecord sealed = mesh.StoreOrDie(mesh.accounts(), account);
  testing::ConsentToEverything(mesh, "ada");
  REQUIRE_OK(mesh.subjects().RecordNotice(Subject("ada"), "successor:successor",
                                          "email"));
  CHECK(testing::LeaksOf(account, sealed.bytes()).empty());
  for (const auto& [actor, purpose] : testing::EveryPair()) {
    INFO(actor << " for " << purpose);
    const bool authenticates =
        actor == "accounts" && purpose == "service.authentication";
    const Actor who = testing::ActorOf(mesh, actor);
    const PurposeId id = testing::PurposeOf(purpose);
    const auto opened = who.OpenBytes(sealed, AnySubject(), id);
    CHECK((opened.ok() && HoldsHash(*opened)) == authenticates);
    const auto minimized = who.Minimize(account, Subject("ada"), id);
    CHECK((minimized.ok() && HoldsHash(*minimized)) == authenticates);
    for (const std::string& recipient : testing::EveryRecipient()) {
      INFO("to " << recipient);
      const RecipientId to = testing::RecipientOf(recipient);
      const auto stored =
          who.Share(sealed, AnySubject(), to, id, testing::AuthorityRequest());
      CHECK_FALSE((stored.ok() && HoldsHash(stored->bytes())));
      const auto in_hand = who.Share(account, Subject("ada"), to, id,
                                     testing::AuthorityRequest());
      CHECK_FALSE((in_hand.ok() && HoldsHash(in_hand->bytes())));
    }
  }
  const auto whole = mesh.accounts().Open<Account>(
      sealed, Subject("ada"), PurposeId("service.authentication"));
  REQUIRE_OK(whole);
  CHECK(whole->SerializeAsString() == account.SerializeAsString());
  CHECK(
      testing::LeaksOf(account, mesh.test->engine().LogSafe(account)).empty());
}

TEST_CASE("2.1 a credential goes to authentication and nowhere else",
          "[promise]") {
  SECTION("under the policy as it stands") {
    Infermesh mesh;
    AttackCredentials(mesh);
  }
  SECTION("and under one with a rule that shares the hash") {
    // It loads, since the gate makes the invariant hold all the same.
    Infermesh mesh(
        Edited({Adding("rule { name: \"leak\" permit { categories: "
                       "\"account\" purposes: \"compliance\" roles: AUTHORITY "
                       "} }")}),
        testing::OfText{});
    AttackCredentials(mesh);
    Outcome outcome;
    REQUIRE_OK(mesh.legal().Share(
        mesh.Account("ada"), Subject("ada"), RecipientId("authority"),
        PurposeId("compliance"), testing::AuthorityRequest(), &outcome));
    int refused = 0;
    for (const Outcome::Field& field : outcome.fields) {
      if (field.path.find("hash") == std::string::npos) continue;
      CHECK(field.action == Outcome::Action::kDropped);
      CHECK(field.reason == "gate `credential`");
      ++refused;
    }
    CHECK(refused == 2);
  }
  SECTION("an address is looked up by an index that does not show it") {
    Infermesh mesh(
        Edited({{"record { type: \"infermesh.v1.Account\"  ",
                 "record { type: \"infermesh.v1.Account\"  field { path: "
                 "\"email\" categories: [\"account.email\"] index { normalize: "
                 "EMAIL } } "}}),
        testing::OfText{});
    AttackCredentials(mesh);
    const SealedRecord sealed =
        mesh.StoreOrDie(mesh.accounts(), mesh.Account("bob"));
    const auto tag =
        mesh.test->engine().IndexOf("account.email", "Bob@Example.com");
    REQUIRE_OK(tag);
    const auto found = mesh.test->records().Find(*tag, 10);
    REQUIRE_OK(found);
    REQUIRE(found->size() == 1);
    CHECK((*found)[0] == sealed.id());
    REQUIRE(sealed.index().size() == 1);
    CHECK(
        testing::LeaksOf(mesh.Account("bob"), sealed.index()[0].value).empty());
  }
}

std::string AmountOf(const Payment& payment) {
  std::string digits;
  google::protobuf::TextFormat::PrintFieldValueToString(
      payment, Payment::descriptor()->FindFieldByName("amount_minor"), -1,
      &digits);
  return digits;
}

TEST_CASE("2.2 every digit of an amount comes back", "[promise]") {
  Infermesh mesh;
  for (const std::string amount :
       {"10", "9007199254740993", "9223372036854775807", "-9223372036854775808",
        "-1299"}) {
    INFO(amount);
    Payment payment = mesh.Payment("ada");
    REQUIRE(google::protobuf::TextFormat::MergeFromString(
        "amount_minor: " + amount, &payment));
    const std::string bytes = payment.SerializeAsString();
    const SealedRecord sealed = mesh.StoreOrDie(mesh.payments(), payment);
    const auto opened = mesh.payments().Open<Payment>(
        sealed, Subject("ada"), PurposeId("billing.records"));
    REQUIRE_OK(opened);
    CHECK(AmountOf(*opened) == amount);
    // Status and channel too, by every way out.
    CHECK(opened->SerializeAsString() == bytes);
    const auto minimized = mesh.payments().Minimize(
        payment, Subject("ada"), PurposeId("billing.records"));
    REQUIRE_OK(minimized);
    CHECK(*minimized == bytes);
    const auto shared =
        mesh.payments().Share(sealed, Subject("ada"), RecipientId("payment"),
                              PurposeId("billing.payment"));
    REQUIRE_OK(shared);
    CHECK(AmountOf(*shared->As<Payment>()) == amount);
    CHECK(shared->bytes() == bytes);
    Payment change;
    change.set_account_id("ada");
    change.set_status("refunded");
    const auto amended = mesh.payments().Amend(sealed, change, Subject("ada"));
    REQUIRE_OK(amended);
    const auto again = mesh.payments().Open<Payment>(
        *amended, Subject("ada"), PurposeId("billing.records"));
    REQUIRE_OK(again);
    CHECK(AmountOf(*again) == amount);
  }
}

TEST_CASE("2.2 every digit of a decimal text comes back", "[promise]") {
  Infermesh mesh(
      Edited({{"stores: [\"infermesh.v1.Payment\"]",
               "stores: [\"infermesh.v1.Payment\", \"infermesh.v1.TopUp\"]"},
              Adding("record { type: \"infermesh.v1.TopUp\" subject: "
                     "\"account_id\" field { path: \"account_id\" number: 1 "
                     "type: STRING categories: \"account.id\" } field { path: "
                     "\"amount\" number: 2 type: DECIMAL categories: "
                     "\"billing.amount\" } }")}),
      testing::OfText{});
  for (const std::string amount :
       {"0.10", "123456789012345678901234567890",
        "-0.100000000000000000000000000001", "1e400"}) {
    INFO(amount);
    const std::string bytes = std::string("\x0a\x03") + "ada" + "\x12" +
                              static_cast<char>(amount.size()) + amount;
    const auto sealed = mesh.payments().Seal(
        Record::Bytes("infermesh.v1.TopUp", bytes), Subject("ada"));
    REQUIRE_OK(sealed);
    const auto opened = mesh.payments().OpenBytes(*sealed, Subject("ada"),
                                                  PurposeId("billing.records"));
    REQUIRE_OK(opened);
    CHECK(*opened == bytes);
    const auto shared =
        mesh.payments().Share(*sealed, Subject("ada"), RecipientId("payment"),
                              PurposeId("billing.payment"));
    REQUIRE_OK(shared);
    CHECK(shared->bytes() == bytes);
  }
}

TEST_CASE("2.5 the session cookie serves sign-in, delivery and security only",
          "[promise]") {
  Infermesh mesh;
  WebSession session;
  session.set_account_id("ada");
  session.set_session_id("session-51d9");
  const auto sealed = mesh.gateway().Seal(session, Subject("ada"));
  REQUIRE_OK(sealed);
  testing::ConsentToEverything(mesh, "ada");
  REQUIRE_OK(mesh.subjects().RecordNotice(Subject("ada"), "successor:successor",
                                          "email"));
  // What each purpose sees: `compliance` all but content and credentials,
  // others whose it was; the rest is refused.
  const std::string all = "account_id,session_id,";
  const std::map<std::string, std::string> table = {
      {"service.delivery", all},
      {"service.authentication", all},
      {"security.fraud", all},
      {"security.abuse", all},
      {"compliance", all},
      {"billing.records", "account_id,"},
      {"billing.payment", "account_id,"},
      {"billing.audit", "account_id,"}};
  for (const auto& [actor, purpose] : testing::EveryClaim()) {
    INFO(actor << " for " << purpose);
    const Actor who = testing::ActorOf(mesh, actor);
    const PurposeId id = testing::PurposeOf(purpose);
    const auto opened = who.Open<WebSession>(*sealed, AnySubject(), id);
    const auto expected = table.find(purpose);
    if (expected == table.end()) {
      REQUIRE_ERROR(opened, Code::kPermissionDenied, purpose);
    } else {
      REQUIRE_OK(opened);
      CHECK(testing::SetFields(*opened) == expected->second);
    }
    for (const std::string& recipient : testing::EveryRecipient()) {
      INFO("to " << recipient);
      const RecipientId to = testing::RecipientOf(recipient);
      const auto shared = who.Share(*sealed, Subject("ada"), to, id,
                                    testing::AuthorityRequest());
      if (actor == "gateway" && recipient == "hosting") {
        REQUIRE_OK(shared);
        CHECK(shared->As<WebSession>()->session_id() == "session-51d9");
        continue;
      }
      if (!shared.ok()) {
        REQUIRE_ERROR(shared, Code::kPermissionDenied, "");
        continue;
      }
      CHECK(testing::SetFields(*shared->As<WebSession>()) == "account_id,");
    }
  }
  SECTION("and an edit that widens its use does not load") {
    for (const std::string purpose :
         {"service.support", "service.troubleshooting", "service.notice",
          "billing.audit", "improvement", "analytics"}) {
      const std::string why =
          WhyItDoesNotLoad({Adding("rule { name: \"more\" permit { categories: "
                                   "\"session.essential\" purposes: \"" +
                                   purpose + "\" } }")});
      INFO(why);
      CHECK(why.find("`only` `") != std::string::npos);
      CHECK(why.find("`session.essential` for `" + purpose + "`") !=
            std::string::npos);
    }
  }
}

}  // namespace
}  // namespace privet
