// SPDX-License-Identifier: Apache-2.0

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "absl/status/status.h"
#include "keys/keys_fixture.h"
#include "privet/keys.h"
#include "privet/secret.h"

namespace privet::keys {
namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}
void WriteFile(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  REQUIRE(chmod(path.c_str(), 0600) == 0);
}

struct TestFile {
  TestFolder folder;
  std::string path = folder / "root.keys";
  std::string line;  // without its end

  TestFile() {
    REQUIRE_OK(CreateKeyFile(path));
    line = ReadFile(path);
    line.pop_back();
  }
};

TEST_CASE("A key file wraps, and opens again what it wrapped",
          "[keys][key_file]") {
  TestFile file;
  const Secret key = Secret::CopyOf(std::string(32, 'k'));
  const auto wrapped = (*OpenKeyFile(file.path))->Wrap(key, "context");
  REQUIRE_OK(wrapped);
  CHECK(wrapped->find(std::string(32, 'k')) == std::string::npos);
  const auto provider = *OpenKeyFile(file.path);
  CHECK(provider->Unwrap(*wrapped, "context")->Reveal() == key.Reveal());
  CHECK(provider->Describe() == "key file `" + file.path + "`");
  REQUIRE_ERROR(provider->Unwrap(*wrapped, "contexT"),
                absl::StatusCode::kFailedPrecondition, "no root key");
  REQUIRE_ERROR(provider->Unwrap(wrapped->substr(1), "context"),
                absl::StatusCode::kFailedPrecondition, "no root key");
}

TEST_CASE("The highest generation wraps, and each unwraps its own",
          "[keys][key_file]") {
  TestFile one, other;
  const Secret key = Secret::CopyOf(std::string(32, 'k'));
  const auto wrapped = (*OpenKeyFile(one.path))->Wrap(key, "c");
  // The check digits cover the generation, so only our own code can make the
  // second line: of the library, this is the ratchet's work, which comes later.
  REQUIRE_OK(wrapped);
  WriteFile(one.path, "# a comment\n\n" + one.line + "\n# the end");
  CHECK((*OpenKeyFile(one.path))->Unwrap(*wrapped, "c")->Reveal() ==
        key.Reveal());
  REQUIRE_ERROR((*OpenKeyFile(other.path))->Unwrap(*wrapped, "c"),
                absl::StatusCode::kFailedPrecondition, "no root key");
}

TEST_CASE("A new key file is its owner's alone, and never written over",
          "[keys][key_file]") {
  TestFile file;
  struct stat info {};
  REQUIRE(stat(file.path.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  REQUIRE_ERROR(CreateKeyFile(file.path), absl::StatusCode::kAlreadyExists,
                "is there already");
  CHECK(ReadFile(file.path) == file.line + "\n");
  CHECK_FALSE(std::filesystem::exists(file.path + ".new"));
}

TEST_CASE("A file whose text is malformed is refused, with the line",
          "[keys][key_file][error]") {
  TestFile file;
  const std::string good = file.line;
  const std::string body = good.substr(strlen("privet-root-1:1:"));
  struct Case {
    std::string name, text, message;
  };
  std::string flipped = good;
  flipped[20] = flipped[20] == 'A' ? 'B' : 'A';
  const std::vector<Case> cases = {
      {"empty", "", "holds no key"},
      {"comments alone", "# nothing\n", "holds no key"},
      {"another word", "root:1:x:y\n", "line 1: it does not begin with"},
      {"another version", "privet-root-2:1:" + body, "does not begin with"},
      {"a space before it", " " + good, "does not begin with"},
      {"on the second line", "# x\nhello\n", "line 2"},
      {"no generation", "privet-root-1::" + body, "has no generation"},
      {"generation 0", "privet-root-1:0:" + body, "has no generation"},
      {"a leading zero", "privet-root-1:01:" + body, "has no generation"},
      {"a negative one", "privet-root-1:-1:" + body, "has no generation"},
      {"too large a one", "privet-root-1:4294967296:" + body,
       "has no generation"},
      {"another generation", "privet-root-1:2:" + body, "check digits"},
      {"a short key", "privet-root-1:1:AAAA:00000000", "has no key"},
      {"no base64", "privet-root-1:1:" + std::string(43, '!') + ":00000000",
       "has no key"},
      {"cut off", good.substr(0, good.size() - 1), "check digits"},
      {"more behind it", good + "0", "check digits"},
      {"a carriage return", good + "\r\n", "check digits"},
      {"a mistyped character", flipped, "a character was changed"},
      {"a generation twice", good + "\n" + good + "\n", "line 2: it has the"},
      {"too long", std::string(70000, '#'), "longer than 64 KiB"},
  };
  for (const Case& test : cases) {
    DYNAMIC_SECTION(test.name) {
      WriteFile(file.path, test.text);
      const auto opened = OpenKeyFile(file.path);
      REQUIRE_ERROR(opened, absl::StatusCode::kInvalidArgument, test.message);
      CHECK(std::string(opened.status().message()).find(body.substr(0, 8)) ==
            std::string::npos);
    }
  }
}

TEST_CASE("A file that others could read or exchange is refused",
          "[keys][key_file][error]") {
  TestFile file;
  SECTION("readable by its group") {
    const auto mode = GENERATE(0640, 0604, 0620, 0602, 0610, 0601);
    REQUIRE(chmod(file.path.c_str(), static_cast<mode_t>(mode)) == 0);
    REQUIRE_ERROR(OpenKeyFile(file.path), absl::StatusCode::kFailedPrecondition,
                  "chmod 600");
  }
  SECTION("a link") {
    const std::string link = file.folder / "link";
    REQUIRE(symlink(file.path.c_str(), link.c_str()) == 0);
    REQUIRE_ERROR(OpenKeyFile(link), absl::StatusCode::kFailedPrecondition,
                  "is a link");
  }
  SECTION("a folder") {
    REQUIRE_ERROR(OpenKeyFile(file.folder.path()),
                  absl::StatusCode::kFailedPrecondition, "");
  }
  SECTION("a pipe, which does not hang") {
    const std::string pipe = file.folder / "pipe";
    REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
    REQUIRE_ERROR(OpenKeyFile(pipe), absl::StatusCode::kFailedPrecondition,
                  "is no regular file");
  }
  SECTION("a folder that others write") {
    REQUIRE(chmod(file.folder.path().c_str(), 0777) == 0);
    REQUIRE_ERROR(OpenKeyFile(file.path), absl::StatusCode::kFailedPrecondition,
                  "folder that others may write");
    REQUIRE_ERROR(CreateKeyFile(file.folder / "new.keys"),
                  absl::StatusCode::kFailedPrecondition,
                  "folder that others may write");
  }
  SECTION("another user's") {
    if (geteuid() != 0) return;  // only root may give a file away
    REQUIRE(chown(file.path.c_str(), 12345, 12345) == 0);
    REQUIRE_ERROR(OpenKeyFile(file.path), absl::StatusCode::kFailedPrecondition,
                  "belongs to another user");
  }
}

TEST_CASE("A key file that is missing, or has no folder",
          "[keys][key_file][error]") {
  TestFolder folder;
  REQUIRE_ERROR(OpenKeyFile(folder / "root.keys"), absl::StatusCode::kNotFound,
                "restore it");
  REQUIRE_ERROR(CreateKeyFile(folder / "none/root.keys"),
                absl::StatusCode::kFailedPrecondition, "is missing; make it");
}

TEST_CASE("A file that became unsafe is refused at the next use",
          "[keys][key_file][error]") {
  TestFile file;
  const auto provider = *OpenKeyFile(file.path);
  REQUIRE(chmod(file.path.c_str(), 0644) == 0);
  REQUIRE_ERROR(provider->Wrap(Secret(32), "c"),
                absl::StatusCode::kFailedPrecondition, "chmod 600");
}

}  // namespace
}  // namespace privet::keys
