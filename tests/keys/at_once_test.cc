// SPDX-License-Identifier: Apache-2.0
//
// Threads that seal and open while others erase.

#include <time.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "keys/keys_fixture.h"

namespace privet::keys {
namespace {

// Each call that begins after an erasure returned must be refused, however long
// another one has been between the vault and the cache.
TEST_CASE("No call that begins after an erasure gets the key",
          "[keys][threads]") {
  constexpr int kPersons = 30;
  TestVault vault;
  const auto keyring = vault.OpenKeyring(), other = vault.OpenKeyring();
  const auto destroyer = vault.OpenDestroyer();
  for (int person = 0; person < kPersons; ++person) {
    KeyPlace place = PlaceOf(OwnerOrDie(*keyring, std::to_string(person)));
    SealOrDie(*keyring, &place);
    std::atomic<bool> erased{false}, stop{false};
    std::atomic<int> violations{0};
    auto open = [&](Keyring* each) {
      std::uint32_t compartment = 0;
      while (!stop) {
        KeyPlace here = place;
        here.compartment = ++compartment % 64;  // hits and misses
        const bool after = erased;
        const auto call = each->Begin(kNow);
        CompartmentKey key;
        const bool opens =
            call.ok() && each->KeyForOpening(*call, here, kType, &key).ok();
        const bool seals =
            call.ok() && each->KeyForSealing(*call, here, kType, &key).ok();
        if (after && (opens || seals)) ++violations;
        if (after) break;
      }
    };
    std::vector<std::thread> threads;
    for (Keyring* each : {keyring.get(), keyring.get(), other.get()}) {
      threads.emplace_back(open, each);
    }
    std::this_thread::yield();
    const auto done = destroyer->Erase({place.owner}, {}, kNow);
    erased = true;
    for (std::thread& thread : threads) thread.join();
    stop = true;
    REQUIRE_OK(done);
    REQUIRE(violations == 0);
  }
}

TEST_CASE("Threads that write first about one person agree on the owner",
          "[keys][threads]") {
  TestVault vault;
  const auto one = vault.OpenKeyring(), two = vault.OpenKeyring();
  for (int round = 0; round < 20; ++round) {
    const std::string id = "person" + std::to_string(round);
    std::vector<OwnerId> owners(4);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < owners.size(); ++i) {
      threads.emplace_back([&, i] {
        Keyring& each = i % 2 == 0 ? *one : *two;
        const auto call = each.Begin(kNow);
        if (call.ok()) {
          owners[i] = each.FindOrCreateOwner(*call, id).value_or(OwnerId{});
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (const OwnerId& owner : owners) {
      CHECK(owner == owners[0]);
      CHECK(owner != OwnerId{});
    }
  }
}

// Processor time of this thread: what others do on the machine does not count,
// but waiting for another thread's cache lines does.
double ThreadNanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return 1e9 * static_cast<double>(now.tv_sec) +
         static_cast<double>(now.tv_nsec);
}

// Not a bar of its own: what a hit costs, and whether two threads that want one
// key, that of the public fields, wait for each other.
TEST_CASE("Cost of a cached key", "[.][benchmark]") {
  TestVault vault;
  const auto keyring = vault.OpenKeyring();
  std::vector<KeyPlace> places;
  for (int i = 0; i < 64; ++i) {
    places.push_back(PlaceOf(OwnerOrDie(*keyring, std::to_string(i))));
    SealOrDie(*keyring, &places.back());
  }
  KeyPlace common = PlaceOf(keyring->Nobody(kType));
  SealOrDie(*keyring, &common);
  constexpr int kRounds = 3'000'000;
  auto run = [&](bool same) {
    const KeyCall call = *keyring->Begin(kNow);
    CompartmentKey key;
    const double begin = ThreadNanoseconds();
    for (int i = 0; i < kRounds; ++i) {
      const KeyPlace& place =
          same ? common : places[static_cast<std::size_t>(i) % places.size()];
      if (!keyring->KeyForSealing(call, place, kType, &key).ok()) std::abort();
    }
    return (ThreadNanoseconds() - begin) / kRounds;
  };
  for (const bool same : {false, true}) {
    const double alone = run(same);
    double first = 0, second = 0;
    std::thread a([&] { first = run(same); }), b([&] { second = run(same); });
    a.join();
    b.join();
    WARN((same ? "one key: " : "64 persons: ")
         << alone << " ns alone, " << first << " and " << second
         << " ns in two threads");
  }
}

}  // namespace
}  // namespace privet::keys
