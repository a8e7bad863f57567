// SPDX-License-Identifier: Apache-2.0
//
// Files that must be durable, with their failures as statuses.

#ifndef PRIVET_BASE_POSIX_FILE_H_
#define PRIVET_BASE_POSIX_FILE_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace privet::base {

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

// Returns whether an errno says that there is no room.
bool IsFullDisk(int error);

// Returns the status of the failure `error`, an errno, to do something with
// `path`: "cannot <what> `path`: …". ResourceExhausted for a full disk,
// NotFound for a missing file, AlreadyExists for one that is there,
// FailedPrecondition for missing rights, else Unavailable.
absl::Status FileError(std::string_view what, std::string_view path, int error);

// Opens `path` with `flags`, without following a link. A new file has `mode`,
// less what the process masks.
absl::StatusOr<File> OpenAt(const std::string& path, int flags,
                            unsigned mode = 0600);

// Reads from `offset` to the end.
absl::StatusOr<std::string> ReadFrom(const File& file, const std::string& path,
                                     std::size_t offset);

absl::StatusOr<std::size_t> SizeOf(const File& file, const std::string& path);

// Writes all of `bytes` at `offset`.
absl::Status WriteAt(const File& file, const std::string& path,
                     std::size_t offset, std::string_view bytes);

// Returns the folder that `path` lies in.
std::string FolderOf(const std::string& path);

// Flushes a file, or the names in a folder, to the disk: till then, a new
// file's name is lost in a power cut.
absl::Status Flush(const File& file, const std::string& path);
absl::Status FlushFolder(const std::string& folder);

}  // namespace privet::base

#endif  // PRIVET_BASE_POSIX_FILE_H_
