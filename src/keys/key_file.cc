// SPDX-License-Identifier: Apache-2.0

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/posix_file.h"
#include "base/status_macros.h"
#include "crypto/random.h"
#include "keys/root_text.h"
#include "keys/wrap.h"
#include "privet/keys.h"
#include "privet/secret.h"

namespace privet {
namespace keys {
namespace {

constexpr std::size_t kKeySize = 32;
constexpr std::size_t kLargestFile = 65536;

absl::Status Unsafe(const std::string& path, std::string_view what) {
  return absl::FailedPreconditionError(absl::StrCat(
      "key file `", path, "` ", absl::string_view(what.data(), what.size())));
}

absl::Status CheckFolder(const std::string& path) {
  const std::string folder = base::FolderOf(path);
  struct stat info {};
  if (stat(folder.c_str(), &info) != 0) {
    const int error = errno;
    if (error == ENOENT) {
      return absl::FailedPreconditionError(absl::StrCat(
          "folder `", folder, "` of the key file is missing; make it first"));
    }
    return base::FileError("look at", folder, error);
  }
  if ((info.st_mode & S_IWOTH) == 0) return absl::OkStatus();
  return Unsafe(path,
                "lies in a folder that others may write; move it, or "
                "run `chmod o-w` on the folder");
}

absl::Status CheckFile(const std::string& path, const struct stat& info) {
  if (!S_ISREG(info.st_mode)) return Unsafe(path, "is no regular file");
  if (info.st_uid != 0 && info.st_uid != geteuid()) {
    return Unsafe(path, "belongs to another user than this process or root");
  }
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return Unsafe(path,
                  "may be read or written by others; run `chmod 600` on it");
  }
  if (static_cast<std::size_t>(info.st_size) <= kLargestFile) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("key file `", path, "` is longer than 64 KiB"));
}

// Opens the file if it is there and safe: no link is followed, and what is
// checked is what is read.
absl::StatusOr<base::File> OpenChecked(const std::string& path) {
  PRIVET_RETURN_IF_ERROR(CheckFolder(path));
  // Not to hang on a pipe.
  absl::StatusOr<base::File> file = base::OpenAt(path, O_RDONLY | O_NONBLOCK);
  if (!file.ok()) {
    struct stat info {};
    if (lstat(path.c_str(), &info) == 0 && S_ISLNK(info.st_mode)) {
      return Unsafe(path, "is a link; give the path of the file itself");
    }
    if (absl::IsNotFound(file.status())) {
      return absl::NotFoundError(
          absl::StrCat("key file `", path,
                       "` is missing; restore it from its copy in the safe"));
    }
    return file.status();
  }
  struct stat info {};
  if (fstat(file->get(), &info) != 0) {
    return base::FileError("read", path, errno);
  }
  PRIVET_RETURN_IF_ERROR(CheckFile(path, info));
  return file;
}

absl::StatusOr<std::vector<RootKey>> ReadRoots(const std::string& path) {
  PRIVET_ASSIGN_OR_RETURN(const base::File file, OpenChecked(path));
  Secret text(kLargestFile);
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got =
        read(file.get(), text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return base::FileError("read", path, errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  return ParseRootText(path, text.Reveal().substr(0, size));
}

// Holds the path alone: roots are in memory for the length of a call.
class KeyFile final : public KeyProvider {
 public:
  explicit KeyFile(std::string path) : path_(std::move(path)) {}

  absl::StatusOr<std::string> Wrap(const Secret& key,
                                   std::string_view context) override {
    PRIVET_ASSIGN_OR_RETURN(const std::vector<RootKey> roots, ReadRoots(path_));
    const auto newest = std::max_element(
        roots.begin(), roots.end(), [](const RootKey& a, const RootKey& b) {
          return a.generation < b.generation;
        });
    return keys::Wrap(newest->generation, newest->key.Reveal(), context,
                      key.Reveal());
  }

  absl::StatusOr<Secret> Unwrap(std::string_view wrapped,
                                std::string_view context) override {
    PRIVET_ASSIGN_OR_RETURN(const std::vector<RootKey> roots, ReadRoots(path_));
    const std::optional<std::uint32_t> generation = WrappingGeneration(wrapped);
    for (const RootKey& root : roots) {
      if (generation != root.generation) continue;
      Secret key(kKeySize);
      if (keys::Unwrap(root.key.Reveal(), context, wrapped, key.data(),
                       key.size())) {
        return key;
      }
    }
    return absl::FailedPreconditionError(
        absl::StrCat("no root key in key file `", path_,
                     "` opens this vault; the file is that of another vault, "
                     "or an old copy of it"));
  }

  std::string Describe() const override {
    return absl::StrCat("key file `", path_, "`");
  }

 private:
  const std::string path_;
};

// Writes `line` to a new file that nobody finds before it is whole.
absl::Status WriteNew(const std::string& path, const Secret& line) {
  const std::string unfinished = path + ".new";
  PRIVET_ASSIGN_OR_RETURN(
      const base::File file,
      base::OpenAt(unfinished, O_WRONLY | O_CREAT | O_TRUNC));
  absl::Status status;
  if (fchmod(file.get(), 0600) != 0) {
    status = base::FileError("protect", unfinished, errno);
  }
  if (status.ok()) status = base::WriteAt(file, unfinished, 0, line.Reveal());
  if (status.ok()) {
    status = base::WriteAt(file, unfinished, line.size(), "\n");
  }
  if (status.ok()) status = base::Flush(file, unfinished);
  if (status.ok() && link(unfinished.c_str(), path.c_str()) != 0) {
    status = errno == EEXIST ? absl::AlreadyExistsError(absl::StrCat(
                                   "key file `", path, "` is there already"))
                             : base::FileError("make", path, errno);
  }
  unlink(unfinished.c_str());
  PRIVET_RETURN_IF_ERROR(status);
  return base::FlushFolder(base::FolderOf(path));
}

}  // namespace
}  // namespace keys

absl::Status CreateKeyFile(std::string_view path) {
  const std::string name(path);
  PRIVET_RETURN_IF_ERROR(keys::CheckFolder(name));
  struct stat info {};
  if (lstat(name.c_str(), &info) == 0) {
    return absl::AlreadyExistsError(
        absl::StrCat("key file `", name, "` is there already"));
  }
  keys::RootKey root{1, Secret(keys::kKeySize)};
  crypto::RandomBytes(root.key.data(), root.key.size());
  return keys::WriteNew(name, keys::RootLine(root));
}

absl::StatusOr<std::shared_ptr<KeyProvider>> OpenKeyFile(
    std::string_view path) {
  std::string name(path);
  PRIVET_RETURN_IF_ERROR(keys::ReadRoots(name).status());
  return std::make_shared<keys::KeyFile>(std::move(name));
}

}  // namespace privet
