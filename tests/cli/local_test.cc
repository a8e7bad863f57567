// SPDX-License-Identifier: Apache-2.0

#include "privet/local.h"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "cli/run.h"
#include "cli/transcript.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet::cli {
namespace {

// A folder that goes with the test.
class Folder {
 public:
  Folder() {
    char name[] = "/tmp/privet-local-XXXXXX";
    REQUIRE(::mkdtemp(name) != nullptr);
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

struct Result {
  int code;
  std::string out, err;
};

Result RunWith(const std::vector<std::string>& args) {
  std::ostringstream out, err;
  const int code = Run(args, out, err);
  return {code, out.str(), err.str()};
}

TEST_CASE("A local installation is made, and shown, as its transcript says",
          "[cli][transcript]") {
  const Folder folder;
  const std::string path = "tests/cli/local.transcript.txt";
  const std::string replayed = Replay(path, folder.path());
  if (std::getenv("PRIVET_WRITE_TRANSCRIPTS") != nullptr) {
    std::ofstream(path, std::ios::binary) << replayed;
  }
  CHECK(replayed == ReadText(path));
}

TEST_CASE("What is exported is the root key, line by line", "[cli][keys]") {
  const Folder folder;
  const std::string file = folder.path() + "/root.keys";
  REQUIRE(RunWith({"keys", "new", file}).code == 0);
  const Result exported = RunWith({"keys", "export", file});
  CHECK(exported.code == 0);
  CHECK(exported.err == "");
  CHECK(exported.out.rfind("privet-root-1:1:", 0) == 0);
  CHECK(exported.out.size() == 16 + 43 + 1 + 8 + 1);
  CHECK(ReadText(file).find(exported.out) != std::string::npos);
}

TEST_CASE("A key file that others may read is refused, and not shown",
          "[cli][keys][error]") {
  const Folder folder;
  const std::string file = folder.path() + "/root.keys";
  REQUIRE(RunWith({"keys", "new", file}).code == 0);
  REQUIRE(::chmod(file.c_str(), 0644) == 0);
  const Result exported = RunWith({"keys", "export", file});
  CHECK(exported.code == 2);
  CHECK(exported.out == "");
  CHECK(exported.err.find("privet-root-1") == std::string::npos);
}

TEST_CASE("A sweep of what was opened once says what went", "[cli][sweep]") {
  const Folder folder;
  const std::string privacy = folder.path() + "/privacy";
  REQUIRE(RunWith({"init", privacy}).code == 0);
  {
    // The first start makes the databases.
    const auto local = OpenLocal(privacy);
    if (!local.ok()) {
      // Its record types are not linked into this program.
      WARN(std::string(local.status().message()));
      return;
    }
  }
  const Result swept = RunWith({"sweep", privacy});
  CHECK(swept.err == "");
  CHECK(swept.code == 0);
  CHECK(swept.out ==
        "0 records removed, 0 parts dropped (0 for want of a ground), 0 keys "
        "destroyed, 0 residues stored\n");
  const Result json = RunWith({"sweep", privacy, "--json"});
  CHECK_THAT(json.out, testing::ContainsSubstring("\"records\": 0"));
  const Result status = RunWith({"keys", "status", privacy});
  CHECK_THAT(status.out, testing::ContainsSubstring("vault: "));
}

}  // namespace
}  // namespace privet::cli
