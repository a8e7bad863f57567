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
#include "support/infermesh_records.h"
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
    return RequestOf(account, test->clock().Now());
  }
  infermesh::v1::Payment Payment(const std::string& account) {
    return PaymentOf(account);
  }
  infermesh::v1::Account Account(const std::string& account) {
    return AccountOf(account);
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
