// SPDX-License-Identifier: Apache-2.0
//
// Every derivation once more, by hand, from the rows of a vault and its root
// file: what docs/wire_format.md says, and nothing of the keyring's own code.

#include <memory>
#include <string>

#include "base/bytes.h"
#include "crypto/hash.h"
#include "keys/keys_fixture.h"
#include "keys/rows.h"
#include "keys/wrap.h"

namespace privet::keys {
namespace {

using base::Info;
using crypto::H;

struct ByHand {
  TestVault vault;
  std::shared_ptr<Keyring> keyring = vault.OpenKeyring();
  std::string vault_key, store_key;

  ByHand() {
    const std::string name("\x01\x00\x00\x00", 4);
    const auto key =
        vault.provider->Unwrap(vault.store->rows().at("\x01" + name),
                               Info("privet/1/wrap", std::uint8_t{1}, name));
    REQUIRE_OK(key);
    vault_key = std::string(key->Reveal());
    store_key = Key(KeyKind::kStore, "");
  }
  // A key of the vault, unwrapped.
  std::string Key(KeyKind kind, const std::string& name) {
    const auto number = static_cast<std::uint8_t>(kind);
    const std::string row = vault.store->rows().at(
        std::string(1, static_cast<char>(number)) + name);
    REQUIRE(row.size() == 77);
    std::string key(32, '\0');
    REQUIRE(Unwrap(vault_key, Info("privet/1/wrap", number, name), row,
                   key.data(), key.size()));
    return key;
  }
};

std::string SlotName(const OwnerId& owner, char slot) {
  return std::string(owner.view()) + std::string{slot, 0, 0, 0, 1, 0, 0, 0};
}

TEST_CASE("A compartment's key and commitment are those of the format",
          "[keys][format]") {
  ByHand hand;
  REQUIRE_OK(RememberClass(*hand.vault.store, 9, "row"));
  KeyPlace place = PlaceOf(OwnerOrDie(*hand.keyring, "ada"));
  std::string epoch_key;
  SECTION("without an epoch") {}
  SECTION("with an epoch") {
    place.retention_class = 9;
    place.epoch = 5;
  }
  const std::string sealed = SealOrDie(*hand.keyring, &place);
  if (place.epoch != kNoEpoch) {
    epoch_key = hand.Key(KeyKind::kEpoch,
                         std::string("\x09\x00\x00\x00\x05\x00\x00\x00", 8));
  }
  const std::string subject_key =
      hand.Key(KeyKind::kSubject, SlotName(place.owner, 0));
  CHECK(sealed == H(64, subject_key,
                    Info("privet/1/compartment", std::uint8_t{1}, kType,
                         place.compartment, epoch_key)));
}

TEST_CASE("What is stable over every rotation is derived as the format says",
          "[keys][format]") {
  ByHand hand;
  const std::string& store_key = hand.store_key;
  CHECK(std::string(hand.keyring->Nobody(kType).view()) ==
        H(16, store_key, Info("privet/1/nobody", kType)));
  CHECK(hand.keyring->StateMac("row", "value") ==
        H(16, H(32, store_key, Info("privet/1/state")), Info("row", "value")));
  CHECK(hand.keyring->IndexValue("email", 3, "a@x.org") ==
        H(32,
          H(32, store_key, Info("privet/1/index", "email", std::uint32_t{3})),
          Info("a@x.org")));
  CHECK(
      hand.keyring->Pseudonym("acme", 2, "account.id", "7") ==
      H(16,
        H(32, store_key, Info("privet/1/pseudonym", "acme", std::uint32_t{2})),
        Info("account.id", "7")));
  const OwnerId owner = OwnerOrDie(*hand.keyring, "ada");
  const std::string link = hand.Key(KeyKind::kSubject, SlotName(owner, 1));
  CHECK(*hand.keyring->SubjectPseudonym(BeginOrDie(*hand.keyring), owner,
                                        "acme", 2, "account.id", "ada") ==
        H(16, H(32, link, Info("privet/1/pseudonym", "acme", std::uint32_t{2})),
          Info("account.id", "ada")));
}

TEST_CASE("A person is found by the name that the format says",
          "[keys][format]") {
  ByHand hand;
  const OwnerId owner = OwnerOrDie(*hand.keyring, "ada");
  const std::string tag =
      H(16, H(32, hand.store_key, Info("privet/1/tag")), Info("ada"));
  const std::string look = H(32, hand.vault_key, Info("privet/1/look"));
  const std::string name = H(16, look, tag);
  const std::string row = hand.vault.store->rows().at("\x05" + name);
  CHECK(row.substr(61) == std::string(owner.view()) + '\x01' +
                              H(16, look, Info(tag, owner.view())));
  std::string unwrapped(16, '\0');
  CHECK(Unwrap(hand.vault_key, Info("privet/1/wrap", std::uint8_t{5}, name),
               row.substr(0, 61), unwrapped.data(), unwrapped.size()));
  CHECK(unwrapped == tag);
}

}  // namespace
}  // namespace privet::keys
