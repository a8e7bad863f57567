// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "keys/keys_fixture.h"
#include "keys/vault_tombstones.h"
#include "policy/retention_class.h"

namespace privet::keys {
namespace {

using Fate = store::Tombstones::Fate;

Fate FateOf(store::Tombstones& tombstones, const KeyPlace& place) {
  const auto fates =
      tombstones.FatesOf({{place.owner, place.slot,
                           static_cast<std::uint16_t>(place.generation)}});
  REQUIRE_OK(fates);
  REQUIRE(fates->size() == 1);
  return (*fates)[0];
}

TEST_CASE("A store of records learns what became of a person's keys",
          "[keys][tombstones]") {
  TestVault vault;
  const auto keyring = vault.OpenKeyring();
  const auto tombstones = TombstonesOf(vault.store);
  KeyPlace kept = PlaceOf(OwnerOrDie(*keyring, "ada")), erasable = kept;
  kept.slot = *RememberSlot(*vault.store, {kObligationSlot, "tax", 0});
  SealOrDie(*keyring, &kept);
  SealOrDie(*keyring, &erasable);
  KeyPlace nobody = PlaceOf(keyring->Nobody(kType));
  SealOrDie(*keyring, &nobody);
  KeyPlace unknown = erasable;
  unknown.owner = OwnerId{};
  KeyPlace next = erasable;
  next.generation = 2;
  CHECK(FateOf(*tombstones, kept) == Fate::kLives);
  CHECK(FateOf(*tombstones, erasable) == Fate::kLives);
  CHECK(FateOf(*tombstones, nobody) == Fate::kLives);
  CHECK(FateOf(*tombstones, unknown) == Fate::kGone);
  CHECK(FateOf(*tombstones, next) == Fate::kGone);
  REQUIRE_OK(vault.OpenDestroyer()->Erase({kept.owner}, {{"tax"}}, kNow));
  CHECK(FateOf(*tombstones, kept) == Fate::kErased);
  CHECK(FateOf(*tombstones, erasable) == Fate::kGone);
  CHECK(FateOf(*tombstones, nobody) == Fate::kLives);
}

TEST_CASE("The longest keep of a class is told if the clock alone ends it",
          "[keys][tombstones]") {
  TestVault vault;
  const auto tombstones = TombstonesOf(vault.store);
  policy::RetentionClass both;
  both.periods.push_back({"a", {}, KeepOrDie("30d"), "", false});
  both.periods.push_back({"b", {}, KeepOrDie("60d"), "", false});
  policy::RetentionClass event = both;
  event.periods.push_back({"c", {"closed"}, KeepOrDie("1d"), "", false});
  REQUIRE_OK(RememberClass(*vault.store, 1, both.Serialize()));
  REQUIRE_OK(RememberClass(*vault.store, 2, event.Serialize()));
  CHECK(**tombstones->LongestKeep(1) == absl::Hours(60 * 24));
  CHECK_FALSE(tombstones->LongestKeep(2)->has_value());
  CHECK_FALSE(tombstones->LongestKeep(3)->has_value());
}

}  // namespace
}  // namespace privet::keys
