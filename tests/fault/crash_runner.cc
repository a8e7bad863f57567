// SPDX-License-Identifier: Apache-2.0

#include "fault/crash_runner.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "support/catch.h"

namespace privet::testing {
namespace {

constexpr std::uint64_t kMostLines = 24;
// A few more than an erasure makes.
constexpr std::uint64_t kMostSyncs = 12;

struct Child {
  pid_t process = -1;
  int says = -1;
};

Child Start(const std::vector<std::string>& words) {
  std::vector<char*> arguments;
  for (const std::string& word : words) {
    arguments.push_back(const_cast<char*>(word.c_str()));
  }
  arguments.push_back(nullptr);
  int pipe[2];
  REQUIRE(::pipe(pipe) == 0);
  Child child;
  child.process = ::fork();
  REQUIRE(child.process >= 0);
  if (child.process == 0) {
    ::dup2(pipe[1], STDOUT_FILENO);
    ::close(pipe[0]);
    ::close(pipe[1]);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
  ::close(pipe[1]);
  child.says = pipe[0];
  return child;
}

// Reads so many lines or, `to_erasure`, on to the next that begins an erasure.
std::string ReadLines(int from, std::uint64_t count, bool to_erasure) {
  std::string said, line;
  bool there = !to_erasure;
  for (char c = 0; count > 0 || !there;) {
    if (::read(from, &c, 1) != 1) break;
    said.push_back(c);
    line.push_back(c);
    if (c != '\n') continue;
    if (count > 0) --count;
    there = !to_erasure || (count == 0 && (line.rfind("erase ", 0) == 0 ||
                                           line.rfind("race ", 0) == 0));
    line.clear();
  }
  return said;
}

// Returns the rest of what the child says, and waits for its end.
std::string Bury(const Child& child) {
  std::string said;
  char buffer[4096];
  for (ssize_t n; (n = ::read(child.says, buffer, sizeof(buffer))) > 0;) {
    said.append(buffer, static_cast<std::size_t>(n));
  }
  ::close(child.says);
  int status = 0;
  REQUIRE(::waitpid(child.process, &status, 0) == child.process);
  return said;
}

}  // namespace

std::string CrashRunner::RunAndKill(absl::Time now) {
  const std::uint64_t lines = random_() % kMostLines;
  std::vector<std::string> words = {PRIVET_CRASH_DRIVER, folder_,
                                    absl::StrCat(random_()),
                                    absl::StrCat(absl::ToUnixMillis(now))};
  if (random_() % 2 == 0) {
    words.push_back(absl::StrCat(lines));
    words.push_back(absl::StrCat(random_() % kMostSyncs));
    return Bury(Start(words));
  }
  const bool in_erasure = random_() % 2 == 0;
  // Of every order of magnitude: nobody knows how long anything lasts here.
  const std::chrono::microseconds life(
      random_() % (std::uint64_t{64'000} >> random_() % 10));
  const Child child = Start(words);
  std::string said = ReadLines(child.says, lines, in_erasure);
  // The one place where a test waits: the point of the kill is a moment.
  std::this_thread::sleep_for(life);
  ::kill(child.process, SIGKILL);
  return said + Bury(child);
}

}  // namespace privet::testing
