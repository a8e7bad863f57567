// SPDX-License-Identifier: Apache-2.0

#include "keys/destroyer.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/time/time.h"
#include "base/bytes.h"
#include "keys/catalogue.h"
#include "keys/keys_fixture.h"
#include "keys/rows.h"
#include "support/meanwhile_store.h"

namespace privet::keys {
namespace {

// What lies in a vault or a ledger, as one string to search.
std::string AllBytes(MapStore& store) {
  std::string bytes;
  for (const auto& [name, value] : store.rows()) bytes += name + value;
  return bytes;
}

std::string LedgerBytes(Ledger& ledger) {
  std::string bytes;
  REQUIRE_OK(ledger.Read(*ledger.Beginning(), [&](const LedgerEntry& entry) {
    bytes += entry.body;
    return true;
  }));
  return bytes;
}

TEST_CASE("An erased person's keys are gone for every process at once",
          "[keys][erase]") {
  TestVault vault;
  const auto one = vault.OpenKeyring(), two = vault.OpenKeyring();
  KeyPlace place = PlaceOf(OwnerOrDie(*one, "ada"));
  SealOrDie(*one, &place);
  REQUIRE_OK(TryOpen(*two, place));
  const auto done = vault.OpenDestroyer()->Erase({place.owner}, {}, kNow);
  REQUIRE_OK(done);
  CHECK(done->slots.size() == 2);  // erasable, link
  CHECK(done->scrubbed);
  for (const auto& keyring : {one, two, vault.OpenKeyring()}) {
    REQUIRE_ERROR(TryOpen(*keyring, place), absl::StatusCode::kNotFound,
                  "destroyed");
  }
  CHECK(*StateOfOwner(*vault.store, place.owner) == OwnerState::kUnknown);
}

TEST_CASE("After an erasure vault and ledger hold nothing of the id",
          "[keys][erase]") {
  TestVault vault;
  const auto keyring = vault.OpenKeyring();
  const OwnerId owner = OwnerOrDie(*keyring, "ada");
  const MapStore::Rows before = vault.store->rows();
  const OwnerRow row = *OwnerRow::Parse(before.at(OwnerRowName(owner)));
  const std::string look_up(row.look_up.data(), row.look_up.size());
  const std::string wrapped =
      LookUpRow::Parse(before.at(LookUpRowName(look_up)))->wrapped_tag;
  REQUIRE_OK(vault.OpenDestroyer()->Erase({owner}, {}, kNow));
  for (const std::string& trace : {look_up, wrapped, std::string("ada")}) {
    CHECK(AllBytes(*vault.store).find(trace) == std::string::npos);
    CHECK(LedgerBytes(*vault.ledger).find(trace) == std::string::npos);
  }
}

TEST_CASE("Who returns is a new owner, and survives a replay",
          "[keys][erase]") {
  TestVault vault;
  auto keyring = vault.OpenKeyring();
  const OwnerId before = OwnerOrDie(*keyring, "ada");
  const MapStore::Rows old = vault.store->rows();
  REQUIRE_OK(vault.OpenDestroyer()->Erase({before}, {}, kNow));
  const OwnerId after = OwnerOrDie(*keyring, "ada");
  CHECK(after != before);
  KeyPlace place = PlaceOf(after);
  const std::string sealed = SealOrDie(*keyring, &place);
  CHECK(*TryOpen(*vault.OpenKeyring(), place) == sealed);
  // And in an old vault the replay takes the old owner, and him alone.
  vault.store->Restore(old);
  keyring = vault.OpenKeyring();
  CHECK(OwnerOrDie(*keyring, "ada") != before);
}

TEST_CASE("A slot that an obligation needs survives an erasure",
          "[keys][erase]") {
  TestVault vault;
  const auto keyring = vault.OpenKeyring();
  const OwnerId owner = OwnerOrDie(*keyring, "ada");
  KeyPlace kept = PlaceOf(owner), dropped = PlaceOf(owner),
           old = PlaceOf(owner);
  kept.slot = *RememberSlot(*vault.store, {kObligationSlot, "tax", 0});
  old.slot = *RememberSlot(*vault.store, {kObligationSlot, "repealed", 0});
  SealOrDie(*keyring, &kept);
  SealOrDie(*keyring, &dropped);
  SealOrDie(*keyring, &old);
  const auto done = vault.OpenDestroyer()->Erase({owner}, {{"tax"}}, kNow);
  REQUIRE_OK(done);
  CHECK(done->spared == std::vector<SlotKey>{{owner, kept.slot, 1}});
  REQUIRE_OK(TryOpen(*keyring, kept));
  for (const KeyPlace& place : {dropped, old}) {
    REQUIRE_ERROR(TryOpen(*keyring, place), absl::StatusCode::kNotFound,
                  "destroyed");
  }

  SECTION("he is listed as erased, and is no current owner") {
    CHECK(*StateOfOwner(*vault.store, owner) == OwnerState::kErased);
    CHECK(*keyring->ErasedOwners("ada") == std::vector<OwnerId>{owner});
    CHECK_FALSE(keyring->FindOwner(BeginOrDie(*keyring), "ada")->has_value());
  }
  SECTION("nothing new is sealed for him") {
    CompartmentKey key;
    REQUIRE_ERROR(
        keyring->KeyForSealing(BeginOrDie(*keyring), dropped, kType, &key),
        absl::StatusCode::kAborted, "erased meanwhile");
  }
  SECTION("who returns is another, and both are found") {
    const OwnerId next = OwnerOrDie(*keyring, "ada");
    CHECK(next != owner);
    CHECK(*keyring->ErasedOwners("ada") == std::vector<OwnerId>{owner});
    CHECK(*keyring->FindOwner(BeginOrDie(*keyring), "ada") == next);
  }
  SECTION("with his last slot nothing names him any more") {
    REQUIRE_OK(vault.OpenDestroyer()->DestroySlot({owner, kept.slot, 1}, kNow));
    CHECK(keyring->ErasedOwners("ada")->empty());
    CHECK(*StateOfOwner(*vault.store, owner) == OwnerState::kUnknown);
  }
}

TEST_CASE("What a slot is for follows from its number, whatever its row says",
          "[keys][erase]") {
  TestVault vault;
  const auto keyring = vault.OpenKeyring();
  const OwnerId owner = OwnerOrDie(*keyring, "ada");
  KeyPlace tax = PlaceOf(owner), closing = PlaceOf(owner),
           contract = PlaceOf(owner);
  tax.slot = *RememberSlot(*vault.store, {kObligationSlot, "tax", 0});
  closing.slot = *RememberSlot(*vault.store, {kEventSlot, "", 5});
  contract.slot = *RememberSlot(*vault.store, {kObligationSlot, "tax", 6});
  for (KeyPlace* place : {&tax, &closing, &contract}) {
    SealOrDie(*keyring, place);
  }
  const auto say = [&](const KeyPlace& place, const char* kind,
                       const char* name, std::uint32_t retention_class) {
    REQUIRE_OK(vault.store->Commit(
        {},
        {{SlotRowName(place.slot), base::Info(kind, name, retention_class)}}));
  };
  say(closing, kObligationSlot, "tax", 5);
  SECTION("one that claims to be kept by a law dies with its owner") {
    REQUIRE_OK(vault.OpenDestroyer()->Erase({owner}, {{"tax"}}, kNow));
    REQUIRE_ERROR(TryOpen(*keyring, closing), absl::StatusCode::kNotFound,
                  "destroyed");
    REQUIRE_OK(TryOpen(*keyring, contract));
  }
  SECTION("one that a law keeps survives a damaged row") {
    say(tax, kEventSlot, "", 0);
    REQUIRE_OK(vault.OpenDestroyer()->Erase({owner}, {{"tax"}}, kNow));
    REQUIRE_OK(TryOpen(*keyring, tax));
  }
  SECTION("and nothing new is sealed under a row that is not its own") {
    KeyPlace another = PlaceOf(OwnerOrDie(*keyring, "bob"));
    another.slot = closing.slot;
    CompartmentKey key;
    REQUIRE_ERROR(
        keyring->KeyForSealing(BeginOrDie(*keyring), another, kType, &key),
        absl::StatusCode::kFailedPrecondition, "has no row in the vault");
  }
}

TEST_CASE("A hundred erasures cost one entry of the ledger and few commits",
          "[keys][erase]") {
  TestVault vault;
  const auto keyring = vault.OpenKeyring();
  std::vector<OwnerId> owners;
  for (int i = 0; i < 100; ++i) {
    owners.push_back(OwnerOrDie(*keyring, "person" + std::to_string(i)));
  }
  const auto destroyer = vault.OpenDestroyer();
  const int commits = vault.store->commits;
  const auto done = destroyer->Erase(owners, {}, kNow);
  REQUIRE_OK(done);
  CHECK(done->slots.size() == 200);
  CHECK(done->mark.number == 1);
  CHECK(vault.store->commits == commits + 1);
}

TEST_CASE("A slot that is begun while its owner is erased dies too",
          "[keys][erase]") {
  TestVault vault;
  const auto keyring = vault.OpenKeyring();
  const OwnerId owner = OwnerOrDie(*keyring, "ada");
  KeyPlace place = PlaceOf(owner);
  place.slot = *RememberSlot(*vault.store, {kEventSlot, "", 5});
  const auto destroyer = vault.OpenDestroyer();
  bool interfere = true;
  vault.store->before_commit = [&] {
    if (!interfere) return;
    interfere = false;
    SealOrDie(*keyring, &place);
  };
  const auto done = destroyer->Erase({owner}, {}, kNow);
  REQUIRE_OK(done);
  CHECK(done->slots.size() == 3);
  REQUIRE_ERROR(TryOpen(*keyring, place), absl::StatusCode::kNotFound,
                "destroyed");
}

TEST_CASE("A stale process seals nothing for an erased owner",
          "[keys][erase]") {
  TestVault vault;
  const auto stale = vault.OpenKeyring();
  const OwnerId owner = OwnerOrDie(*stale, "ada");
  KeyPlace place = PlaceOf(owner);
  place.slot = *RememberSlot(*vault.store, {kEventSlot, "", 5});
  const KeyCall call = BeginOrDie(*stale);
  REQUIRE_OK(vault.OpenDestroyer()->Erase({owner}, {}, kNow));
  CompartmentKey key;
  REQUIRE_ERROR(stale->KeyForSealing(call, place, kType, &key),
                absl::StatusCode::kAborted, "erased meanwhile");
  CHECK_FALSE(stale->Unchanged(call));
}

TEST_CASE("A link key dies with its person, and the pseudonym with it",
          "[keys][erase]") {
  TestVault vault;
  const auto keyring = vault.OpenKeyring();
  const OwnerId owner = OwnerOrDie(*keyring, "ada");
  auto pseudonym = [&] {
    return keyring->SubjectPseudonym(BeginOrDie(*keyring), owner, "acme", 1,
                                     "account.id", "ada");
  };
  const auto before = pseudonym();
  REQUIRE_OK(before);
  CHECK(*before == *pseudonym());
  CHECK(*before != keyring->Pseudonym("acme", 1, "account.id", "ada"));
  REQUIRE_OK(vault.OpenDestroyer()->Erase({owner}, {}, kNow));
  REQUIRE_ERROR(pseudonym(), absl::StatusCode::kNotFound, "destroyed");
}

TEST_CASE("A destroyed slot of a living person begins again as another key",
          "[keys][destroyer]") {
  TestVault vault;
  const auto keyring = vault.OpenKeyring();
  KeyPlace first = PlaceOf(OwnerOrDie(*keyring, "ada"));
  first.slot = *RememberSlot(*vault.store, {kEventSlot, "", 5});
  const std::string sealed = SealOrDie(*keyring, &first);
  REQUIRE_OK(
      vault.OpenDestroyer()->DestroySlot({first.owner, first.slot, 1}, kNow));
  KeyPlace second = first;
  CHECK(SealOrDie(*keyring, &second) != sealed);
  CHECK(second.generation == 2);
  // Whoever comes late with the key that was there takes none.
  REQUIRE_OK(
      vault.OpenDestroyer()->DestroySlot({first.owner, first.slot, 1}, kNow));
  REQUIRE_OK(TryOpen(*keyring, second));
  REQUIRE_ERROR(TryOpen(*keyring, first), absl::StatusCode::kNotFound,
                "destroyed");
}

TEST_CASE("Epoch keys die by the clock, at their own time and no other's",
          "[keys][destroyer][epoch]") {
  TestVault vault;
  const auto keyring = vault.OpenKeyring();
  REQUIRE_OK(RememberClass(*vault.store, 9, "row"));
  const base::Keep keep = KeepOrDie("16d");  // epochs of a day
  KeyPlace old = PlaceOf(OwnerOrDie(*keyring, "ada")), young = old;
  old.retention_class = young.retention_class = 9;
  old.epoch = *EpochOf(kNow, keep);
  young.epoch = old.epoch + 1;
  old.dies = young.dies = absl::InfiniteFuture();  // by the rows alone
  SealOrDie(*keyring, &old);
  SealOrDie(*keyring, &young);
  const auto destroyer = vault.OpenDestroyer();
  const absl::Time dies = EpochDies(old.epoch, keep, keep);
  const EpochRule rule{9, keep, keep};
  CHECK(destroyer->DestroyDueEpochs({rule}, dies - absl::Seconds(1))->epochs ==
        0);
  CHECK(destroyer->DestroyDueEpochs({rule}, dies)->epochs == 1);
  REQUIRE_ERROR(TryOpen(*keyring, old, dies), absl::StatusCode::kNotFound,
                "destroyed");
  REQUIRE_OK(TryOpen(*keyring, young, dies));
  CompartmentKey key;
  REQUIRE_ERROR(
      keyring->KeyForSealing(BeginOrDie(*keyring, dies), old, kType, &key),
      absl::StatusCode::kNotFound, "destroyed");
}

TEST_CASE("A stricter policy destroys epoch keys sooner",
          "[keys][destroyer][epoch]") {
  const base::Keep sealed = KeepOrDie("32d"), now = KeepOrDie("8d");
  CHECK(EpochDies(0, sealed, now) ==
        absl::UnixEpoch() + absl::Hours(48 + 8 * 24));
}

TEST_CASE("A clock that runs backwards destroys nothing",
          "[keys][destroyer][clock][error]") {
  TestVault vault;
  const auto keyring = vault.OpenKeyring();
  const OwnerId owner = OwnerOrDie(*keyring, "ada");
  const auto destroyer = vault.OpenDestroyer();
  REQUIRE_OK(destroyer->SetDeadlines(owner, {{0, kNow - absl::Hours(48)}}));
  const MapStore::Rows rows = vault.store->rows();
  const absl::Time back = kNow - absl::Hours(24);
  REQUIRE_ERROR(destroyer->DestroyDueSlots(back, 10),
                absl::StatusCode::kFailedPrecondition, "backwards");
  REQUIRE_ERROR(destroyer->DestroyDueEpochs({}, back),
                absl::StatusCode::kFailedPrecondition, "backwards");
  CHECK(vault.store->rows() == rows);
}

TEST_CASE("A slot dies at the deadline in the vault, unless it was taken back",
          "[keys][destroyer]") {
  TestVault vault;
  const auto keyring = vault.OpenKeyring();
  KeyPlace place = PlaceOf(OwnerOrDie(*keyring, "ada"));
  place.slot = *RememberSlot(*vault.store, {kEventSlot, "", 5});
  SealOrDie(*keyring, &place);
  const auto destroyer = vault.OpenDestroyer();
  const absl::Time dies = kNow + absl::Hours(1);
  REQUIRE_OK(destroyer->SetDeadlines(place.owner, {{place.slot, dies}}));

  SECTION("not before") {
    CHECK(destroyer->DestroyDueSlots(dies - absl::Milliseconds(1), 10)
              ->slots.empty());
    REQUIRE_OK(TryOpen(*keyring, place));
  }
  SECTION("then") {
    CHECK(destroyer->DestroyDueSlots(dies, 10)->slots.size() == 1);
    REQUIRE_ERROR(TryOpen(*keyring, place, dies), absl::StatusCode::kNotFound,
                  "destroyed");
    CHECK(destroyer->DestroyDueSlots(dies, 10)->slots.empty());
  }
  SECTION("not when the event was undone") {
    REQUIRE_OK(destroyer->SetDeadlines(place.owner,
                                       {{place.slot, absl::InfiniteFuture()}}));
    CHECK(destroyer->DestroyDueSlots(dies, 10)->slots.empty());
    REQUIRE_OK(TryOpen(*keyring, place));
  }
  SECTION("not when it is put off while keys are destroyed") {
    const auto meanwhile =
        std::make_shared<testing::MeanwhileStore>(vault.store);
    const auto other =
        Destroyer::Create(meanwhile, vault.ledger, vault.counter);
    REQUIRE_OK(other);
    meanwhile->BeforeRead(OwnerRowName(place.owner), [&] {
      REQUIRE_OK(destroyer->SetDeadlines(
          place.owner, {{place.slot, dies + absl::Hours(1)}}));
    });
    CHECK((*other)->DestroyDueSlots(dies, 10)->slots.empty());
    CHECK(meanwhile->happened());
    REQUIRE_OK(TryOpen(*keyring, place, dies));
  }
  SECTION("a deadline that is moved counts once") {
    REQUIRE_OK(destroyer->SetDeadlines(place.owner,
                                       {{place.slot, dies + absl::Hours(1)}}));
    CHECK(destroyer->DestroyDueSlots(dies, 10)->slots.empty());
    CHECK(destroyer->DestroyDueSlots(dies + absl::Hours(1), 10)->slots.size() ==
          1);
  }
  SECTION("of a slot without a key it just goes") {
    REQUIRE_OK(destroyer->SetDeadlines(place.owner, {{99, kNow}}));
    CHECK(destroyer->DestroyDueSlots(kNow, 10)->slots.empty());
    CHECK(destroyer->DestroyDueSlots(dies, 10)->slots.size() == 1);
  }
  SECTION("nothing of it is left when the person is erased") {
    REQUIRE_OK(destroyer->Erase({place.owner}, {}, kNow));
    CHECK(destroyer->DestroyDueSlots(dies, 10)->slots.empty());
    for (const auto& [name, value] : vault.store->rows()) {
      CHECK(name[0] != 'd');
    }
  }
}

TEST_CASE("No deadline counts until those of a replayed event are settled",
          "[keys][destroyer][restore]") {
  TestVault vault;
  const auto keyring = vault.OpenKeyring();
  KeyPlace place = PlaceOf(OwnerOrDie(*keyring, "ada"));
  place.slot = *RememberSlot(*vault.store, {kEventSlot, "", 5});
  SealOrDie(*keyring, &place);
  const OwnerId bob = OwnerOrDie(*keyring, "bob");
  const auto destroyer = vault.OpenDestroyer();
  REQUIRE_OK(destroyer->SetDeadlines(place.owner, {{place.slot, kNow}}));
  REQUIRE_OK(destroyer->SetDeadlines(bob, {{0, kNow}}));
  const auto say = [&] {
    const std::string body = std::string(place.owner.view()) + "row";
    REQUIRE_OK(vault.ledger->Append(kNow, {{kPeriodsKind, body}}));
  };
  say();
  // One of them waits, and holds up nobody else.
  CHECK(destroyer->DestroyDueSlots(kNow, 1)->slots.size() == 1);
  CHECK(destroyer->DestroyDueSlots(kNow, 1)->slots.empty());
  REQUIRE_OK(TryOpen(*keyring, place));
  CHECK(*destroyer->Unsettled() == std::vector<OwnerId>{place.owner});

  using Deadlines = std::vector<SlotDeadline>;
  int times = 0;
  SECTION("as it was") {
    REQUIRE_OK(destroyer->Settle(
        place.owner,
        []() -> absl::StatusOr<Deadlines> { return Deadlines(); }));
    CHECK(destroyer->DestroyDueSlots(kNow, 1)->slots.size() == 1);
  }
  SECTION("otherwise, and again if more is said meanwhile") {
    REQUIRE_OK(
        destroyer->Settle(place.owner, [&]() -> absl::StatusOr<Deadlines> {
          if (++times == 1) {
            say();
            REQUIRE_OK(destroyer->CatchUp());
          }
          return Deadlines{{place.slot, absl::InfiniteFuture()}};
        }));
    CHECK(times == 2);
    CHECK(destroyer->DestroyDueSlots(kNow, 1)->slots.empty());
    REQUIRE_OK(TryOpen(*keyring, place));
  }
  SECTION("and not while nobody can tell") {
    REQUIRE_ERROR(destroyer->Settle(place.owner,
                                    []() -> absl::StatusOr<Deadlines> {
                                      return absl::DataLossError("altered");
                                    }),
                  absl::StatusCode::kDataLoss, "altered");
    CHECK(destroyer->DestroyDueSlots(kNow, 1)->slots.empty());
    CHECK(destroyer->Unsettled()->size() == 1);
    return;
  }
  SECTION("or until he is gone") {
    REQUIRE_OK(destroyer->Erase({place.owner}, {}, kNow));
  }
  CHECK(destroyer->Unsettled()->empty());
  REQUIRE_OK(destroyer->Settle(place.owner, [&]() -> absl::StatusOr<Deadlines> {
    FAIL("he is settled");
    return Deadlines();
  }));
}

TEST_CASE("A reader that holds the vault's files open leaves it pending",
          "[keys][destroyer]") {
  TestVault vault;
  const OwnerId owner = OwnerOrDie(*vault.OpenKeyring(), "ada");
  const auto destroyer = vault.OpenDestroyer();
  vault.store->scrubbed = Store::Scrubbed::kPending;
  CHECK_FALSE(destroyer->Erase({owner}, {}, kNow)->scrubbed);
  CHECK_FALSE(*destroyer->Scrub());
  vault.store->scrubbed = Store::Scrubbed::kDone;
  CHECK(*destroyer->Scrub());
}

TEST_CASE("Nobody cannot be erased, and an unknown owner is no error",
          "[keys][erase][error]") {
  TestVault vault;
  const auto keyring = vault.OpenKeyring();
  KeyPlace place = PlaceOf(keyring->Nobody(kType));
  SealOrDie(*keyring, &place);
  const auto destroyer = vault.OpenDestroyer();
  REQUIRE_ERROR(destroyer->Erase({place.owner}, {}, kNow),
                absl::StatusCode::kInvalidArgument, "nobody");
  const auto done = destroyer->Erase({OwnerId{}}, {}, kNow);
  REQUIRE_OK(done);
  CHECK(done->mark.number == 0);
}

}  // namespace
}  // namespace privet::keys
