// SPDX-License-Identifier: Apache-2.0
//
// A vault in files: what is left in them, and what a kill leaves.

#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "keys/keys_fixture.h"
#include "keys/rows.h"
#include "privet/sqlite.h"
#include "support/property.h"

namespace privet::keys {
namespace {

// The vault of `folder`, in files.
struct FileVault {
  explicit FileVault(const TestFolder& folder) {
    store = *OpenSqliteStore(folder / "keys.db");
    ledger = *Ledger::Open(folder / "ledger");
    counter = *ChangeCounter::Open(folder / "counter");
    KeyringOptions options;
    options.vault = store;
    options.provider = *OpenKeyFile(folder / "root.keys");
    options.ledger = ledger;
    options.counter = counter;
    options.clock = &clock;
    options.key_cache_bytes = 64 << 10;
    options.allow_unlocked_memory = true;
    keyring = *Keyring::Create(options);
    destroyer = *Destroyer::Create(store, ledger, counter);
  }

  FixedClock clock;
  std::shared_ptr<Store> store;
  std::shared_ptr<Ledger> ledger;
  std::shared_ptr<ChangeCounter> counter;
  std::shared_ptr<Keyring> keyring;
  std::shared_ptr<Destroyer> destroyer;
};

void MakeFiles(const TestFolder& folder) {
  REQUIRE_OK(CreateKeyFile(folder / "root.keys"));
  REQUIRE_OK(Ledger::Create(folder / "ledger"));
}

bool AnyFileHolds(const TestFolder& folder, const std::string& bytes) {
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(folder.path())) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string all(std::istreambuf_iterator<char>(file), {});
    if (all.find(bytes) != std::string::npos) return true;
  }
  return false;
}

TEST_CASE("After an erasure no file holds the bytes of a destroyed key",
          "[keys][erase][sqlite]") {
  TestFolder folder;
  MakeFiles(folder);
  FileVault vault(folder);
  KeyPlace place = PlaceOf(OwnerOrDie(*vault.keyring, "ada"));
  SealOrDie(*vault.keyring, &place);
  const std::string row = **vault.store->Read(
      KeyRow(KeyKind::kSubject, SubjectKeyName({place.owner, 0, 1})));
  const std::string secret = row.substr(5);  // nonce and ciphertext
  CHECK(AnyFileHolds(folder, secret));
  SECTION("at once") {
    CHECK(vault.destroyer->Erase({place.owner}, {}, kNow)->scrubbed);
    CHECK_FALSE(AnyFileHolds(folder, secret));
  }
  SECTION("as soon as the last reader of an old snapshot has gone") {
    sqlite3* reader = nullptr;
    REQUIRE(sqlite3_open((folder / "keys.db").c_str(), &reader) == SQLITE_OK);
    std::string table = "SELECT count(*) FROM sqlite_master";
    REQUIRE(sqlite3_exec(reader, ("BEGIN; " + table).c_str(), nullptr, nullptr,
                         nullptr) == SQLITE_OK);
    CHECK_FALSE(vault.destroyer->Erase({place.owner}, {}, kNow)->scrubbed);
    REQUIRE_ERROR(TryOpen(*vault.keyring, place), absl::StatusCode::kNotFound,
                  "destroyed");
    REQUIRE(sqlite3_close(reader) == SQLITE_OK);
    CHECK(*vault.destroyer->Scrub());
    CHECK_FALSE(AnyFileHolds(folder, secret));
  }
}

// What the driver says before and after each step, on a pipe that outlives it.
struct Driven {
  std::map<std::string, std::string> sealed;  // owner -> key and commitment
  std::set<std::string> begun, erased;        // owners
};

void Say(int pipe, const std::string& line) {
  if (write(pipe, line.data(), line.size()) !=
      static_cast<ssize_t>(line.size())) {
    _exit(1);
  }
}

// Signs people up and erases every third, until it is killed.
[[noreturn]] void Drive(const TestFolder& folder, int pipe,
                        const std::string& run) {
  FileVault vault(folder);
  std::vector<OwnerId> owners;
  for (int i = 0;; ++i) {
    KeyPlace place =
        PlaceOf(OwnerOrDie(*vault.keyring, run + "/" + std::to_string(i)));
    const std::string key = SealOrDie(*vault.keyring, &place);
    Say(pipe, "S " + place.owner.ToString() + " " +
                  absl::BytesToHexString(key) + "\n");
    owners.push_back(place.owner);
    if (i % 3 != 2) continue;
    const OwnerId victim = owners[owners.size() / 2];
    Say(pipe, "B " + victim.ToString() + "\n");
    if (!vault.destroyer->Erase({victim}, {}, kNow).ok()) _exit(1);
    Say(pipe, "E " + victim.ToString() + "\n");
  }
}

void Collect(const std::string& said, Driven* driven) {
  std::istringstream lines(said);
  for (std::string line; std::getline(lines, line);) {
    if (lines.eof()) break;  // cut off
    std::istringstream words(line);
    std::string what, owner, key;
    words >> what >> owner >> key;
    if (what == "S") driven->sealed[owner] = key;
    if (what == "B") driven->begun.insert(owner);
    if (what == "E") driven->erased.insert(owner);
  }
}

// Runs the driver until it has said `lines` lines and some time more, kills it,
// and returns what it said.
std::string KillDriver(const TestFolder& folder, const std::string& run,
                       std::size_t lines, unsigned microseconds) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    Drive(folder, ends[1], run);
  }
  close(ends[1]);
  std::string said;
  char buffer[4096];
  bool killed = false;
  for (ssize_t got; (got = read(ends[0], buffer, sizeof(buffer))) > 0;) {
    said.append(buffer, static_cast<std::size_t>(got));
    const auto have = std::count(said.begin(), said.end(), '\n');
    if (killed || static_cast<std::size_t>(have) < lines) continue;
    usleep(microseconds);
    killed = kill(child, SIGKILL) == 0;
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  CHECK((killed && WIFSIGNALED(status)));
  return said;
}

void CheckAll(const TestFolder& folder, const Driven& driven) {
  FileVault vault(folder);
  for (const auto& [owner, key] : driven.sealed) {
    KeyPlace place =
        PlaceOf(*OwnerId::FromBytes(absl::HexStringToBytes(owner)));
    place.generation = 1;
    const auto opened = TryOpen(*vault.keyring, place);
    if (driven.erased.count(owner) != 0) {
      if (!absl::IsNotFound(opened.status())) FAIL("erased, and opens");
    } else if (driven.begun.count(owner) == 0) {
      if (!opened.ok()) FAIL("lost: " << opened.status());
      if (absl::BytesToHexString(*opened) != key) FAIL("another key");
    } else if (!opened.ok() && !absl::IsNotFound(opened.status())) {
      FAIL("half erased: " << opened.status());
    }
  }
}

TEST_CASE("A kill at any point loses no key, and brings none back",
          "[keys][kill][sqlite]") {
  TestFolder folder;
  MakeFiles(folder);
  const int count = testing::PropertyRuns(20);
  const unsigned seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  Driven driven;
  for (int run = 0; run < count; ++run) {
    const std::size_t lines = 1 + random() % 12;
    const auto wait = static_cast<unsigned>(random() % 8000);
    Collect(KillDriver(folder, std::to_string(run), lines, wait), &driven);
    CheckAll(folder, driven);
  }
  // The driver has come to do what is tested.
  CHECK(driven.sealed.size() >= static_cast<std::size_t>(count));
  CHECK_FALSE(driven.erased.empty());
}

}  // namespace
}  // namespace privet::keys
