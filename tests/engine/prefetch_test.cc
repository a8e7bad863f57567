// SPDX-License-Identifier: Apache-2.0
//
// Engine::Prefetch: what is in memory after it, and how long.

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "engine/desk.h"
#include "engine/engine_rig.h"
#include "privet/engine.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet {
namespace {

using testing::ActorOf;
using testing::Desk;
using Code = absl::StatusCode;

constexpr PurposeId kDelivery("service.delivery");

// Ada, who is in the memory of an engine that may not wait.
class Hall : public Desk {
 public:
  Hall() : refusing(rig.OpenOrDie(Refuse())) {
    REQUIRE_OK(refusing.Prefetch(ada));
  }

  absl::Status Use() {
    const Actor actor = ActorOf(refusing, "gateway");
    const absl::Status sealed =
        actor.Seal(rig.Request(testing::kAda), ada).status();
    const absl::Status opened =
        actor.OpenBytes(request, ada, kDelivery).status();
    CHECK(sealed == opened);
    return opened;
  }
  int Reads() { return rig.state->plan().calls() + rig.vault->plan().calls(); }

  Engine refusing;

 private:
  static EngineOptions Refuse() {
    EngineOptions options;
    options.on_miss = EngineOptions::OnMiss::kRefuse;
    return options;
  }
};

TEST_CASE("Who was prefetched is sealed and opened without reading a store",
          "[engine][prefetch]") {
  Hall hall;
  const int before = hall.Reads();
  REQUIRE_OK(hall.Use());
  CHECK(hall.Reads() == before);
}

TEST_CASE("Who was prefetched stays in memory when nothing changes",
          "[engine][prefetch]") {
  Hall hall;
  hall.rig.clock.Advance(absl::Minutes(10));
  const int before = hall.Reads();
  REQUIRE_OK(hall.Use());
  CHECK(hall.Reads() > before);  // it had a look whether something has
}

TEST_CASE("Who was prefetched is to be prefetched again after any change",
          "[engine][prefetch]") {
  Hall hall;
  const Subjects subjects = hall.subjects();
  SECTION("of his own") {
    REQUIRE_OK(subjects.GiveConsent(hall.ada, PurposeId("analytics")));
  }
  SECTION("of somebody else's") {
    REQUIRE_OK(
        subjects.GiveConsent(Subject("bob-90aa"), PurposeId("analytics")));
  }
  REQUIRE_ERROR(hall.Use(), Code::kUnavailable, "Engine::Prefetch()");
  REQUIRE_OK(hall.refusing.Prefetch(hall.ada));
  REQUIRE_OK(hall.Use());
}

TEST_CASE("Who may not wait does not read whether another was erased",
          "[engine][prefetch]") {
  Hall hall;
  const Subject bob("bob-90aa");
  const Actor gateway = ActorOf(hall.refusing, "gateway");
  const SealedRecord his = testing::StoreOrDie(hall.rig, hall.gateway(),
                                               hall.rig.Request("bob-90aa"));
  REQUIRE_OK(hall.refusing.Prefetch(hall.ada));
  REQUIRE_OK(hall.refusing.Prefetch(bob));
  const int before = hall.Reads();
  REQUIRE_ERROR(gateway.OpenBytes(his, hall.ada, kDelivery), Code::kUnavailable,
                "who was erased");
  REQUIRE_ERROR(
      gateway.Share(his, hall.ada, RecipientId("model_host"), kDelivery),
      Code::kUnavailable, "who was erased");
  REQUIRE_ERROR(gateway.Amend(his, infermesh::v1::ApiRequest(), hall.ada),
                Code::kUnavailable, "who was erased");
  CHECK(hall.Reads() == before);
  REQUIRE_OK(gateway.OpenBytes(his, bob, kDelivery));
}

}  // namespace
}  // namespace privet
