// SPDX-License-Identifier: Apache-2.0
//
// Several engines over the same stores, as several processes have them: what
// one does is seen by the other, whatever became of the file that hastens it.

#include <filesystem>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "engine/engine_rig.h"
#include "infermesh.pb.h"
#include "privet/engine.h"
#include "support/catch.h"
#include "support/infermesh_records.h"
#include "support/status_assertions.h"

namespace privet {
namespace {

using testing::ActorOf;
using testing::EngineRig;
using Code = absl::StatusCode;

constexpr PurposeId kDelivery("service.delivery");
constexpr PurposeId kAnalytics("analytics");

TEST_CASE("A stranger to one process is known to it once another seals",
          "[engine][processes]") {
  EngineRig rig;
  const Engine one = rig.OpenOrDie(), two = rig.OpenOrDie();
  const Actor reader = ActorOf(one, "gateway");
  // That nothing is known of Ada is remembered, or not.
  REQUIRE_OK(reader.Minimize(rig.Request("ada"), Subject("ada"), kDelivery));
  const SealedRecord sealed =
      testing::StoreOrDie(rig, ActorOf(two, "gateway"), rig.Request("ada"));
  REQUIRE_OK(reader.OpenBytes(sealed, Subject("ada"), kDelivery));
  REQUIRE_OK(one.Prefetch(Subject("ada")));
  REQUIRE_ERROR(reader.OpenBytes(sealed, Subject("bob"), kDelivery),
                Code::kPermissionDenied, "somebody else");
}

TEST_CASE("Without the file that hastens it, all is seen within the ttl",
          "[engine][processes]") {
  EngineRig rig;
  const Engine one = rig.OpenOrDie();
  const SealedRecord sealed =
      testing::StoreOrDie(rig, ActorOf(one, "gateway"), rig.Request("ada"));
  REQUIRE_OK(one.subjects().GiveConsent(Subject("ada"), kAnalytics));
  const auto delivery = [&] {
    return ActorOf(one, "gateway").OpenBytes(sealed, Subject("ada"), kDelivery);
  };
  const auto analytics = [&] {
    return ActorOf(one, "product")
        .OpenBytes(sealed, Subject("ada"), kAnalytics);
  };
  REQUIRE_OK(delivery());
  REQUIRE_OK(analytics());
  // As a backup that is restored over it does.
  REQUIRE(std::filesystem::remove(rig.folder / "ledger.changes"));
  const Engine two = rig.OpenOrDie();
  SECTION("a withdrawal") {
    REQUIRE_OK(two.subjects().WithdrawConsent(Subject("ada"), kAnalytics));
    rig.clock.Advance(absl::Seconds(5));
    REQUIRE_ERROR(analytics(), Code::kFailedPrecondition, "consent");
    REQUIRE_OK(delivery());
  }
  SECTION("a restriction") {
    REQUIRE_OK(two.subjects().Restrict(
        Subject("ada"), RestrictionGround::kAccuracyContested, "case 7"));
    rig.clock.Advance(absl::Seconds(5));
    REQUIRE_ERROR(delivery(), Code::kFailedPrecondition, "restricted");
  }
  SECTION("an erasure") {
    REQUIRE_OK(two.subjects().Erase(Subject("ada")));
    rig.clock.Advance(absl::Seconds(5));
    REQUIRE_ERROR(
        ActorOf(one, "gateway").OpenBytes(sealed, AnySubject(), kDelivery),
        Code::kNotFound, "");
    CHECK_FALSE(delivery().ok());
  }
  SECTION("a consent") {
    const PurposeId experience("experience");
    const auto use = [&] {
      return ActorOf(one, "product")
          .OpenBytes(sealed, Subject("ada"), experience)
          .status();
    };
    REQUIRE_ERROR(use(), Code::kFailedPrecondition, "consent");
    REQUIRE_OK(two.subjects().GiveConsent(Subject("ada"), experience));
    rig.clock.Advance(absl::Seconds(5));
    REQUIRE_OK(use());
  }
  SECTION("what the first one does, by the second") {
    REQUIRE_OK(
        ActorOf(two, "product").OpenBytes(sealed, Subject("ada"), kAnalytics));
    REQUIRE_OK(one.subjects().WithdrawConsent(Subject("ada"), kAnalytics));
    rig.clock.Advance(absl::Seconds(5));
    REQUIRE_ERROR(
        ActorOf(two, "product").OpenBytes(sealed, Subject("ada"), kAnalytics),
        Code::kFailedPrecondition, "consent");
  }
}

}  // namespace
}  // namespace privet
