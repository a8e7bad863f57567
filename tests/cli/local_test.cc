// SPDX-License-Identifier: Apache-2.0

#include "privet/local.h"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "chat.pb.h"
#include "cli/run.h"
#include "cli/transcript.h"
#include "privet/subjects.h"
#include "privet/testing/stores.h"
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

// Stores a question of `account` at `when` in the folder.
void Store(const std::string& privacy, const std::string& account,
           absl::Time when) {
  testing::ManualClock clock(when);
  EngineOptions options;
  options.clock = &clock;
  options.allow_unlocked_memory = true;
  const auto local = OpenLocal(privacy, options);
  REQUIRE_OK(local);
  const auto gateway = local->engine.ActAs(ActorId("gateway"), RegionId("de"));
  REQUIRE_OK(gateway);
  chat::v1::Question question;
  question.set_account(account);
  question.set_model("sky-7b");
  question.set_prompt("why is the sky blue?");
  const auto sealed = gateway->Seal(question, Subject(account));
  REQUIRE_OK(sealed);
  REQUIRE_OK(local->records->Put(*sealed));
}

TEST_CASE("A sweep says what went", "[cli][sweep]") {
  const Folder folder;
  const std::string privacy = folder.path() + "/privacy";
  REQUIRE(RunWith({"init", privacy}).code == 0);
  // Questions are kept for 30 days, by the clock of this machine.
  Store(privacy, "ada", absl::Now() - absl::Hours(24 * 40));
  Store(privacy, "bob", absl::Now() - absl::Hours(24 * 4));
  // A sweep needs no root key, so that it can be kept from it.
  const std::string root = privacy + ".keys/root.keys";
  std::filesystem::rename(root, folder.path() + "/elsewhere");
  const Result swept = RunWith({"sweep", privacy});
  CHECK(swept.err == "");
  CHECK(swept.code == 0);
  CHECK_THAT(swept.out, testing::ContainsSubstring("questions: 1 keys "
                                                   "destroyed"));
  CHECK_THAT(swept.out, testing::ContainsSubstring("\n1 records removed, "));
  const Result json = RunWith({"sweep", privacy, "--json"});
  CHECK_THAT(json.out, testing::ContainsSubstring("\"records\": 0"));
  CHECK_THAT(json.out, testing::ContainsSubstring("\"damaged\": 0"));
  std::filesystem::rename(folder.path() + "/elsewhere", root);
  const Result status = RunWith({"keys", "status", privacy});
  CHECK_THAT(status.out, testing::ContainsSubstring("keys of people"));
}

TEST_CASE("A vault lacks what the ledger says of keys, not of people's words",
          "[cli][keys]") {
  const Folder folder;
  const std::string privacy = folder.path() + "/privacy";
  REQUIRE(RunWith({"init", privacy}).code == 0);
  const auto with_subjects = [&privacy](auto call) {
    EngineOptions options;
    options.allow_unlocked_memory = true;
    const auto local = OpenLocal(privacy, options);
    REQUIRE_OK(local);
    call(local->engine.subjects());
  };
  const auto status = [&privacy] {
    const Result result = RunWith({"keys", "status", privacy});
    CHECK(result.code == 0);
    return result.out;
  };
  const std::string vault = privacy + ".keys/keys.db";
  with_subjects([](const Subjects& subjects) {
    REQUIRE_OK(subjects.Restrict(
        Subject("ada"), RestrictionGround::kAccuracyContested, "case 1"));
  });
  CHECK_THAT(status(), testing::ContainsSubstring("ledger: 1 entries"));
  CHECK(status().find("lacks") == std::string::npos);
  std::filesystem::copy(vault, folder.path() + "/copy");
  with_subjects([](const Subjects& subjects) {
    REQUIRE_OK(subjects.Erase(Subject("ada")));
  });
  CHECK(status().find("lacks") == std::string::npos);
  // An older vault is put back.
  for (const char* end : {"", "-wal", "-shm"}) {
    std::filesystem::remove(vault + end);
  }
  std::filesystem::copy(folder.path() + "/copy", vault);
  CHECK_THAT(status(), testing::ContainsSubstring(
                           "the ledger has 1 entries about keys that the vault "
                           "lacks"));
}

}  // namespace
}  // namespace privet::cli
