// SPDX-License-Identifier: Apache-2.0

#include "base/posix_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace privet::base {
namespace {

absl::StatusCode CodeOf(int error) {
  if (IsFullDisk(error)) return absl::StatusCode::kResourceExhausted;
  switch (error) {
    case ENOENT:
      return absl::StatusCode::kNotFound;
    case EEXIST:
      return absl::StatusCode::kAlreadyExists;
    case EACCES:
    case EPERM:
    case EROFS:
    case ELOOP:
    case ENOTDIR:
    case EISDIR:
      return absl::StatusCode::kFailedPrecondition;
    default:
      return absl::StatusCode::kUnavailable;
  }
}

}  // namespace

File::File(File&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

File& File::operator=(File&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

File::~File() {
  if (is_open()) close(descriptor_);
}

bool IsFullDisk(int error) {
  return error == ENOSPC || error == EDQUOT || error == EFBIG;
}

absl::Status FileError(std::string_view what, std::string_view path,
                       int error) {
  return absl::Status(
      CodeOf(error),
      absl::StrCat("cannot ", absl::string_view(what.data(), what.size()), " `",
                   absl::string_view(path.data(), path.size()),
                   "`: ", std::strerror(error)));
}

absl::StatusOr<File> OpenAt(const std::string& path, int flags, unsigned mode) {
  File file(open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, mode));
  if (!file.is_open()) return FileError("open", path, errno);
  return file;
}

absl::StatusOr<std::size_t> SizeOf(const File& file, const std::string& path) {
  struct stat info {};
  if (fstat(file.get(), &info) != 0) return FileError("read", path, errno);
  return static_cast<std::size_t>(info.st_size);
}

absl::StatusOr<std::string> ReadFrom(const File& file, const std::string& path,
                                     std::size_t offset) {
  PRIVET_ASSIGN_OR_RETURN(const std::size_t size, SizeOf(file, path));
  std::string bytes(size > offset ? size - offset : 0, '\0');
  std::size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t got =
        pread(file.get(), bytes.data() + have, bytes.size() - have,
              static_cast<off_t>(offset + have));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FileError("read", path, errno);
    if (got == 0) break;  // shortened meanwhile
    have += static_cast<std::size_t>(got);
  }
  bytes.resize(have);
  return bytes;
}

absl::Status WriteAt(const File& file, const std::string& path,
                     std::size_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = pwrite(file.get(), bytes.data(), bytes.size(),
                               static_cast<off_t>(offset));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return FileError("write", path, errno);
    offset += static_cast<std::size_t>(put);
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return absl::OkStatus();
}

std::string FolderOf(const std::string& path) {
  const std::string::size_type slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

absl::Status Flush(const File& file, const std::string& path) {
  if (fsync(file.get()) != 0) return FileError("flush", path, errno);
  return absl::OkStatus();
}

absl::Status FlushFolder(const std::string& folder) {
  // It may be a link, unlike the files: nothing is read or written here.
  const File file(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!file.is_open()) return FileError("open", folder, errno);
  return Flush(file, folder);
}

}  // namespace privet::base
