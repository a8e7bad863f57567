// SPDX-License-Identifier: Apache-2.0
//
// The contexts of a snapshot: made at first use, kept, found without a lock.

#ifndef PRIVET_POLICY_CONTEXTS_H_
#define PRIVET_POLICY_CONTEXTS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string_view>
#include <tuple>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "policy/column.h"
#include "policy/context.h"
#include "policy/model.h"
#include "policy/request.h"
#include "privet/id.h"

namespace privet::policy {

class Contexts {
 public:
  explicit Contexts(Model* model);
  ~Contexts();

  absl::StatusOr<const Context*> Find(Operation operation, ActorId actor,
                                      PurposeId purpose, RecipientId recipient,
                                      RegionId region,
                                      std::string_view record_type);

  const Model& model() const { return *model_; }

  // The lock under which columns and the forms of the model grow.
  base::Mutex* lock() { return &lock_; }

  // Returns the column of a request, made at first use. An error is kept as
  // well: no call makes a column again that cannot be made.
  absl::StatusOr<const Column*> ColumnOf(const Request& request)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(lock_);

 private:
  // An open-addressed table that is never more than half full.
  struct Table {
    explicit Table(std::size_t size) : slots(size) {}
    std::vector<std::atomic<const Context*>> slots;
  };
  static std::size_t HashOf(const ContextKey& key);
  static const Context* Look(const Table& table, const ContextKey& key);
  static void Put(const Context* context, Table* table);

  absl::StatusOr<ContextKey> KeyOf(Operation operation, ActorId actor,
                                   PurposeId purpose, RecipientId recipient,
                                   RegionId region,
                                   std::string_view record_type) const;
  absl::StatusOr<std::uint32_t> RegionOf(RegionId region) const;
  // Returns the number of a record type that the actor may store, or kNone.
  std::uint32_t StoredType(std::uint32_t actor,
                           std::string_view record_type) const;
  absl::StatusOr<const Context*> Make(const ContextKey& key)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(lock_);

  using ColumnKey = std::tuple<Operation, std::uint32_t, std::uint32_t,
                               std::uint32_t, std::uint32_t>;

  Model* const model_;
  std::vector<std::string_view> stored_types_;
  absl::flat_hash_map<std::string_view, std::uint32_t> stored_type_index_;
  absl::flat_hash_map<std::uint64_t, std::uint32_t> region_by_hash_;

  std::atomic<const Table*> table_;
  base::Mutex lock_;
  std::vector<std::unique_ptr<Table>> tables_ ABSL_GUARDED_BY(lock_);
  std::vector<std::unique_ptr<const Context>> contexts_ ABSL_GUARDED_BY(lock_);
  std::map<ColumnKey, absl::StatusOr<std::unique_ptr<const Column>>> columns_
      ABSL_GUARDED_BY(lock_);
};

}  // namespace privet::policy

#endif  // PRIVET_POLICY_CONTEXTS_H_
