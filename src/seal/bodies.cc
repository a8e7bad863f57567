// SPDX-License-Identifier: Apache-2.0

#include "seal/bodies.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "absl/types/span.h"
#include "base/sealed_header.h"
#include "crypto/aead.h"
#include "crypto/hash.h"

namespace privet::seal {
namespace {

static_assert(base::kTagSize == crypto::kAeadTagSize);
static_assert(base::kNonceSize == crypto::kAeadNonceSize);

constexpr std::size_t kLengthSize = 4;

char* PutLength(char* out, std::size_t length) {
  for (std::size_t i = 0; i < kLengthSize; ++i) {
    *out++ = static_cast<char>(static_cast<unsigned char>(length >> (8 * i)));
  }
  return out;
}

}  // namespace

std::size_t SealedSize(const base::HeaderFields& fields,
                       absl::Span<const BodyInput> bodies,
                       std::optional<std::string_view> residue) {
  std::size_t size = base::HeaderSize(fields);
  for (const BodyInput& body : bodies) {
    size += kLengthSize + body.plaintext.size() + base::kTagSize;
  }
  return residue.has_value() ? size + kLengthSize + residue->size() : size;
}

std::string SealBodies(const base::HeaderFields& fields,
                       absl::Span<const BodyInput> bodies,
                       std::optional<std::string_view> residue) {
  std::string sealed(SealedSize(fields, bodies, residue), '\0');
  char* at = base::WriteHeader(fields, sealed.data());
  const std::string_view header(sealed.data(),
                                static_cast<std::size_t>(at - sealed.data()));
  for (const BodyInput& body : bodies) {
    const std::size_t size = body.plaintext.size() + base::kTagSize;
    at = PutLength(at, size);
    crypto::AeadSeal(body.key, fields.nonce.data(), header, body.plaintext, at);
    at += size;
  }
  if (residue.has_value()) {
    at = PutLength(at, residue->size());
    if (!residue->empty()) std::memcpy(at, residue->data(), residue->size());
  }
  return sealed;
}

bool OpenBody(const base::SealedHeader& header, std::size_t i,
              const std::uint8_t* key,
              const std::array<std::uint8_t, 32>& commitment, char* out) {
  const std::string_view ours(reinterpret_cast<const char*>(commitment.data()),
                              commitment.size());
  if (!crypto::EqualInConstantTime(ours, header.commitment(i))) return false;
  return crypto::AeadOpen(key, header.nonce().data(), header.header(),
                          header.body(i), out);
}

}  // namespace privet::seal
