// SPDX-License-Identifier: Apache-2.0

#include "keys/ledger.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "keys/keys_fixture.h"

namespace privet::keys {
namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}
void WriteFile(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

struct TestLedger {
  TestFolder folder;
  std::string path = folder / "ledger";
  std::string segment = path + "/00000000000000000001.segment";

  TestLedger() { REQUIRE_OK(Ledger::Create(path)); }
  std::shared_ptr<Ledger> Open(std::size_t segment_bytes = 1 << 20) {
    LedgerOptions options;
    options.segment_bytes = segment_bytes;
    auto ledger = Ledger::Open(path, options);
    REQUIRE_OK(ledger);
    return *ledger;
  }
};

std::vector<std::string> Bodies(Ledger& ledger, const LedgerMark& after) {
  std::vector<std::string> bodies;
  REQUIRE_OK(ledger.Read(after, [&](const LedgerEntry& entry) {
    bodies.emplace_back(entry.body);
    return true;
  }));
  return bodies;
}

LedgerMark AppendOrDie(Ledger& ledger, const std::string& body) {
  auto mark = ledger.Append(kNow, {{kFirstStateKind, body}});
  REQUIRE_OK(mark);
  return *mark;
}

TEST_CASE("What was appended is read, in order, from any mark on",
          "[keys][ledger]") {
  TestLedger test;
  auto ledger = test.Open();
  const LedgerMark first = AppendOrDie(*ledger, "one");
  REQUIRE_OK(ledger->Append(
      kNow, {{kFirstStateKind, "two"}, {kFirstStateKind + 1, ""}}));
  CHECK(first.number == 1);
  for (int opened = 0; opened < 2; ++opened) {
    CHECK(Bodies(*ledger, *ledger->Beginning()) ==
          std::vector<std::string>{"one", "two", ""});
    CHECK(Bodies(*ledger, first) == std::vector<std::string>{"two", ""});
    CHECK(ledger->Head()->number == 3);
    ledger = test.Open();
  }
}

TEST_CASE("A mark survives its row, and another row does not parse",
          "[keys][ledger]") {
  TestLedger test;
  const LedgerMark mark = AppendOrDie(*test.Open(), "one");
  CHECK(*LedgerMark::Parse(mark.Serialize()) == mark);
  REQUIRE_ERROR(LedgerMark::Parse(mark.Serialize() + "x"),
                absl::StatusCode::kDataLoss, "malformed");
}

TEST_CASE("Segments follow one another, and any place in them is found",
          "[keys][ledger]") {
  TestLedger test;
  const auto ledger = test.Open(4096);
  std::vector<LedgerMark> marks = {*ledger->Beginning()};
  for (int i = 0; i < 1000; ++i) {
    marks.push_back(AppendOrDie(*ledger, std::to_string(i)));
  }
  const auto files =
      std::distance(std::filesystem::directory_iterator(test.path), {});
  CHECK(files > 5);
  const auto reopened = test.Open(4096);
  for (std::size_t i = 0; i < marks.size(); i += 37) {
    for (Ledger* each : {ledger.get(), reopened.get()}) {
      const auto bodies = Bodies(*each, marks[i]);
      REQUIRE(bodies.size() == 1000 - i);
      if (i < 1000) CHECK(bodies[0] == std::to_string(i));
    }
  }
}

TEST_CASE("Two that have it open see each other's entries, and lose none",
          "[keys][ledger]") {
  TestLedger test;
  constexpr int kEach = 50;
  auto append = [&](std::shared_ptr<Ledger> ledger) {
    for (int i = 0; i < kEach; ++i) {
      if (!ledger->Append(kNow, {{kFirstStateKind, "x"}}).ok()) std::abort();
    }
  };
  std::thread one(append, test.Open(512)), two(append, test.Open(512));
  one.join();
  two.join();
  CHECK(test.Open()->Head()->number == 2 * kEach);
}

// Five entries; the place of each, and its end.
struct Written {
  TestLedger test;
  std::string bytes;
  std::vector<std::size_t> ends;

  Written() {
    const auto ledger = test.Open();
    ends.push_back(ReadFile(test.segment).size());
    for (const char* body : {"alpha", "", "gamma", "delta delta", "epsilon"}) {
      AppendOrDie(*ledger, body);
      ends.push_back(ReadFile(test.segment).size());
    }
    bytes = ReadFile(test.segment);
  }
  // How many whole entries the first `size` bytes hold.
  std::size_t Whole(std::size_t size) const {
    std::size_t whole = 0;
    while (whole + 1 < ends.size() && ends[whole + 1] <= size) ++whole;
    return whole;
  }
};

TEST_CASE("A flipped bit anywhere is found, or takes the last entry alone",
          "[keys][ledger][error]") {
  Written written;
  for (std::size_t bit = 0; bit < 8 * written.bytes.size(); ++bit) {
    std::string bytes = written.bytes;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    WriteFile(written.test.segment, bytes);
    const auto ledger = Ledger::Open(written.test.path);
    const bool in_last = bit / 8 >= written.ends[4];
    if (in_last) {
      // Not to be told from a torn one; a store that holds it is ahead.
      if (!ledger.ok() || (*ledger)->Head()->number != 4) {
        FAIL("bit " << bit << ": " << ledger.status());
      }
    } else if (!absl::IsDataLoss(ledger.status())) {
      FAIL("bit " << bit << " was not found: " << ledger.status());
    }
  }
}

TEST_CASE("A ledger that is cut off at any byte ends with its whole entries",
          "[keys][ledger]") {
  Written written;
  for (std::size_t size = written.ends[0]; size < written.bytes.size();
       ++size) {
    WriteFile(written.test.segment, written.bytes.substr(0, size));
    const auto ledger = Ledger::Open(written.test.path);
    REQUIRE_OK(ledger);
    const std::size_t whole = written.Whole(size);
    if ((*ledger)->Head()->number != whole) FAIL("cut at " << size);
    // The next append cuts the torn one off, and goes on behind it.
    AppendOrDie(**ledger, "next");
    const auto bodies =
        Bodies(**Ledger::Open(written.test.path), *(*ledger)->Beginning());
    REQUIRE(bodies.size() == whole + 1);
    REQUIRE(bodies.back() == "next");
  }
}

TEST_CASE("An entry whose end was never written is torn, zeros and all",
          "[keys][ledger]") {
  Written written;
  for (std::size_t size = written.ends[4]; size < written.bytes.size();
       ++size) {
    std::string bytes = written.bytes.substr(0, size);
    bytes.resize(written.bytes.size(), '\0');
    WriteFile(written.test.segment, bytes);
    CHECK(written.test.Open()->Head()->number == 4);
  }
}

TEST_CASE("Appended bytes, missing and exchanged entries are found",
          "[keys][ledger][error]") {
  Written written;
  const auto& ends = written.ends;
  const std::string& bytes = written.bytes;
  auto entry = [&](std::size_t i) {
    return bytes.substr(ends[i], ends[i + 1] - ends[i]);
  };
  std::string changed = bytes.substr(0, ends[0]);
  SECTION("one is missing") { changed += entry(0) + entry(2) + entry(3); }
  SECTION("two are exchanged") {
    changed += entry(1) + entry(0) + entry(2) + entry(3);
  }
  SECTION("one is there twice") {
    changed += entry(0) + entry(0) + entry(1) + entry(2);
  }
  SECTION("the header is another") { changed = "PVL2" + bytes.substr(4); }
  SECTION("much garbage follows") { changed = bytes + std::string(70000, 'x'); }
  WriteFile(written.test.segment, changed);
  REQUIRE_ERROR(Ledger::Open(written.test.path), absl::StatusCode::kDataLoss,
                "is damaged");
}

TEST_CASE("A missing segment is found", "[keys][ledger][error]") {
  TestLedger test;
  const auto ledger = test.Open(64);
  for (int i = 0; i < 5; ++i) AppendOrDie(*ledger, "12345678901234567890");
  const std::string middle = test.path + "/00000000000000000003.segment";
  REQUIRE(std::filesystem::remove(middle));
  REQUIRE_ERROR(Ledger::Open(test.path), absl::StatusCode::kDataLoss,
                "does not follow");
}

TEST_CASE("A ledger that lost its first segments refuses older stores",
          "[keys][ledger]") {
  TestLedger test;
  const auto ledger = test.Open(64);
  std::vector<LedgerMark> marks = {*ledger->Beginning()};
  for (int i = 0; i < 5; ++i) {
    marks.push_back(AppendOrDie(*ledger, "12345678901234567890"));
  }
  REQUIRE(std::filesystem::remove(test.segment));
  const auto cut = test.Open(64);
  CHECK(Bodies(*cut, marks[3]).size() == 2);
  REQUIRE_ERROR(cut->Read(marks[0], [](const LedgerEntry&) { return true; }),
                absl::StatusCode::kFailedPrecondition, "too old");
}

TEST_CASE("A ledger that is not there, or is there already",
          "[keys][ledger][error]") {
  TestLedger test;
  REQUIRE_ERROR(Ledger::Open(test.folder / "none"),
                absl::StatusCode::kFailedPrecondition, "is missing");
  REQUIRE_ERROR(Ledger::Create(test.path), absl::StatusCode::kAlreadyExists,
                "is there already");
  std::filesystem::remove(test.segment);
  REQUIRE_ERROR(Ledger::Open(test.path), absl::StatusCode::kFailedPrecondition,
                "is missing");
}

TEST_CASE("A ledger that is shortened while it is open is found out",
          "[keys][ledger][error]") {
  Written written;
  const auto ledger = written.test.Open();
  WriteFile(written.test.segment, written.bytes.substr(0, written.ends[3]));
  REQUIRE_ERROR(ledger->Append(kNow, {{kFirstStateKind, "x"}}),
                absl::StatusCode::kDataLoss, "missing at its end");
}

TEST_CASE("A full disk takes nothing, and the ledger goes on after it",
          "[keys][ledger][error]") {
  TestLedger test;
  const auto ledger = test.Open();
  AppendOrDie(*ledger, "one");
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{100, 100};
    setrlimit(RLIMIT_FSIZE, &limit);
    const auto appended =
        ledger->Append(kNow, {{kFirstStateKind, std::string(200, 'x')}});
    _exit(absl::IsResourceExhausted(appended.status()) ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(status == 0);
  AppendOrDie(*ledger, "two");
  CHECK(Bodies(*test.Open(), *ledger->Beginning()) ==
        std::vector<std::string>{"one", "two"});
}

TEST_CASE("Files of the ledger are their owner's alone", "[keys][ledger]") {
  TestLedger test;
  AppendOrDie(*test.Open(), "one");
  for (const auto& file : std::filesystem::directory_iterator(test.path)) {
    CHECK(
        (file.status().permissions() & (std::filesystem::perms::group_all |
                                        std::filesystem::perms::others_all)) ==
        std::filesystem::perms::none);
  }
}

}  // namespace
}  // namespace privet::keys
