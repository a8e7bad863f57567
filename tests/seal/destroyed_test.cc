// SPDX-License-Identifier: Apache-2.0
//
// What opens after keys were destroyed, and what never opens again.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/keep.h"
#include "base/sealed_header.h"
#include "keys/destroyer.h"
#include "keys/keyring.h"
#include "seal/opener.h"
#include "seal/rig.h"
#include "seal/sealer.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet::seal {
namespace {

using namespace privet::testing;  // NOLINT: the rig

std::shared_ptr<keys::Destroyer> DestroyerOrDie(const Rig& rig) {
  auto destroyer = keys::Destroyer::Create(rig.vault, rig.ledger, rig.counter);
  REQUIRE_OK(destroyer);
  return *destroyer;
}

// The status of opening one compartment alone.
absl::Status OpenOne(Rig* rig, const Sealed& sealed, std::size_t i) {
  return rig->Open(sealed.bytes, sealed.id, std::uint64_t{1} << i).status();
}

TEST_CASE("An erasure leaves what the law keeps and what is public",
          "[seal][destroyed]") {
  Rig rig;
  const Sealed sealed = rig.SealUsualOrDie();
  keys::Spared spared;
  spared.obligations = {"tax_law"};
  REQUIRE_OK(DestroyerOrDie(rig)->Erase(absl::MakeConstSpan(&rig.owner, 1),
                                        spared, rig.clock.now));
  CHECK(OpenOne(&rig, sealed, kContent).code() == absl::StatusCode::kNotFound);
  CHECK(OpenOne(&rig, sealed, kAccount).code() == absl::StatusCode::kNotFound);
  REQUIRE_OK(OpenOne(&rig, sealed, kInvoice));
  REQUIRE_OK(OpenOne(&rig, sealed, kPublic));

  SECTION("and nothing new is sealed about an erased person") {
    const std::vector<Compartment> compartments = rig.Compartments();
    const auto again = rig.Seal(rig.Input(compartments));
    CHECK(again.status().code() == absl::StatusCode::kAborted);
  }
  SECTION("and what is sealed again is what lives") {
    const auto header = base::SealedHeader::Parse(sealed.bytes);
    REQUIRE_OK(header);
    Times times;
    REQUIRE_OK(Opener(rig.keyring.get())
                   .FindTimes(*header, rig.type, kAll, rig.classes.get(),
                              rig.clock.now, NoEvent, &times));
    std::uint64_t opened = 0;
    REQUIRE_OK(Opener(rig.keyring.get())
                   .OpenAll(rig.BeginOrDie(), *header, rig.type, times, &opened,
                            &rig.scratch));
    CHECK(opened == (1 << kPublic | 1 << kInvoice));
  }
}

TEST_CASE("An erasure that spares nothing leaves what is public",
          "[seal][destroyed]") {
  Rig rig;
  const Sealed sealed = rig.SealUsualOrDie();
  REQUIRE_OK(DestroyerOrDie(rig)->Erase(absl::MakeConstSpan(&rig.owner, 1), {},
                                        rig.clock.now));
  for (const std::size_t i : {kContent, kAccount, kInvoice}) {
    CHECK(OpenOne(&rig, sealed, i).code() == absl::StatusCode::kNotFound);
  }
  REQUIRE_OK(OpenOne(&rig, sealed, kPublic));
}

TEST_CASE("An event's slot dies with what it sealed, and with nothing else",
          "[seal][destroyed]") {
  Rig rig;
  const Sealed sealed = rig.SealUsualOrDie();
  REQUIRE_OK(DestroyerOrDie(rig)->DestroySlot(
      {rig.owner, rig.terms[kAccount]->slot(), 1}, rig.clock.now));
  CHECK(OpenOne(&rig, sealed, kAccount).code() == absl::StatusCode::kNotFound);
  for (const std::size_t i : {kPublic, kContent, kInvoice}) {
    REQUIRE_OK(OpenOne(&rig, sealed, i));
  }
}

TEST_CASE(
    "An epoch's key dies by the clock, and stays dead when it is set back",
    "[seal][destroyed]") {
  Rig rig;
  const Sealed sealed = rig.SealUsualOrDie();
  const base::Keep keep = *base::Keep::Parse("30d");
  const ClassTerms& content = *rig.terms[kContent];
  const absl::Time dies =
      content.EpochDies(content.EpochOf(absl::ToUnixMillis(kNow)));
  CHECK(dies > kNow + absl::Hours(24 * 30));
  REQUIRE_OK(DestroyerOrDie(rig)->DestroyDueEpochs({{content.id(), keep, keep}},
                                                   dies));
  CHECK(OpenOne(&rig, sealed, kContent).code() != absl::StatusCode::kOk);
  REQUIRE_ERROR(rig.keyring->Begin(kNow), absl::StatusCode::kFailedPrecondition,
                "clock");
}

TEST_CASE("A record of an epoch that is over is not sealed, whatever its clock",
          "[seal][destroyed]") {
  Rig rig;
  const std::vector<Compartment> compartments = rig.Compartments();
  SealInput input = rig.Input(compartments);
  input.created = kNow - absl::Hours(24 * 40);
  CHECK(rig.SealOrDie(input).left_out == 1 << kContent);
}

}  // namespace
}  // namespace privet::seal
