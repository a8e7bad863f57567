// SPDX-License-Identifier: Apache-2.0
//
// The text of a key file:
//
//   # comment
//   privet-root-1:<generation>:<base64url of 32 bytes>:<8 hex digits of check>
//
// The check is the first four bytes of H(16, "", info("privet/1/root", u32
// generation, key)), so that a mistyped character shows.

#ifndef PRIVET_KEYS_ROOT_TEXT_H_
#define PRIVET_KEYS_ROOT_TEXT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "privet/secret.h"

namespace privet::keys {

struct RootKey {
  std::uint32_t generation = 0;
  Secret key;
};

// Returns the line of a root key, without an end of line.
Secret RootLine(const RootKey& root);

// Parses a whole file. InvalidArgument with the number of the line, and nothing
// of its content, for any other text, for a generation twice, and for no key.
absl::StatusOr<std::vector<RootKey>> ParseRootText(std::string_view path,
                                                   std::string_view text);

}  // namespace privet::keys

#endif  // PRIVET_KEYS_ROOT_TEXT_H_
