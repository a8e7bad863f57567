// SPDX-License-Identifier: Apache-2.0

#include "engine/generation.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "engine/actors.h"
#include "policy/snapshot.h"
#include "privet/denial.h"
#include "record/call.h"
#include "record/plan.h"

namespace privet::engine {
namespace {

// Requests that are looked at before the table counts as full.
constexpr std::size_t kProbes = 64;

std::uint64_t Mix(std::uint64_t hash, std::uint64_t value) {
  hash ^= value;
  hash *= 0x9e3779b97f4a7c15u;
  return hash ^ (hash >> 29);
}

std::uint64_t HashOf(const Request& request, const record::Plan& plan) {
  std::uint64_t hash = static_cast<std::uint64_t>(request.operation);
  hash = Mix(hash, request.actor.hash());
  hash = Mix(hash, request.purpose.hash());
  hash = Mix(hash, request.recipient.hash());
  hash = Mix(hash, request.region.hash());
  hash = Mix(hash, request.place.hash());
  return Mix(hash, reinterpret_cast<std::uintptr_t>(&plan));
}

bool Same(const Resolved& resolved, const Request& request,
          const record::Plan& plan) {
  return resolved.plan == &plan &&
         resolved.request.operation == request.operation &&
         resolved.request.actor == request.actor &&
         resolved.request.purpose == request.purpose &&
         resolved.request.recipient == request.recipient &&
         resolved.request.region == request.region &&
         resolved.request.place == request.place;
}

}  // namespace

Generation::Generation(Policy policy,
                       std::shared_ptr<const policy::Snapshot> snapshot,
                       BoundTypes types, const keys::Keyring* keyring,
                       const std::shared_ptr<Store>& vault)
    : policy_(std::move(policy)),
      snapshot_(std::move(snapshot)),
      types_(std::move(types)) {
  if (keyring == nullptr) return;
  classes_ = std::make_unique<seal::ClassTable>(
      vault, [tables = snapshot_.get()](const policy::Period& sealed) {
        return tables->EffectiveKeep(sealed);
      });
  for (const auto& bound : types_.plans()) {
    for (const record::Plan* plan : {bound.get(), bound->residue()}) {
      if (plan == nullptr) continue;
      sealed_[plan] = std::make_unique<SealedType>(*plan, *snapshot_, *keyring,
                                                   vault, classes_.get());
    }
  }
}

SealedType* Generation::Sealed(const record::Plan* plan) const {
  const auto found = sealed_.find(plan);
  return found == sealed_.end() ? nullptr : found->second.get();
}

absl::StatusOr<const Resolved*> Generation::Resolve(
    const Request& request, const record::Plan& plan) const {
  const std::size_t first = HashOf(request, plan) % kSlots;
  for (std::size_t i = 0; i < kProbes; ++i) {
    const Resolved* resolved =
        slots_[(first + i) % kSlots].load(std::memory_order_acquire);
    if (resolved == nullptr) break;
    if (Same(*resolved, request, plan)) return resolved;
  }
  return Make(request, plan, first);
}

absl::StatusOr<const Resolved*> Generation::Make(const Request& request,
                                                 const record::Plan& plan,
                                                 std::size_t first) const {
  PRIVET_ASSIGN_OR_RETURN(
      const policy::Context* context,
      snapshot_->FindContext(request.operation, request.actor, request.purpose,
                             request.recipient, request.region, plan.type()));
  Denial denial = context->Deny();
  denial.record_type = plan.type();
  PRIVET_RETURN_IF_ERROR(CheckActor(snapshot_->policy(), request.actor,
                                    request.place, std::move(denial)));
  base::MutexLock lock(&mutex_);
  for (const auto& made : made_) {
    if (Same(*made, request, plan)) return made.get();
  }
  auto resolved = std::make_unique<Resolved>();
  // The texts of the ids are the caller's; nothing reads them from here.
  resolved->request = request;
  resolved->plan = &plan;
  resolved->context = context;
  resolved->sealed = Sealed(&plan);
  PRIVET_ASSIGN_OR_RETURN(record::CallPlan call,
                          record::CallPlan::Make(plan, *context));
  resolved->call = std::make_unique<record::CallPlan>(std::move(call));
  if (request.operation == policy::Operation::kStore &&
      plan.residue() != nullptr) {
    resolved->sealed_residue = Sealed(plan.residue());
    PRIVET_ASSIGN_OR_RETURN(
        record::CallPlan residue,
        record::CallPlan::ForResidue(*plan.residue(), *context));
    resolved->residue = std::make_unique<record::CallPlan>(std::move(residue));
  }
  made_.push_back(std::move(resolved));
  const Resolved* result = made_.back().get();
  for (std::size_t i = 0; i < kProbes; ++i) {
    const Resolved* expected = nullptr;
    if (slots_[(first + i) % kSlots].compare_exchange_strong(
            expected, result, std::memory_order_release)) {
      break;
    }
  }
  return result;
}

}  // namespace privet::engine
