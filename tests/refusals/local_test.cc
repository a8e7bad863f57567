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
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "infermesh.pb.h"
#include "privet/keys.h"
#include "privet/testing/stores.h"
#include "support/catch.h"
#include "support/edited_policy.h"
#include "support/infermesh.h"
#include "support/status_assertions.h"

namespace privet {
namespace {

namespace fs = std::filesystem;
using infermesh::v1::ApiRequest;

// A local installation with one record in it.
class Installation {
 public:
  Installation() {
    std::string top =
        (fs::temp_directory_path() / "privet-refusals-XXXXXX").string();
    REQUIRE(::mkdtemp(top.data()) != nullptr);
    top_ = top;
    REQUIRE_OK(InitLocal(folder(), testing::ReferencePolicyText()));
    auto local = Open();
    REQUIRE_OK(local);
    auto gateway = local->engine.ActAs(ActorId("gateway"), RegionId("de"));
    REQUIRE_OK(gateway);
    ApiRequest request;
    request.set_account_id("ada");
    request.set_prompt("canary-5e1f");
    auto sealed = gateway->Seal(request, Subject("ada"));
    REQUIRE_OK(sealed);
    REQUIRE_OK(local->records->Put(*sealed));
    id_ = sealed->id();
  }
  ~Installation() { fs::remove_all(top_); }

  std::string folder() const { return top_ + "/privacy"; }
  std::string keys() const { return folder() + ".keys"; }
  testing::ManualClock& clock() { return clock_; }

  absl::StatusOr<Local> Open() {
    EngineOptions options;
    options.clock = &clock_;
    options.allow_unlocked_memory = true;
    return OpenLocal(folder(), options);
  }

  // Opens the installation and the record in it.
  absl::Status OpenAll() {
    auto local = Open();
    if (!local.ok()) return local.status();
    auto sealed = local->records->Get(id_);
    if (!sealed.ok()) return sealed.status();
    auto gateway = local->engine.ActAs(ActorId("gateway"), RegionId("de"));
    if (!gateway.ok()) return gateway.status();
    return gateway
        ->Open<ApiRequest>(*sealed, Subject("ada"),
                           PurposeId("service.delivery"))
        .status();
  }

 private:
  std::string top_;
  testing::ManualClock clock_;
  RecordId id_;
};

void Overwrite(const std::string& path, std::size_t at, std::size_t size) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  REQUIRE(file.good());
  file.seekp(static_cast<std::streamoff>(at));
  file << std::string(size, '\xa5');
}

struct Case {
  std::string name;
  std::function<void(Installation&)> damage;
  absl::StatusCode code;
  std::string text;
};

const std::vector<Case>& Cases() {
  using Code = absl::StatusCode;
  static const std::vector<Case> cases = {
      {"the key file may be read by others",
       [](Installation& i) {
         ::chmod((i.keys() + "/root.keys").c_str(), 0644);
       },
       Code::kFailedPrecondition, "root.keys"},
      {"the folder of keys may be read by others",
       [](Installation& i) { ::chmod(i.keys().c_str(), 0755); },
       Code::kFailedPrecondition, "chmod 700"},
      {"the key file is missing",
       [](Installation& i) { fs::remove(i.keys() + "/root.keys"); },
       Code::kNotFound, "root.keys"},
      {"the key file is another one",
       [](Installation& i) {
         fs::remove(i.keys() + "/root.keys");
         REQUIRE_OK(CreateKeyFile(i.keys() + "/root.keys"));
       },
       Code::kFailedPrecondition, "root"},
      {"the key file is a link",
       [](Installation& i) {
         fs::rename(i.keys() + "/root.keys", i.keys() + "/elsewhere");
         fs::create_symlink("elsewhere", i.keys() + "/root.keys");
       },
       Code::kFailedPrecondition, "link"},
      {"the ledger is missing",
       [](Installation& i) { fs::remove_all(i.keys() + "/ledger"); },
       Code::kFailedPrecondition, "ledger"},
      {"the vault is missing, and its ledger is not new",
       [](Installation& i) {
         auto local = i.Open();
         REQUIRE_OK(local);
         REQUIRE_OK(local->engine.subjects().Erase(Subject("bob")));
         REQUIRE_OK(local->engine.subjects().GiveConsent(
             Subject("bob"), PurposeId("analytics")));
         REQUIRE_OK(local->engine.subjects().Erase(Subject("bob")));
         local = absl::UnknownError("closed");
         for (const char* end : {"", "-wal", "-shm"}) {
           fs::remove(i.keys() + "/keys.db" + end);
         }
       },
       Code::kFailedPrecondition, "ledger"},
      {"a page of the vault is damaged",
       [](Installation& i) { Overwrite(i.keys() + "/keys.db", 0, 4096); },
       Code::kDataLoss, ""},
      {"a page of the records is damaged",
       [](Installation& i) {
         Overwrite(i.folder() + "/data/records.db", 0, 4096);
       },
       Code::kDataLoss, ""},
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

TEST_CASE("A local installation that is not right does not open",
          "[refusals][local]") {
  for (const Case& test : Cases()) {
    DYNAMIC_SECTION(test.name) {
      Installation installation;
      REQUIRE_OK(installation.OpenAll());
      test.damage(installation);
      const absl::Status status = installation.OpenAll();
      REQUIRE_ERROR(status, test.code, test.text);
      CHECK(status.message().find("canary") == absl::string_view::npos);
    }
  }
}

TEST_CASE("What was refused opens again once it is put right",
          "[refusals][local]") {
  Installation installation;
  const std::string ledger = installation.keys() + "/ledger";
  fs::rename(ledger, ledger + ".away");
  REQUIRE_ERROR(installation.OpenAll(), absl::StatusCode::kFailedPrecondition,
                "ledger");
  fs::rename(ledger + ".away", ledger);
  REQUIRE_OK(installation.OpenAll());
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
