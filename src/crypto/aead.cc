// SPDX-License-Identifier: Apache-2.0

#include "crypto/aead.h"

#include <sodium.h>

#include <string_view>

#include "crypto/sodium.h"

namespace privet::crypto {
namespace {

static_assert(kAeadKeySize == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
static_assert(kAeadNonceSize == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
static_assert(kAeadTagSize == crypto_aead_xchacha20poly1305_ietf_ABYTES);

template <typename T>
auto Bytes(T* bytes) {
  return reinterpret_cast<const unsigned char*>(bytes);
}

}  // namespace

void AeadSeal(const void* key, const void* nonce, std::string_view ad,
              std::string_view plaintext, char* out) {
  StartSodium();
  const int failed = crypto_aead_xchacha20poly1305_ietf_encrypt(
      reinterpret_cast<unsigned char*>(out), nullptr, Bytes(plaintext.data()),
      plaintext.size(), Bytes(ad.data()), ad.size(), nullptr,
      static_cast<const unsigned char*>(nonce),
      static_cast<const unsigned char*>(key));
  if (failed != 0) Die("the cipher failed");
}

bool AeadOpen(const void* key, const void* nonce, std::string_view ad,
              std::string_view sealed, char* out) {
  StartSodium();
  if (sealed.size() < kAeadTagSize) return false;
  const int failed = crypto_aead_xchacha20poly1305_ietf_decrypt(
      reinterpret_cast<unsigned char*>(out), nullptr, nullptr,
      Bytes(sealed.data()), sealed.size(), Bytes(ad.data()), ad.size(),
      static_cast<const unsigned char*>(nonce),
      static_cast<const unsigned char*>(key));
  if (failed == 0) return true;
  sodium_memzero(out, sealed.size() - kAeadTagSize);
  return false;
}

}  // namespace privet::crypto
