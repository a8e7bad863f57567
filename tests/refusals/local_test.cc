// SPDX-License-Identifier: Apache-2.0
//
// What can be wrong with the folders of a local installation: its status, its
// text, and nothing lost.

#include "privet/local.h"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "privet/keys.h"
#include "refusals/installation.h"
#include "support/catch.h"
#include "support/edited_policy.h"
#include "support/status_assertions.h"

namespace privet {
namespace {

namespace fs = std::filesystem;
using testing::Installation;

void Overwrite(const std::string& path, std::size_t at, std::size_t size) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  REQUIRE(file.good());
  file.seekp(static_cast<std::streamoff>(at));
  file << std::string(size, '\xa5');
}

void RemoveVault(const Installation& installation) {
  for (const char* end : {"", "-wal", "-shm"}) {
    fs::remove(installation.keys() + "/keys.db" + end);
  }
}

// Leaves the page that the file is known by.
void OverwriteBehind(const std::string& path) {
  constexpr std::size_t kPage = 4096;
  const auto size = static_cast<std::size_t>(fs::file_size(path));
  REQUIRE(size > kPage);
  Overwrite(path, kPage, size - kPage);
}

// What a damage changed, so that it can be put right without what a refused
// call may have done beside.
class Undo {
 public:
  explicit Undo(const Installation& installation)
      : top_(installation.top()), before_(Look()) {}

  // The damage was done now.
  void Note() { after_ = Look(); }

  void Run() const {
    for (const auto& [path, entry] : after_) {
      if (before_.count(path) == 0) fs::remove_all(path);
    }
    for (const auto& [path, entry] : before_) {
      const auto found = after_.find(path);
      if (found != after_.end() && found->second == entry) continue;
      if (entry.type == fs::file_type::directory) {
        fs::create_directory(path);
      } else {
        fs::remove(path);
        std::ofstream(path, std::ios::binary) << entry.bytes;
      }
      fs::permissions(path, entry.permissions);
    }
  }

 private:
  struct Entry {
    fs::file_type type;
    fs::perms permissions;
    std::string bytes;

    friend bool operator==(const Entry& a, const Entry& b) {
      return a.type == b.type && a.permissions == b.permissions &&
             a.bytes == b.bytes;
    }
  };
  using Tree = std::map<std::string, Entry>;  // folders before what is in them

  Tree Look() const {
    Tree tree;
    for (const auto& found : fs::recursive_directory_iterator(top_)) {
      const fs::file_status status = found.symlink_status();
      Entry& entry = tree[found.path().string()];
      entry = {status.type(), status.permissions(), {}};
      if (status.type() != fs::file_type::regular) continue;
      std::ifstream file(found.path(), std::ios::binary);
      entry.bytes.assign(std::istreambuf_iterator<char>(file), {});
    }
    return tree;
  }

  const std::string top_;
  const Tree before_;
  Tree after_;
};

struct Case {
  std::string name;
  std::function<void(Installation&)> damage;
  absl::StatusCode code;
  std::string text;
  bool sweeps = false;  // a sweep needs none of it
};

const std::vector<Case>& Cases() {
  using Code = absl::StatusCode;
  static const std::vector<Case> cases = {
      {"the key file may be read by others",
       [](Installation& i) {
         ::chmod((i.keys() + "/root.keys").c_str(), 0644);
       },
       Code::kFailedPrecondition, "root.keys", true},
      {"the folder of keys may be read by others",
       [](Installation& i) { ::chmod(i.keys().c_str(), 0755); },
       Code::kFailedPrecondition, "chmod 700"},
      {"the key file is missing",
       [](Installation& i) { fs::remove(i.keys() + "/root.keys"); },
       Code::kNotFound, "root.keys", true},
      {"the key file is another one",
       [](Installation& i) {
         fs::remove(i.keys() + "/root.keys");
         REQUIRE_OK(CreateKeyFile(i.keys() + "/root.keys"));
       },
       Code::kFailedPrecondition, "root", true},
      {"the key file is a link",
       [](Installation& i) {
         fs::rename(i.keys() + "/root.keys", i.keys() + "/elsewhere");
         fs::create_symlink("elsewhere", i.keys() + "/root.keys");
       },
       Code::kFailedPrecondition, "link", true},
      {"the ledger is missing",
       [](Installation& i) { fs::remove_all(i.keys() + "/ledger"); },
       Code::kFailedPrecondition, "ledger"},
      {"the vault is missing", [](Installation& i) { RemoveVault(i); },
       Code::kFailedPrecondition, "vault"},
      {"the vault is missing, and its ledger is not new",
       [](Installation& i) {
         auto local = i.Open();
         REQUIRE_OK(local);
         REQUIRE_OK(local->engine.subjects().Erase(Subject("bob")));
         REQUIRE_OK(local->engine.subjects().GiveConsent(
             Subject("bob"), PurposeId("analytics")));
         REQUIRE_OK(local->engine.subjects().Erase(Subject("bob")));
         local = absl::UnknownError("closed");
         RemoveVault(i);
       },
       Code::kFailedPrecondition, "vault"},
      {"a page of the vault is damaged",
       [](Installation& i) { Overwrite(i.keys() + "/keys.db", 0, 4096); },
       Code::kDataLoss, ""},
      {"a page of the records is damaged",
       [](Installation& i) {
         Overwrite(i.folder() + "/data/records.db", 0, 4096);
       },
       Code::kDataLoss, ""},
      {"pages of the vault behind its first are damaged",
       [](Installation& i) { OverwriteBehind(i.keys() + "/keys.db"); },
       Code::kDataLoss, "keys.db"},
      {"pages of the state behind its first are damaged",
       [](Installation& i) { OverwriteBehind(i.folder() + "/data/state.db"); },
       Code::kDataLoss, "state.db"},
      {"pages of the records behind their first are damaged",
       [](Installation& i) {
         OverwriteBehind(i.folder() + "/data/records.db");
       },
       Code::kDataLoss, "records.db"},
      {"the policy is malformed",
       [](Installation& i) {
         std::ofstream(i.folder() + "/policy.textproto") << "id: infermesh {";
       },
       Code::kInvalidArgument, "policy.textproto:1"},
      {"the policy is missing",
       [](Installation& i) { fs::remove(i.folder() + "/policy.textproto"); },
       Code::kNotFound, "policy.textproto"},
      {"the folder is missing",
       [](Installation& i) { fs::remove_all(i.folder()); }, Code::kNotFound,
       "privacy"},
      {"the clock runs backwards",
       [](Installation& i) { i.clock().Advance(-absl::Hours(48)); },
       Code::kFailedPrecondition, "clock"},
  };
  return cases;
}

TEST_CASE(
    "A local installation that is not right neither opens nor sweeps until it "
    "is",
    "[refusals][local]") {
  for (const Case& test : Cases()) {
    DYNAMIC_SECTION(test.name) {
      Installation installation;
      REQUIRE_OK(installation.OpenAll());
      const absl::Time now = installation.clock().Now();
      Undo undo(installation);
      test.damage(installation);
      undo.Note();
      testing::CheckRefused(installation.OpenAll(), test.code, test.text);
      const absl::Status swept = installation.Sweep();
      if (test.sweeps) {
        REQUIRE_OK(swept);
      } else {
        testing::CheckRefused(swept, test.code, "");
      }
      undo.Run();
      installation.clock().Set(now);
      REQUIRE_OK(installation.OpenAll());
    }
  }
}

TEST_CASE("Two installations in one place are refused", "[refusals][local]") {
  Installation installation;
  REQUIRE_ERROR(
      InitLocal(installation.folder(), testing::ReferencePolicyText()),
      absl::StatusCode::kAlreadyExists, "privacy");
  REQUIRE_OK(installation.OpenAll());
}

TEST_CASE("A vault that is put back replays its ledger before it answers",
          "[refusals][local]") {
  Installation installation;
  const std::string vault = installation.keys() + "/keys.db";
  const std::string copy = installation.keys() + "/keys.copy";
  fs::copy_file(vault, copy);
  {
    auto local = installation.Open();
    REQUIRE_OK(local);
    REQUIRE_OK(local->engine.subjects().Erase(Subject("ada")));
  }
  for (const char* end : {"-wal", "-shm"}) fs::remove(vault + end);
  fs::copy_file(copy, vault, fs::copy_options::overwrite_existing);
  REQUIRE_ERROR(installation.OpenAll(), absl::StatusCode::kNotFound, "");
}

}  // namespace
}  // namespace privet
