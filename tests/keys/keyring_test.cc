// SPDX-License-Identifier: Apache-2.0

#include "keys/keyring.h"

#include <set>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "keys/clock_rule.h"
#include "keys/keys_fixture.h"
#include "keys/rows.h"

namespace privet::keys {
namespace {

TEST_CASE("A key that sealed is there to open with, also after a restart",
          "[keys][keyring]") {
  TestVault vault;
  std::string sealed;
  KeyPlace place;
  {
    const auto keyring = vault.OpenKeyring();
    place = PlaceOf(OwnerOrDie(*keyring, "ada"));
    sealed = SealOrDie(*keyring, &place);
    CHECK(place.generation == 1);
    CHECK(*TryOpen(*keyring, place) == sealed);
  }
  const auto keyring = vault.OpenKeyring();
  CHECK(*TryOpen(*keyring, place) == sealed);
  CHECK(OwnerOrDie(*keyring, "ada") == place.owner);
}

TEST_CASE("Whatever a key is for alone changes key and commitment",
          "[keys][keyring]") {
  TestVault vault;
  const auto keyring = vault.OpenKeyring();
  REQUIRE_OK(RememberClass(*vault.store, 9, "row"));
  REQUIRE_OK(RememberClass(*vault.store, 10, "row"));
  const auto slot =
      RememberSlot(*vault.store, {kObligationSlot, "tax.records", 0});
  REQUIRE_OK(slot);
  const KeyPlace base = PlaceOf(OwnerOrDie(*keyring, "ada"));
  std::set<std::string> keys, commitments;
  auto add = [&](KeyPlace place, const char* type = kType) {
    CompartmentKey key;
    REQUIRE_OK(keyring->KeyForSealing(BeginOrDie(*keyring), place, type, &key));
    keys.emplace(key.key.begin(), key.key.end());
    commitments.emplace(key.commitment.begin(), key.commitment.end());
  };
  add(base);
  KeyPlace place = base;
  place.owner = OwnerOrDie(*keyring, "bob");
  add(place);  // the person
  place = base;
  place.slot = *slot;
  add(place);  // the slot
  place = base;
  place.compartment = 8;
  add(place);  // the compartment
  place = base;
  place.type = crypto::Id4("shop.Orders");
  add(place, "shop.Orders");  // the type
  place = base;
  place.retention_class = 9;
  place.epoch = 3;
  add(place);  // an epoch key
  place.epoch = 4;
  add(place);  // another epoch
  place.retention_class = 10;
  add(place);  // another class
  CHECK(keys.size() == 8);
  CHECK(commitments.size() == 8);
}

TEST_CASE("A person is the same owner for every process, and only one",
          "[keys][keyring]") {
  TestVault vault;
  const auto one = vault.OpenKeyring(), two = vault.OpenKeyring();
  const OwnerId ada = OwnerOrDie(*one, "ada");
  CHECK(OwnerOrDie(*two, "ada") == ada);
  CHECK(OwnerOrDie(*two, "bob") != ada);
  const auto unknown = one->FindOwner(BeginOrDie(*one), "eve");
  REQUIRE_OK(unknown);
  CHECK_FALSE(unknown->has_value());
}

TEST_CASE("Of two first writes about a person one wins, and both agree",
          "[keys][keyring]") {
  TestVault vault;
  const auto one = vault.OpenKeyring(), two = vault.OpenKeyring();
  OwnerId other;
  bool interfere = true;
  vault.store->before_commit = [&] {
    if (!interfere) return;
    interfere = false;
    other = OwnerOrDie(*two, "ada");
  };
  CHECK(OwnerOrDie(*one, "ada") == other);
}

TEST_CASE("Keys of a person are durable in one commit", "[keys][keyring]") {
  TestVault vault;
  const auto keyring = vault.OpenKeyring();
  const int before = vault.store->commits;
  KeyPlace place = PlaceOf(OwnerOrDie(*keyring, "ada"));
  SealOrDie(*keyring, &place);
  CHECK(vault.store->commits == before + 1);
}

TEST_CASE("A cached key reads no row, and none without leave to wait",
          "[keys][keyring]") {
  TestVault vault;
  const auto keyring = vault.OpenKeyring();
  KeyPlace place = PlaceOf(OwnerOrDie(*keyring, "ada"));
  const auto call = keyring->Begin(kNow, OnMiss::kRefuse);
  REQUIRE_OK(call);
  CompartmentKey key;
  REQUIRE_ERROR(keyring->KeyForSealing(*call, place, kType, &key),
                absl::StatusCode::kUnavailable, "prefetch");
  SealOrDie(*keyring, &place);
  const int before = vault.store->reads;
  REQUIRE_OK(keyring->KeyForSealing(*call, place, kType, &key));
  CHECK(vault.store->reads == before);
}

TEST_CASE("An epoch key is refused once its time has come, also from memory",
          "[keys][keyring]") {
  TestVault vault;
  const auto keyring = vault.OpenKeyring();
  REQUIRE_OK(RememberClass(*vault.store, 9, "row"));
  const base::Keep keep = KeepOrDie("30d");
  KeyPlace place = PlaceOf(OwnerOrDie(*keyring, "ada"));
  place.retention_class = 9;
  place.epoch = *EpochOf(kNow, keep);
  place.dies = EpochDies(place.epoch, keep, keep);
  const std::string sealed = SealOrDie(*keyring, &place);
  const absl::Time last = place.dies - absl::Milliseconds(1);
  CHECK(*TryOpen(*keyring, place, last) == sealed);
  REQUIRE_ERROR(TryOpen(*keyring, place, place.dies),
                absl::StatusCode::kNotFound, "time");
}

TEST_CASE("Nothing is sealed under a class or slot that no row explains",
          "[keys][keyring][error]") {
  TestVault vault;
  const auto keyring = vault.OpenKeyring();
  KeyPlace place = PlaceOf(OwnerOrDie(*keyring, "ada"));
  CompartmentKey key;
  SECTION("a class") {
    place.retention_class = 9;
    place.epoch = 1;
    REQUIRE_ERROR(
        keyring->KeyForSealing(BeginOrDie(*keyring), place, kType, &key),
        absl::StatusCode::kFailedPrecondition, "retention class 9 has no row");
  }
  SECTION("a slot") {
    place.slot = 77;
    REQUIRE_ERROR(
        keyring->KeyForSealing(BeginOrDie(*keyring), place, kType, &key),
        absl::StatusCode::kFailedPrecondition, "slot 77 has no row");
  }
  SECTION("the link key never seals") {
    place.slot = kLinkSlot;
    REQUIRE_ERROR(
        keyring->KeyForSealing(BeginOrDie(*keyring), place, kType, &key),
        absl::StatusCode::kFailedPrecondition, "slot 1 has no row");
  }
}

TEST_CASE("Nobody has one owner for a type, and a key without a person",
          "[keys][keyring]") {
  TestVault vault;
  const auto keyring = vault.OpenKeyring();
  CHECK(keyring->Nobody(kType) != keyring->Nobody("shop.Orders"));
  KeyPlace place = PlaceOf(keyring->Nobody(kType));
  const std::string sealed = SealOrDie(*keyring, &place);
  CHECK(*TryOpen(*vault.OpenKeyring(), place) == sealed);
  CHECK(*StateOfOwner(*vault.store, place.owner) == OwnerState::kNobody);
}

TEST_CASE("An altered vault opens nothing wrong", "[keys][keyring][error]") {
  TestVault vault;
  auto keyring = vault.OpenKeyring();
  KeyPlace ada = PlaceOf(OwnerOrDie(*keyring, "ada"));
  KeyPlace bob = PlaceOf(OwnerOrDie(*keyring, "bob"));
  SealOrDie(*keyring, &ada);
  SealOrDie(*keyring, &bob);
  MapStore::Rows rows = vault.store->rows();
  const std::string ada_row =
      KeyRow(KeyKind::kSubject, SubjectKeyName({ada.owner, 0, 1}));
  const std::string bob_row =
      KeyRow(KeyKind::kSubject, SubjectKeyName({bob.owner, 0, 1}));
  SECTION("a key row put in another's place") {
    std::swap(rows[ada_row], rows[bob_row]);
    vault.store->Restore(rows);
    REQUIRE_ERROR(TryOpen(*vault.OpenKeyring(), ada),
                  absl::StatusCode::kDataLoss, "was altered");
  }
  SECTION("a key row that is gone without a reason") {
    rows.erase(ada_row);
    vault.store->Restore(rows);
    REQUIRE_ERROR(TryOpen(*vault.OpenKeyring(), ada),
                  absl::StatusCode::kDataLoss, "does not say was destroyed");
  }
  SECTION("one person's look-up row pointed at another's owner") {
    std::string* rows_of[2] = {nullptr, nullptr};
    int count = 0;
    for (auto& [name, value] : rows) {
      if (name[0] == static_cast<char>(KeyKind::kTag)) {
        rows_of[count++] = &value;
      }
    }
    REQUIRE(count == 2);
    std::swap(*rows_of[0], *rows_of[1]);
    vault.store->Restore(rows);
    keyring = vault.OpenKeyring();
    REQUIRE_ERROR(keyring->FindOwner(BeginOrDie(*keyring), "ada"),
                  absl::StatusCode::kDataLoss, "not his");
  }
}

TEST_CASE("A vault is opened by its own root key alone, and nothing is written",
          "[keys][keyring][error]") {
  TestVault vault;
  vault.OpenKeyring();
  const MapStore::Rows rows = vault.store->rows();
  REQUIRE_OK(CreateKeyFile(vault.folder / "other.keys"));
  vault.provider = *OpenKeyFile(vault.folder / "other.keys");
  REQUIRE_ERROR(Keyring::Create(vault.options()),
                absl::StatusCode::kFailedPrecondition,
                "no root key in key file");
  CHECK(vault.store->rows() == rows);
}

TEST_CASE("A clock that runs backwards is refused", "[keys][clock][error]") {
  TestVault vault;
  const auto keyring = vault.OpenKeyring();
  OwnerOrDie(*keyring, "ada", kNow + absl::Hours(24));
  SECTION("in the process that saw the time") {
    REQUIRE_ERROR(keyring->Begin(kNow), absl::StatusCode::kFailedPrecondition,
                  "the clock runs backwards");
    REQUIRE_OK(keyring->Begin(kNow + absl::Hours(24) - absl::Minutes(4)));
  }
  SECTION("at the start of another, which writes nothing") {
    const MapStore::Rows rows = vault.store->rows();
    REQUIRE_ERROR(Keyring::Create(vault.options()),
                  absl::StatusCode::kFailedPrecondition,
                  "the clock runs backwards");
    CHECK(vault.store->rows() == rows);
  }
}

TEST_CASE("The highest time seen does not go back", "[keys][clock]") {
  TestVault vault;
  OwnerOrDie(*vault.OpenKeyring(), "ada");
  const auto highest = [&] {
    return absl::FromUnixMillis(*HighestTime(*vault.store));
  };
  REQUIRE(highest() == kNow);
  SECTION("however often a process starts a little behind it") {
    for (int i = 1; i <= 4; ++i) {
      vault.clock.now = kNow - i * absl::Minutes(1);
      const auto keyring = vault.OpenKeyring();
      KeyPlace place =
          PlaceOf(OwnerOrDie(*keyring, std::to_string(i), vault.clock.now));
      place.slot = *RememberSlot(*vault.store, {kEventSlot, "", 5});
      SealOrDie(*keyring, &place, vault.clock.now);
      CHECK(highest() == kNow);
    }
    vault.clock.now = kNow - absl::Minutes(6);
    REQUIRE_ERROR(Keyring::Create(vault.options()),
                  absl::StatusCode::kFailedPrecondition,
                  "the clock runs backwards");
  }
  SECTION("though another process noted a later one just now") {
    const auto slow = vault.OpenKeyring(), fast = vault.OpenKeyring();
    bool other = false;
    vault.store->before_commit = [&] {
      if (std::exchange(other, true)) return;
      OwnerOrDie(*fast, "bob", kNow + absl::Minutes(4));
    };
    OwnerOrDie(*slow, "cleo", kNow + absl::Minutes(1));
    CHECK(highest() == kNow + absl::Minutes(4));
    other = false;
    OwnerOrDie(*slow, "dora", kNow + absl::Minutes(2));
    REQUIRE_OK(slow->Begin(kNow + absl::Hours(2)));
    CHECK(highest() == kNow + absl::Hours(2));
  }
  SECTION("and keys of one second need not agree on it") {
    const auto one = vault.OpenKeyring(), two = vault.OpenKeyring();
    int commits = 0;
    vault.store->before_commit = [&] {
      if (++commits == 1) OwnerOrDie(*two, "bob", kNow + absl::Seconds(0.5));
    };
    OwnerOrDie(*one, "cleo", kNow + absl::Seconds(0.7));
    CHECK(commits == 2);
  }
}

TEST_CASE("Who misses a change finds out within the time keys are cached",
          "[keys][keyring]") {
  TestVault vault;
  const auto keyring = vault.OpenKeyring();
  std::string version = "one";
  absl::Status status;
  int looks = 0;
  REQUIRE_OK(keyring->Watch([&]() -> absl::StatusOr<std::string> {
    ++looks;
    if (!status.ok()) return status;
    return version;
  }));
  const KeyCall call = BeginOrDie(*keyring);
  looks = 0;
  const auto later = [&](absl::Duration by) {
    return BeginOrDie(*keyring, kNow + by);
  };
  SECTION("when nothing has changed nobody is disturbed") {
    later(absl::Seconds(4));
    CHECK(looks == 0);
    CHECK(later(absl::Seconds(5)).counter == call.counter);
    CHECK(looks == 1);
  }
  SECTION("a change of what is watched") {
    version = "two";
    CHECK(later(absl::Seconds(4)).counter == call.counter);
    const KeyCall next = later(absl::Seconds(5));
    CHECK(next.counter != call.counter);
    CHECK_FALSE(keyring->Unchanged(call));
    CHECK(keyring->Unchanged(next));
    CHECK(later(absl::Seconds(10)).counter == next.counter);
  }
  SECTION("one that was told of is told of once") {
    version = "two";
    vault.counter->Bump();
    CHECK(later(absl::Seconds(1)).counter == call.counter + 1);
    CHECK(later(absl::Seconds(6)).counter == call.counter + 1);
  }
  SECTION("the end of keys") {
    const OwnerId ada = OwnerOrDie(*keyring, "ada");
    const auto counter =
        std::exchange(vault.counter, ChangeCounter::InMemory());
    REQUIRE_OK(vault.OpenDestroyer()->Erase({ada}, {}, kNow));
    vault.counter = counter;
    CHECK(later(absl::Seconds(5)).counter != call.counter);
  }
  SECTION("and while it cannot look it does nothing") {
    status = absl::UnavailableError("unplugged");
    REQUIRE_OK(keyring->Begin(kNow + absl::Seconds(4)));
    REQUIRE_ERROR(keyring->Begin(kNow + absl::Seconds(5)),
                  absl::StatusCode::kUnavailable, "unplugged");
    status = absl::OkStatus();
    version = "two";
    CHECK(later(absl::Seconds(5)).counter != call.counter);
  }
}

TEST_CASE("Derived values never change, and tell their parts apart",
          "[keys][keyring]") {
  TestVault vault;
  const auto one = vault.OpenKeyring(), two = vault.OpenKeyring();
  CHECK(one->Pseudonym("acme", 1, "account.id", "ada") ==
        two->Pseudonym("acme", 1, "account.id", "ada"));
  std::set<std::string> values = {
      one->Pseudonym("acme", 1, "account.id", "ada"),
      one->Pseudonym("acme2", 1, "account.id", "ada"),
      one->Pseudonym("acme", 2, "account.id", "ada"),
      one->Pseudonym("acme", 1, "account.i", "dada"),
      one->Pseudonym("acme", 1, "account.id", "bob")};
  CHECK(values.size() == 5);
  values = {one->IndexValue("email", 1, "a@x.org"),
            one->IndexValue("email", 2, "a@x.org"),
            one->IndexValue("emai", 1, "la@x.org"),
            one->IndexValue("email", 1, "b@x.org")};
  CHECK(values.size() == 4);
  CHECK(one->StateMac("row", "value") == two->StateMac("row", "value"));
  CHECK(one->StateMac("row", "value") != one->StateMac("ro", "wvalue"));
}

}  // namespace
}  // namespace privet::keys
