// SPDX-License-Identifier: Apache-2.0

#include "subject/people.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/hash/hash.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "keys/destroyer.h"
#include "keys/keyring.h"
#include "policy/snapshot.h"
#include "policy/subject_state.h"
#include "privet/record_id.h"
#include "subject/state_store.h"

namespace privet::subject {
namespace {

// What is known of a person, whatever the policy.
struct Known {
  std::optional<OwnerId> owner;
  bool erased = false;
  std::vector<keys::SlotDeadline> deadlines;
};

PersonPtr Compile(Known known, std::shared_ptr<const Said> said,
                  const policy::Snapshot& snapshot, std::string_view kind) {
  auto person = std::make_shared<Person>();
  person->owner = known.owner;
  person->erased = known.erased;
  person->deadlines = std::move(known.deadlines);
  person->has_events = !said->events.empty();
  person->snapshot = &snapshot;
  person->kind = std::string(kind);
  if (said->state.kind.empty()) {
    policy::SubjectState state = said->state;
    state.kind = person->kind;
    person->facts = snapshot.FactsOf(state);
  } else {
    person->facts = snapshot.FactsOf(said->state);
  }
  person->said = std::move(said);
  return person;
}

}  // namespace

absl::Status CheckSubjectId(std::string_view id) {
  constexpr std::size_t kLongest = 1024;
  if (!id.empty() && id.size() <= kLongest) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "a subject has an id of 1 to 1,024 bytes; nobody has no state");
}

People::Shard& People::ShardOf(Shards& shards, std::string_view key) {
  const std::size_t hash = absl::Hash<absl::string_view>()(
      absl::string_view(key.data(), key.size()));
  return shards[(hash >> 16) % kShards];
}

PersonPtr People::Look(Shard& shard, std::string_view key,
                       const keys::KeyCall& call,
                       const policy::Snapshot& snapshot,
                       std::string_view kind) {
  PersonPtr person;
  {
    base::MutexLock lock(&shard.mutex);
    const auto found =
        shard.entries.find(absl::string_view(key.data(), key.size()));
    if (found == shard.entries.end() || found->second.counter != call.counter) {
      return nullptr;
    }
    person = found->second.person;
  }
  if (person->snapshot == &snapshot && person->kind == kind) return person;
  // The state is current; only the policy or the kind is another.
  person = Compile({person->owner, person->erased, person->deadlines},
                   person->said, snapshot, kind);
  Keep(shard, key, call, person);
  return person;
}

void People::Keep(Shard& shard, std::string_view key, const keys::KeyCall& call,
                  PersonPtr person) {
  base::MutexLock lock(&shard.mutex);
  // A full shard forgets one at random: the order of a hash table.
  if (shard.entries.size() >= kPerShard) {
    shard.entries.erase(shard.entries.begin());
  }
  shard.entries[std::string(key)] = Entry{call.counter, std::move(person)};
}

absl::StatusOr<PersonPtr> People::Read(const std::optional<OwnerId>& owner,
                                       const policy::Snapshot& snapshot,
                                       std::string_view kind) {
  auto said = std::make_shared<Said>();
  Known known;
  known.owner = owner;
  if (owner.has_value()) {
    PRIVET_ASSIGN_OR_RETURN(*said, state_->Read(*owner));
    PRIVET_ASSIGN_OR_RETURN(const keys::OwnerState state,
                            keys::StateOfOwner(*vault_, *owner));
    known.erased = state != keys::OwnerState::kCurrent;
  }
  if (known.erased) {
    PRIVET_ASSIGN_OR_RETURN(known.deadlines,
                            keys::DeadlinesOfOwner(*vault_, *owner));
  }
  return Compile(std::move(known), std::move(said), snapshot, kind);
}

absl::StatusOr<PersonPtr> People::Find(const keys::KeyCall& call,
                                       std::string_view id,
                                       const policy::Snapshot& snapshot,
                                       std::string_view kind, bool create) {
  PRIVET_RETURN_IF_ERROR(CheckSubjectId(id));
  if (state_ == nullptr) return Stranger(snapshot, kind);
  const std::string_view key = id;
  Shard& shard = ShardOf(by_id_, key);
  PersonPtr person = Look(shard, key, call, snapshot, kind);
  if (person != nullptr) return person;
  if (call.on_miss == keys::OnMiss::kRefuse) {
    return absl::UnavailableError(
        "the person is not in memory, and the call may not wait for a store; "
        "call Engine::Prefetch() before");
  }
  std::optional<OwnerId> owner;
  if (create) {
    PRIVET_ASSIGN_OR_RETURN(owner, keyring_->FindOrCreateOwner(call, id));
  } else {
    PRIVET_ASSIGN_OR_RETURN(owner, keyring_->FindOwner(call, id));
  }
  PRIVET_ASSIGN_OR_RETURN(person, Read(owner, snapshot, kind));
  // That nobody is known is not kept: another process may draw an owner any
  // time, and says so to nobody.
  if (owner.has_value()) Keep(shard, key, call, person);
  return person;
}

absl::StatusOr<PersonPtr> People::FindOwner(const keys::KeyCall& call,
                                            const OwnerId& owner,
                                            const policy::Snapshot& snapshot,
                                            std::string_view kind) {
  if (state_ == nullptr) return Stranger(snapshot, kind);
  const std::string_view key = owner.view();
  Shard& shard = ShardOf(by_owner_, key);
  PersonPtr person = Look(shard, key, call, snapshot, kind);
  if (person != nullptr) return person;
  if (call.on_miss == keys::OnMiss::kRefuse) {
    return absl::UnavailableError(
        "the person is not in memory, and the call may not wait for a store");
  }
  PRIVET_ASSIGN_OR_RETURN(person, Read(owner, snapshot, kind));
  Keep(shard, key, call, person);
  return person;
}

PersonPtr People::Stranger(const policy::Snapshot& snapshot,
                           std::string_view kind) {
  const std::string key(kind);
  const keys::KeyCall call;
  PersonPtr person = Look(strangers_, key, call, snapshot, kind);
  if (person != nullptr) return person;
  person = Compile({}, std::make_shared<Said>(), snapshot, kind);
  Keep(strangers_, key, call, person);
  return person;
}

}  // namespace privet::subject
