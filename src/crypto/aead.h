// SPDX-License-Identifier: Apache-2.0
//
// XChaCha20-Poly1305 (IETF): the one cipher of records and of wrapped keys.

#ifndef PRIVET_CRYPTO_AEAD_H_
#define PRIVET_CRYPTO_AEAD_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace privet::crypto {

inline constexpr std::size_t kAeadKeySize = 32;
inline constexpr std::size_t kAeadNonceSize = 24;
inline constexpr std::size_t kAeadTagSize = 16;

// Encrypts `plaintext` and authenticates it together with `ad`. Writes the
// ciphertext and then the tag to `out`: plaintext.size() + kAeadTagSize bytes,
// which may begin where `plaintext` does, and else do not overlap it. `key` has
// 32 bytes and `nonce` 24; a nonce is used once.
void AeadSeal(const void* key, const void* nonce, std::string_view ad,
              std::string_view plaintext, char* out);

// Verifies and decrypts `sealed`, which AeadSeal() wrote, to `out`:
// sealed.size() - kAeadTagSize bytes, in place or without overlap. Returns
// false, and writes nothing but zeros, if it does not verify or is too short.
[[nodiscard]] bool AeadOpen(const void* key, const void* nonce,
                            std::string_view ad, std::string_view sealed,
                            char* out);

}  // namespace privet::crypto

#endif  // PRIVET_CRYPTO_AEAD_H_
