// SPDX-License-Identifier: Apache-2.0
//
// A folder with a root file, a ledger and a counter, and a vault in memory.

#ifndef PRIVET_TESTS_KEYS_KEYS_FIXTURE_H_
#define PRIVET_TESTS_KEYS_KEYS_FIXTURE_H_

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/time/time.h"
#include "base/keep.h"
#include "crypto/hash.h"
#include "keys/catalogue.h"
#include "keys/destroyer.h"
#include "keys/keyring.h"
#include "keys/map_store.h"
#include "privet/keys.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet::keys {

inline constexpr char kType[] = "shop.Order";
inline const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

// A new folder, removed when it goes.
class TestFolder {
 public:
  TestFolder() {
    std::string name =
        (std::filesystem::temp_directory_path() / "privet-keys-XXXXXX")
            .string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  std::string operator/(std::string_view name) const {
    return path_ + "/" + std::string(name);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

class FixedClock final : public Clock {
 public:
  absl::Time Now() const override { return now; }
  absl::Time now = kNow;
};

// The parts of one vault; keyrings and destroyers are opened over them.
struct TestVault {
  TestFolder folder;
  FixedClock clock;
  std::shared_ptr<MapStore> store = std::make_shared<MapStore>();
  std::shared_ptr<KeyProvider> provider;
  std::shared_ptr<Ledger> ledger;
  std::shared_ptr<ChangeCounter> counter;

  TestVault() {
    REQUIRE_OK(CreateKeyFile(folder / "root.keys"));
    REQUIRE_OK(Ledger::Create(folder / "ledger"));
    provider = *OpenKeyFile(folder / "root.keys");
    ledger = *Ledger::Open(folder / "ledger");
    counter = *ChangeCounter::Open(folder / "counter");
  }

  KeyringOptions options() const {
    KeyringOptions options;
    options.vault = store;
    options.provider = provider;
    options.ledger = ledger;
    options.counter = counter;
    options.clock = &clock;
    options.key_cache_bytes = 64 << 10;
    options.allow_unlocked_memory = true;
    return options;
  }
  std::shared_ptr<Keyring> OpenKeyring() const {
    auto keyring = Keyring::Create(options());
    REQUIRE_OK(keyring);
    return *keyring;
  }
  std::shared_ptr<Destroyer> OpenDestroyer() const {
    auto destroyer = Destroyer::Create(store, ledger, counter);
    REQUIRE_OK(destroyer);
    return *destroyer;
  }
};

inline KeyCall BeginOrDie(Keyring& keyring, absl::Time now = kNow) {
  auto call = keyring.Begin(now);
  REQUIRE_OK(call);
  return *call;
}

inline OwnerId OwnerOrDie(Keyring& keyring, std::string_view id,
                          absl::Time now = kNow) {
  auto owner = keyring.FindOrCreateOwner(BeginOrDie(keyring, now), id);
  REQUIRE_OK(owner);
  return *owner;
}

inline KeyPlace PlaceOf(const OwnerId& owner, std::uint32_t compartment = 7) {
  KeyPlace place;
  place.owner = owner;
  place.type = crypto::Id4(kType);
  place.compartment = compartment;
  return place;
}

// Seals at `place`: returns key and commitment, and sets the generation.
inline std::string SealOrDie(Keyring& keyring, KeyPlace* place,
                             absl::Time now = kNow) {
  CompartmentKey key;
  REQUIRE_OK(
      keyring.KeyForSealing(BeginOrDie(keyring, now), *place, kType, &key));
  place->generation = key.generation;
  return std::string(key.key.begin(), key.key.end()) +
         std::string(key.commitment.begin(), key.commitment.end());
}

// Opens at `place`: returns what SealOrDie() does, or the status.
inline absl::StatusOr<std::string> TryOpen(Keyring& keyring,
                                           const KeyPlace& place,
                                           absl::Time now = kNow) {
  auto call = keyring.Begin(now);
  if (!call.ok()) return call.status();
  CompartmentKey key;
  const absl::Status status = keyring.KeyForOpening(*call, place, kType, &key);
  if (!status.ok()) return status;
  return std::string(key.key.begin(), key.key.end()) +
         std::string(key.commitment.begin(), key.commitment.end());
}

inline base::Keep KeepOrDie(std::string_view text) {
  auto keep = base::Keep::Parse(text);
  REQUIRE_OK(keep);
  return *keep;
}

}  // namespace privet::keys

#endif  // PRIVET_TESTS_KEYS_KEYS_FIXTURE_H_
