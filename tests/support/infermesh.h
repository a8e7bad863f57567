// SPDX-License-Identifier: Apache-2.0
//
// The reference policy at work, for tests: one of each actor, one of each
// record.

#ifndef PRIVET_TESTS_SUPPORT_INFERMESH_H_
#define PRIVET_TESTS_SUPPORT_INFERMESH_H_

#include <memory>
#include <string>

#include "infermesh.pb.h"
#include "privet/actor.h"
#include "privet/engine_options.h"
#include "privet/id.h"
#include "privet/record_store.h"
#include "privet/subject.h"
#include "privet/subjects.h"
#include "privet/testing/engine.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet::testing {

inline constexpr char kReferencePolicy[] =
    "examples/infermesh/policy.textproto";

struct OfText {};

class Infermesh {
 public:
  // Under another text of the policy.
  Infermesh(const std::string& policy, OfText, EngineOptions options = {})
      : test(TestEngine::ForTextOrDie(policy, Unlocked(options))) {
    LeaveMidnight();
  }
  explicit Infermesh(EngineOptions options = {})
      : test(TestEngine::ForPolicyOrDie(kReferencePolicy, Unlocked(options))) {
    LeaveMidnight();
  }

  // Machines that run tests may have little memory to lock.
  static EngineOptions Unlocked(EngineOptions options) {
    options.allow_unlocked_memory = true;
    return options;
  }

  Actor As(ActorId actor) {
    auto made = test->engine().ActAs(actor, RegionId("de"));
    REQUIRE_OK(made);
    return *made;
  }
  Actor gateway() { return As(ActorId("gateway")); }
  Actor support() { return As(ActorId("support_desk")); }
  Actor product() { return As(ActorId("product")); }
  Actor payments() { return As(ActorId("payments")); }
  Actor auditor() { return As(ActorId("auditor")); }
  Actor accounts() { return As(ActorId("accounts")); }
  Actor legal() { return As(ActorId("legal")); }
  Subjects subjects() { return test->engine().subjects(); }

  infermesh::v1::ApiRequest Request(const std::string& account) {
    infermesh::v1::ApiRequest request;
    request.set_account_id(account);
    request.mutable_time()->set_seconds(
        absl::ToUnixSeconds(test->clock().Now()));
    request.set_model("sky-7b");
    request.set_prompt_tokens(374);
    request.set_output_tokens(44);
    request.set_latency_us(81000);
    request.set_client_ip("203.0.113.77");
    request.set_prompt("why is the sky blue?");
    request.set_output("because of Rayleigh scattering");
    return request;
  }

  infermesh::v1::Payment Payment(const std::string& account) {
    infermesh::v1::Payment payment;
    payment.set_account_id(account);
    payment.set_amount_minor(1299);
    payment.set_currency("EUR");
    payment.set_status("paid");
    payment.set_channel_id("channel-7Q");
    return payment;
  }

  infermesh::v1::Account Account(const std::string& account) {
    infermesh::v1::Account record;
    record.set_account_id(account);
    record.set_email(account + "@example.com");
    record.set_username(account + " the great");
    record.set_password_hash("argon2id$9f8e7d6c5b4a");
    record.add_api_key_hashes("sha256$0011223344");
    return record;
  }

  // Seals and stores.
  template <typename T>
  SealedRecord StoreOrDie(const Actor& actor, const T& record) {
    auto sealed = actor.Seal(record, Subject(record.account_id()));
    REQUIRE_OK(sealed);
    REQUIRE_OK(test->records().Put(*sealed));
    return *sealed;
  }

  std::unique_ptr<TestEngine> test;

 private:
  // So that what is rounded down to a day shows.
  void LeaveMidnight() {
    test->clock().Advance(absl::Hours(9) + absl::Minutes(17));
  }
};

}  // namespace privet::testing

#endif  // PRIVET_TESTS_SUPPORT_INFERMESH_H_
