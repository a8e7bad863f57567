// SPDX-License-Identifier: Apache-2.0
//
// The retention classes that records name by number, with their terms under
// one policy.

#ifndef PRIVET_SEAL_CLASS_TABLE_H_
#define PRIVET_SEAL_CLASS_TABLE_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/keep.h"
#include "base/mutex.h"
#include "policy/retention_class.h"
#include "privet/store.h"
#include "seal/class_terms.h"

namespace privet::seal {

// Makes terms of classes at first use, and keeps them as long as it lives: one
// for each policy. Thread-safe; a look-up of a known class does not lock. A
// miss reads the vault.
class ClassTable {
 public:
  // `keep_in_force` is that of the policy: Snapshot::EffectiveKeep(). Both
  // arguments are kept.
  ClassTable(std::shared_ptr<Store> vault,
             std::function<base::Keep(const policy::Period&)> keep_in_force);
  ~ClassTable();
  ClassTable(const ClassTable&) = delete;
  ClassTable& operator=(const ClassTable&) = delete;

  struct Entry {
    policy::RetentionClass retention_class;
    ClassTerms terms;
  };

  // Returns the class of a sealed record. DataLoss if the vault has no row of
  // it, or a malformed one.
  absl::StatusOr<const Entry*> Find(std::uint32_t retention_class);

  // Returns the terms of a class to seal under, once its row and that of its
  // slot are durable in the vault. FailedPrecondition if another class or slot
  // has its number there.
  absl::StatusOr<const Entry*> Remember(
      const policy::RetentionClass& retention_class);

 private:
  struct Node;

  Node* Lookup(std::uint32_t retention_class) const;
  absl::StatusOr<Node*> Insert(const policy::RetentionClass& retention_class);

  const std::shared_ptr<Store> vault_;
  const std::function<base::Keep(const policy::Period&)> keep_in_force_;
  // Chains of nodes that only grow at their heads.
  std::array<std::atomic<Node*>, 256> heads_{};
  base::Mutex mutex_;
  std::vector<std::unique_ptr<Node>> nodes_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace privet::seal

#endif  // PRIVET_SEAL_CLASS_TABLE_H_
