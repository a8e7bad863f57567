// SPDX-License-Identifier: Apache-2.0

#include "engine/core.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "engine/bound_types.h"
#include "engine/erase.h"
#include "engine/generation.h"
#include "engine/policy_at_work.h"
#include "engine/refusals.h"
#include "engine/restored.h"
#include "engine/sealing.h"
#include "engine/settle.h"
#include "keys/change_counter.h"
#include "keys/destroyer.h"
#include "keys/keyring.h"
#include "keys/ledger.h"
#include "keys/sealed_names.h"
#include "policy/policy_access.h"
#include "policy/snapshot.h"
#include "record/cells.h"
#include "subject/people.h"
#include "subject/state_store.h"

namespace privet::engine {
namespace {

// Deadlines that a process remembers to have written.
constexpr std::size_t kMostNoted = 65536;

// A sweep waits as long for what others seal by what they knew before.
constexpr absl::Duration kLongestTtl = absl::Hours(1);

// A call asks for the day, and a calendar is slow: it is worked out once a day.
absl::CivilDay DayOf(absl::Time now) {
  thread_local std::int64_t known = -1;  // days since 1970
  thread_local absl::CivilDay day;
  const std::int64_t seconds = absl::ToUnixSeconds(now);
  if (seconds < 0) return absl::ToCivilDay(now, absl::UTCTimeZone());
  const std::int64_t today = seconds / (std::int64_t{24} * 60 * 60);
  if (today != known) {
    day = absl::ToCivilDay(now, absl::UTCTimeZone());
    known = today;
  }
  return day;
}

absl::StatusOr<bool> HasRows(Store& store) {
  bool any = false;
  PRIVET_RETURN_IF_ERROR(
      store.Scan({}, {}, [&any](std::string_view, std::string_view) {
        any = true;
        return false;
      }));
  return any;
}

// A vault that is lost is not made anew beside the state that it had: nothing
// would open, and everybody be somebody else.
absl::Status CheckVaultIsThere(const EngineOptions& options) {
  PRIVET_ASSIGN_OR_RETURN(const bool vault, HasRows(*options.vault));
  if (vault) return absl::OkStatus();
  PRIVET_ASSIGN_OR_RETURN(const bool state, HasRows(*options.state));
  if (!state) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "the vault is empty, and the state beside it is not: the vault was lost; "
      "restore it, or begin with an empty state as well");
}

// Most requests bring nothing along.
bool SaysNothing(const RequestOptions& options) {
  return options.facts.empty() && options.case_reference.empty() &&
         options.categories.empty();
}

}  // namespace

Core::Core(EngineOptions options)
    : options_(std::move(options)),
      clock_(options_.clock != nullptr ? options_.clock : &SystemClock()),
      counter_(keys::ChangeCounter::InMemory()) {
  if (!options_.store_region) return;
  // The text of the id is the caller's.
  options_.store_region =
      RegionId::FromText(Keep(options_.store_region.text()));
}

absl::StatusOr<std::shared_ptr<Core>> Core::Create(Policy policy,
                                                   EngineOptions options) {
  const int parts = (options.keys != nullptr) + (options.vault != nullptr) +
                    (options.state != nullptr) + !options.ledger.empty();
  if (parts != 0 && parts != 4) {
    return absl::FailedPreconditionError(
        "an engine needs `keys`, `vault`, `state` and `ledger` together: keys "
        "without durable state would forget consents, withdrawals and erasures "
        "at the next start; set all four in EngineOptions, or none");
  }
  if (options.key_cache_ttl < absl::ZeroDuration() ||
      options.key_cache_ttl > kLongestTtl) {
    return absl::InvalidArgumentError(
        "`key_cache_ttl` is 0 to 1 hour: so long may keys that were destroyed "
        "elsewhere stay in use here");
  }
  std::shared_ptr<Core> core(new Core(std::move(options)));
  if (parts == 4) {
    PRIVET_RETURN_IF_ERROR(core->OpenKeys());
    PRIVET_RETURN_IF_ERROR(keys::CheckSealedNames(
        *policy::PolicyAccess::SnapshotOf(policy), *core->options_.vault));
  }
  PRIVET_ASSIGN_OR_RETURN(const Generation* generation,
                          core->Make(std::move(policy)));
  core->people_ = std::make_unique<subject::People>(
      core->state_, core->keyring_, core->options_.vault);
  core->current_.store(generation, std::memory_order_release);
  if (parts == 4) PRIVET_RETURN_IF_ERROR(core->GoOn());
  return core;
}

absl::Status Core::OpenKeys() {
  PRIVET_ASSIGN_OR_RETURN(
      counter_, keys::ChangeCounter::Open(options_.ledger + ".changes"));
  PRIVET_ASSIGN_OR_RETURN(ledger_, keys::Ledger::Open(options_.ledger));
  PRIVET_RETURN_IF_ERROR(CheckVaultIsThere(options_));
  keys::KeyringOptions keyring;
  keyring.vault = options_.vault;
  keyring.provider = options_.keys;
  keyring.ledger = ledger_;
  keyring.counter = counter_;
  keyring.clock = clock_;
  keyring.key_cache_ttl = options_.key_cache_ttl;
  keyring.key_cache_bytes = options_.key_cache_bytes;
  keyring.allow_unlocked_memory = options_.allow_unlocked_memory;
  PRIVET_ASSIGN_OR_RETURN(keyring_, keys::Keyring::Create(keyring));
  PRIVET_ASSIGN_OR_RETURN(
      destroyer_, keys::Destroyer::Create(options_.vault, ledger_, counter_));
  PRIVET_ASSIGN_OR_RETURN(
      state_, subject::StateStore::Open(options_.state, ledger_, keyring_));
  return absl::OkStatus();
}

// Goes on where the last process stopped, and brings a restored state up to
// date.
absl::Status Core::GoOn() {
  PRIVET_RETURN_IF_ERROR(Settle(*this));
  PRIVET_RETURN_IF_ERROR(
      NotePolicy(generation(), *options_.state, *options_.vault, Now()));
  PRIVET_RETURN_IF_ERROR(FinishErasures(*this));
  PRIVET_RETURN_IF_ERROR(TakeOutDestroyed(*this));
  return keyring_->Watch([this] { return Look(); });
}

// Finds what other processes changed and did not tell, and finishes what they
// left. What cannot be settled now waits.
absl::StatusOr<std::string> Core::Look() const {
  PRIVET_ASSIGN_OR_RETURN(std::string version, state_->Version());
  PRIVET_RETURN_IF_ERROR(NoteIfOlder(generation(), *options_.state));
  Settle(*this).IgnoreError();
  return version;
}

absl::StatusOr<const Generation*> Core::Make(Policy policy) {
  const auto& snapshot = policy::PolicyAccess::SnapshotOf(policy);
  PRIVET_ASSIGN_OR_RETURN(
      BoundTypes types,
      BoundTypes::Bind(*snapshot, options_.types, options_.scanners));
  auto generation = std::make_unique<const Generation>(
      std::move(policy), snapshot, std::move(types), keyring_.get(),
      options_.vault);
  base::MutexLock lock(&mutex_);
  for (const auto& earlier : generations_) {
    PRIVET_RETURN_IF_ERROR(generation->types().CheckFollow(earlier->types()));
  }
  generations_.push_back(std::move(generation));
  return generations_.back().get();
}

absl::Status Core::SetPolicy(Policy policy) {
  // A policy's types get owners of nobody, which are derived from a key.
  if (keyring_ != nullptr) PRIVET_RETURN_IF_ERROR(NeedKeys());
  // Of two at once the later finds the other at work.
  base::MutexLock lock(&policy_mutex_);
  const Generation& before = generation();
  const auto& snapshot = *policy::PolicyAccess::SnapshotOf(policy);
  const std::string_view old_id =
      before.snapshot().OldestName(policy::Sealed::kPolicy, {});
  if (snapshot.OldestName(policy::Sealed::kPolicy, {}) != old_id) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the policy at work is `",
        absl::string_view(old_id.data(), old_id.size()),
        "`; one with another id cannot take its place: name the old id in "
        "`was`, or make another engine"));
  }
  if (policy.version() <= before.policy().version()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "version ", policy.version(), " of the policy is not newer than ",
        before.policy().version(),
        ", which is at work: raise `version` with each text"));
  }
  if (keyring_ != nullptr) {
    PRIVET_RETURN_IF_ERROR(keys::CheckSealedNames(snapshot, before.snapshot()));
    PRIVET_RETURN_IF_ERROR(keys::CheckSealedNames(snapshot, *options_.vault));
  }
  PRIVET_ASSIGN_OR_RETURN(const Generation* next, Make(std::move(policy)));
  const absl::Status marked =
      state_ == nullptr
          ? absl::OkStatus()
          : NotePolicy(*next, *options_.state, *options_.vault, Now());
  if (!marked.ok()) {
    // It was never at work: nothing was sealed under it.
    base::MutexLock generations(&mutex_);
    generations_.pop_back();
    return marked;
  }
  current_.store(next, std::memory_order_release);
  Changed();
  return absl::OkStatus();
}

bool Core::DeadlineIsNoted(const OwnerId& owner, std::uint32_t retention_class,
                           absl::Time dies) const {
  base::MutexLock lock(&noted_mutex_);
  const auto found = noted_.find({owner, retention_class});
  return found != noted_.end() && found->second == dies;
}

void Core::NoteDeadlineIsNoted(const OwnerId& owner,
                               std::uint32_t retention_class,
                               absl::Time dies) const {
  base::MutexLock lock(&noted_mutex_);
  if (noted_.size() >= kMostNoted) noted_.clear();
  noted_[{owner, retention_class}] = dies;
}

bool Core::DisclosureIsNoted(const OwnerId& owner, const std::string& name,
                             std::uint64_t counter) const {
  base::MutexLock lock(&noted_mutex_);
  const auto found = disclosed_.find(std::make_pair(owner, name));
  return found != disclosed_.end() && found->second == counter;
}

void Core::NoteDisclosureIsNoted(const OwnerId& owner, const std::string& name,
                                 std::uint64_t counter) const {
  base::MutexLock lock(&noted_mutex_);
  if (disclosed_.size() >= kMostNoted) disclosed_.clear();
  disclosed_[std::make_pair(owner, name)] = counter;
}

std::string_view Core::Keep(std::string_view name) const {
  base::MutexLock lock(&names_mutex_);
  auto kept = names_.find(name);
  if (kept == names_.end()) kept = names_.emplace(name).first;
  return *kept;
}

absl::Status Core::NeedKeys() const {
  if (keyring_ != nullptr) return keyring_->CheckPresent();
  return absl::FailedPreconditionError(
      "this engine has no keys: set `keys`, `vault`, `state` and `ledger` in "
      "EngineOptions, or open it by OpenLocal()");
}

absl::StatusOr<keys::KeyCall> Core::Begin() const {
  const keys::OnMiss on_miss = options_.on_miss == EngineOptions::OnMiss::kRead
                                   ? keys::OnMiss::kRead
                                   : keys::OnMiss::kRefuse;
  if (keyring_ != nullptr) return keyring_->Begin(Now(), on_miss);
  return keys::KeyCall{Now(), 0, on_miss};
}

absl::Status Core::Decide(Call* call) const {
  call->word = call->resolved->context->MakeWord(
      call->person->facts, call->request, DayOf(call->keys.now));
  call->resolved->call->Evaluate(call->word, &call->view);
  if (!call->view.permitted.Empty()) return absl::OkStatus();
  const std::size_t cells = call->resolved->plan->cells().size();
  return RefusalOf(*call, record::CellSet::FirstCells(cells));
}

absl::Status CheckReference(std::string_view text, const char* what) {
  constexpr std::size_t kLongest = 256;
  if (text.size() <= kLongest) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(what, " has at most ", kLongest, " bytes"));
}

absl::Status ReadRequest(const Generation& generation,
                         const RequestOptions& options,
                         policy::RequestState* request) {
  if (SaysNothing(options)) return absl::OkStatus();
  for (const FactValue& fact : options.facts) {
    request->facts.emplace_back(fact.id, fact.value);
  }
  PRIVET_RETURN_IF_ERROR(
      CheckReference(options.case_reference, "a case reference"));
  request->case_reference = options.case_reference;
  for (const CategoryId category : options.categories) {
    request->categories.emplace_back(category.text());
  }
  return generation.snapshot().CheckRequest(*request);
}

absl::Status BeginCall(const Core& core, const RequestOptions& options,
                       Call* call) {
  call->generation = &core.generation();
  return ReadRequest(*call->generation, options, &call->request);
}

}  // namespace privet::engine
