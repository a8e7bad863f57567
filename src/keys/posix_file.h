// SPDX-License-Identifier: Apache-2.0
//
// Files that must be durable, with their failures as statuses.

#ifndef PRIVET_KEYS_POSIX_FILE_H_
#define PRIVET_KEYS_POSIX_FILE_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace privet::keys {

// Closes a file when it goes. Movable.
class File {
 public:
  File() = default;
  explicit File(int descriptor) : descriptor_(descriptor) {}
  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;
  ~File();

  bool is_open() const { return descriptor_ >= 0; }
  int get() const { return descriptor_; }

 private:
  int descriptor_ = -1;
};

// Returns the status of the failure `error`, an errno, to do something with
// `path`: "cannot <what> `path`: …". ResourceExhausted for a full disk,
// NotFound for a missing file, FailedPrecondition for missing rights, else
// Unavailable.
absl::Status FileError(std::string_view what, std::string_view path, int error);

// Opens `path` with `flags`, without following a link; mode 0600.
absl::StatusOr<File> OpenAt(const std::string& path, int flags);

// Reads from `offset` to the end.
absl::StatusOr<std::string> ReadFrom(const File& file, const std::string& path,
                                     std::size_t offset);

absl::StatusOr<std::size_t> SizeOf(const File& file, const std::string& path);

// Writes all of `bytes` at `offset`.
absl::Status WriteAt(const File& file, const std::string& path,
                     std::size_t offset, std::string_view bytes);

// Flushes a file, or the names in a folder, to the disk.
absl::Status Flush(const File& file, const std::string& path);
absl::Status FlushFolder(const std::string& folder);

}  // namespace privet::keys

#endif  // PRIVET_KEYS_POSIX_FILE_H_
