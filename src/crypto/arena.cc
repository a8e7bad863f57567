// SPDX-License-Identifier: Apache-2.0

#include "crypto/arena.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/mutex.h"
#include "crypto/sodium.h"
#include "crypto/wipe.h"

namespace privet::crypto {
namespace {

#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK 18
#endif

constexpr std::size_t kLargePage = std::size_t{2} << 20;

std::size_t PageSize() {
  return static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

std::size_t DownToPage(std::size_t bytes) { return bytes - bytes % PageSize(); }

// What this process may lock; the most that a size can say if all.
std::size_t LockLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0) return 0;
  if (limit.rlim_cur == RLIM_INFINITY) return SIZE_MAX;
  return static_cast<std::size_t>(limit.rlim_cur);
}

absl::Status CannotLock(std::size_t wanted) {
  return absl::FailedPreconditionError(absl::StrCat(
      "cannot lock ", wanted / 1024,
      " KiB of memory for keys: the process may lock ", LockLimit() / 1024,
      " KiB (RLIMIT_MEMLOCK), and keys take half of it; raise it with `ulimit "
      "-l` or LimitMEMLOCK=, or set allow_unlocked_memory, after which keys "
      "may reach swap"));
}

// How much to map: what was asked for, within what may be locked.
std::size_t SizeOf(const ArenaOptions& options) {
  const std::size_t asked = options.bytes == 0
                                ? Arena::kMaxBytes
                                : std::min(options.bytes, Arena::kMaxBytes);
  const std::size_t fits = DownToPage(LockLimit() / 2);
  if (fits < Arena::kMinBytes) {
    return options.allow_unlocked ? std::max(asked, Arena::kMinBytes) : 0;
  }
  return std::max(std::min(asked, fits), Arena::kMinBytes);
}

std::size_t UpToPage(std::size_t bytes) {
  return DownToPage(bytes + PageSize() - 1);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Arena>> Arena::Create(
    const ArenaOptions& options) {
  const std::size_t bytes = UpToPage(SizeOf(options));
  if (bytes == 0) return CannotLock(kMinBytes);
  const std::size_t page = PageSize();
  // In large pages, where the system gives them: keys lie scattered.
  const std::size_t align = bytes >= kLargePage ? kLargePage : page;
  const std::size_t mapped = bytes + page + align;
  void* const mapping =
      mmap(nullptr, mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED) {
    return absl::ResourceExhaustedError("no memory for keys");
  }
  const auto from = reinterpret_cast<std::uintptr_t>(mapping) + 1;
  auto* const begin =
      static_cast<std::uint8_t*>(mapping) + 1 + (align - from % align) % align;
  if (align == kLargePage) madvise(begin, bytes, MADV_HUGEPAGE);
  const bool usable = mprotect(begin, bytes, PROT_READ | PROT_WRITE) == 0 &&
                      madvise(begin, bytes, MADV_DONTDUMP) == 0 &&
                      madvise(begin, bytes, MADV_WIPEONFORK) == 0;
  const bool locked = usable && mlock(begin, bytes) == 0;
  if (!usable || (!locked && !options.allow_unlocked)) {
    munmap(mapping, mapped);
    if (usable) return CannotLock(bytes);
    return absl::FailedPreconditionError(
        "memory for keys cannot be kept from core dumps and from child "
        "processes; Linux 4.14 or newer is needed");
  }
  return std::unique_ptr<Arena>(new Arena(static_cast<std::uint8_t*>(mapping),
                                          mapped, begin, bytes, locked));
}

Arena::Arena(std::uint8_t* mapping, std::size_t mapped, std::uint8_t* begin,
             std::size_t bytes, bool locked)
    : mapping_(mapping),
      mapped_(mapped),
      bytes_(bytes),
      locked_(locked),
      begin_(begin) {
  static_assert(sizeof(std::atomic<std::uint64_t>) <= kSlotSize);
  canary_ = new (begin_) std::atomic<std::uint64_t>(kCanary);
}

Arena::~Arena() {
  Wipe(begin_, bytes_);
  munmap(mapping_, mapped_);
}

std::uint8_t* Arena::TakeSlot() {
  base::MutexLock lock(&mutex_);
  if (!free_.empty()) {
    std::uint8_t* const slot = free_.back();
    free_.pop_back();
    return slot;
  }
  if (next_ == bytes_ / kSlotSize) Die("no slot for a key is left");
  return begin_ + kSlotSize * next_++;
}

std::uint8_t* Arena::TakeRest(std::size_t* slots) {
  base::MutexLock lock(&mutex_);
  std::uint8_t* const first = begin_ + kSlotSize * next_;
  *slots = bytes_ / kSlotSize - next_;
  next_ = bytes_ / kSlotSize;
  return first;
}

void Arena::GiveBack(std::uint8_t* slot) {
  Wipe(slot, kSlotSize);
  base::MutexLock lock(&mutex_);
  free_.push_back(slot);
}

LockedKey::LockedKey(LockedKey&& other) noexcept
    : arena_(other.arena_), slot_(std::exchange(other.slot_, nullptr)) {}

LockedKey& LockedKey::operator=(LockedKey&& other) noexcept {
  std::swap(arena_, other.arena_);
  std::swap(slot_, other.slot_);
  return *this;
}

LockedKey::~LockedKey() {
  if (slot_ != nullptr) arena_->GiveBack(slot_);
}

}  // namespace privet::crypto
