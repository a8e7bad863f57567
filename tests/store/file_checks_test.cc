// SPDX-License-Identifier: Apache-2.0

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "privet/sqlite.h"
#include "store/sqlite/record_store.h"
#include "store/temporary_folder.h"
#include "support/catch.h"
#include "support/status_assertions.h"
#include "testing/sealed_bytes.h"

namespace privet::testing {
namespace {

mode_t ModeOf(const std::string& path) {
  struct stat status;
  REQUIRE(stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777;
}

// Fills a store with rows over many pages.
void FillOrDie(const std::string& path, int rows) {
  const auto store = OpenSqliteStore(path);
  REQUIRE_OK(store);
  for (int i = 0; i < rows; ++i) {
    REQUIRE_OK((*store)->Commit(
        {}, {{"key" + std::to_string(i), std::string(500, 'v')}}));
  }
}

// A statement by some other program.
void ExecuteOrDie(const std::string& path, const char* sql) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &database) == SQLITE_OK);
  REQUIRE(sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(database);
}

TEST_CASE("A new file is for its owner alone", "[store][sqlite][file]") {
  const TemporaryFolder folder;
  REQUIRE_OK(OpenSqliteStore(folder / "keys.db"));
  CHECK(ModeOf(folder / "keys.db") == 0600);
  SqliteOptions options;
  options.permit_group = true;
  REQUIRE_OK(OpenSqliteStore(folder / "shared.db", options));
  CHECK(ModeOf(folder / "shared.db") == 0660);
}

TEST_CASE("A file that others may read is refused", "[store][sqlite][file]") {
  struct Case {
    std::string name;
    mode_t mode;
    bool permit_group;
    std::string fix;  // empty: it opens
  };
  const Case test = GENERATE(values<Case>({
      {"everybody reads", 0644, false, "chmod go="},
      {"the group writes", 0660, false, "chmod go="},
      {"everybody reads, the group may", 0664, true, "chmod o="},
      {"the group may", 0660, true, ""},
      {"nobody else", 0600, false, ""},
  }));
  DYNAMIC_SECTION(test.name) {
    const TemporaryFolder folder;
    const std::string path = folder / "keys.db";
    FillOrDie(path, 1);
    REQUIRE(chmod(path.c_str(), test.mode) == 0);
    SqliteOptions options;
    options.permit_group = test.permit_group;
    const auto store = OpenSqliteStore(path, options);
    if (test.fix.empty()) {
      REQUIRE_OK(store);
    } else {
      REQUIRE_ERROR(store, absl::StatusCode::kFailedPrecondition, test.fix);
    }
  }
}

TEST_CASE("A file or folder that is not there is not found",
          "[store][sqlite][file]") {
  const TemporaryFolder folder;
  REQUIRE_ERROR(OpenSqliteStore(folder / "none/keys.db"),
                absl::StatusCode::kNotFound, "has no folder; make");
  SqliteOptions options;
  options.create = false;
  REQUIRE_ERROR(OpenSqliteStore(folder / "keys.db", options),
                absl::StatusCode::kNotFound, "there is no file");
  REQUIRE_ERROR(OpenSqliteStore(folder.path()),
                absl::StatusCode::kFailedPrecondition, "no regular file");
}

TEST_CASE("Another schema is refused", "[store][sqlite][file]") {
  const TemporaryFolder folder;
  const std::string path = folder / "x.db";
  SECTION("a later version") {
    FillOrDie(path, 1);
    ExecuteOrDie(path, "PRAGMA user_version = 7");
    REQUIRE_ERROR(OpenSqliteStore(path), absl::StatusCode::kFailedPrecondition,
                  "has version 7 of the schema, but this library reads "
                  "version 1");
  }
  SECTION("a map is no store of records") {
    FillOrDie(path, 1);
    REQUIRE_ERROR(store::sqlite::OpenRecords(path, nullptr),
                  absl::StatusCode::kFailedPrecondition,
                  "is no store of records of Privet");
  }
  SECTION("somebody else's database") {
    ExecuteOrDie(path, "CREATE TABLE theirs(x)");
    chmod(path.c_str(), 0600);
    REQUIRE_ERROR(OpenSqliteStore(path), absl::StatusCode::kFailedPrecondition,
                  "is no vault or state of Privet");
  }
}

TEST_CASE("A damaged file is data loss", "[store][sqlite][file]") {
  const TemporaryFolder folder;
  const std::string path = folder / "keys.db";
  SECTION("no database at all") {
    std::ofstream(path) << std::string(8192, 'x');
    chmod(path.c_str(), 0600);
    REQUIRE_ERROR(OpenSqliteStore(path), absl::StatusCode::kDataLoss,
                  "is damaged");
  }
  SECTION("a page") {
    FillOrDie(path, 200);
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    // The root and the schema are whole; all behind them is not.
    file.seekp(3 * 4096);
    file << std::string(20 * 4096, '\xee');
    file.close();
    const auto store = OpenSqliteStore(path);
    REQUIRE_OK(store);
    int rows = 0;
    REQUIRE_ERROR((*store)->Scan("", "",
                                 [&](std::string_view, std::string_view) {
                                   ++rows;
                                   return true;
                                 }),
                  absl::StatusCode::kDataLoss, "restore it from a backup");
    CHECK(rows < 200);
  }
}

TEST_CASE("A file that somebody writes to is unavailable",
          "[store][sqlite][file]") {
  const TemporaryFolder folder;
  const std::string path = folder / "keys.db";
  SqliteOptions options;
  options.busy_timeout = absl::Milliseconds(20);
  const auto store = OpenSqliteStore(path, options);
  REQUIRE_OK(store);
  REQUIRE_OK((*store)->Commit({}, {{"a", "1"}}));
  sqlite3* other = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &other) == SQLITE_OK);
  REQUIRE(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) ==
          SQLITE_OK);
  REQUIRE_ERROR((*store)->Commit({}, {{"a", "2"}}),
                absl::StatusCode::kUnavailable, "locked by another process");
  CHECK(**(*store)->Read("a") == "1");
  sqlite3_close(other);
  REQUIRE_OK((*store)->Commit({}, {{"a", "2"}}));
}

TEST_CASE("A full file is an exhausted resource, and keeps what it has",
          "[store][sqlite][file]") {
  const TemporaryFolder folder;
  SqliteOptions options;
  options.max_bytes = 128 << 10;
  SECTION("of a map") {
    const auto store = OpenSqliteStore(folder / "keys.db", options);
    REQUIRE_OK(store);
    REQUIRE_OK((*store)->Commit({}, {{"a", "1"}}));
    REQUIRE_ERROR((*store)->Commit({}, {{"b", std::string(500'000, 'x')}}),
                  absl::StatusCode::kResourceExhausted, "is full");
    CHECK(**(*store)->Read("a") == "1");
    REQUIRE_OK((*store)->Commit({}, {{"a", "2"}}));
  }
  SECTION("of records") {
    const auto records =
        store::sqlite::OpenRecords(folder / "records.db", nullptr, options);
    REQUIRE_OK(records);
    SealedParts parts;
    parts.compartments = {MakeCompartment(2, 3)};
    parts.body_size = 20'000;
    absl::Status status;
    std::uint64_t stored = 0;
    while (status.ok() && stored < 100) {
      parts.id = MakeRecordId(1, absl::FromUnixSeconds(1), ++stored);
      status = (*records)->Put(MakeSealedRecord(parts));
    }
    REQUIRE_ERROR(status, absl::StatusCode::kResourceExhausted, "is full");
    CHECK_FALSE((*records)->Get(parts.id).ok());
    parts.id = MakeRecordId(1, absl::FromUnixSeconds(1), 1);
    REQUIRE_OK((*records)->Get(parts.id));
  }
}

// Runs `check` in a child: who has become another user stays that one.
bool InChild(const std::function<bool()>& check) {
  const pid_t child = fork();
  if (child == 0) _exit(check() ? 0 : 1);
  int result = 0;
  return waitpid(child, &result, 0) == child && WIFEXITED(result) &&
         WEXITSTATUS(result) == 0;
}

TEST_CASE("What cannot be written is refused at once",
          "[store][sqlite][file]") {
  const TemporaryFolder folder;
  const std::string path = folder / "keys.db";
  FillOrDie(path, 1);
  const bool of_file = GENERATE(true, false);
  // Root may write anything: be somebody else, whose own file it is.
  constexpr uid_t kNobody = 65534;
  if (geteuid() == 0) {
    REQUIRE(chown(path.c_str(), kNobody, kNobody) == 0);
    REQUIRE(chown(folder.path().c_str(), kNobody, kNobody) == 0);
  }
  REQUIRE(chmod(path.c_str(), of_file ? 0400 : 0600) == 0);
  REQUIRE(chmod(folder.path().c_str(), of_file ? 0700 : 0500) == 0);
  CHECK(InChild([&path] {
    if (geteuid() == 0 && (setgid(kNobody) != 0 || setuid(kNobody) != 0)) {
      return false;
    }
    const auto store = OpenSqliteStore(path);
    return store.status().code() == absl::StatusCode::kFailedPrecondition &&
           store.status().message().find("writ") != absl::string_view::npos;
  }));
  REQUIRE(chmod(folder.path().c_str(), 0700) == 0);
}

}  // namespace
}  // namespace privet::testing
