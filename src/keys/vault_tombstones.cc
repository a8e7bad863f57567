// SPDX-License-Identifier: Apache-2.0

#include "keys/vault_tombstones.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "keys/catalogue.h"
#include "keys/rows.h"
#include "policy/retention_class.h"

namespace privet::keys {
namespace {

using Fate = store::Tombstones::Fate;

// `row` of an unknown owner has no slot.
Fate FateOf(const OwnerRow& row, const store::SubjectKeyName& key) {
  const OwnerRow::Slot* const slot = row.Find(key.slot);
  if (slot == nullptr || slot->generation != key.generation) return Fate::kGone;
  return row.state == OwnerState::kErased ? Fate::kErased : Fate::kLives;
}

class VaultTombstones final : public store::Tombstones {
 public:
  explicit VaultTombstones(std::shared_ptr<Store> vault)
      : vault_(std::move(vault)) {}

  absl::StatusOr<std::vector<Fate>> FatesOf(
      absl::Span<const store::SubjectKeyName> keys) override {
    absl::flat_hash_map<OwnerId, OwnerRow> owners;
    std::vector<Fate> fates;
    for (const store::SubjectKeyName& key : keys) {
      auto found = owners.find(key.owner);
      if (found == owners.end()) {
        PRIVET_ASSIGN_OR_RETURN(OwnerRow row, ReadOwner(key.owner));
        found = owners.emplace(key.owner, std::move(row)).first;
      }
      fates.push_back(FateOf(found->second, key));
    }
    return fates;
  }

  absl::StatusOr<std::optional<absl::Duration>> LongestKeep(
      std::uint32_t retention_class) override {
    PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> row,
                            FindClass(*vault_, retention_class));
    if (!row.has_value()) return std::nullopt;
    PRIVET_ASSIGN_OR_RETURN(const policy::RetentionClass parsed,
                            policy::RetentionClass::Parse(*row));
    absl::Duration longest;
    for (const policy::Period& period : parsed.periods) {
      if (!period.after.empty()) return std::nullopt;
      longest = std::max(longest, period.keep.Longest());
    }
    return longest;
  }

 private:
  absl::StatusOr<OwnerRow> ReadOwner(const OwnerId& owner) {
    PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> bytes,
                            vault_->Read(OwnerRowName(owner)));
    if (!bytes.has_value()) return OwnerRow{};
    return OwnerRow::Parse(*bytes);
  }

  const std::shared_ptr<Store> vault_;
};

}  // namespace

std::shared_ptr<store::Tombstones> TombstonesOf(std::shared_ptr<Store> vault) {
  return std::make_shared<VaultTombstones>(std::move(vault));
}

}  // namespace privet::keys
