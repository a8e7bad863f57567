// SPDX-License-Identifier: Apache-2.0

#include "keys/taken.h"

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/status_macros.h"
#include "keys/replay.h"

namespace privet::keys {

absl::Status Taken::Add(const LedgerEntry& entry) {
  if (entry.kind >= kFirstStateKind) return absl::OkStatus();
  last_ = entry.mark.number;
  if (entry.kind == static_cast<std::uint8_t>(LedgerKind::kEpochsDestroyed)) {
    PRIVET_ASSIGN_OR_RETURN(const EpochKeys keys, ParseEpochs(entry.body));
    for (const std::uint32_t epoch : keys.epochs) {
      epochs_.emplace(keys.retention_class, epoch);
    }
    return absl::OkStatus();
  }
  PRIVET_ASSIGN_OR_RETURN(const std::vector<PersonKeys> persons,
                          ParsePersons(entry.body));
  const bool erased =
      entry.kind == static_cast<std::uint8_t>(LedgerKind::kOwnerErased);
  for (const PersonKeys& person : persons) {
    for (const SlotKey& key : person.keys) {
      // Of every generation: what sealing has cached names none.
      slots_.emplace(person.owner, key.slot);
    }
    if (erased) erased_.push_back(person.owner);
  }
  return absl::OkStatus();
}

bool Taken::Names(const CacheName& name) const {
  return slots_.contains({name.owner(), name.slot()}) ||
         epochs_.contains({name.retention_class(), name.epoch()});
}

}  // namespace privet::keys
