// SPDX-License-Identifier: Apache-2.0
//
// An ordered map of bytes with compare-and-swap commits: what stands behind
// the vault (wrapped keys) and the state (what people said).

#ifndef PRIVET_STORE_H_
#define PRIVET_STORE_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace privet {

// A transactional ordered map from bytes to bytes.
//
// Four functions, so that any engine with serializable transactions can stand
// behind it. Every function is safe to call from any thread, and every one may
// block. `privet::testing` has the conformance suite that each implementation
// must pass.
//
// Every function returns Unavailable if the engine did not answer in time (a
// locked file, a lost connection), ResourceExhausted if it is full, and
// DataLoss if it finds itself corrupt.
class Store {
 public:
  // Holds if `key` has exactly `value`, or is absent where that is nullopt.
  struct Condition {
    std::string key;
    std::optional<std::string> value;
  };
  // Sets `key` to `value`, or deletes it where that is nullopt.
  struct Write {
    std::string key;
    std::optional<std::string> value;
  };
  enum class Scrubbed {
    kDone,     // no file of the store holds a deleted byte any more
    kPending,  // a reader holds an old snapshot open: call again
  };

  virtual ~Store() = default;

  // Returns the value of `key`, or nullopt if there is none. Keys have 1 to
  // 1,024 bytes, values at most 1 MiB.
  virtual absl::StatusOr<std::optional<std::string>> Read(
      std::string_view key) = 0;

  // Calls `visit` with each row whose key is in [from, to), in byte order, of
  // one consistent snapshot, until it returns false. An empty `to` means the
  // end. `visit` may not call this store.
  virtual absl::Status Scan(
      std::string_view from, std::string_view to,
      absl::FunctionRef<bool(std::string_view key, std::string_view value)>
          visit) = 0;

  // Applies all of `writes` if all of `conditions` hold, atomically and
  // serializably; durable when it returns OK. Two writes of one key are
  // InvalidArgument.
  //
  // Returns Aborted, and changes nothing, if a condition does not hold.
  virtual absl::Status Commit(absl::Span<const Condition> conditions,
                              absl::Span<const Write> writes) = 0;

  // Makes deleted and overwritten values unreadable in the store's own files.
  virtual absl::StatusOr<Scrubbed> Scrub() = 0;
};

}  // namespace privet

#endif  // PRIVET_STORE_H_
