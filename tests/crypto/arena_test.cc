// SPDX-License-Identifier: Apache-2.0

#include "crypto/arena.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <set>
#include <string>
#include <utility>

#include "privet/secret.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet::crypto {
namespace {

// Runs `body` in a child, and returns its exit code; -signal if one ended it.
template <typename Body>
int InChild(Body body) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

// The sanitizers' run time answers mlock() itself, and locks nothing.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kLocksForReal = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kLocksForReal = false;
#else
constexpr bool kLocksForReal = true;
#endif
#else
constexpr bool kLocksForReal = true;
#endif

std::size_t LockedKiB() {
  std::ifstream status("/proc/self/status");
  std::string word;
  std::size_t kib = 0;
  while (status >> word) {
    if (word == "VmLck:") status >> kib;
  }
  return kib;
}

std::unique_ptr<Arena> ArenaOrDie(ArenaOptions options = {}) {
  auto arena = Arena::Create(options);
  REQUIRE_OK(arena);
  return *std::move(arena);
}

bool IsZero(const std::uint8_t* bytes, std::size_t size) {
  return std::string(reinterpret_cast<const char*>(bytes), size) ==
         std::string(size, '\0');
}

TEST_CASE("Locked memory is exactly that of the arena", "[crypto][arena]") {
  if (!kLocksForReal) {
    WARN("skipped: memory is not locked under a sanitizer");
    return;
  }
  const std::size_t before = LockedKiB();
  auto arena = ArenaOrDie();
  CHECK(arena->locked());
  CHECK(LockedKiB() - before == arena->bytes() / 1024);
  arena.reset();
  CHECK(LockedKiB() == before);
}

TEST_CASE("The arena takes half of what the process may lock",
          "[crypto][arena]") {
  struct Case {
    std::string name;
    rlim_t limit;
    std::size_t want;
  };
  const Case test = GENERATE(values<Case>({
      {"64 KiB", 64 << 10, 32 << 10},
      {"8 MiB", 8 << 20, 4 << 20},
      {"at most 4 MiB", 64 << 20, 4 << 20},
  }));
  DYNAMIC_SECTION(test.name) {
    CHECK(InChild([&] {
            const rlimit limit{test.limit, test.limit};
            if (setrlimit(RLIMIT_MEMLOCK, &limit) != 0) return 0;  // no right
            const auto arena = Arena::Create({});
            return arena.ok() && (*arena)->bytes() == test.want &&
                           (*arena)->locked()
                       ? 0
                       : 1;
          }) == 0);
  }
}

TEST_CASE("Without the right to lock memory the arena is refused, or says so",
          "[crypto][arena][error]") {
  const bool allow_unlocked = GENERATE(false, true);
  const int code = InChild([&] {
    const rlimit limit{4096, 4096};
    if (setrlimit(RLIMIT_MEMLOCK, &limit) != 0) return 9;
    ArenaOptions options;
    options.allow_unlocked = allow_unlocked;
    const auto arena = Arena::Create(options);
    if (arena.ok()) return (*arena)->locked() ? 2 : 1;
    const bool explained =
        absl::IsFailedPrecondition(arena.status()) &&
        arena.status().message().find("the process may lock 4 KiB") !=
            absl::string_view::npos;
    return explained ? 0 : 3;
  });
  // Root may lock whatever the limit says.
  if (allow_unlocked) {
    CHECK((code == 1 || (geteuid() == 0 && code == 2)));
  } else {
    CHECK(code == 0);
  }
}

TEST_CASE("A child after fork finds zeros, and can tell", "[crypto][arena]") {
  auto arena = ArenaOrDie();
  std::uint8_t* const slot = arena->TakeSlot();
  std::memset(slot, 0x5a, Arena::kSlotSize);
  CHECK(InChild([&] {
          return !arena->intact() && IsZero(slot, Arena::kSlotSize) ? 0 : 1;
        }) == 0);
  CHECK(arena->intact());
}

TEST_CASE("A step beyond the arena ends the process", "[crypto][arena]") {
  auto arena = ArenaOrDie();
  std::size_t slots = 0;
  std::uint8_t* const first = arena->TakeRest(&slots);
  CHECK(slots == arena->bytes() / Arena::kSlotSize - 1);
  const int code = InChild([&] {
    std::signal(SIGSEGV, SIG_DFL);
    *static_cast<volatile std::uint8_t*>(first + slots * Arena::kSlotSize) = 1;
    return 0;
  });
  CHECK(code != 0);
}

TEST_CASE("A key that goes is wiped, and its slot is used again",
          "[crypto][arena]") {
  auto arena = ArenaOrDie();
  const std::uint8_t* slot = nullptr;
  {
    LockedKey key(arena.get());
    std::memset(key.data(), 0x5a, Arena::kSlotSize);
    LockedKey moved(std::move(key));
    slot = moved.data();
    CHECK(moved.view() == std::string(Arena::kSlotSize, '\x5a'));
  }
  CHECK(IsZero(slot, Arena::kSlotSize));
  CHECK(LockedKey(arena.get()).data() == slot);
}

TEST_CASE("A secret keeps its bytes, and moves", "[crypto][secret]") {
  Secret secret = Secret::CopyOf("hunter2");
  Secret moved(std::move(secret));
  CHECK(moved.Reveal() == "hunter2");
  CHECK(secret.size() == 0);  // NOLINT(bugprone-use-after-move)
  secret = Secret(4);
  CHECK(secret.Reveal() == std::string_view("\0\0\0\0", 4));
  CHECK(Secret().Reveal().empty());
}

}  // namespace
}  // namespace privet::crypto
