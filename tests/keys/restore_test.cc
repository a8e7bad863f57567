// SPDX-License-Identifier: Apache-2.0
//
// Copies that come back, and processes that die half-way.

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "keys/destroyer.h"
#include "keys/keys_fixture.h"
#include "keys/replay.h"
#include "keys/rows.h"

namespace privet::keys {
namespace {

struct Erased {
  TestVault vault;
  KeyPlace place;
  MapStore::Rows before;

  Erased() {
    const auto keyring = vault.OpenKeyring();
    place = PlaceOf(OwnerOrDie(*keyring, "ada"));
    SealOrDie(*keyring, &place);
    before = vault.store->rows();
    REQUIRE_OK(vault.OpenDestroyer()->Erase({place.owner}, {}, kNow));
  }
};

TEST_CASE("A restored vault erases again before it gives a key",
          "[keys][restore]") {
  Erased erased;
  erased.vault.store->Restore(erased.before);
  SECTION("opened by an engine") {
    REQUIRE_ERROR(TryOpen(*erased.vault.OpenKeyring(), erased.place),
                  absl::StatusCode::kNotFound, "destroyed");
  }
  SECTION("opened by a sweeper") {
    erased.vault.OpenDestroyer();
    CHECK(erased.vault.store->rows().count(KeyRow(
              KeyKind::kSubject, SubjectKeyName({erased.place.owner, 0, 1}))) ==
          0);
  }
  SECTION("under a process that runs, within the time that keys are cached") {
    const auto keyring = erased.vault.OpenKeyring();
    erased.vault.store->Restore(erased.before);
    REQUIRE_ERROR(TryOpen(*keyring, erased.place, kNow + absl::Seconds(5)),
                  absl::StatusCode::kNotFound, "destroyed");
  }
}

TEST_CASE("A vault that is ahead of its ledger is refused",
          "[keys][restore][error]") {
  Erased erased;
  TestVault other;
  erased.vault.ledger = other.ledger;
  REQUIRE_ERROR(Keyring::Create(erased.vault.options()),
                absl::StatusCode::kFailedPrecondition, "only 0");
  REQUIRE_ERROR(Destroyer::Create(erased.vault.store, other.ledger, nullptr),
                absl::StatusCode::kFailedPrecondition, "only 0");
}

TEST_CASE("A vault is refused under the ledger of another",
          "[keys][restore][error]") {
  Erased erased;
  TestVault other;
  SECTION("as long as its own") {
    REQUIRE_OK(other.ledger->Append(kNow, {{kFirstStateKind, "x"}}));
  }
  SECTION("longer than its own") {
    REQUIRE_OK(other.ledger->Append(
        kNow, {{kFirstStateKind, "x"}, {kFirstStateKind, "y"}}));
  }
  erased.vault.ledger = other.ledger;
  REQUIRE_ERROR(Keyring::Create(erased.vault.options()),
                absl::StatusCode::kFailedPrecondition, "is not the one");
}

TEST_CASE("A new ledger under a vault without entries is found out too",
          "[keys][restore][error]") {
  TestVault vault, other;
  vault.OpenKeyring();
  vault.ledger = other.ledger;
  REQUIRE_ERROR(Keyring::Create(vault.options()),
                absl::StatusCode::kFailedPrecondition, "is not the one");
}

TEST_CASE("An empty vault beside a ledger with entries is a lost one",
          "[keys][restore][error]") {
  Erased erased;
  erased.vault.store->Restore({});
  REQUIRE_ERROR(Keyring::Create(erased.vault.options()),
                absl::StatusCode::kFailedPrecondition, "the vault was lost");
  REQUIRE_ERROR(
      Destroyer::Create(erased.vault.store, erased.vault.ledger, nullptr),
      absl::StatusCode::kFailedPrecondition, "the vault is empty");
}

// The process dies between any two steps: here by never reaching the next.
TEST_CASE("A death between ledger and vault is made good by the next process",
          "[keys][restore]") {
  TestVault vault;
  const auto running = vault.OpenKeyring();
  KeyPlace place = PlaceOf(OwnerOrDie(*running, "ada"));
  SealOrDie(*running, &place);
  REQUIRE_OK(vault.ledger->Append(
      kNow, DestroyedItems(
                LedgerKind::kOwnerErased,
                {PersonKeys{place.owner,
                            {{place.owner, 0, 1}, {place.owner, 1, 1}}}})));
  SECTION("that starts") {
    REQUIRE_ERROR(TryOpen(*vault.OpenKeyring(), place),
                  absl::StatusCode::kNotFound, "destroyed");
  }
  SECTION("that runs, within the time that keys are cached") {
    REQUIRE_OK(TryOpen(*running, place, kNow + absl::Seconds(4)));
    REQUIRE_ERROR(TryOpen(*running, place, kNow + absl::Seconds(5)),
                  absl::StatusCode::kNotFound, "destroyed");
    CHECK(*StateOfOwner(*vault.store, place.owner) == OwnerState::kUnknown);
  }
}

TEST_CASE(
    "A death between the commit and the counter costs the time that "
    "keys are cached, no more",
    "[keys][restore]") {
  TestVault vault;
  const auto running = vault.OpenKeyring();
  KeyPlace place = PlaceOf(OwnerOrDie(*running, "ada"));
  SealOrDie(*running, &place);
  vault.counter = ChangeCounter::InMemory();  // what it bumps, nobody sees
  REQUIRE_OK(vault.OpenDestroyer()->Erase({place.owner}, {}, kNow));
  REQUIRE_ERROR(TryOpen(*running, place, kNow + absl::Seconds(5)),
                absl::StatusCode::kNotFound, "destroyed");
}

TEST_CASE("Of two destroyers at once neither forgets what the other appended",
          "[keys][restore]") {
  TestVault vault;
  const auto keyring = vault.OpenKeyring();
  const OwnerId ada = OwnerOrDie(*keyring, "ada");
  const OwnerId bob = OwnerOrDie(*keyring, "bob");
  const auto one = vault.OpenDestroyer(), two = vault.OpenDestroyer();
  bool interfere = true;
  vault.store->before_commit = [&] {
    if (!interfere) return;
    interfere = false;
    REQUIRE_OK(two->Erase({bob}, {}, kNow));
  };
  REQUIRE_OK(one->Erase({ada}, {}, kNow));
  CHECK(*StateOfOwner(*vault.store, ada) == OwnerState::kUnknown);
  CHECK(*StateOfOwner(*vault.store, bob) == OwnerState::kUnknown);
  CHECK(MarkOf(*vault.store)->number == 2);
}

TEST_CASE("Entries of the state pass the vault by", "[keys][restore]") {
  TestVault vault;
  vault.OpenKeyring();
  const MapStore::Rows before = vault.store->rows();
  REQUIRE_OK(vault.ledger->Append(kNow, {{kFirstStateKind, "withdrawn"}}));
  const auto mark = CatchUp(*vault.store, *vault.ledger);
  REQUIRE_OK(mark);
  CHECK(mark->number == 1);
  MapStore::Rows after = vault.store->rows();
  after[kLedgerRow] = before.at(kLedgerRow);
  CHECK(after == before);
}

TEST_CASE("An entry that names no person is refused",
          "[keys][restore][error]") {
  TestVault vault;
  vault.OpenKeyring();
  REQUIRE_OK(vault.ledger->Append(kNow, {{kPeriodsKind, "too short"}}));
  REQUIRE_ERROR(CatchUp(*vault.store, *vault.ledger),
                absl::StatusCode::kDataLoss, "malformed");
}

TEST_CASE("An entry of the vault that this version does not know is refused",
          "[keys][restore][error]") {
  TestVault vault;
  vault.OpenKeyring();
  REQUIRE_OK(vault.ledger->Append(kNow, {{15, "future"}}));
  REQUIRE_ERROR(Keyring::Create(vault.options()),
                absl::StatusCode::kFailedPrecondition, "does not know");
}

}  // namespace
}  // namespace privet::keys
