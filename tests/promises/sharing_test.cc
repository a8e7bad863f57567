// SPDX-License-Identifier: Apache-2.0
//
// Promise 4: sharing. Left out until their machinery is here: the audit log,
// the jurisdiction of a case, and whether a disclosure is secret (4.4); proofs
// of deletion owed (4.5); a scanner of texts, without which they are dropped
// (4.2).

#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "engine/engine_rig.h"
#include "infermesh.pb.h"
#include "privet/denial.h"
#include "privet/engine.h"
#include "privet/outcome.h"
#include "privet/policy.h"
#include "promises/everyone.h"
#include "subject/state_row.h"
#include "support/catch.h"
#include "support/edited_policy.h"
#include "support/infermesh.h"
#include "support/status_assertions.h"

namespace privet {
namespace {

using infermesh::v1::Account;
using infermesh::v1::ApiRequest;
using testing::Adding;
using testing::Edited;
using testing::Infermesh;
using testing::WhyItDoesNotLoad;
using Code = absl::StatusCode;

// The gate at which the policy said no, or what happened in place of that.
std::string GateOf(const absl::Status& status) {
  const auto denial = GetDenial(status);
  return status.code() == Code::kPermissionDenied && denial.has_value()
             ? denial->gate
             : status.ToString();
}

TEST_CASE("4.1 personal data is not sold, by no rule and with no consent",
          "[promise]") {
  const char* roles[] = {"PROCESSOR",   "AFFILIATE", "JOINT_CONTROLLER",
                         "THIRD_PARTY", "AUTHORITY", "SUCCESSOR",
                         "DIRECTED",    "USERS",     "PUBLIC"};
  for (const std::string kind : {"SALE", "CROSS_CONTEXT_ADVERTISING"}) {
    for (const std::string role : roles) {
      DYNAMIC_SECTION(kind << " to " << role) {
        const std::string why = WhyItDoesNotLoad(
            {Adding("purpose { id: \"trade\" basis: CONSENT kinds: " + kind +
                    " } actor { id: \"trader\" purposes: \"trade\" } recipient "
                    "{ id: \"buyer\" role: " +
                    role +
                    " purposes: \"trade\" regions: \"eea\" agreement { "
                    "reference: \"x\" ends: \"2030-01-01\" } } rule { name: "
                    "\"trade\" permit { categories: \"service_log\" purposes: "
                    "\"trade\" recipients: \"buyer\" } }")});
        INFO(why);
        CHECK(why.find(kind == "SALE"
                           ? "the permit reaches purpose `trade` of kind SALE, "
                             "which nothing may permit"
                           : "`never` `personal information is not sold` does "
                             "not hold: actor `trader` may share "
                             "`service_log.time` with `buyer` for `trade`") !=
              std::string::npos);
      }
    }
  }
  SECTION("what nobody may claim is refused to everybody") {
    Infermesh mesh;
    const SealedRecord sealed =
        mesh.StoreOrDie(mesh.gateway(), mesh.Request("ada"));
    testing::ConsentToEverything(mesh, "ada");
    for (const std::string& actor : testing::EveryActor()) {
      for (const std::string& recipient : testing::EveryRecipient()) {
        INFO(actor << " to " << recipient);
        const auto shared =
            testing::ActorOf(mesh, actor)
                .Share(sealed, Subject("ada"), testing::RecipientOf(recipient),
                       PurposeId("sale"), testing::AuthorityRequest());
        CHECK(GateOf(shared.status()) == "actor");
      }
    }
  }
  SECTION("and what somebody may claim stops at the gate") {
    Infermesh mesh(
        Edited({Adding("actor { id: \"trader\" purposes: \"sale\" } recipient "
                       "{ id: \"buyer\" role: THIRD_PARTY purposes: \"sale\" "
                       "regions: \"eea\" }")}),
        testing::OfText{});
    const SealedRecord sealed =
        mesh.StoreOrDie(mesh.gateway(), mesh.Request("ada"));
    testing::ConsentToEverything(mesh, "ada");
    const Actor trader = testing::ActorOf(mesh, "trader");
    CHECK(GateOf(trader
                     .Share(sealed, Subject("ada"),
                            testing::RecipientOf("buyer"), PurposeId("sale"))
                     .status()) == "sale");
    CHECK(GateOf(trader.OpenBytes(sealed, Subject("ada"), PurposeId("sale"))
                     .status()) == "sale");
  }
}

// Shares a record, and the same record with every field that did not come out
// taken out of the input. Returns what came out, or the gate that refused.
template <typename T>
std::string ShareAndShareLess(const Actor& actor, const T& record,
                              const std::string& recipient,
                              const std::string& purpose) {
  const auto full =
      actor.Share(record, Subject("ada"), testing::RecipientOf(recipient),
                  testing::PurposeOf(purpose), testing::AuthorityRequest());
  if (!full.ok()) return "gate " + GateOf(full.status());
  const auto seen = full->template As<T>();
  REQUIRE_OK(seen);
  T bare = record;
  const auto* descriptor = T::descriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const auto* field = descriptor->field(i);
    const bool there = field->is_repeated()
                           ? seen->GetReflection()->FieldSize(*seen, field) > 0
                           : seen->GetReflection()->HasField(*seen, field);
    // The call names the subject; the record must agree with it.
    if (!there && field->name() != "account_id") {
      bare.GetReflection()->ClearField(&bare, field);
    }
  }
  const auto minimal =
      actor.Share(bare, Subject("ada"), testing::RecipientOf(recipient),
                  testing::PurposeOf(purpose), testing::AuthorityRequest());
  REQUIRE_OK(minimal);
  CHECK(minimal->bytes() == full->bytes());
  return testing::SetFields(*seen);
}

TEST_CASE("4.2 a share holds what its recipient may see; nothing else counts",
          "[promise]") {
  Infermesh mesh;
  mesh.StoreOrDie(mesh.accounts(), mesh.Account("ada"));
  testing::ConsentToEverything(mesh, "ada");
  REQUIRE_OK(mesh.subjects().RecordNotice(Subject("ada"), "successor:successor",
                                          "email"));
  const std::string log = "time,model,prompt_tokens,output_tokens,latency_us,";
  const std::string bill = "amount_minor,currency,status,channel_id,";
  const std::string none = "gate ", id = "account_id,";
  // Written by hand, from the prose: what leaves of a request, an account, a
  // payment, a visit and a ticket. Of a ticket the help desk gets nothing, as
  // nobody has registered a scanner.
  const std::map<std::string, std::array<std::string, 5>> table = {
      {"gateway for service.delivery to hosting",
       {id + log, id, id, id + "session_id,", id}},
      {"gateway for service.delivery to model_host",
       {"model,prompt,output,", none, none, none, none}},
      {"product for analytics to analytics_co", {log, none, none, none, none}},
      {"support_desk for service.support to helpdesk",
       {none, "email,", none, none, none}},
      {"payments for billing.payment to payment", {id, id, id + bill, id, id}},
      {"legal for compliance to authority",
       {id + "time,client_ip,", id + "email,username,", id + bill,
        id + "client_ip,", id}},
      {"legal for transfer_of_business to successor",
       {id, id + "email,username,", id + bill, id,
        id + "ticket,emails,feedback,"}},
  };
  std::size_t met = 0;
  for (const auto& [actor, purpose] : testing::EveryClaim()) {
    for (const std::string& recipient : testing::EveryRecipient()) {
      const std::string share = actor + " for " + purpose + " to " + recipient;
      INFO(share);
      const Actor who = testing::ActorOf(mesh, actor);
      // A structured binding may not be captured by name before C++20.
      const auto ask = [&,
                        for_what = std::string(purpose)](const auto& record) {
        return ShareAndShareLess(who, record, recipient, for_what);
      };
      const std::array<std::string, 5> came = {
          ask(mesh.Request("ada")), ask(mesh.Account("ada")),
          ask(mesh.Payment("ada")), ask(testing::SessionOf("ada")),
          ask(testing::TicketOf("ada"))};
      const auto expected = table.find(share);
      if (expected == table.end()) {
        for (const std::string& gate : came) CHECK(gate == "gate ceiling");
        continue;
      }
      ++met;
      for (std::size_t i = 0; i < came.size(); ++i) {
        INFO("record " << i);
        CHECK(came[i] == expected->second[i]);
      }
    }
  }
  CHECK(met == table.size());
}

TEST_CASE("4.2 a recipient's own limits, and the strongest form, cut a share",
          "[promise]") {
  const auto share = [](Infermesh& mesh, Outcome* outcome = nullptr) {
    testing::ConsentToEverything(mesh, "ada");
    const auto shared = mesh.product().Share(
        mesh.Request("ada"), Subject("ada"), RecipientId("analytics_co"),
        PurposeId("analytics"), {}, outcome);
    REQUIRE_OK(shared);
    return *shared->As<ApiRequest>();
  };
  SECTION("its categories") {
    Infermesh mesh(Edited({{"purposes: [\"analytics\"]      regions: [\"eea\"]",
                            "purposes: [\"analytics\"]  categories: "
                            "[\"service_log.tokens\"]  regions: [\"eea\"]"}}),
                   testing::OfText{});
    Outcome outcome;
    CHECK(testing::SetFields(share(mesh, &outcome)) ==
          "prompt_tokens,output_tokens,");
    for (const Outcome::Field& field : outcome.fields) {
      if (field.path == "model") CHECK(field.reason == "gate `ceiling`");
    }
  }
  SECTION("the form of its rule") {
    Infermesh mesh;
    CHECK(share(mesh).time().seconds() % 86'400 == 9 * 3'600);
  }
  SECTION("a stronger one that another rule asks for") {
    Infermesh mesh(
        Edited({Adding("rule { name: \"days\" require { categories: "
                       "\"service_log.time\" recipients: \"analytics_co\" } "
                       "transform { time { to: DAY } } }")}),
        testing::OfText{});
    CHECK(share(mesh).time().seconds() % 86'400 == 0);
  }
}

TEST_CASE("4.2 a share exists once it is accounted for, and not before",
          "[promise]") {
  // The store that keeps disclosures dies after so many calls.
  int shared = 0, refused = 0;
  for (int calls = 0; shared == 0; ++calls) {
    testing::EngineRig rig;
    const Engine engine = rig.OpenOrDie();
    const Actor gateway = testing::ActorOf(engine, "gateway");
    const SealedRecord sealed =
        testing::StoreOrDie(rig, gateway, rig.Request("ada"));
    const auto before = testing::RowsOf(*rig.state);
    rig.state->plan().FailAfter(calls, absl::UnavailableError("unplugged"));
    const auto share =
        gateway.Share(sealed, Subject("ada"), RecipientId("model_host"),
                      PurposeId("service.delivery"));
    rig.state->plan().Pass();
    if (share.ok()) {
      ++shared;
      CHECK(testing::RowsOf(*rig.state).size() > before.size());
    } else {
      ++refused;
      REQUIRE_ERROR(share, Code::kUnavailable, "unplugged");
      CHECK(testing::RowsOf(*rig.state) == before);
    }
  }
  CHECK(refused > 0);
}

TEST_CASE("4.3 a successor gets the accounts of those who were told",
          "[promise]") {
  Infermesh mesh;
  const auto hand_over = [&](const SealedRecord& sealed,
                             const std::string& account) {
    return mesh.legal().Share(sealed, Subject(account),
                              RecipientId("successor"),
                              PurposeId("transfer_of_business"));
  };
  std::vector<SealedRecord> accounts;
  for (int i = 0; i < 100; ++i) {
    const std::string account = "customer-" + std::to_string(i);
    accounts.push_back(mesh.StoreOrDie(mesh.accounts(), mesh.Account(account)));
    if (i == 41) continue;
    REQUIRE_OK(mesh.subjects().RecordNotice(Subject(account),
                                            "successor:successor", "email"));
  }
  const std::string taken_over = "account_id,email,username,";
  for (int i = 0; i < 100; ++i) {
    const auto share = hand_over(accounts[static_cast<std::size_t>(i)],
                                 "customer-" + std::to_string(i));
    if (i == 41) {
      REQUIRE_ERROR(share, Code::kFailedPrecondition, "notice");
      REQUIRE(GetDenial(share.status()).has_value());
      CHECK(GetDenial(share.status())->gate == "notice");
    } else {
      REQUIRE_OK(share);
      CHECK(testing::SetFields(*share->As<Account>()) == taken_over);
    }
  }
  REQUIRE_OK(mesh.subjects().RecordNotice(Subject("customer-41"),
                                          "successor:successor", "email"));
  const auto late = hand_over(accounts[41], "customer-41");
  REQUIRE_OK(late);
  CHECK(testing::SetFields(*late->As<Account>()) == taken_over);
  // Of what was said and logged only whose it was.
  const auto request =
      hand_over(mesh.StoreOrDie(mesh.gateway(), mesh.Request("customer-41")),
                "customer-41");
  REQUIRE_OK(request);
  CHECK(testing::SetFields(*request->As<ApiRequest>()) == "account_id,");
}

// How many shares of a person's data with authorities are on record, each with
// its case.
int Disclosures(Store& state, const OwnerId& owner) {
  const std::string prefix = subject::PresentPrefix(owner);
  int disclosures = 0;
  REQUIRE_OK(
      state.Scan(prefix, prefix + "\xff",
                 [&](std::string_view key, std::string_view value) {
                   if (key.find("authority/") != std::string_view::npos) {
                     CHECK(value.find("2 BvR 17/26") != std::string_view::npos);
                     ++disclosures;
                   }
                   return true;
                 }));
  return disclosures;
}

RequestOptions RequestOfAuthority() {
  RequestOptions options;
  options.case_reference = "2 BvR 17/26";
  options.categories = {CategoryId("account.email"),
                        CategoryId("content.prompt"),
                        CategoryId("account.password_hash")};
  return options;
}

TEST_CASE("4.4 an authority gets the permitted part of what it lists",
          "[promise]") {
  Infermesh mesh;
  const SealedRecord account =
      mesh.StoreOrDie(mesh.accounts(), mesh.Account("ada"));
  const SealedRecord request =
      mesh.StoreOrDie(mesh.gateway(), mesh.Request("ada"));
  Outcome outcome;
  int on_record = 0;
  const auto ask = [&](const SealedRecord& sealed,
                       const RequestOptions& options) {
    return mesh.legal().Share(sealed, Subject("ada"), RecipientId("authority"),
                              PurposeId("compliance"), options, &outcome);
  };
  RequestOptions options = RequestOfAuthority();
  SECTION("only the address leaves, and the disclosure is on record") {
    const auto shared = ask(account, options);
    REQUIRE_OK(shared);
    CHECK(testing::SetFields(*shared->As<Account>()) == "email,");
    std::string why;
    for (const Outcome::Field& field : outcome.fields) {
      why += field.path + ": " + field.reason + "; ";
    }
    CHECK(why ==
          "account_id: gate `list`; email: ; username: gate `list`; "
          "password_hash: gate `credential`; api_key_hashes: gate `list`; ");
    REQUIRE_OK(ask(account, options));
    on_record = 2;  // one for each share
  }
  SECTION("content never does, listed or not") {
    CHECK(GateOf(ask(request, options).status()) == "list");
    options.categories.push_back(CategoryId("service_log.time"));
    const auto shared = ask(request, options);
    REQUIRE_OK(shared);
    CHECK(testing::SetFields(*shared->As<ApiRequest>()) == "time,");
    for (const Outcome::Field& field : outcome.fields) {
      if (field.path != "prompt") continue;
      CHECK(field.reason == "a rule that permits `content.prompt` is missing");
    }
    on_record = 1;
  }
  SECTION("without a case") {
    options.case_reference.clear();
    CHECK(GateOf(ask(account, options).status()) == "case");
  }
  SECTION("with an empty list") {
    options.categories.clear();
    CHECK(GateOf(ask(account, options).status()) == "list");
  }
  SECTION("with a list of everything") {
    options.categories = {CategoryId("*")};
    REQUIRE_ERROR(ask(account, options), Code::kInvalidArgument, "`*`");
  }
  CHECK(Disclosures(mesh.test->state(), account.owner()) == on_record);
}

TEST_CASE("4.4 no disclosure lacks its row, wherever the process dies",
          "[promise]") {
  const bool answer_lost = GENERATE(false, true);
  for (int calls = 0;; ++calls) {
    testing::EngineRig rig;
    const Engine engine = rig.OpenOrDie();
    const SealedRecord account = testing::StoreOrDie(
        rig, testing::ActorOf(engine, "accounts"), testing::AccountOf("ada"));
    const absl::Status dead = absl::UnavailableError("unplugged");
    answer_lost ? rig.state->plan().LoseAnswer(calls, dead)
                : rig.state->plan().FailAfter(calls, dead);
    const auto shared =
        testing::ActorOf(engine, "legal")
            .Share(account, Subject("ada"), RecipientId("authority"),
                   PurposeId("compliance"), RequestOfAuthority());
    rig.state->plan().Pass();
    rig.OpenOrDie();
    const int on_record = Disclosures(*rig.state, account.owner());
    if (shared.ok()) {
      CHECK(on_record == 1);
      CHECK(calls > 0);
      return;
    }
    REQUIRE_ERROR(shared, Code::kUnavailable, "unplugged");
    CHECK(on_record <= (answer_lost ? 1 : 0));
  }
}

TEST_CASE("4.5 a processor without an agreement in force gets nothing",
          "[promise]") {
  const std::string role = GENERATE("PROCESSOR", "JOINT_CONTROLLER");
  const auto mesh_with = [&](const std::string& agreement) {
    return std::make_unique<Infermesh>(
        Edited(
            {{"\"model_host\" role: PROCESSOR", "\"model_host\" role: " + role},
             {"agreement { reference: \"DPA-5\"  ends: \"2027-12-31\" }",
              agreement}}),
        testing::OfText{});
  };
  const auto share_at = [](Infermesh& mesh, absl::Time at) {
    mesh.test->clock().Set(at);
    return mesh.gateway()
        .Share(mesh.Request("ada"), Subject("ada"), RecipientId("model_host"),
               PurposeId("service.delivery"))
        .status();
  };
  const auto midnight = [](int year, int month) {
    return absl::FromCivil(absl::CivilDay(year, month, 1), absl::UTCTimeZone());
  };
  SECTION("its last day is included, to its last second") {
    const auto mesh =
        mesh_with("agreement { reference: \"DPA-5\"  ends: \"2027-12-31\" }");
    const absl::Time end = midnight(2028, 1);
    REQUIRE_OK(share_at(*mesh, end - absl::Milliseconds(1)));
    CHECK(GateOf(share_at(*mesh, end)) == "agreement");
    CHECK(GateOf(share_at(*mesh, end + absl::Seconds(1))) == "agreement");
  }
  SECTION("before it starts") {
    const auto mesh = mesh_with(
        "agreement { reference: \"DPA-5\" starts: \"2027-06-01\" ends: "
        "\"2027-12-31\" }");
    const absl::Time start = midnight(2027, 6);
    CHECK(GateOf(share_at(*mesh, start - absl::Milliseconds(1))) ==
          "agreement");
    REQUIRE_OK(share_at(*mesh, start));
  }
  SECTION("with none at all") {
    const auto mesh = mesh_with("");
    CHECK(GateOf(share_at(*mesh, mesh->test->clock().Now())) == "agreement");
  }
}

}  // namespace
}  // namespace privet
