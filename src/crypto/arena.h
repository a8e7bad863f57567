// SPDX-License-Identifier: Apache-2.0
//
// Locked memory for keys.

#ifndef PRIVET_CRYPTO_ARENA_H_
#define PRIVET_CRYPTO_ARENA_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/mutex.h"

namespace privet::crypto {

struct ArenaOptions {
  // Default: 0, half of what the process may lock, at most 4 MiB.
  std::size_t bytes = 0;
  // Goes on where memory cannot be locked. Default: false.
  bool allow_unlocked = false;
};

// One block of memory that holds keys in slots of 32 bytes: locked against
// swapping, between guard pages, left out of core dumps, and zero in a child
// after fork, which intact() tells: a child would seal under zeros. Wiped when
// it goes. Thread-safe.
class Arena {
 public:
  static constexpr std::size_t kSlotSize = 32;
  static constexpr std::size_t kMaxBytes = std::size_t{4} << 20;
  static constexpr std::size_t kMinBytes = std::size_t{16} << 10;

  // Returns FailedPrecondition, with the limit and what to do, if memory cannot
  // be locked and `allow_unlocked` is false, or cannot be kept from a child.
  static absl::StatusOr<std::unique_ptr<Arena>> Create(
      const ArenaOptions& options);

  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  bool locked() const { return locked_; }
  // Bytes that are mapped for slots; what VmLck counts where it is locked.
  std::size_t bytes() const { return bytes_; }

  // Returns false in a child after fork. A load and a comparison.
  bool intact() const {
    return canary_->load(std::memory_order_relaxed) == kCanary;
  }

  // Takes a slot of zeros, or all that are left from now on, as one run: the
  // cache's, which is never given back. Ends the process if none is left.
  std::uint8_t* TakeSlot();
  std::uint8_t* TakeRest(std::size_t* slots);

  // Wipes a slot of TakeSlot() and takes it back.
  void GiveBack(std::uint8_t* slot);

 private:
  static constexpr std::uint64_t kCanary = 0x7072697665743031;

  Arena(std::uint8_t* mapping, std::size_t mapped, std::uint8_t* begin,
        std::size_t bytes, bool locked);

  std::uint8_t* const mapping_;
  const std::size_t mapped_;
  const std::size_t bytes_;
  const bool locked_;
  std::uint8_t* const begin_;
  std::atomic<std::uint64_t>* canary_ = nullptr;

  base::Mutex mutex_;
  std::size_t next_ ABSL_GUARDED_BY(mutex_) = 1;  // slot 0 is the canary
  std::vector<std::uint8_t*> free_ ABSL_GUARDED_BY(mutex_);
};

// A key in a slot of its own, which is given back when it goes. Movable; the
// arena must outlive it.
class LockedKey {
 public:
  LockedKey() = default;
  explicit LockedKey(Arena* arena) : arena_(arena), slot_(arena->TakeSlot()) {}
  LockedKey(LockedKey&& other) noexcept;
  LockedKey& operator=(LockedKey&& other) noexcept;
  ~LockedKey();

  std::uint8_t* data() { return slot_; }
  std::string_view view() const {
    return {reinterpret_cast<const char*>(slot_),
            slot_ == nullptr ? 0 : Arena::kSlotSize};
  }

 private:
  Arena* arena_ = nullptr;
  std::uint8_t* slot_ = nullptr;
};

}  // namespace privet::crypto

#endif  // PRIVET_CRYPTO_ARENA_H_
