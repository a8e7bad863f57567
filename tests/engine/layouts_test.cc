// SPDX-License-Identifier: Apache-2.0
//
// Records that were sealed under another layout than today's: by another
// policy, or when their type had other fields.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/sealed_header.h"
#include "engine/desk.h"
#include "engine/engine_rig.h"
#include "engine/sealed_classes.h"
#include "infermesh.pb.h"
#include "keys/rows.h"
#include "privet/engine.h"
#include "privet/outcome.h"
#include "promises/altered_type.h"
#include "promises/everyone.h"
#include "support/catch.h"
#include "support/edited_policy.h"
#include "support/infermesh_records.h"
#include "support/status_assertions.h"

namespace privet {
namespace {

using infermesh::v1::Account;
using infermesh::v1::ApiRequest;
using testing::ActorOf;
using testing::Adding;
using testing::Desk;
using testing::EngineRig;
using testing::kAda;
using testing::PolicyEdit;
using testing::PolicyOrDie;
using testing::Version;
using Code = absl::StatusCode;

constexpr PurposeId kDelivery("service.delivery");
constexpr PurposeId kImprovement("improvement");
constexpr char kAccount[] = "infermesh.v1.Account";

std::size_t CompartmentsOf(const SealedRecord& record) {
  const auto header = base::SealedHeader::Parse(record.bytes());
  REQUIRE_OK(header);
  return header->size();
}

// The security desk may see models, and nothing else of them: a rule that tells
// the model from the rest of the log, which lay beside it.
const PolicyEdit kModelsApart = Adding(
    "rule { name: \"models\" permit { categories: "
    "\"service_log.model\" purposes: \"service.notice\" } }");
// The `only` that would be broken by it.
const PolicyEdit kNoticesMay = {
    "only { name: \"notices\"          purposes: [\"service.notice\"]          "
    " categories: [\"account.email\"] }",
    "only { name: \"notices\" purposes: [\"service.notice\"] categories: "
    "[\"account.email\", \"service_log.model\"] }"};

TEST_CASE("A record of an older layout opens by what the policy says today",
          "[engine][layout]") {
  Desk desk;
  const auto before =
      desk.gateway().OpenBytes(desk.request, desk.ada, kDelivery);
  REQUIRE_OK(before);
  REQUIRE_OK(desk.engine.SetPolicy(
      PolicyOrDie({Version(5), kModelsApart, kNoticesMay})));
  const auto anew =
      testing::StoreOrDie(desk.rig, desk.gateway(), desk.rig.Request(kAda));
  // The new layout is another one, and finer.
  REQUIRE(CompartmentsOf(anew) > CompartmentsOf(desk.request));
  for (const SealedRecord& record : {desk.request, anew}) {
    const auto seen = desk.gateway().OpenBytes(record, desk.ada, kDelivery);
    REQUIRE_OK(seen);
    CHECK(*seen == *before);
    // The desk opens the compartment in which all of the log lies, and sees
    // the model.
    const auto notice =
        desk.As("accounts")
            .Open<ApiRequest>(record, desk.ada, PurposeId("service.notice"));
    REQUIRE_OK(notice);
    CHECK(testing::SetFields(*notice) == "model,");
  }
}

TEST_CASE("A field of an older layout that nobody may see now is not seen",
          "[engine][layout]") {
  Desk desk;
  REQUIRE_OK(desk.engine.SetPolicy(PolicyOrDie(
      {Version(5),
       {"permit { categories: [\"service_log\", \"usage_statistics\", "
        "\"communication.feedback\"]  purposes: [\"improvement\"] }",
        "permit { categories: [\"service_log\", \"usage_statistics\", "
        "\"communication.feedback\"] except_categories: "
        "\"service_log.model\" purposes: [\"improvement\"] }"}})));
  Outcome outcome;
  const auto seen = desk.As("product").OpenBytes(desk.request, desk.ada,
                                                 kImprovement, {}, &outcome);
  REQUIRE_OK(seen);
  CHECK(seen->find("sky-7b") == std::string::npos);
  for (const Outcome::Field& field : outcome.fields) {
    if (field.path != "model") continue;
    CHECK(field.action == Outcome::Action::kDropped);
    CHECK_FALSE(field.reason.empty());
  }
}

TEST_CASE("An outcome names what an older layout holds and was not opened",
          "[engine][layout][outcome]") {
  Desk desk;
  REQUIRE_OK(desk.engine.SetPolicy(
      PolicyOrDie({Version(5), kModelsApart, kNoticesMay})));
  const auto anew =
      testing::StoreOrDie(desk.rig, desk.gateway(), desk.rig.Request(kAda));
  const auto outcome_of = [&](const SealedRecord& record) {
    Outcome outcome;
    REQUIRE_OK(desk.As("payments")
                   .OpenBytes(record, desk.ada, PurposeId("billing.records"),
                              {}, &outcome));
    std::string text;
    for (const Outcome::Field& field : outcome.fields) {
      text += field.path + ": " + field.reason + "\n";
    }
    return text;
  };
  CHECK(outcome_of(desk.request) == outcome_of(anew));
  desk.rig.clock.Advance(absl::Hours(24));
  CHECK(outcome_of(desk.request) == outcome_of(anew));
}

TEST_CASE("An amended record is laid out anew, each field with its old period",
          "[engine][layout][amend]") {
  Desk desk;
  REQUIRE_OK(desk.engine.SetPolicy(
      PolicyOrDie({Version(5),
                   kModelsApart,
                   kNoticesMay,
                   {"\"security_log\"]   keep: \"30d\"",
                    "\"security_log\"]   keep: \"60d\""}})));
  ApiRequest changes;
  changes.set_error(503);
  const auto amended = desk.gateway().Amend(desk.request, changes, desk.ada);
  REQUIRE_OK(amended);
  CHECK(CompartmentsOf(*amended) > CompartmentsOf(desk.request));
  for (const char* path : {"model", "time", "error", "client_ip"}) {
    INFO(path);
    CHECK(testing::KeptUnder(desk.engine, *desk.rig.vault, *amended, path) ==
          "log 30d");
  }
  CHECK(testing::KeptUnder(desk.engine, *desk.rig.vault, *amended, "prompt") ==
        "content 24h");
  const auto seen =
      desk.gateway().Open<ApiRequest>(*amended, desk.ada, kDelivery);
  REQUIRE_OK(seen);
  CHECK(seen->error() == 503);
  CHECK(seen->model() == "sky-7b");
  CHECK(seen->prompt() == "why is the sky blue?");
}

TEST_CASE("A period that got shorter reaches back, one that is new does not",
          "[engine][layout]") {
  Desk desk;
  REQUIRE_OK(desk.engine.SetPolicy(PolicyOrDie(
      {Version(5),
       Adding("retention { id: \"accounts\" categories: \"account\" keep: "
              "\"3y\" then: DELETE }"),
       {"\"security_log\"]   keep: \"30d\"",
        "\"security_log\"]   keep: \"29d\""}})));
  desk.rig.clock.Advance(absl::Hours(24 * 29));
  REQUIRE_ERROR(
      desk.As("product").OpenBytes(desk.request, desk.ada, kImprovement),
      Code::kNotFound, "retention");
  const SealedRecord anew = testing::StoreOrDie(desk.rig, desk.As("accounts"),
                                                testing::AccountOf(kAda));
  desk.rig.clock.Advance(absl::Hours(24 * 366 * 3));
  const auto sign_in = [&](const SealedRecord& account) {
    return desk.As("accounts")
        .OpenBytes(account, desk.ada, PurposeId("service.authentication"))
        .status();
  };
  REQUIRE_OK(sign_in(desk.account));
  REQUIRE_ERROR(sign_in(anew), Code::kNotFound, "retention");
}

// `note` as a new field of the account, for support.
const std::vector<PolicyEdit> kWithNote = {
    Version(5),
    {"record { type: \"infermesh.v1.Account\"        subject: \"account_id\"  "
     "subject_kind: \"customer\" }",
     "record { type: \"infermesh.v1.Account\" subject: \"account_id\" "
     "subject_kind: \"customer\" field { path: \"note\" categories: "
     "\"communication.feedback\" } }"}};

// The bytes of an account with the new field.
std::string WithNote(const std::string& note) {
  std::string bytes = testing::AccountOf(kAda).SerializeAsString();
  bytes += std::string("\x9a\x06", 2);  // field 99, length-delimited
  bytes.push_back(static_cast<char>(note.size()));
  return bytes + note;
}

TEST_CASE("A type that got a field opens what was sealed before it",
          "[engine][layout]") {
  EngineRig rig;
  const Engine old = rig.OpenOrDie();
  const SealedRecord account = testing::StoreOrDie(
      rig, ActorOf(old, "accounts"), testing::AccountOf(kAda));
  const testing::AlteredType altered("Account", "note");
  EngineOptions options;
  options.types = {altered.descriptor()};
  rig.Use(PolicyOrDie(kWithNote));
  const Engine engine = rig.OpenOrDie(options);
  const PurposeId support("service.support"), sign_in("service.authentication");
  const Actor accounts = ActorOf(engine, "accounts");
  REQUIRE_OK(accounts.OpenBytes(account, Subject(kAda), sign_in));
  const auto noted = accounts.Seal(
      Record::Bytes(kAccount, WithNote("likes tea")), Subject(kAda));
  REQUIRE_OK(noted);
  const auto read = [&](const Engine& by, const SealedRecord& record) {
    const auto seen =
        ActorOf(by, "support_desk").OpenBytes(record, AnySubject(), support);
    REQUIRE_OK(seen);
    return *seen;
  };
  CHECK(read(engine, *noted).find("likes tea") != std::string::npos);
  SECTION("and amends it by the new one") {
    const auto amended = accounts.Amend(
        account, Record::Bytes(kAccount, WithNote("likes tea")), Subject(kAda));
    REQUIRE_OK(amended);
    CHECK(read(engine, *amended).find("likes tea") != std::string::npos);
    CHECK(testing::KeptUnder(engine, *rig.vault, *amended, "note") ==
          "talk 2y");
  }
  SECTION("which a program without it opens without it") {
    const std::string seen = read(old, *noted);
    CHECK(seen.find("likes tea") == std::string::npos);
    CHECK(seen.find("the great") != std::string::npos);
    const auto whole =
        ActorOf(old, "accounts").Open<Account>(*noted, Subject(kAda), sign_in);
    REQUIRE_OK(whole);
    CHECK(whole->password_hash() == "argon2id$9f8e7d6c5b4a");
  }
}

TEST_CASE("A compartment that the vault does not know is damage",
          "[engine][layout]") {
  Desk desk;
  REQUIRE_OK(desk.engine.SetPolicy(
      PolicyOrDie({Version(5), kModelsApart, kNoticesMay})));
  // Of a layout that the policy does not have, only the catalogue knows what
  // is in it.
  const auto header = base::SealedHeader::Parse(desk.request.bytes());
  REQUIRE_OK(header);
  std::vector<Store::Write> gone;
  for (std::size_t i = 0; i < header->size(); ++i) {
    gone.push_back(
        {keys::CompartmentRowName(testing::TypeNumberOf(desk.request),
                                  header->compartment(i)),
         std::nullopt});
  }
  REQUIRE_OK(desk.rig.vault->Commit({}, gone));
  REQUIRE_ERROR(desk.gateway().OpenBytes(desk.request, desk.ada, kDelivery),
                Code::kDataLoss, "vault");
}

}  // namespace
}  // namespace privet
