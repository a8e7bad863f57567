// SPDX-License-Identifier: Apache-2.0
//
// The bodies of a sealed record, in and out, with keys in hand: all of the
// cryptography of a record, and nothing else.

#ifndef PRIVET_SEAL_BODIES_H_
#define PRIVET_SEAL_BODIES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/types/span.h"
#include "base/sealed_header.h"

namespace privet::seal {

// What goes into one body.
struct BodyInput {
  std::string_view plaintext;
  const std::uint8_t* key = nullptr;  // 32 bytes
};

// Returns the size of the record that SealBodies() makes, in one sum.
std::size_t SealedSize(const base::HeaderFields& fields,
                       absl::Span<const BodyInput> bodies,
                       std::optional<std::string_view> residue);

// Returns the record of `fields`, which has a descriptor for each of `bodies`:
// the header, written once, and each body encrypted where it stays, with the
// header as its associated data. `residue`, if there is one, stands behind
// them, and `fields.flags` says so.
std::string SealBodies(const base::HeaderFields& fields,
                       absl::Span<const BodyInput> bodies,
                       std::optional<std::string_view> residue);

// Decrypts body `i` of `header` to `out`, which has room for it without its
// tag, and returns whether `key` and its `commitment` are those that sealed it
// and nothing was altered. If not, `out` holds zeros, or is as it was.
[[nodiscard]] bool OpenBody(const base::SealedHeader& header, std::size_t i,
                            const std::uint8_t* key,
                            const std::array<std::uint8_t, 32>& commitment,
                            char* out);

}  // namespace privet::seal

#endif  // PRIVET_SEAL_BODIES_H_
