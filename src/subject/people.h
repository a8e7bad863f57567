// SPDX-License-Identifier: Apache-2.0
//
// The people that calls are about, in memory.

#ifndef PRIVET_SUBJECT_PEOPLE_H_
#define PRIVET_SUBJECT_PEOPLE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "keys/destroyer.h"
#include "keys/keyring.h"
#include "policy/snapshot.h"
#include "policy/subject_state.h"
#include "privet/record_id.h"
#include "privet/store.h"
#include "subject/state_store.h"

namespace privet::subject {

// OK if `id` is one by which a host may name a person: of 1 to 1,024 bytes.
// Else InvalidArgument.
absl::Status CheckSubjectId(std::string_view id);

// What calls need to know of one person, against one snapshot. Immutable.
struct Person {
  std::optional<OwnerId> owner;  // none: nothing is stored about him
  bool erased = false;           // only what a law keeps is left
  // Of what is left; the events that it counts from are forgotten.
  std::vector<keys::SlotDeadline> deadlines;
  bool has_events = false;  // something that retention counts from happened
  std::shared_ptr<const Said> said;
  const policy::Snapshot* snapshot = nullptr;
  std::string kind;  // that `facts` were compiled for
  policy::SubjectFacts facts;
};

using PersonPtr = std::shared_ptr<const Person>;

// Reads people, and keeps them until keys or state change anywhere on this host
// (keys::ChangeCounter), or change and nobody tells: that is found out as late
// as the end of keys is (keys::Keyring::Watch). Thread-safe. 16 shards, each a
// mutex; a hit copies a shared pointer.
class People {
 public:
  // All may be null, together: then nothing is known of anybody.
  People(std::shared_ptr<StateStore> state,
         std::shared_ptr<keys::Keyring> keyring, std::shared_ptr<Store> vault)
      : state_(std::move(state)),
        keyring_(std::move(keyring)),
        vault_(std::move(vault)) {}

  // Returns the person whom the host calls `id`. `kind`: that of the record
  // type, for a person whose profile names none. `create`: draws an owner for
  // one that has none. Unavailable if a store would have to be read and `call`
  // may not wait; InvalidArgument as CheckSubjectId().
  absl::StatusOr<PersonPtr> Find(const keys::KeyCall& call, std::string_view id,
                                 const policy::Snapshot& snapshot,
                                 std::string_view kind, bool create);

  // Returns the person whom the library calls `owner`.
  absl::StatusOr<PersonPtr> FindOwner(const keys::KeyCall& call,
                                      const OwnerId& owner,
                                      const policy::Snapshot& snapshot,
                                      std::string_view kind);

  // Returns somebody of whom nothing is known but the kind; nobody has none.
  PersonPtr Stranger(const policy::Snapshot& snapshot, std::string_view kind);

 private:
  static constexpr std::size_t kShards = 16;
  static constexpr std::size_t kPerShard = 8192;

  struct Entry {
    std::uint64_t counter = 0;
    PersonPtr person;
  };
  struct Shard {
    base::Mutex mutex;
    absl::flat_hash_map<std::string, Entry> entries ABSL_GUARDED_BY(mutex);
  };

  PersonPtr Look(Shard& shard, std::string_view key, const keys::KeyCall& call,
                 const policy::Snapshot& snapshot, std::string_view kind);
  void Keep(Shard& shard, std::string_view key, const keys::KeyCall& call,
            PersonPtr person);
  absl::StatusOr<PersonPtr> Read(const std::optional<OwnerId>& owner,
                                 const policy::Snapshot& snapshot,
                                 std::string_view kind);
  using Shards = std::array<Shard, kShards>;
  static Shard& ShardOf(Shards& shards, std::string_view key);

  const std::shared_ptr<StateStore> state_;
  const std::shared_ptr<keys::Keyring> keyring_;
  const std::shared_ptr<Store> vault_;
  Shards by_id_;     // by the host's id
  Shards by_owner_;  // by the bytes of the owner
  Shard strangers_;
};

}  // namespace privet::subject

#endif  // PRIVET_SUBJECT_PEOPLE_H_
