// SPDX-License-Identifier: Apache-2.0

#include "local/folders.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/posix_file.h"
#include "base/status_macros.h"

namespace privet::local {
namespace {

// https://bford.info/cachedir/
constexpr std::string_view kCacheTag =
    "Signature: 8a477f597d28d172789f06886806bc55\n"
    "# Keys of Privet: never copied with the data. `privet keys export` prints "
    "the root key for a safe.\n";

absl::Status MakeFolder(const std::string& path, mode_t mode) {
  if (::mkdir(path.c_str(), mode) == 0) return absl::OkStatus();
  return base::FileError("make folder", path, errno);
}

absl::Status NeedFolder(const std::string& path, struct stat* status) {
  if (::stat(path.c_str(), status) != 0) {
    return base::FileError("read folder", path, errno);
  }
  if (S_ISDIR(status->st_mode)) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat("`", path, "` is no folder"));
}

std::string WithoutSlash(std::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  return std::string(path);
}

}  // namespace

Folders::Folders(std::string_view path) : folder(WithoutSlash(path)) {
  data = folder + "/data";
  keys = folder + ".keys";
  policy = folder + "/policy.textproto";
  records = data + "/records.db";
  state = data + "/state.db";
  root = keys + "/root.keys";
  ledger = keys + "/ledger";
  vault = keys + "/keys.db";
}

absl::Status Make(const Folders& folders) {
  struct stat status;
  if (::stat(folders.keys.c_str(), &status) == 0) {
    return absl::AlreadyExistsError(absl::StrCat(
        "`", folders.keys, "` is there already: its keys belong to something"));
  }
  PRIVET_RETURN_IF_ERROR(MakeFolder(folders.folder, 0755));
  PRIVET_RETURN_IF_ERROR(MakeFolder(folders.data, 0700));
  PRIVET_RETURN_IF_ERROR(MakeFolder(folders.keys, 0700));
  return WriteFile(folders.keys + "/CACHEDIR.TAG", kCacheTag);
}

absl::Status Check(const Folders& folders) {
  struct stat status;
  PRIVET_RETURN_IF_ERROR(NeedFolder(folders.folder, &status));
  PRIVET_RETURN_IF_ERROR(NeedFolder(folders.data, &status));
  PRIVET_RETURN_IF_ERROR(NeedFolder(folders.keys, &status));
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "`", folders.keys,
      "` is open to others than its owner; run `chmod 700` on it"));
}

absl::Status WriteFile(const std::string& path, std::string_view text) {
  PRIVET_ASSIGN_OR_RETURN(
      const base::File file,
      base::OpenAt(path, O_WRONLY | O_CREAT | O_EXCL, 0644));
  PRIVET_RETURN_IF_ERROR(base::WriteAt(file, path, 0, text));
  return base::Flush(file, path);
}

}  // namespace privet::local
