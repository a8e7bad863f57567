// SPDX-License-Identifier: Apache-2.0
//
// Tells other threads and processes that keys were destroyed.

#ifndef PRIVET_KEYS_CHANGE_COUNTER_H_
#define PRIVET_KEYS_CHANGE_COUNTER_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"

namespace privet::keys {

// A number that changes with each destruction of keys: eight bytes of a mapped
// file (0600) beside the vault, shared by all processes of a host. It only
// hastens: who misses a change finds out within `key_cache_ttl`. Thread-safe.
//
// To remove or replace the file does no harm: the mapping keeps the old one.
// Who cuts it short while a process has it mapped kills that process (SIGBUS),
// as with the -shm file of SQLite beside it; a read that could fail instead is
// a system call, for each record twice. Only the owner of the keys may write
// it (docs/operations.md).
class ChangeCounter {
 public:
  // Returns a counter of this process alone, for a vault that no other opens.
  static std::shared_ptr<ChangeCounter> InMemory();

  // Opens the file at `path`, or creates it. FailedPrecondition if it is a link
  // or belongs to somebody else; Unavailable if it cannot be opened or mapped.
  static absl::StatusOr<std::shared_ptr<ChangeCounter>> Open(
      std::string_view path);

  ~ChangeCounter();
  ChangeCounter(const ChangeCounter&) = delete;
  ChangeCounter& operator=(const ChangeCounter&) = delete;

  // Returns the number now: 2 ns.
  std::uint64_t Read() const { return count_->load(std::memory_order_acquire); }

  // Changes it.
  void Bump() { count_->fetch_add(1, std::memory_order_acq_rel); }

 private:
  ChangeCounter() = default;

  std::atomic<std::uint64_t> own_{0};
  std::atomic<std::uint64_t>* count_ = &own_;
  void* mapping_ = nullptr;
};

}  // namespace privet::keys

#endif  // PRIVET_KEYS_CHANGE_COUNTER_H_
