// SPDX-License-Identifier: Apache-2.0

#include "keys/wrap.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "crypto/aead.h"
#include "crypto/random.h"
#include "crypto/wipe.h"
#include "keys/rows.h"

namespace privet::keys {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kHeaderSize = 1 + 4;
constexpr std::size_t kBodyAt = kHeaderSize + crypto::kAeadNonceSize;
static_assert(kWrapOverhead == kBodyAt + crypto::kAeadTagSize);

}  // namespace

std::string WrapContext(KeyKind kind, std::string_view name) {
  return base::Info("privet/1/wrap", static_cast<std::uint8_t>(kind), name);
}

std::string Wrap(std::uint32_t generation, std::string_view key,
                 std::string_view context, std::string_view plaintext) {
  std::string wrapped;
  base::AppendInt(&wrapped, kVersion);
  base::AppendInt(&wrapped, generation);
  wrapped.resize(kWrapOverhead + plaintext.size());
  char* const nonce = wrapped.data() + kHeaderSize;
  crypto::RandomBytes(nonce, crypto::kAeadNonceSize);
  crypto::AeadSeal(key.data(), nonce, context, plaintext,
                   wrapped.data() + kBodyAt);
  return wrapped;
}

std::optional<std::uint32_t> WrappingGeneration(std::string_view wrapped) {
  base::ByteReader reader(wrapped);
  const auto version = reader.Int<std::uint8_t>();
  const auto generation = reader.Int<std::uint32_t>();
  if (wrapped.size() < kWrapOverhead || version != kVersion) {
    return std::nullopt;
  }
  return generation;
}

bool Unwrap(std::string_view key, std::string_view context,
            std::string_view wrapped, void* out, std::size_t size) {
  if (WrappingGeneration(wrapped).has_value() &&
      wrapped.size() == kWrapOverhead + size) {
    return crypto::AeadOpen(key.data(), wrapped.data() + kHeaderSize, context,
                            wrapped.substr(kBodyAt), static_cast<char*>(out));
  }
  crypto::Wipe(out, size);
  return false;
}

}  // namespace privet::keys
