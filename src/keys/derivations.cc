// SPDX-License-Identifier: Apache-2.0

#include "keys/derivations.h"

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/sealed_header.h"
#include "crypto/info_hash.h"
#include "crypto/wipe.h"
#include "keys/vault.h"

namespace privet::keys {
namespace {

constexpr std::uint8_t kAlgorithm = base::kXChaCha20Poly1305;

}  // namespace

void DeriveCompartment(std::string_view subject_key, std::string_view epoch_key,
                       std::string_view type, std::uint32_t compartment,
                       CompartmentKey* out) {
  using Both = crypto::WipedBytes<64>;
  Both both;
  crypto::InfoHash(Both::size(), subject_key)
      .Part("privet/1/compartment")
      .Int(kAlgorithm)
      .Part(type)
      .Int(compartment)
      .Part(epoch_key)
      .Finish(both.data());
  std::memcpy(out->key.data(), both.data(), out->key.size());
  std::memcpy(out->commitment.data(), both.data() + out->key.size(),
              out->commitment.size());
}

std::string PseudonymUnder(std::string_view key, std::string_view recipient,
                           std::uint32_t generation, std::string_view category,
                           std::string_view value) {
  KeyBytes derived;
  crypto::InfoHash(KeyBytes::size(), key)
      .Part("privet/1/pseudonym")
      .Part(recipient)
      .Int(generation)
      .Finish(derived.data());
  std::string pseudonym(16, '\0');
  crypto::InfoHash(pseudonym.size(), derived.view())
      .Part(category)
      .Part(value)
      .Finish(pseudonym.data());
  return pseudonym;
}

std::string IndexValueUnder(std::string_view store_key, std::string_view index,
                            std::uint32_t generation,
                            std::string_view normalized) {
  KeyBytes key;
  crypto::InfoHash(KeyBytes::size(), store_key)
      .Part("privet/1/index")
      .Part(index)
      .Int(generation)
      .Finish(key.data());
  std::string value(32, '\0');
  crypto::InfoHash(value.size(), key.view())
      .Part(normalized)
      .Finish(value.data());
  return value;
}

std::string StateMacUnder(std::string_view state_key, std::string_view row_name,
                          std::string_view value) {
  std::string mac(16, '\0');
  crypto::InfoHash(mac.size(), state_key)
      .Part(row_name)
      .Part(value)
      .Finish(mac.data());
  return mac;
}

}  // namespace privet::keys
