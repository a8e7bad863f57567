// SPDX-License-Identifier: Apache-2.0
//
// Who keeps the root key, under which the keys of the vault are wrapped.

#ifndef PRIVET_KEYS_H_
#define PRIVET_KEYS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "privet/secret.h"

namespace privet {

// Wraps the key of a vault, and nothing else: it is asked once at start. Behind
// it stands a key file, or a key management service of the host's.
//
// Implementations must be safe to call from any thread, and may block. They
// keep no key in memory longer than a call where they can help it.
class KeyProvider {
 public:
  virtual ~KeyProvider() = default;

  // Returns `key` (32 bytes) encrypted and authenticated under the newest root
  // key. `context` names what the key is for; Unwrap() must refuse another one.
  // At most 4 KiB.
  virtual absl::StatusOr<std::string> Wrap(const Secret& key,
                                           std::string_view context) = 0;

  // Returns the key that Wrap() was given.
  //
  // Returns FailedPrecondition if no root key that is there wrapped it, or it
  // was altered; Unavailable if the provider did not answer.
  virtual absl::StatusOr<Secret> Unwrap(std::string_view wrapped,
                                        std::string_view context) = 0;

  // Returns what an operator calls it, such as "key file `root.keys`".
  virtual std::string Describe() const = 0;
};

// Writes a new key file, with one root key of generation 1, readable by its
// owner only; durable when it returns OK. Keep a copy of it in a safe, and none
// beside a copy of the vault: a lost root key is lost data.
//
// Returns AlreadyExists if `path` is there, FailedPrecondition if its folder is
// missing or may be written by others, and ResourceExhausted or Unavailable if
// it cannot be written.
absl::Status CreateKeyFile(std::string_view path);

// Opens a key file, and checks it. It is read again, with all checks, for each
// call of the provider, so that no root key stays in memory.
//
// Returns NotFound if there is none; FailedPrecondition if it is a link or no
// regular file, belongs to somebody else than us or root, may be read or
// written by group or others, or lies in a folder that others may write; and
// InvalidArgument, with the line, if its text is malformed.
absl::StatusOr<std::shared_ptr<KeyProvider>> OpenKeyFile(std::string_view path);

}  // namespace privet

#endif  // PRIVET_KEYS_H_
