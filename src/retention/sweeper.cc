// SPDX-License-Identifier: Apache-2.0

#include "privet/sweeper.h"

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "keys/change_counter.h"
#include "keys/destroyer.h"
#include "keys/ledger.h"
#include "keys/sealed_names.h"
#include "policy/policy_access.h"
#include "policy/retention_class.h"
#include "policy/snapshot.h"
#include "privet/clock.h"
#include "privet/policy.h"
#include "retention/class_rule.h"
#include "retention/due_keys.h"
#include "retention/sweep.h"
#include "subject/due_rows.h"

namespace privet {
namespace {

absl::Status CheckOptions(const SweeperOptions& options) {
  if (options.vault == nullptr || options.state == nullptr ||
      options.ledger.empty() || options.sources.empty()) {
    return absl::InvalidArgumentError(
        "a sweeper needs the vault, the state, the ledger's folder and at "
        "least one source of records");
  }
  if (options.batch == 0) {
    return absl::InvalidArgumentError(
        "a sweep's batch has at least one record");
  }
  std::set<std::string> names;
  for (const SweepSource& source : options.sources) {
    if (source.records == nullptr || source.name.size() > 255) {
      return absl::InvalidArgumentError(
          "a source of a sweep has records, and a name of at most 255 bytes");
    }
    if (!names.insert(source.name).second) {
      return absl::InvalidArgumentError(absl::StrCat(
          "two sources of a sweep have the name `", source.name, "`"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

class Sweeper::Impl {
 public:
  Impl(Policy policy, SweeperOptions options)
      : policy_(std::move(policy)), options_(std::move(options)) {}

  absl::Status Open() {
    PRIVET_RETURN_IF_ERROR(keys::CheckSealedNames(
        *policy::PolicyAccess::SnapshotOf(policy_), *options_.vault));
    PRIVET_RETURN_IF_ERROR(CheckPolicy());
    PRIVET_ASSIGN_OR_RETURN(ledger_, keys::Ledger::Open(options_.ledger));
    // The file by which engines of this host learn of it (engine/core.cc).
    PRIVET_ASSIGN_OR_RETURN(
        const std::shared_ptr<keys::ChangeCounter> counter,
        keys::ChangeCounter::Open(options_.ledger + ".changes"));
    PRIVET_ASSIGN_OR_RETURN(
        destroyer_, keys::Destroyer::Create(options_.vault, ledger_, counter));
    return absl::OkStatus();
  }

  absl::StatusOr<SweepReport> Run(bool keys_only) {
    PRIVET_RETURN_IF_ERROR(CheckPolicy());
    PRIVET_RETURN_IF_ERROR(destroyer_->CatchUp());
    const policy::Snapshot& snapshot =
        *policy::PolicyAccess::SnapshotOf(policy_);
    PRIVET_ASSIGN_OR_RETURN(
        std::vector<retention::ClassRule> rules,
        retention::RulesOf(*options_.vault, [&](const policy::Period& period) {
          return snapshot.EffectiveKeep(period);
        }));
    const Clock& clock =
        options_.clock == nullptr ? SystemClock() : *options_.clock;
    retention::Sweep sweep({options_, *destroyer_, *ledger_, clock.Now()},
                           std::move(rules));
    PRIVET_RETURN_IF_ERROR(sweep.Keys());
    const absl::Status of_events = sweep.KeysOfEvents();
    // The records of events ask for it again.
    PRIVET_RETURN_IF_ERROR(keys_only ? of_events : sweep.Records());
    return sweep.Report();
  }

 private:
  // What an older policy ends earlier, the one at work may keep.
  absl::Status CheckPolicy() {
    PRIVET_ASSIGN_OR_RETURN(const subject::NewestPolicy newest,
                            subject::ReadNewestPolicy(*options_.state));
    if (policy_.version() >= newest.version) return absl::OkStatus();
    return absl::FailedPreconditionError(absl::StrCat(
        "version ", policy_.version(), " of the policy is older than ",
        newest.version,
        ", which has been at work: sweep by the policy at work, and raise its "
        "`version` with each text"));
  }

  const Policy policy_;
  const SweeperOptions options_;
  std::shared_ptr<keys::Ledger> ledger_;
  std::shared_ptr<keys::Destroyer> destroyer_;
};

absl::StatusOr<Sweeper> Sweeper::Create(Policy policy, SweeperOptions options) {
  PRIVET_RETURN_IF_ERROR(CheckOptions(options));
  auto impl = std::make_unique<Impl>(std::move(policy), std::move(options));
  PRIVET_RETURN_IF_ERROR(impl->Open());
  return Sweeper(std::move(impl));
}

Sweeper::Sweeper(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Sweeper::Sweeper(Sweeper&&) noexcept = default;
Sweeper& Sweeper::operator=(Sweeper&&) noexcept = default;
Sweeper::~Sweeper() = default;

absl::StatusOr<SweepReport> Sweeper::Run() { return impl_->Run(false); }

absl::StatusOr<SweepReport> Sweeper::Expire() { return impl_->Run(true); }

}  // namespace privet
