// SPDX-License-Identifier: Apache-2.0
//
// Stores, amends, erases, sweeps, and stores while it erases, at random until
// it is killed:
//
//   crash_driver FOLDER SEED MILLISECONDS [LINES SYNCS]
//
// By itself it dies in the first erasure after LINES lines, or after it, when
// it has flushed SYNCS times.
// It says on its standard output what it is about to do, and `ok` when that was
// acknowledged; each line is one write, so that a kill tears none.
//
//   now NOW | put ID OWNER ACCOUNT TOKENS NOW
//   amend ID REVISION TOKENS NOW
//   race ACCOUNT [ID OWNER TOKENS]... NOW: puts of records that were sealed
//       before, by others, and the erasure of their account at the same time
//   erase ACCOUNT NOW | sweep NOW | ok | failed TEXT

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/sealed_header.h"
#include "base/status_macros.h"
#include "fault/last_sync.h"
#include "fault/late_vault.h"
#include "infermesh.pb.h"
#include "local/folders.h"
#include "privet/local.h"
#include "privet/sqlite.h"
#include "privet/testing/stores.h"

namespace privet {
namespace {

using infermesh::v1::ApiRequest;

constexpr int kAccounts = 5;
// As many others store while this one erases; the first of them is late.
constexpr int kOthers = 3;

class Driver {
 public:
  Driver(std::string folder, std::uint64_t seed, absl::Time now)
      : folder_(std::move(folder)), random_(seed), clock_(now) {}

  void DieAfter(std::uint64_t lines, int syncs) {
    last_line_ = lines;
    last_syncs_ = syncs;
  }

  absl::Status Open() {
    EngineOptions options;
    options.clock = &clock_;
    options.allow_unlocked_memory = true;
    auto local = OpenLocal(folder_, options);
    if (!local.ok()) return local.status();
    local_ = std::make_unique<Local>(*std::move(local));
    auto gateway = local_->engine.ActAs(ActorId("gateway"), RegionId("de"));
    if (!gateway.ok()) return gateway.status();
    gateway_ = std::make_unique<Actor>(*gateway);
    return OpenOthers();
  }

  absl::Status Step() {
    clock_.Advance(absl::Minutes(Below(240)));
    // Whoever opens this again must not come from before.
    Say(absl::StrCat("now ", Now()));
    const std::uint64_t what = Below(100);
    if (what < 45) return Put();
    if (what < 65) return Amend();
    if (what < 78) return Erase();
    if (what < 90) return Race();
    return Sweep();
  }

 private:
  std::uint64_t Below(std::uint64_t limit) { return random_() % limit; }

  void Say(const std::string& line) {
    const std::string whole = line + "\n";
    if (::write(STDOUT_FILENO, whole.data(), whole.size()) < 0) ::_exit(3);
    ++lines_;
  }
  void SayErasure(const std::string& line) {
    Say(line);
    if (last_syncs_ < 0 || lines_ < last_line_) return;
    testing::DieAfterSyncs(last_syncs_);
    last_syncs_ = -1;
  }
  absl::Status Done(const absl::Status& status) {
    Say(status.ok() ? "ok" : absl::StrCat("failed ", status.ToString()));
    return status;
  }
  std::int64_t Now() const { return absl::ToUnixMillis(clock_.Now()); }

  // What other processes would hold: connections of their own.
  absl::Status OpenOthers() {
    const local::Folders folders(folder_);
    for (int i = 0; i < kOthers; ++i) {
      PRIVET_ASSIGN_OR_RETURN(std::shared_ptr<Store> vault,
                              OpenSqliteStore(folders.vault));
      if (i == 0) {
        late_ = std::make_shared<testing::LateVault>(std::move(vault));
        vault = late_;
      }
      PRIVET_ASSIGN_OR_RETURN(
          others_.emplace_back(),
          OpenSqliteRecordStore(folders.records, std::move(vault)));
    }
    return absl::OkStatus();
  }

  ApiRequest RequestOf(const std::string& account) {
    ApiRequest request;
    request.set_account_id(account);
    request.set_model("sky-7b");
    request.set_prompt_tokens(static_cast<std::int64_t>(1 + Below(1'000'000)));
    return request;
  }
  std::string AnyAccount() {
    return absl::StrCat("account-", Below(kAccounts));
  }

  absl::Status Put() {
    const ApiRequest request = RequestOf(AnyAccount());
    auto sealed = gateway_->Seal(request, Subject(request.account_id()));
    if (!sealed.ok()) return Done(sealed.status());
    Say(absl::StrCat("put ", sealed->id().ToString(), " ",
                     sealed->owner().ToString(), " ", request.account_id(), " ",
                     request.prompt_tokens(), " ", Now()));
    return Done(local_->records->Put(*sealed));
  }

  // Sealed before the erasure, stored during it or after it: nothing of it may
  // stay.
  absl::Status Race() {
    const std::string account = AnyAccount();
    std::vector<SealedRecord> sealed;
    std::string line = absl::StrCat("race ", account);
    for (int i = 0; i < kOthers; ++i) {
      const ApiRequest request = RequestOf(account);
      auto one = gateway_->Seal(request, Subject(account));
      if (!one.ok()) return Done(one.status());
      absl::StrAppend(&line, " ", one->id().ToString(), " ",
                      one->owner().ToString(), " ", request.prompt_tokens());
      sealed.push_back(*std::move(one));
    }
    SayErasure(absl::StrCat(line, " ", Now()));
    return Done(EraseWhileOthersStore(account, sealed));
  }

  absl::Status EraseWhileOthersStore(const std::string& account,
                                     const std::vector<SealedRecord>& sealed) {
    std::vector<absl::Status> stored(sealed.size());
    std::vector<std::thread> threads;
    late_->Hold();
    for (std::size_t i = 0; i < sealed.size(); ++i) {
      threads.emplace_back([&, i] {
        stored[i] = others_[i]->Put(sealed[i]);
        if (i == 0) late_->GiveUp();
      });
    }
    late_->AwaitQuestion();
    absl::Status status =
        local_->engine.subjects().Erase(Subject(account)).status();
    late_->Release();
    for (std::thread& thread : threads) thread.join();
    for (const absl::Status& put : stored) {
      // Refused is as good as stored and erased.
      if (!absl::IsFailedPrecondition(put)) status.Update(put);
    }
    return status;
  }

  absl::Status Amend() {
    std::vector<SealedRecord> found;
    RecordId last;
    last.bytes.fill(0xff);
    absl::Status status = local_->records->ScanRange(
        RecordId(), last, [&](const RecordId& id, std::string_view bytes) {
          const auto header = base::SealedHeader::Parse(bytes);
          auto sealed = SealedRecord::Parse(id, bytes);
          // A residue is nobody's.
          if (header.ok() && sealed.ok() && !header->about_nobody()) {
            found.push_back(*sealed);
          }
          return true;
        });
    if (!status.ok()) return status;
    if (found.empty()) return absl::OkStatus();
    const SealedRecord& sealed = found[Below(found.size())];
    auto seen = gateway_->Open<ApiRequest>(sealed, AnySubject(),
                                           PurposeId("service.delivery"));
    // Due, or of somebody who was erased: nothing to amend.
    if (!seen.ok() || seen->prompt_tokens() == 0) return absl::OkStatus();
    ApiRequest changes;
    changes.set_account_id(seen->account_id());
    changes.set_prompt_tokens(static_cast<std::int64_t>(1 + Below(1'000'000)));
    auto amended =
        gateway_->Amend(sealed, changes, Subject(seen->account_id()));
    if (!amended.ok()) return Done(amended.status());
    Say(absl::StrCat("amend ", sealed.id().ToString(), " ", amended->revision(),
                     " ", changes.prompt_tokens(), " ", Now()));
    return Done(local_->records->Put(*amended));
  }

  absl::Status Erase() {
    const std::string account = AnyAccount();
    SayErasure(absl::StrCat("erase ", account, " ", Now()));
    return Done(local_->engine.subjects().Erase(Subject(account)).status());
  }

  absl::Status Sweep() {
    Say(absl::StrCat("sweep ", Now()));
    return Done(SweepLocal(folder_, &clock_).status());
  }

  const std::string folder_;
  std::mt19937_64 random_;
  testing::ManualClock clock_;
  std::unique_ptr<Local> local_;
  std::unique_ptr<Actor> gateway_;
  std::vector<std::shared_ptr<RecordStore>> others_;
  std::shared_ptr<testing::LateVault> late_;
  std::uint64_t lines_ = 0, last_line_ = 0;
  int last_syncs_ = -1;
};

int Main(int argc, char** argv) {
  std::uint64_t seed = 0;
  std::int64_t now = 0;
  std::uint64_t lines = 0;
  int syncs = -1;
  if ((argc != 4 && argc != 6) || !absl::SimpleAtoi(argv[2], &seed) ||
      !absl::SimpleAtoi(argv[3], &now) ||
      (argc == 6 && (!absl::SimpleAtoi(argv[4], &lines) ||
                     !absl::SimpleAtoi(argv[5], &syncs)))) {
    return 2;
  }
  Driver driver(argv[1], seed, absl::FromUnixMillis(now));
  driver.DieAfter(lines, syncs);
  absl::Status status = driver.Open();
  while (status.ok()) status = driver.Step();
  const std::string line = absl::StrCat("failed ", status.ToString(), "\n");
  return ::write(STDOUT_FILENO, line.data(), line.size()) < 0 ? 3 : 1;
}

}  // namespace
}  // namespace privet

int main(int argc, char** argv) { return privet::Main(argc, argv); }
