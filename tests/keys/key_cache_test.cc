// SPDX-License-Identifier: Apache-2.0

#include "keys/key_cache.h"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "crypto/arena.h"
#include "keys/change_counter.h"
#include "keys/keys_fixture.h"

namespace privet::keys {
namespace {

struct TestCache {
  std::unique_ptr<crypto::Arena> arena;
  std::uint8_t* slots = nullptr;
  std::size_t count = 0;
  std::unique_ptr<KeyCache> cache;

  TestCache() {
    crypto::ArenaOptions options;
    options.bytes = 16 << 10;
    options.allow_unlocked = true;
    arena = *crypto::Arena::Create(options);
    slots = arena->TakeRest(&count);
    cache = std::make_unique<KeyCache>(slots, count);
  }
};

CacheName Name(std::uint32_t i, std::uint32_t generation = 1) {
  KeyPlace place;
  place.owner.bytes[0] = static_cast<std::uint8_t>(i % 5);
  place.compartment = i;
  place.type = 1;
  return CacheName::OfCompartment(place, generation);
}

void Fill(std::uint32_t i, CompartmentKey* key) {
  key->key.fill(static_cast<std::uint8_t>(i));
  key->commitment.fill(static_cast<std::uint8_t>(i + 1));
  key->generation = i;
}

bool Matches(std::uint32_t i, const CompartmentKey& key) {
  CompartmentKey want;
  Fill(i, &want);
  return key.key == want.key && key.commitment == want.commitment &&
         key.generation == want.generation;
}

TEST_CASE("The cache returns what was put in, and nothing else",
          "[keys][cache]") {
  TestCache test;
  CompartmentKey key;
  CHECK_FALSE(test.cache->Find(Name(1), 0, &key));
  Fill(1, &key);
  test.cache->Insert(Name(1), key, 1000, test.cache->version());
  CompartmentKey found;
  CHECK(test.cache->Find(Name(1), 999, &found));
  CHECK(Matches(1, found));
  CHECK_FALSE(test.cache->Find(Name(2), 999, &found));
  CHECK_FALSE(test.cache->Find(Name(1, 2), 999, &found));
  CHECK_FALSE(test.cache->Find(Name(1), 1000, &found));
}

TEST_CASE("A full cache forgets some keys and mixes up none", "[keys][cache]") {
  TestCache test;
  CompartmentKey key;
  const auto many = static_cast<std::uint32_t>(test.count * 4);
  for (std::uint32_t i = 0; i < many; ++i) {
    Fill(i, &key);
    test.cache->Insert(Name(i), key, 1000, test.cache->version());
  }
  std::size_t here = 0;
  for (std::uint32_t i = 0; i < many; ++i) {
    if (!test.cache->Find(Name(i), 0, &key)) continue;
    ++here;
    if (!Matches(i, key)) FAIL("key " << i << " is another's");
  }
  CHECK(here > test.cache->capacity() * 9 / 10);
}

TEST_CASE("A key in use outlives those that are not", "[keys][cache]") {
  TestCache test;
  CompartmentKey key;
  Fill(0, &key);
  test.cache->Insert(Name(0), key, 1000, test.cache->version());
  for (std::uint32_t i = 1; i < test.count * 4; ++i) {
    Fill(i, &key);
    test.cache->Insert(Name(i), key, 1000, test.cache->version());
    if (!test.cache->Find(Name(0), 0, &key)) FAIL("lost after " << i);
  }
}

TEST_CASE("What is dropped is wiped from memory", "[keys][cache]") {
  TestCache test;
  CompartmentKey key;
  for (std::uint32_t i = 1; i < 100; ++i) {
    Fill(i, &key);
    test.cache->Insert(Name(i), key, i < 50 ? 10 : 1000, test.cache->version());
  }
  const bool by_name = GENERATE(true, false);
  if (by_name) {
    test.cache->Drop([](const CacheName& name) {
      return static_cast<std::uint32_t>(name.words[4]) < 50;
    });
  } else {
    test.cache->DropDead(10);
  }
  const std::string memory(reinterpret_cast<const char*>(test.slots),
                           test.count * crypto::Arena::kSlotSize);
  for (std::uint32_t i = 1; i < 100; ++i) {
    const bool lives = i >= 50;
    CHECK(test.cache->Find(Name(i), 0, &key) == lives);
    CHECK((memory.find(std::string(32, static_cast<char>(i))) !=
           std::string::npos) == lives);
  }
}

TEST_CASE("A key that was read before a drop is not kept after it",
          "[keys][cache]") {
  TestCache test;
  CompartmentKey key;
  Fill(1, &key);
  const std::uint64_t version = test.cache->version();
  test.cache->Drop([](const CacheName&) { return false; });
  test.cache->Insert(Name(1), key, 1000, version);
  CHECK_FALSE(test.cache->Find(Name(1), 0, &key));
}

TEST_CASE("Readers beside writers find whole keys or none", "[keys][cache]") {
  TestCache test;
  std::atomic<bool> stop{false};
  std::atomic<std::uint64_t> found{0}, torn{0};
  auto read = [&] {
    CompartmentKey key;
    while (!stop) {
      for (std::uint32_t i = 0; i < 64; ++i) {
        if (!test.cache->Find(Name(i), 0, &key)) continue;
        ++found;
        if (!Matches(i, key)) ++torn;
      }
    }
  };
  std::thread one(read), two(read);
  CompartmentKey key;
  std::uint64_t rounds = 0;
  while (found < 20000 || rounds < 200) {
    for (std::uint32_t i = 0; i < 64; ++i) {
      Fill(i, &key);
      test.cache->Insert(Name(i), key, 1000, test.cache->version());
    }
    if (++rounds % 2 == 0) {
      test.cache->Drop([](const CacheName& name) {
        return static_cast<std::uint32_t>(name.words[4]) % 2 == 0;
      });
    }
  }
  stop = true;
  one.join();
  two.join();
  CHECK(torn == 0);
}

TEST_CASE("A child after fork gets no key", "[keys][cache][error]") {
  TestVault vault;
  const auto keyring = vault.OpenKeyring();
  KeyPlace place = PlaceOf(OwnerOrDie(*keyring, "ada"));
  SealOrDie(*keyring, &place);
  const KeyCall call = BeginOrDie(*keyring);
  const pid_t child = fork();
  if (child == 0) {
    CompartmentKey key;
    const bool refused =
        absl::IsFailedPrecondition(keyring->CheckPresent()) &&
        absl::IsFailedPrecondition(keyring->Begin(kNow).status()) &&
        absl::IsFailedPrecondition(
            keyring->KeyForSealing(call, place, kType, &key)) &&
        absl::IsFailedPrecondition(
            keyring->KeyForOpening(call, place, kType, &key)) &&
        absl::IsFailedPrecondition(keyring->FindOwner(call, "ada").status());
    _exit(refused ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(status == 0);
  REQUIRE_OK(TryOpen(*keyring, place));
}

TEST_CASE("The counter's file is shared, its owner's alone, and no link",
          "[keys][counter]") {
  TestFolder folder;
  const auto one = ChangeCounter::Open(folder / "counter");
  const auto two = ChangeCounter::Open(folder / "counter");
  REQUIRE_OK(one);
  REQUIRE_OK(two);
  const std::uint64_t before = (*one)->Read();
  (*two)->Bump();
  CHECK((*one)->Read() != before);
  CHECK((std::filesystem::status(folder / "counter").permissions() &
         std::filesystem::perms::mask) ==
        (std::filesystem::perms::owner_read |
         std::filesystem::perms::owner_write));
  std::filesystem::create_symlink(folder / "counter", folder / "link");
  REQUIRE_ERROR(ChangeCounter::Open(folder / "link"),
                absl::StatusCode::kFailedPrecondition, "is a link");
  REQUIRE_ERROR(ChangeCounter::Open(folder / "none/counter"),
                absl::StatusCode::kUnavailable, "cannot be used");
}

}  // namespace
}  // namespace privet::keys
