// SPDX-License-Identifier: Apache-2.0
//
// Stores, amends, erases and sweeps at random until it is killed:
//
//   crash_driver FOLDER SEED MILLISECONDS
//
// It says on its standard output what it is about to do, and `ok` when that was
// acknowledged; each line is one write, so that a kill tears none.
//
//   now NOW | put ID OWNER ACCOUNT TOKENS NOW
//   amend ID REVISION TOKENS NOW
//   erase ACCOUNT NOW | sweep NOW | ok | failed TEXT

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "infermesh.pb.h"
#include "privet/local.h"
#include "privet/testing/stores.h"

namespace privet {
namespace {

using infermesh::v1::ApiRequest;

constexpr int kAccounts = 5;

class Driver {
 public:
  Driver(std::string folder, std::uint64_t seed, absl::Time now)
      : folder_(std::move(folder)), random_(seed), clock_(now) {}

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
    return absl::OkStatus();
  }

  absl::Status Step() {
    clock_.Advance(absl::Minutes(Below(240)));
    // Whoever opens this again must not come from before.
    Say(absl::StrCat("now ", Now()));
    const std::uint64_t what = Below(100);
    if (what < 50) return Put();
    if (what < 70) return Amend();
    if (what < 85) return Erase();
    return Sweep();
  }

 private:
  std::uint64_t Below(std::uint64_t limit) { return random_() % limit; }

  void Say(const std::string& line) {
    const std::string whole = line + "\n";
    if (::write(STDOUT_FILENO, whole.data(), whole.size()) < 0) ::_exit(3);
  }
  absl::Status Done(const absl::Status& status) {
    Say(status.ok() ? "ok" : absl::StrCat("failed ", status.ToString()));
    return status;
  }
  std::int64_t Now() const { return absl::ToUnixMillis(clock_.Now()); }

  absl::Status Put() {
    ApiRequest request;
    request.set_account_id(absl::StrCat("account-", Below(kAccounts)));
    request.set_model("sky-7b");
    request.set_prompt_tokens(static_cast<std::int64_t>(1 + Below(1'000'000)));
    auto sealed = gateway_->Seal(request, Subject(request.account_id()));
    if (!sealed.ok()) return Done(sealed.status());
    Say(absl::StrCat("put ", sealed->id().ToString(), " ",
                     sealed->owner().ToString(), " ", request.account_id(), " ",
                     request.prompt_tokens(), " ", Now()));
    return Done(local_->records->Put(*sealed));
  }

  absl::Status Amend() {
    std::vector<SealedRecord> found;
    RecordId last;
    last.bytes.fill(0xff);
    absl::Status status = local_->records->ScanRange(
        RecordId(), last, [&](const RecordId& id, std::string_view bytes) {
          auto sealed = SealedRecord::Parse(id, bytes);
          if (sealed.ok() && bytes.find("#log") == std::string_view::npos) {
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
    const std::string account = absl::StrCat("account-", Below(kAccounts));
    Say(absl::StrCat("erase ", account, " ", Now()));
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
};

int Main(int argc, char** argv) {
  std::uint64_t seed = 0;
  std::int64_t now = 0;
  if (argc != 4 || !absl::SimpleAtoi(argv[2], &seed) ||
      !absl::SimpleAtoi(argv[3], &now)) {
    return 2;
  }
  Driver driver(argv[1], seed, absl::FromUnixMillis(now));
  absl::Status status = driver.Open();
  while (status.ok()) status = driver.Step();
  const std::string line = absl::StrCat("failed ", status.ToString(), "\n");
  return ::write(STDOUT_FILENO, line.data(), line.size()) < 0 ? 3 : 1;
}

}  // namespace
}  // namespace privet

int main(int argc, char** argv) { return privet::Main(argc, argv); }
