// SPDX-License-Identifier: Apache-2.0

#include "base/posix_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "absl/status/status.h"
#include "store/temporary_folder.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet::testing {
namespace {

TEST_CASE("A failure of a file has the code of what one can do about it",
          "[base][file][error]") {
  struct Case {
    std::string name;
    int error;
    absl::StatusCode code;
  };
  const Case test = GENERATE(values<Case>({
      {"no room", ENOSPC, absl::StatusCode::kResourceExhausted},
      {"no quota", EDQUOT, absl::StatusCode::kResourceExhausted},
      {"too large", EFBIG, absl::StatusCode::kResourceExhausted},
      {"missing", ENOENT, absl::StatusCode::kNotFound},
      {"there already", EEXIST, absl::StatusCode::kAlreadyExists},
      {"no right", EACCES, absl::StatusCode::kFailedPrecondition},
      {"read-only", EROFS, absl::StatusCode::kFailedPrecondition},
      {"a link", ELOOP, absl::StatusCode::kFailedPrecondition},
      {"anything else", EIO, absl::StatusCode::kUnavailable},
  }));

  DYNAMIC_SECTION(test.name) {
    REQUIRE_ERROR(base::FileError("make", "a/b", test.error), test.code,
                  "cannot make `a/b`: ");
    CHECK(base::IsFullDisk(test.error) ==
          (test.code == absl::StatusCode::kResourceExhausted));
  }
}

TEST_CASE("A path lies in a folder", "[base][file]") {
  CHECK(base::FolderOf("a") == ".");
  CHECK(base::FolderOf("/a") == "/");
  CHECK(base::FolderOf("a/b") == "a");
  CHECK(base::FolderOf("/a/b/c") == "/a/b");
}

TEST_CASE(
    "A file is not opened through a link, a folder is flushed through one",
    "[base][file]") {
  const TemporaryFolder folder;
  const std::string file = folder / "file";
  REQUIRE_OK(base::OpenAt(file, O_WRONLY | O_CREAT));
  REQUIRE(symlink(file.c_str(), (folder / "link").c_str()) == 0);
  REQUIRE(symlink(folder.path().c_str(), (folder / "here").c_str()) == 0);

  REQUIRE_ERROR(base::OpenAt(folder / "link", O_RDONLY),
                absl::StatusCode::kFailedPrecondition, "cannot open");
  CHECK(base::FlushFolder(folder / "here").ok());
  REQUIRE_ERROR(base::FlushFolder(file), absl::StatusCode::kFailedPrecondition,
                "cannot open");
}

}  // namespace
}  // namespace privet::testing
