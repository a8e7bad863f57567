// SPDX-License-Identifier: Apache-2.0
//
// After Scrub() no file of a store holds a byte of what was deleted.

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "privet/sqlite.h"
#include "privet/store.h"
#include "store/temporary_folder.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet::testing {
namespace {

// Returns the bytes of all files of a folder.
std::string AllBytes(const TemporaryFolder& folder) {
  std::string bytes;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    std::ifstream file(entry.path(), std::ios::binary);
    bytes.append(std::istreambuf_iterator<char>(file), {});
  }
  return bytes;
}

std::string Secret(int number, int version) {
  std::string text =
      "secret-" + std::to_string(number) + "-" + std::to_string(version) + "-";
  std::mt19937 random(static_cast<std::uint32_t>(number * 100'000 + version));
  while (text.size() < 80) {
    text.push_back(static_cast<char>('a' + random() % 26));
  }
  return text;
}

TEST_CASE("Deleted and overwritten values leave no byte in any file",
          "[store][sqlite][scrub]") {
  const std::uint32_t seed = GENERATE(1u, 2u, 3u);
  CAPTURE(seed);
  const TemporaryFolder folder;
  const auto store = OpenSqliteStore(folder / "keys.db");
  REQUIRE_OK(store);
  // Enough rows, in random order, for pages to split and to be joined again.
  std::mt19937 random(seed);
  std::map<int, int> live;
  std::set<std::string> gone;
  for (int commit = 0; commit < 300; ++commit) {
    std::map<int, std::optional<int>> changes;
    for (int i = 0; i < 10; ++i) {
      const int number = static_cast<int>(random() % 400);
      changes[number] = std::nullopt;
      if (random() % 3 != 0) changes[number] = commit;
    }
    std::vector<Store::Write> writes;
    for (const auto& [number, version] : changes) {
      const auto there = live.find(number);
      if (there != live.end()) gone.insert(Secret(number, there->second));
      writes.push_back({std::to_string(number * 7919 % 1000), std::nullopt});
      live.erase(number);
      if (!version.has_value()) continue;
      writes.back().value = Secret(number, *version);
      live[number] = *version;
    }
    REQUIRE_OK((*store)->Commit({}, writes));
  }
  const auto scrubbed = (*store)->Scrub();
  REQUIRE_OK(scrubbed);
  REQUIRE(*scrubbed == Store::Scrubbed::kDone);
  const std::string bytes = AllBytes(folder);
  std::size_t left = 0;
  // All of it is random but for the first bytes: look for what follows them.
  for (const std::string& secret : gone) {
    const std::string_view tail = std::string_view(secret).substr(24);
    if (bytes.find(std::string(tail)) != std::string::npos) ++left;
  }
  CHECK(left == 0);
  CHECK(gone.size() > 1000);
  for (const auto& [number, step] : live) {
    CHECK(bytes.find(Secret(number, step)) != std::string::npos);
  }
}

TEST_CASE("A scrub is pending while a reader needs what was deleted",
          "[store][sqlite][scrub]") {
  const TemporaryFolder folder;
  const auto store = OpenSqliteStore(folder / "keys.db");
  REQUIRE_OK(store);
  REQUIRE_OK((*store)->Commit({}, {{"a", "1"}, {"b", Secret(1, 1)}}));
  const auto other = OpenSqliteStore(folder / "keys.db");
  REQUIRE_OK(other);
  REQUIRE_OK((*other)->Scan("", "", [&](std::string_view, std::string_view) {
    REQUIRE_OK((*store)->Commit({}, {{"b", std::nullopt}}));
    const auto scrubbed = (*store)->Scrub();
    REQUIRE_OK(scrubbed);
    CHECK(*scrubbed == Store::Scrubbed::kPending);
    return false;
  }));
  CHECK(*(*store)->Scrub() == Store::Scrubbed::kDone);
  CHECK(AllBytes(folder).find(Secret(1, 1)) == std::string::npos);
}

}  // namespace
}  // namespace privet::testing
