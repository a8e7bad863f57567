// SPDX-License-Identifier: Apache-2.0
//
// Amending: what is replaced, what stays, and that no period begins anew or
// takes over that of a neighbour.

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/sealed_header.h"
#include "engine/desk.h"
#include "engine/engine_rig.h"
#include "engine/sealed_classes.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "infermesh.pb.h"
#include "privet/engine.h"
#include "privet/outcome.h"
#include "promises/everyone.h"
#include "support/catch.h"
#include "support/infermesh_records.h"
#include "support/status_assertions.h"

namespace privet {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using infermesh::v1::Account;
using infermesh::v1::ApiRequest;
using infermesh::v1::Payment;
using testing::ActorOf;
using testing::Desk;
using testing::EngineRig;
using testing::kAda;
using testing::PolicyEdit;
using testing::PolicyOrDie;
using testing::Version;
using Code = absl::StatusCode;

constexpr absl::Duration kDay = absl::Hours(24);
constexpr PurposeId kDelivery("service.delivery");

// Another value for a field, as short as the type lets it be.
void SetOther(Message* message, const FieldDescriptor* field) {
  const auto* reflection = message->GetReflection();
  if (field->is_repeated()) {
    reflection->AddString(message, field, "other");
  } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    reflection->SetString(message, field, "other");
  } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_INT64) {
    reflection->SetInt64(message, field, 4711);
  } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_INT32) {
    reflection->SetInt32(message, field, 47);
  } else {
    Message* time = reflection->MutableMessage(message, field);
    const auto* seconds = time->GetDescriptor()->FindFieldByName("seconds");
    time->GetReflection()->SetInt64(time, seconds, 1'767'000'000);
  }
}

// What each claim of the policy sees of a record, or why it sees nothing.
std::map<std::string, std::string> AllViews(const Engine& engine,
                                            const SealedRecord& sealed) {
  std::map<std::string, std::string> views;
  for (const auto& [actor, purpose] : testing::EveryClaim()) {
    const auto seen =
        ActorOf(engine, actor)
            .OpenBytes(sealed, AnySubject(), testing::PurposeOf(purpose));
    views[actor + " " + purpose] = seen.ok() ? *seen : seen.status().ToString();
  }
  return views;
}

// Amends each field alone, and compares with a record that had the value from
// its beginning.
template <typename T>
void CheckEachFieldAlone(const char* actor, const T& record) {
  EngineRig rig;
  const Engine engine = rig.OpenOrDie();
  const Actor writer = ActorOf(engine, actor);
  const Subject who(record.account_id());
  const SealedRecord sealed = testing::StoreOrDie(rig, writer, record);
  for (int i = 0; i < T::descriptor()->field_count(); ++i) {
    const FieldDescriptor* field = T::descriptor()->field(i);
    if (field->name() == "account_id") continue;
    INFO(std::string(field->full_name()));
    T changes, wanted = record;
    SetOther(&changes, field);
    wanted.GetReflection()->ClearField(&wanted, field);
    SetOther(&wanted, field);
    const auto amended = writer.Amend(sealed, changes, who);
    REQUIRE_OK(amended);
    const auto anew = writer.Seal(wanted, who);
    REQUIRE_OK(anew);
    CHECK(AllViews(engine, *amended) == AllViews(engine, *anew));
  }
}

TEST_CASE("Amending a field changes this one, for everybody who may see it",
          "[engine][amend]") {
  CheckEachFieldAlone("accounts", testing::AccountOf(kAda));
  CheckEachFieldAlone("gateway", testing::SessionOf(kAda));
  CheckEachFieldAlone("gateway",
                      testing::RequestOf(kAda, EngineRig().clock.Now()));
  CheckEachFieldAlone("payments", testing::PaymentOf(kAda));
  CheckEachFieldAlone("support_desk", testing::TicketOf(kAda));
}

TEST_CASE("An amended record is the next revision of the same record",
          "[engine][amend]") {
  Desk desk;
  desk.rig.clock.Advance(absl::Hours(3));
  Account changes;
  changes.set_email("ada@lovelace.example");
  const Actor accounts = desk.As("accounts");
  const auto second = accounts.Amend(desk.account, changes, desk.ada);
  REQUIRE_OK(second);
  CHECK(second->id() == desk.account.id());
  CHECK(second->owner() == desk.account.owner());
  CHECK(second->revision() == 2);
  changes.set_email("ada@byron.example");
  const auto rival = accounts.Amend(desk.account, changes, desk.ada);
  REQUIRE_OK(rival);
  REQUIRE_OK(desk.rig.records->Put(*second));
  // Of two amendments of one revision the first to be stored is.
  REQUIRE_ERROR(desk.rig.records->Put(*rival), Code::kAborted, "revision 2");
  const auto third = accounts.Amend(*second, changes, desk.ada);
  REQUIRE_OK(third);
  CHECK(third->revision() == 3);
  REQUIRE_OK(desk.rig.records->Put(*third));
}

TEST_CASE("Amending nothing but seals again what lives", "[engine][amend]") {
  Desk desk;
  const auto before = AllViews(desk.engine, desk.request);
  const auto again = desk.gateway().Amend(desk.request, ApiRequest(), desk.ada);
  REQUIRE_OK(again);
  CHECK(AllViews(desk.engine, *again) == before);
  CHECK(again->bytes() != desk.request.bytes());
}

// Logs for ten days, content for two.
const std::vector<PolicyEdit> kOtherPeriods = {
    {"\"security_log\"]   keep: \"30d\"", "\"security_log\"]   keep: \"10d\""},
    {"[\"content\"]                       keep: \"24h\"",
     "[\"content\"]                       keep: \"48h\""}};

std::vector<PolicyEdit> With(std::vector<PolicyEdit> edits,
                             const PolicyEdit& more) {
  edits.push_back(more);
  return edits;
}

TEST_CASE("Each compartment keeps its own period, or gets a shorter one",
          "[engine][amend]") {
  Desk desk;
  const auto kept_under = [&](const SealedRecord& record, const char* path) {
    return testing::KeptUnder(desk.engine, *desk.rig.vault, record, path);
  };
  REQUIRE(kept_under(desk.request, "model") == "log 30d");
  REQUIRE(kept_under(desk.request, "prompt") == "content 24h");
  REQUIRE(kept_under(desk.request, "account_id") == "account 90d");
  REQUIRE_OK(
      desk.engine.SetPolicy(PolicyOrDie(With(kOtherPeriods, Version(5)))));
  ApiRequest changes;
  SECTION("of which a field was amended") { changes.set_model("sky-8b"); }
  SECTION("of which none was") { changes.set_error(503); }
  SECTION("whichever it was") { changes.set_prompt("why is the sky green?"); }
  const auto amended = desk.gateway().Amend(desk.request, changes, desk.ada);
  REQUIRE_OK(amended);
  CHECK(kept_under(*amended, "model") == "log 10d");
  CHECK(kept_under(*amended, "prompt") == "content 24h");
  CHECK(kept_under(*amended, "account_id") == "account 90d");
  // Nor does a later, laxer policy reach back to what was amended.
  REQUIRE_OK(desk.engine.SetPolicy(PolicyOrDie({Version(6)})));
  const auto again = desk.gateway().Amend(*amended, changes, desk.ada);
  REQUIRE_OK(again);
  CHECK(kept_under(*again, "model") == "log 10d");
  CHECK(kept_under(*again, "prompt") == "content 24h");
  desk.rig.clock.Advance(10 * kDay);
  const auto log_of = [&](const SealedRecord& record) {
    return desk.As("product")
        .OpenBytes(record, desk.ada, PurposeId("improvement"))
        .status();
  };
  REQUIRE_ERROR(log_of(*again), Code::kNotFound, "retention");
  REQUIRE_OK(log_of(desk.request));
}

TEST_CASE("A period counts from creation, whenever a field was amended",
          "[engine][amend]") {
  Desk desk;
  ApiRequest changes;
  changes.set_prompt("why is the sky green?");
  changes.set_model("sky-8b");
  desk.rig.clock.Advance(absl::Hours(23));
  const auto amended = desk.gateway().Amend(desk.request, changes, desk.ada);
  REQUIRE_OK(amended);
  const auto open = [&](const SealedRecord& record) {
    return desk.gateway().Open<ApiRequest>(record, desk.ada, kDelivery);
  };
  CHECK(open(*amended)->prompt() == "why is the sky green?");
  desk.rig.clock.Advance(absl::Hours(1));
  CHECK(open(*amended)->prompt().empty());
  CHECK(open(*amended)->model() == "sky-8b");
  SECTION("and what was due before is not sealed again") {
    Outcome outcome;
    const auto late =
        desk.gateway().Amend(*amended, changes, desk.ada, {}, &outcome);
    REQUIRE_OK(late);
    CHECK(open(*late)->prompt().empty());
    CHECK(open(*late)->model() == "sky-8b");
    CHECK(outcome.ToString() == "1 kept, 0 transformed, 1 dropped (prompt)");
    CHECK(testing::KeptUnder(desk.engine, *desk.rig.vault, *late, "prompt") ==
          "none");
  }
}

TEST_CASE("What ended for one compartment ends nothing for another",
          "[engine][amend]") {
  Desk desk;
  Payment refund;
  refund.set_status("refunded");
  desk.Close(90 * kDay);
  // The account id is due, and nobody needs to say it again.
  const auto amended =
      desk.As("payments").Amend(desk.payment, refund, desk.ada);
  REQUIRE_OK(amended);
  CHECK(testing::KeptUnder(desk.engine, *desk.rig.vault, *amended, "status") ==
        "billing 7y");
  CHECK(testing::KeptUnder(desk.engine, *desk.rig.vault, *amended,
                           "account_id") == "none");
  desk.rig.clock.Advance(kDay * 365 * 6);
  const auto seen = desk.As("auditor").Open<Payment>(
      *amended, AnySubject(), PurposeId("billing.audit"));
  REQUIRE_OK(seen);
  CHECK(seen->status() == "refunded");
  CHECK(seen->amount_minor() == 1299);
  CHECK(seen->account_id().empty());
}

TEST_CASE("Amending is storage: it goes on while a person is restricted",
          "[engine][amend]") {
  Desk desk;
  desk.Restrict();
  Account changes;
  changes.set_email("ada@lovelace.example");
  REQUIRE_OK(desk.As("accounts").Amend(desk.account, changes, desk.ada));
}

// Addresses are networks, for whatever purpose.
const std::vector<PolicyEdit> kNetworks = {
    testing::Adding("rule { name: \"networks\" require { categories: "
                    "\"security_log.client_ip\" } transform { ip_prefix { v4: "
                    "24 v6: 48 } } }")};

TEST_CASE("What is stored in a smaller form stays in it, and is not cut twice",
          "[engine][amend]") {
  EngineRig rig(PolicyOrDie(kNetworks));
  const Engine engine = rig.OpenOrDie();
  const Actor gateway = ActorOf(engine, "gateway");
  const SealedRecord sealed =
      testing::StoreOrDie(rig, gateway, rig.Request(kAda));
  const auto address = [&](const SealedRecord& record) {
    const auto seen = ActorOf(engine, "guard")
                          .Open<ApiRequest>(record, AnySubject(),
                                            PurposeId("security.fraud"));
    REQUIRE_OK(seen);
    return seen->client_ip();
  };
  REQUIRE(address(sealed) == "203.0.113.0");
  ApiRequest changes;
  SECTION("if another field is amended") {
    changes.set_model("sky-8b");
    const auto amended = gateway.Amend(sealed, changes, Subject(kAda));
    REQUIRE_OK(amended);
    CHECK(address(*amended) == "203.0.113.0");
  }
  SECTION("if it is amended itself") {
    changes.set_client_ip("198.51.100.200");
    Outcome outcome;
    const auto amended =
        gateway.Amend(sealed, changes, Subject(kAda), {}, &outcome);
    REQUIRE_OK(amended);
    CHECK(address(*amended) == "198.51.100.0");
    CHECK(outcome.Count(Outcome::Action::kTransformed) == 1);
    CHECK(outcome.fields.size() == 1);
  }
}

TEST_CASE("What may not be stored any more goes when a record is amended",
          "[engine][amend]") {
  // Only experience, by consent, may use how a screen looks.
  EngineRig rig(PolicyOrDie(
      {{"permit { categories: [\"*\"]  except_categories: [\"content\"]",
        "permit { categories: [\"*\"]  except_categories: [\"content\", "
        "\"session.optional\"]"}}));
  const Engine engine = rig.OpenOrDie();
  const Actor gateway = ActorOf(engine, "gateway");
  const PurposeId experience("experience");
  const Subject ada(kAda);
  REQUIRE_OK(engine.subjects().GiveConsent(ada, experience));
  const SealedRecord session =
      testing::StoreOrDie(rig, gateway, testing::SessionOf(kAda));
  REQUIRE_OK(engine.subjects().WithdrawConsent(ada, experience));
  infermesh::v1::WebSession changes;
  changes.set_ui_variant("variant-c-88");
  changes.set_access("GET /keys");
  const auto amended = gateway.Amend(session, changes, ada);
  REQUIRE_OK(amended);
  REQUIRE_OK(engine.subjects().GiveConsent(ada, experience));
  const auto seen =
      ActorOf(engine, "product").OpenBytes(*amended, ada, experience);
  CHECK((seen.ok() ? *seen : "").find("variant") == std::string::npos);
}

}  // namespace
}  // namespace privet
