// SPDX-License-Identifier: Apache-2.0
//
// kill -9 at random points of a process that stores, sweeps, erases and amends.
// PRIVET_CRASH_POINTS (default 500) says how many, PRIVET_CRASH_SEED which.
// A missing fsync does not show here: the page cache survives the process.

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "fault/crash_model.h"
#include "privet/local.h"
#include "privet/testing/stores.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet {
namespace {

std::uint64_t FromEnvironment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  std::uint64_t number = otherwise;
  return text != nullptr && absl::SimpleAtoi(text, &number) ? number
                                                            : otherwise;
}

class Folder {
 public:
  Folder() {
    std::string path =
        (std::filesystem::temp_directory_path() / "privet-crash-XXXXXX")
            .string();
    REQUIRE(::mkdtemp(path.data()) != nullptr);
    top_ = path;
    std::ifstream policy("examples/infermesh/policy.textproto");
    REQUIRE_OK(InitLocal(
        data(), std::string(std::istreambuf_iterator<char>(policy), {})));
  }
  ~Folder() { std::filesystem::remove_all(top_); }
  std::string data() const { return top_ + "/privacy"; }

 private:
  std::string top_;
};

// Runs the driver, lets it say `lines` lines and live for `life` more, kills
// it, and returns what it said.
std::string RunAndKill(const std::string& folder, std::uint64_t seed,
                       absl::Time now, std::uint64_t lines,
                       std::chrono::microseconds life) {
  int pipe[2];
  REQUIRE(::pipe(pipe) == 0);
  const std::string seed_text = absl::StrCat(seed);
  const std::string now_text = absl::StrCat(absl::ToUnixMillis(now));
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::dup2(pipe[1], STDOUT_FILENO);
    ::close(pipe[0]);
    ::close(pipe[1]);
    ::execl(PRIVET_CRASH_DRIVER, PRIVET_CRASH_DRIVER, folder.c_str(),
            seed_text.c_str(), now_text.c_str(), static_cast<char*>(nullptr));
    ::_exit(127);
  }
  ::close(pipe[1]);
  std::string said;
  for (char c = 0; lines > 0 && ::read(pipe[0], &c, 1) == 1;) {
    said.push_back(c);
    if (c == '\n') --lines;
  }
  // The one place where a test waits: the point of the kill is a moment.
  std::this_thread::sleep_for(life);
  ::kill(child, SIGKILL);
  char buffer[4096];
  for (ssize_t n; (n = ::read(pipe[0], buffer, sizeof(buffer))) > 0;) {
    said.append(buffer, static_cast<std::size_t>(n));
  }
  ::close(pipe[0]);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return said;
}

TEST_CASE("A process killed at any point loses nothing and forgets no erasure",
          "[fault][crash]") {
  const std::uint64_t points = FromEnvironment("PRIVET_CRASH_POINTS", 500);
  const std::uint64_t seed =
      FromEnvironment("PRIVET_CRASH_SEED", std::random_device()());
  std::mt19937_64 random(seed);
  Folder folder;
  testing::CrashModel model(absl::FromUnixSeconds(1'790'000'000));
  std::uint64_t acknowledged = 0;
  for (std::uint64_t point = 0; point < points; ++point) {
    INFO("seed " << seed << ", point " << point);
    const std::string said =
        RunAndKill(folder.data(), random(), model.now(), random() % 24,
                   std::chrono::microseconds(random() % 4'000));
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
    testing::ManualClock clock(model.now());
    EngineOptions options;
    options.clock = &clock;
    options.allow_unlocked_memory = true;
    auto local = OpenLocal(folder.data(), options);
    REQUIRE_OK(local);
    REQUIRE(model.Check(*local) == "");
  }
  // Else it tests nothing.
  CHECK(acknowledged > points);
}

}  // namespace
}  // namespace privet
