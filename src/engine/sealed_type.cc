// SPDX-License-Identifier: Apache-2.0

#include "engine/sealed_type.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "keys/catalogue.h"
#include "keys/keyring.h"
#include "policy/retention_class.h"
#include "policy/snapshot.h"
#include "privet/store.h"
#include "record/cells.h"
#include "record/plan.h"
#include "seal/class_table.h"
#include "seal/sealer.h"

namespace privet::engine {

SealedType::SealedType(const record::Plan& plan,
                       const policy::Snapshot& snapshot,
                       const keys::Keyring& keyring,
                       std::shared_ptr<Store> vault, seal::ClassTable* classes)
    : plan_(plan),
      snapshot_(snapshot),
      vault_(std::move(vault)),
      classes_(classes),
      policy_name_(snapshot.OldestName(policy::Sealed::kPolicy, {})),
      name_(seal::TypeName::Make(keyring, policy_name_, plan.sealed_type())),
      layouts_(snapshot.region_class_count()) {}

SealedType::~SealedType() = default;

absl::StatusOr<const SealedLayout*> SealedType::LayoutFor(
    policy::RegionClass region) {
  if (region >= layouts_.size()) region = policy::kUnknownRegion;
  std::atomic<const SealedLayout*>& slot = layouts_[region];
  const SealedLayout* layout = slot.load(std::memory_order_acquire);
  if (layout != nullptr) return layout;
  PRIVET_ASSIGN_OR_RETURN(std::unique_ptr<const SealedLayout> made,
                          Make(region));
  base::MutexLock lock(&mutex_);
  made_.push_back(std::move(made));
  layout = made_.back().get();
  slot.store(layout, std::memory_order_release);
  return layout;
}

absl::StatusOr<std::unique_ptr<const SealedLayout>> SealedType::Make(
    policy::RegionClass region) {
  PRIVET_RETURN_IF_ERROR(RememberCompartments());
  auto layout = std::make_unique<SealedLayout>();
  for (const record::Compartment& compartment : plan_.compartments()) {
    SealedCompartment sealed;
    if (compartment.is_public) {
      sealed.storable = true;
    } else {
      auto found = snapshot_.ClassOf(compartment.categories, region);
      if (found.ok()) {
        PRIVET_ASSIGN_OR_RETURN(const seal::ClassTable::Entry* entry,
                                classes_->Remember(**found));
        sealed.terms = &entry->terms;
        sealed.storable = true;
      } else if (!absl::IsFailedPrecondition(found.status())) {
        return found.status();
      }
    }
    layout->push_back(sealed);
  }
  return std::unique_ptr<const SealedLayout>(std::move(layout));
}

absl::Status SealedType::RememberCompartments() {
  // A residue's type is named by its parent's.
  const std::string& type = plan_.sealed_type();
  PRIVET_RETURN_IF_ERROR(keys::RememberNames(
      *vault_,
      {{keys::NameKind::kPolicy, policy_name_},
       {keys::NameKind::kRecordType, type.substr(0, type.find('#'))}}));
  for (std::size_t i = 0; i < plan_.compartments().size(); ++i) {
    const std::string row = plan_.CatalogueRow(i);
    PRIVET_ASSIGN_OR_RETURN(
        const std::string there,
        keys::RememberCompartment(*vault_, name_.number,
                                  plan_.compartments()[i].id, row));
    if (there != row) {
      return absl::FailedPreconditionError(absl::StrCat(
          "record type `", plan_.type(),
          "`: a compartment has the number of another layout in the vault; "
          "give one of its fields another number"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<record::CellSet> SealedType::CellsOf(std::uint32_t id) {
  const int known = plan_.FindCompartment(id);
  if (known >= 0) {
    return plan_.compartments()[static_cast<std::size_t>(known)].cells;
  }
  {
    base::MutexLock lock(&mutex_);
    const auto found = older_.find(id);
    if (found != older_.end()) return found->second;
  }
  PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> row,
                          keys::FindCompartment(*vault_, name_.number, id));
  if (!row.has_value()) {
    return absl::DataLossError(absl::StrCat(
        "a record of type `", plan_.type(),
        "` has a compartment that the vault does not know: the vault is not "
        "the one that it was sealed with"));
  }
  PRIVET_ASSIGN_OR_RETURN(const record::CellSet cells, plan_.CellsOf(*row));
  base::MutexLock lock(&mutex_);
  older_[id] = cells;
  return cells;
}

}  // namespace privet::engine
