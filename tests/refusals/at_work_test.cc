// SPDX-License-Identifier: Apache-2.0
//
// What goes wrong while a local installation is at work: its status, its text;
// nothing that was acknowledged is lost, and no value is in a message.

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <functional>
#include <future>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "infermesh.pb.h"
#include "privet/local.h"
#include "refusals/installation.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet {
namespace {

namespace fs = std::filesystem;
using testing::CheckRefused;
using testing::Installation;
using testing::kCanary;
using Code = absl::StatusCode;

constexpr char kType[] = "infermesh.v1.ApiRequest";
const Subject kAda("ada");

struct Case {
  std::string name;
  std::function<absl::Status(const Local&)> call;
  Code code;
  std::string text;
};

// Writes of each file: the records, the vault, the ledger, the state.
std::vector<Case> Writes(Code code, const std::string& text,
                         const SealedRecord& record) {
  return {
      {"storing a record",
       [record](const Local& local) { return local.records->Put(record); },
       code, text},
      {"the first record of a person",
       [](const Local& local) {
         return Installation::Seal(local, "bob").status();
       },
       code, text},
      {"consent",
       [](const Local& local) {
         return local.engine.subjects().GiveConsent(kAda,
                                                    PurposeId("analytics"));
       },
       code, text},
  };
}

// A write lock by some other program.
class Lock {
 public:
  explicit Lock(const std::string& path) {
    REQUIRE(sqlite3_open(path.c_str(), &database_) == SQLITE_OK);
    REQUIRE(sqlite3_exec(database_, "BEGIN IMMEDIATE", nullptr, nullptr,
                         nullptr) == SQLITE_OK);
  }
  ~Lock() { sqlite3_close(database_); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  sqlite3* database_ = nullptr;
};

TEST_CASE("A database that another program holds is unavailable, until it goes",
          "[refusals][local]") {
  Installation installation;
  const auto local = installation.Open();
  REQUIRE_OK(local);
  const auto record = Installation::Seal(*local, "ada");
  REQUIRE_OK(record);
  std::vector<Case> cases =
      Writes(Code::kUnavailable, "locked by another process", *record);
  cases.push_back({"a sweep",
                   [&](const Local&) { return installation.Sweep(); },
                   Code::kUnavailable, "locked by another process"});
  {
    const Lock records(installation.folder() + "/data/records.db");
    const Lock state(installation.folder() + "/data/state.db");
    const Lock vault(installation.keys() + "/keys.db");
    REQUIRE_OK(installation.Read(*local));
    // Each waits for as long as it may: all at the same time.
    std::vector<std::future<absl::Status>> refused;
    for (const Case& test : cases) {
      refused.push_back(
          std::async(std::launch::async, [&] { return test.call(*local); }));
    }
    for (std::size_t i = 0; i < cases.size(); ++i) {
      INFO(cases[i].name);
      CheckRefused(refused[i].get(), cases[i].code, cases[i].text);
    }
  }
  REQUIRE_OK(installation.Read(*local));
  for (const Case& test : cases) REQUIRE_OK(test.call(*local));
}

// A disk on which no file takes another byte.
class FullDisk {
 public:
  FullDisk() : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    REQUIRE(getrlimit(RLIMIT_FSIZE, &before_) == 0);
    const rlimit none{0, before_.rlim_max};
    REQUIRE(setrlimit(RLIMIT_FSIZE, &none) == 0);
  }
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  using Handler = void (*)(int);
  const Handler handler_;
  rlimit before_{};
};

TEST_CASE("A full disk takes nothing, and what it has stays",
          "[refusals][local]") {
  Installation installation;
  const auto local = installation.Open();
  REQUIRE_OK(local);
  const auto record = Installation::Seal(*local, "ada");
  REQUIRE_OK(record);
  std::vector<Case> cases = Writes(Code::kResourceExhausted, "full", *record);
  cases.push_back({"an objection",
                   [](const Local& now) {
                     return now.engine.subjects().Object(
                         kAda, PurposeId("improvement"));
                   },
                   Code::kResourceExhausted, "ledger"});
  for (const Case& test : cases) {
    DYNAMIC_SECTION(test.name) {
      absl::Status refused, read;
      {
        const FullDisk full;
        refused = test.call(*local);
        read = installation.Read(*local);
      }
      CheckRefused(refused, test.code, test.text);
      REQUIRE_OK(read);
      REQUIRE_OK(test.call(*local));
      REQUIRE_OK(installation.OpenAll());
    }
  }
  SECTION("an erasure") {
    absl::Status refused, read;
    {
      const FullDisk full;
      refused = local->engine.subjects().Erase(kAda).status();
      read = installation.Read(*local);
    }
    CheckRefused(refused, Code::kResourceExhausted, "");
    REQUIRE_OK(read);
    REQUIRE_OK(local->engine.subjects().Erase(kAda));
    REQUIRE_ERROR(installation.OpenAll(), Code::kNotFound, "");
  }
}

// Reads the record, and takes something away: the ledger is not written before.
absl::Status Use(Installation* installation) {
  const auto local = installation->Open();
  if (!local.ok()) return local.status();
  const absl::Status read = installation->Read(*local);
  if (!read.ok()) return read;
  return local->engine.subjects().Restrict(
      Subject("bob"), RestrictionGround::kAccuracyContested, "case-1");
}

// What the calls of who may not write say. Root may write anything, and becomes
// somebody else, to whom all of it belongs.
absl::Status OfReader(Installation* installation) {
  constexpr uid_t kNobody = 65534;
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  if (child == 0) {
    absl::Status status = absl::InternalError("cannot become somebody else");
    if (geteuid() != 0 || (setgid(kNobody) == 0 && setuid(kNobody) == 0)) {
      status = Use(installation);
    }
    const std::string said =
        static_cast<char>(status.code()) + std::string(status.message());
    const bool good = write(ends[1], said.data(), said.size()) > 0;
    _exit(good ? 0 : 1);
  }
  close(ends[1]);
  std::string said;
  char buffer[4096];
  ssize_t size = 0;
  while ((size = read(ends[0], buffer, sizeof(buffer))) > 0) {
    said.append(buffer, static_cast<std::size_t>(size));
  }
  close(ends[0]);
  int result = 0;
  REQUIRE(waitpid(child, &result, 0) == child);
  REQUIRE(!said.empty());
  return {static_cast<Code>(said[0]), said.substr(1)};
}

TEST_CASE("An installation that cannot be written is refused until it can",
          "[refusals][local]") {
  struct ReadOnly {
    std::string name, path;  // below the folder, or that of keys
    bool of_keys;
    mode_t mode;
    std::string text;
  };
  const ReadOnly test = GENERATE(values<ReadOnly>({
      {"the records", "/data/records.db", false, 0400, "records.db"},
      {"the state", "/data/state.db", false, 0400, "state.db"},
      {"the folder of data", "/data", false, 0500, ".db"},
      {"the vault", "/keys.db", true, 0400, "keys.db"},
      {"the ledger", "/ledger/00000000000000000001.segment", true, 0400,
       "ledger"},
      {"the folder of keys", "", true, 0500, "keys"},
  }));
  DYNAMIC_SECTION(test.name) {
    Installation installation;
    if (geteuid() == 0) {
      for (const auto& one :
           fs::recursive_directory_iterator(installation.top())) {
        REQUIRE(chown(one.path().c_str(), 65534, 65534) == 0);
      }
      REQUIRE(chown(installation.top().c_str(), 65534, 65534) == 0);
    }
    REQUIRE_OK(OfReader(&installation));
    const std::string path =
        (test.of_keys ? installation.keys() : installation.folder()) +
        test.path;
    struct stat before {};
    REQUIRE(stat(path.c_str(), &before) == 0);
    REQUIRE(chmod(path.c_str(), test.mode) == 0);
    CheckRefused(OfReader(&installation), Code::kFailedPrecondition, test.text);
    REQUIRE(chmod(path.c_str(), before.st_mode & 07777) == 0);
    REQUIRE_OK(OfReader(&installation));
  }
}

// A field of text that the type has, or any other.
std::string Text(int field, const std::string& value) {
  std::string bytes(1, static_cast<char>(field << 3 | 2));
  std::size_t size = value.size();
  for (; size >= 0x80; size >>= 7) {
    bytes.push_back(static_cast<char>(size | 0x80));
  }
  bytes.push_back(static_cast<char>(size));
  return bytes + value;
}

std::string Repeated(std::size_t size) {
  std::string text;
  while (text.size() < size) text += kCanary;
  return text;
}

TEST_CASE("A record that no parser takes is refused whole",
          "[refusals][local]") {
  struct Input {
    std::string name, bytes;
    Code code;
    std::string text;
  };
  const std::string good = Text(1, "ada");
  const std::vector<Input> inputs = {
      {"more than 64 MiB", good + Text(9, Repeated(64 << 20)),
       Code::kResourceExhausted, "longer than 67108864 bytes"},
      {"a value that does not fit a body", good + Text(9, Repeated(20 << 20)),
       Code::kResourceExhausted, "MiB"},
      {"101 levels",
       good + std::string(101, '\x7b') + Text(9, kCanary) +
           std::string(101, '\x7c'),
       Code::kInvalidArgument, "more than 100 levels"},
      {"text that is not UTF-8", good + Text(9, kCanary + std::string("\xff")),
       Code::kInvalidArgument, "`prompt`"},
      {"an id that is not UTF-8", Text(1, "ada\xff") + Text(9, kCanary),
       Code::kInvalidArgument, "`account_id`"},
  };
  Installation installation;
  const auto local = installation.Open();
  REQUIRE_OK(local);
  const auto gateway = Installation::Gateway(*local);
  REQUIRE_OK(gateway);
  const auto stored = Installation::Seal(*local, "ada");
  REQUIRE_OK(stored);
  REQUIRE_OK(local->records->Put(*stored));
  for (const Input& input : inputs) {
    DYNAMIC_SECTION(input.name) {
      const Record record = Record::Bytes(kType, input.bytes);
      CheckRefused(gateway->Seal(record, kAda).status(), input.code,
                   input.text);
      CheckRefused(gateway->Amend(*stored, record, kAda).status(), input.code,
                   input.text);
      REQUIRE_OK(installation.Read(*local));
    }
  }
  SECTION("a message that holds no UTF-8") {
    infermesh::v1::ApiRequest request;
    request.set_account_id("ada");
    request.set_prompt(kCanary + std::string("\xff"));
    CheckRefused(gateway->Seal(request, kAda).status(), Code::kInvalidArgument,
                 "`prompt`");
    REQUIRE_OK(installation.Read(*local));
  }
}

}  // namespace
}  // namespace privet
