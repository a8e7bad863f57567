// SPDX-License-Identifier: Apache-2.0
//
// A bound record type as its records are sealed: names, layout and retention
// classes, once their rows in the vault are durable.

#ifndef PRIVET_ENGINE_SEALED_TYPE_H_
#define PRIVET_ENGINE_SEALED_TYPE_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "base/sealed_header.h"
#include "keys/keyring.h"
#include "policy/snapshot.h"
#include "privet/store.h"
#include "record/cells.h"
#include "record/plan.h"
#include "seal/class_table.h"
#include "seal/class_terms.h"
#include "seal/sealer.h"

namespace privet::engine {

// How one compartment is sealed for people of one region.
struct SealedCompartment {
  const seal::ClassTerms* terms = nullptr;  // null: public, or not storable
  bool storable = false;  // false: no retention covers it for such a person
};
using SealedLayout = std::vector<SealedCompartment>;

class SealedType {
 public:
  SealedType(const record::Plan& plan, const policy::Snapshot& snapshot,
             const keys::Keyring& keyring, std::shared_ptr<Store> vault,
             seal::ClassTable* classes);
  ~SealedType();
  SealedType(const SealedType&) = delete;
  SealedType& operator=(const SealedType&) = delete;

  const record::Plan& plan() const { return plan_; }
  const seal::TypeName& name() const { return name_; }
  seal::ClassTable& classes() const { return *classes_; }

  // Returns the layout for people of `region`, by plan().compartments(). The
  // first call for a region writes the rows of layout and classes; later ones
  // do not lock.
  absl::StatusOr<const SealedLayout*> LayoutFor(policy::RegionClass region);

  // Returns the cells of compartment `id`, of this layout or an older one:
  // then the vault is asked, once. DataLoss if it has no row of it.
  absl::StatusOr<record::CellSet> CellsOf(std::uint32_t id);

 private:
  absl::StatusOr<std::unique_ptr<const SealedLayout>> Make(
      policy::RegionClass region);
  absl::Status RememberCompartments();

  const record::Plan& plan_;
  const policy::Snapshot& snapshot_;
  const std::shared_ptr<Store> vault_;
  seal::ClassTable* const classes_;
  const std::string policy_name_;
  const seal::TypeName name_;

  std::vector<std::atomic<const SealedLayout*>> layouts_;  // by region class
  base::Mutex mutex_;
  std::vector<std::unique_ptr<const SealedLayout>> made_
      ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::uint32_t, record::CellSet> older_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace privet::engine

#endif  // PRIVET_ENGINE_SEALED_TYPE_H_
