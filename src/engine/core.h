// SPDX-License-Identifier: Apache-2.0
//
// The parts of an engine, put together: what actors and subjects work on.

#ifndef PRIVET_ENGINE_CORE_H_
#define PRIVET_ENGINE_CORE_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "engine/generation.h"
#include "keys/change_counter.h"
#include "keys/destroyer.h"
#include "keys/keyring.h"
#include "keys/ledger.h"
#include "policy/subject_state.h"
#include "privet/actor.h"
#include "privet/engine_options.h"
#include "privet/policy.h"
#include "privet/record_id.h"
#include "record/call.h"
#include "record/pass.h"
#include "subject/people.h"
#include "subject/state_store.h"

namespace privet::engine {

// One call, decided: what it may see, and of whom.
struct Call {
  const Generation* generation = nullptr;
  const Resolved* resolved = nullptr;
  keys::KeyCall keys;
  subject::PersonPtr person;
  policy::RequestState request;
  policy::Word word;
  record::CallView view;
};

class Core {
 public:
  static absl::StatusOr<std::shared_ptr<Core>> Create(Policy policy,
                                                      EngineOptions options);

  // The policy at work: one load.
  const Generation& generation() const {
    return *current_.load(std::memory_order_acquire);
  }
  // Puts another to work. Codes as Engine::SetPolicy().
  absl::Status SetPolicy(Policy policy);

  absl::Time Now() const { return clock_->Now(); }
  const EngineOptions& options() const { return options_; }

  // Null in an engine that only decides.
  keys::Keyring* keyring() const { return keyring_.get(); }
  subject::StateStore* state() const { return state_.get(); }
  keys::Destroyer* destroyer() const { return destroyer_.get(); }
  keys::Ledger* ledger() const { return ledger_.get(); }
  subject::People& people() const { return *people_; }

  // Held while a person's state is changed, so that one change sees the other.
  base::Mutex& subjects_mutex() const { return subjects_mutex_; }

  // Tells every process that a person's state has changed.
  void Changed() const { counter_->Bump(); }

  // Whether the deadline of what a person has under a class was written, as far
  // as this process remembers.
  bool DeadlineIsNoted(const OwnerId& owner, std::uint32_t retention_class,
                       absl::Time dies) const;
  void NoteDeadlineIsNoted(const OwnerId& owner, std::uint32_t retention_class,
                           absl::Time dies) const;

  // Whether today's row of a disclosure was written, as far as this process
  // remembers, by a call that found `counter` as it is: an erasure, which takes
  // the row along, changes it.
  bool DisclosureIsNoted(const OwnerId& owner, const std::string& name,
                         std::uint64_t counter) const;
  void NoteDisclosureIsNoted(const OwnerId& owner, const std::string& name,
                             std::uint64_t counter) const;

  // FailedPrecondition, saying what is missing, unless there are keys; in a
  // child after fork there are none.
  absl::Status NeedKeys() const;

  // Begins a call: the time, and the numbers that must stay as they are.
  absl::StatusOr<keys::KeyCall> Begin() const;

  // Decides `call`, whose generation, resolved, person, request and keys are
  // set, into `word` and `view`. The refusal if nothing at all is permitted.
  absl::Status Decide(Call* call) const;

  // Returns the same text, for as long as this lives: an actor outlives the
  // call that names it. For names of actors and places that the policy knows,
  // of which there are few.
  std::string_view Keep(std::string_view name) const;

 private:
  explicit Core(EngineOptions options);

  absl::Status OpenKeys();
  absl::Status GoOn();
  absl::StatusOr<std::string> Look() const;
  absl::StatusOr<const Generation*> Make(Policy policy);

  EngineOptions options_;  // as they were at the start
  const Clock* const clock_;
  std::shared_ptr<keys::ChangeCounter> counter_;
  std::shared_ptr<keys::Ledger> ledger_;
  std::shared_ptr<keys::Keyring> keyring_;
  std::shared_ptr<keys::Destroyer> destroyer_;
  std::shared_ptr<subject::StateStore> state_;
  std::unique_ptr<subject::People> people_;

  mutable base::Mutex names_mutex_;
  mutable std::set<std::string, std::less<>> names_
      ABSL_GUARDED_BY(names_mutex_);

  base::Mutex policy_mutex_;  // held while the policy at work is replaced
  base::Mutex mutex_;
  std::vector<std::unique_ptr<const Generation>> generations_
      ABSL_GUARDED_BY(mutex_);
  std::atomic<const Generation*> current_{nullptr};

  mutable base::Mutex subjects_mutex_;
  mutable base::Mutex noted_mutex_;
  mutable absl::flat_hash_map<std::pair<OwnerId, std::uint32_t>, absl::Time>
      noted_ ABSL_GUARDED_BY(noted_mutex_);
  mutable absl::flat_hash_map<std::pair<OwnerId, std::string>, std::uint64_t>
      disclosed_ ABSL_GUARDED_BY(noted_mutex_);
};

// OK if `text`, by which the host finds `what` it keeps itself ("a case
// reference"), has at most 256 bytes; else InvalidArgument.
absl::Status CheckReference(std::string_view text, const char* what);

// Converts what a host says of a request. InvalidArgument for facts and
// categories that the policy does not declare, and as CheckReference().
absl::Status ReadRequest(const Generation& generation,
                         const RequestOptions& options,
                         policy::RequestState* request);

// Begins `call` under the policy at work: sets its generation and request.
// Codes as ReadRequest().
absl::Status BeginCall(const Core& core, const RequestOptions& options,
                       Call* call);

}  // namespace privet::engine

#endif  // PRIVET_ENGINE_CORE_H_
