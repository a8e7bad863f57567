// SPDX-License-Identifier: Apache-2.0

#include "crypto/hash.h"

#include <sodium.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "crypto/sodium.h"

namespace privet::crypto {
namespace {

static_assert(kMinHashSize == crypto_generichash_BYTES_MIN);
static_assert(kMaxHashSize == crypto_generichash_BYTES_MAX);

const unsigned char* Raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

void HashInto(std::string_view key, std::string_view x, void* out,
              std::size_t size) {
  StartSodium();
  const bool key_fits =
      key.empty() || key.size() >= crypto_generichash_KEYBYTES_MIN;
  if (!key_fits || size < kMinHashSize ||
      crypto_generichash(static_cast<unsigned char*>(out), size, Raw(x),
                         x.size(), key.empty() ? nullptr : Raw(key),
                         key.size()) != 0) {
    Die("a hash was asked for that there is none of");
  }
}

std::string H(std::size_t size, std::string_view key, std::string_view x) {
  std::string out(size, '\0');
  HashInto(key, x, out.data(), size);
  return out;
}

std::uint32_t Id4(std::string_view x) {
  return base::LoadInt<std::uint32_t>(Hash<16>("", x).data());
}

bool EqualInConstantTime(std::string_view a, std::string_view b) {
  StartSodium();
  if (a.size() != b.size()) return false;
  // The usual sizes have functions of their own, ten times as fast.
  const auto* const x = reinterpret_cast<const unsigned char*>(a.data());
  const auto* const y = reinterpret_cast<const unsigned char*>(b.data());
  switch (a.size()) {
    case 0:
      return true;
    case crypto_verify_16_BYTES:
      return crypto_verify_16(x, y) == 0;
    case crypto_verify_32_BYTES:
      return crypto_verify_32(x, y) == 0;
    default:
      return sodium_memcmp(x, y, a.size()) == 0;
  }
}

}  // namespace privet::crypto
