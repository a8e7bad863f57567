// SPDX-License-Identifier: Apache-2.0
//
// kill -9 at random points of a process that stores, sweeps, erases and amends,
// most of them during an erasure. PRIVET_CRASH_POINTS (default 500) says how
// many, PRIVET_CRASH_SEED which. A missing fsync does not show here: the page
// cache survives the process. So the files lie in memory where they can, and
// the kills hit what is done rather than the wait for a disk.

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "fault/crash_copies.h"
#include "fault/crash_model.h"
#include "fault/crash_runner.h"
#include "local/folders.h"
#include "privet/local.h"
#include "privet/sqlite.h"
#include "privet/testing/stores.h"
#include "support/catch.h"
#include "support/property.h"
#include "support/status_assertions.h"

namespace privet {
namespace {

class Folder {
 public:
  Folder() {
    const std::filesystem::path memory = "/dev/shm";
    std::string path = ((::access(memory.c_str(), W_OK) == 0
                             ? memory
                             : std::filesystem::temp_directory_path()) /
                        "privet-crash-XXXXXX")
                           .string();
    REQUIRE(::mkdtemp(path.data()) != nullptr);
    top_ = path;
    std::ifstream policy("examples/infermesh/policy.textproto");
    REQUIRE_OK(InitLocal(
        data(), std::string(std::istreambuf_iterator<char>(policy), {})));
  }
  ~Folder() { std::filesystem::remove_all(top_); }
  std::string top() const { return top_; }
  std::string data() const { return top_ + "/privacy"; }

 private:
  std::string top_;
};

Local OpenAt(const std::string& folder, const Clock* clock) {
  EngineOptions options;
  options.clock = clock;
  options.allow_unlocked_memory = true;
  auto local = OpenLocal(folder, options);
  REQUIRE_OK(local);
  return *std::move(local);
}

// The records alone, with no engine that goes on where the last one stopped.
std::shared_ptr<RecordStore> RecordsAt(const std::string& folder) {
  const local::Folders folders(folder);
  auto vault = OpenSqliteStore(folders.vault);
  REQUIRE_OK(vault);
  auto records = OpenSqliteRecordStore(folders.records, *vault);
  REQUIRE_OK(records);
  return *records;
}

TEST_CASE("A process killed at any point loses nothing and forgets no erasure",
          "[fault][crash]") {
  const std::uint64_t points =
      testing::FromEnvironment("PRIVET_CRASH_POINTS", 500);
  const std::uint64_t seed =
      testing::FromEnvironment("PRIVET_CRASH_SEED", std::random_device()());
  Folder folder;
  testing::CrashRunner runner(folder.data(), seed);
  testing::CrashCopies copies(folder.top());
  testing::CrashModel model(absl::FromUnixSeconds(1'790'000'000));
  {
    // An installation without a vault cannot be backed up.
    testing::ManualClock clock(model.now());
    OpenAt(folder.data(), &clock);
  }
  copies.BackUp();
  std::uint64_t acknowledged = 0;
  for (std::uint64_t point = 0; point < points; ++point) {
    INFO("seed " << seed << ", point " << point);
    const std::string said = runner.RunAndKill(model.now());
    std::string line;
    for (const char c : said) {
      if (c != '\n') {
        line.push_back(c);
        continue;
      }
      const std::string problem = model.Take(line);
      INFO("line " << line);
      REQUIRE(problem == "");
      if (line == "ok") ++acknowledged;
      line.clear();
    }
    REQUIRE(model.CheckErased(*RecordsAt(folder.data())) == "");
    testing::ManualClock clock(model.now());
    // Costly: where it tells most, and else now and then.
    const bool look_at_copies = model.IsErasing() || point % 8 == 0;
    if (look_at_copies) {
      auto forgetful = OpenAt(copies.WithOldState(), &clock);
      REQUIRE(model.CheckRowsGoLast(forgetful) == "");
    }
    {
      auto local = OpenAt(folder.data(), &clock);
      REQUIRE(model.Check(local) == "");
      if (look_at_copies) {
        auto restored = OpenAt(copies.Restored(), &clock);
        REQUIRE(model.CheckRestored(restored) == "");
      }
      REQUIRE(model.BackUp(local) == "");
    }
    copies.BackUp();
  }
  // Else it tests nothing.
  CHECK(acknowledged > points);
}

}  // namespace
}  // namespace privet
