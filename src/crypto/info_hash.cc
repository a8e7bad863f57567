// SPDX-License-Identifier: Apache-2.0

#include "crypto/info_hash.h"

#include <sodium.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

#include "crypto/hash.h"
#include "crypto/sodium.h"
#include "crypto/wipe.h"

namespace privet::crypto {
namespace {

crypto_generichash_state* State(unsigned char* bytes) {
  return reinterpret_cast<crypto_generichash_state*>(bytes);
}

void Check(int result) {
  if (result != 0) Die("a hash failed");
}

}  // namespace

InfoHash::InfoHash(std::size_t size, std::string_view key) : size_(size) {
  static_assert(sizeof(crypto_generichash_state) == kStateSize);
  static_assert(alignof(crypto_generichash_state) <= 64);
  StartSodium();
  const bool key_fits =
      key.empty() || key.size() >= crypto_generichash_KEYBYTES_MIN;
  if (!key_fits || size < kMinHashSize) Die("a hash key is too short");
  Check(crypto_generichash_init(
      State(state_), reinterpret_cast<const unsigned char*>(key.data()),
      key.size(), size));
}

InfoHash::~InfoHash() { Wipe(state_, sizeof(state_)); }

InfoHash& InfoHash::Part(std::string_view part) {
  if (part.size() > std::numeric_limits<std::uint16_t>::max()) {
    Die("a part of a hash is too long");
  }
  const unsigned char length[2] = {
      static_cast<unsigned char>(part.size()),
      static_cast<unsigned char>(part.size() >> 8)};
  Check(crypto_generichash_update(State(state_), length, sizeof(length)));
  if (!part.empty()) {
    Check(crypto_generichash_update(
        State(state_), reinterpret_cast<const unsigned char*>(part.data()),
        part.size()));
  }
  return *this;
}

void InfoHash::Finish(void* out) {
  Check(crypto_generichash_final(State(state_),
                                 static_cast<unsigned char*>(out), size_));
}

}  // namespace privet::crypto
