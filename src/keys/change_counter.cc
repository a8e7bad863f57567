// SPDX-License-Identifier: Apache-2.0

#include "keys/change_counter.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

namespace privet::keys {
namespace {

using Count = std::atomic<std::uint64_t>;
static_assert(Count::is_always_lock_free && sizeof(Count) == 8);

absl::Status CannotUse(const std::string& path, const char* why) {
  return absl::UnavailableError(
      absl::StrCat("counter file `", path, "` cannot be used: ", why));
}

// Opens the file, eight bytes long.
absl::StatusOr<int> OpenFile(const std::string& path) {
  const int file =
      open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file < 0 && errno == ELOOP) {
    return absl::FailedPreconditionError(
        absl::StrCat("counter file `", path, "` is a link; remove it"));
  }
  if (file < 0) return CannotUse(path, std::strerror(errno));
  struct stat info {};
  if (fstat(file, &info) != 0 || !S_ISREG(info.st_mode) ||
      (info.st_uid != geteuid() && info.st_uid != 0)) {
    close(file);
    return absl::FailedPreconditionError(absl::StrCat(
        "counter file `", path, "` is no regular file of ours; remove it"));
  }
  const bool sized = info.st_size >= 8 || ftruncate(file, sizeof(Count)) == 0;
  if (sized) return file;
  const int error = errno;
  close(file);
  return CannotUse(path, std::strerror(error));
}

}  // namespace

std::shared_ptr<ChangeCounter> ChangeCounter::InMemory() {
  return std::shared_ptr<ChangeCounter>(new ChangeCounter);
}

absl::StatusOr<std::shared_ptr<ChangeCounter>> ChangeCounter::Open(
    std::string_view path) {
  const std::string name(path);
  const absl::StatusOr<int> file = OpenFile(name);
  if (!file.ok()) return file.status();
  void* const mapping = mmap(nullptr, sizeof(Count), PROT_READ | PROT_WRITE,
                             MAP_SHARED, *file, 0);
  const int error = errno;
  close(*file);
  if (mapping == MAP_FAILED) return CannotUse(name, std::strerror(error));
  auto counter = InMemory();
  counter->mapping_ = mapping;
  // Eight aligned bytes that every process treats as this type; a lock-free
  // atomic has no other state.
  counter->count_ = reinterpret_cast<Count*>(mapping);
  return counter;
}

ChangeCounter::~ChangeCounter() {
  if (mapping_ != nullptr) munmap(mapping_, sizeof(Count));
}

}  // namespace privet::keys
