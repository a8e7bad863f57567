// SPDX-License-Identifier: Apache-2.0
//
// One policy at work: its tables, the types bound to it, and the calls that
// were resolved against it. Lives as long as the engine, so that a call loads
// one raw pointer and needs no lock.

#ifndef PRIVET_ENGINE_GENERATION_H_
#define PRIVET_ENGINE_GENERATION_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "engine/bound_types.h"
#include "engine/sealed_type.h"
#include "keys/keyring.h"
#include "policy/snapshot.h"
#include "privet/id.h"
#include "privet/policy.h"
#include "privet/store.h"
#include "record/call.h"
#include "record/plan.h"
#include "seal/class_table.h"

namespace privet::engine {

// What a call asks for.
struct Request {
  policy::Operation operation = policy::Operation::kUse;
  ActorId actor;
  PurposeId purpose;
  RecipientId recipient;
  RegionId region;
  RegionId place;  // where the actor is
};

// A request about one record type, resolved.
struct Resolved {
  Request request;
  const record::Plan* plan = nullptr;
  const policy::Context* context = nullptr;
  std::unique_ptr<const record::CallPlan> call;
  SealedType* sealed = nullptr;  // null in an engine that only decides
  // kStore, and the type leaves a residue: the call that makes it, and the type
  // that it is sealed as.
  SealedType* sealed_residue = nullptr;
  std::unique_ptr<const record::CallPlan> residue;
  // kShare: whether the vault has the names that enter pseudonyms.
  mutable std::atomic<bool> names_are_remembered{false};
};

class Generation {
 public:
  // `keyring` and `vault` are null, both, in an engine that only decides.
  Generation(Policy policy, std::shared_ptr<const policy::Snapshot> snapshot,
             BoundTypes types, const keys::Keyring* keyring,
             const std::shared_ptr<Store>& vault);

  const Policy& policy() const { return policy_; }
  const policy::Snapshot& snapshot() const { return *snapshot_; }
  const BoundTypes& types() const { return types_; }

  // Returns how records of `plan`, or of its residue, are sealed; null in an
  // engine that only decides.
  SealedType* Sealed(const record::Plan* plan) const;

  // Returns the resolved request, made at first use. A later look-up takes no
  // lock and allocates nothing. InvalidArgument for ids that the policy does
  // not declare; PermissionDenied for an actor at a place where it does not
  // work: the policy may have changed since Engine::ActAs().
  absl::StatusOr<const Resolved*> Resolve(const Request& request,
                                          const record::Plan& plan) const;

 private:
  // Slots of a hash table with linear probing, filled once and never evicted;
  // when it is full, further requests are found under the lock.
  static constexpr std::size_t kSlots = 4096;

  absl::StatusOr<const Resolved*> Make(const Request& request,
                                       const record::Plan& plan,
                                       std::size_t first) const;

  const Policy policy_;
  const std::shared_ptr<const policy::Snapshot> snapshot_;
  const BoundTypes types_;
  std::unique_ptr<seal::ClassTable> classes_;
  absl::flat_hash_map<const record::Plan*, std::unique_ptr<SealedType>> sealed_;
  mutable std::array<std::atomic<const Resolved*>, kSlots> slots_{};
  mutable base::Mutex mutex_;
  mutable std::vector<std::unique_ptr<const Resolved>> made_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace privet::engine

#endif  // PRIVET_ENGINE_GENERATION_H_
