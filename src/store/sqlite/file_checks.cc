// SPDX-License-Identifier: Apache-2.0

#include "store/sqlite/file_checks.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/posix_file.h"
#include "base/status_macros.h"
#include "base/text.h"
#include "privet/sqlite.h"

namespace privet::store::sqlite {
namespace {

absl::Status Make(const std::string& path, const SqliteOptions& options) {
  const std::string folder = base::FolderOf(path);
  struct stat status;
  if (stat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
    return absl::NotFoundError(
        absl::StrCat("`", path, "` has no folder; make `", folder, "`"));
  }
  if (!options.create) {
    return absl::NotFoundError(absl::StrCat("there is no file `", path, "`"));
  }
  const mode_t mode = options.permit_group ? 0660 : 0600;
  const int descriptor =
      open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (descriptor < 0) {
    if (errno == EEXIST) return absl::OkStatus();  // another process made it
    const absl::Status error = base::FileError("make", path, errno);
    if (!absl::IsFailedPrecondition(error)) return error;
    return absl::FailedPreconditionError(
        absl::StrCat(error.message(), "; let this user write `", folder, "`"));
  }
  // Whatever the process's umask takes away from it.
  fchmod(descriptor, mode);
  close(descriptor);
  // Not all file systems can; the rows are SQLite's to keep.
  static_cast<void>(base::FlushFolder(folder));
  return absl::OkStatus();
}

absl::Status CheckMode(const std::string& path, mode_t mode,
                       const SqliteOptions& options) {
  const mode_t loose = options.permit_group ? 0007 : 0077;
  if ((mode & loose) == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrFormat(
      "`%s` is open to others (mode %04o); run `chmod %s %s`", path,
      mode & 07777u, options.permit_group ? "o=" : "go=", path));
}

}  // namespace

absl::Status PrepareFile(const std::string& path,
                         const SqliteOptions& options) {
  struct stat status;
  if (stat(path.c_str(), &status) != 0) {
    if (errno != ENOENT) return base::FileError("reach", path, errno);
    PRIVET_RETURN_IF_ERROR(Make(path, options));
    if (stat(path.c_str(), &status) != 0) {
      return absl::UnavailableError(
          absl::StrCat("`", path, "` went away while it was opened"));
    }
  }
  if (!S_ISREG(status.st_mode)) {
    return absl::FailedPreconditionError(
        absl::StrCat("`", path, "` is no regular file"));
  }
  PRIVET_RETURN_IF_ERROR(CheckMode(path, status.st_mode, options));
  // SQLite would open it for reading only, and fail at the first write.
  if (access(path.c_str(), R_OK | W_OK) != 0) {
    return base::FileError("read and write", path, errno);
  }
  return absl::OkStatus();
}

absl::Status StatusOf(int code, int system_error, std::string_view path) {
  const std::string name = absl::StrCat("`", base::View(path), "`");
  const char* const text = sqlite3_errstr(code);
  switch (code & 0xff) {
    case SQLITE_OK:
      return absl::OkStatus();
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return absl::UnavailableError(
          absl::StrCat(name, " is locked by another process; try again later"));
    case SQLITE_FULL:
      return absl::ResourceExhaustedError(
          absl::StrCat(name, " is full: its disk, or its limit of bytes"));
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::DataLossError(absl::StrCat(name, " is damaged (", text,
                                              "); restore it from a backup"));
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return absl::FailedPreconditionError(absl::StrCat(
          name, " cannot be written (", text,
          "); let this user write the file, its folder, and the files that "
          "end in -wal and -shm"));
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
      if (base::IsFullDisk(system_error)) {
        return absl::ResourceExhaustedError(
            absl::StrCat(name, " is full: its disk, or its limit of bytes"));
      }
      return absl::UnavailableError(absl::StrCat(
          name, " does not answer (", text, system_error == 0 ? "" : ": ",
          system_error == 0 ? "" : std::strerror(system_error),
          "); try again later"));
    case SQLITE_NOMEM:
    case SQLITE_TOOBIG:
      return absl::ResourceExhaustedError(
          absl::StrCat(name, " has no memory left (", text, ")"));
    default:
      return absl::InternalError(
          absl::StrCat(name, " refused a statement (", text, ")"));
  }
}

}  // namespace privet::store::sqlite
