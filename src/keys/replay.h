// SPDX-License-Identifier: Apache-2.0
//
// Makes a vault hold what its ledger says: the only way in which keys are
// destroyed, also by the process that decides it.

#ifndef PRIVET_KEYS_REPLAY_H_
#define PRIVET_KEYS_REPLAY_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "keys/destroyer.h"
#include "keys/ledger.h"
#include "privet/record_id.h"
#include "privet/store.h"

namespace privet::keys {

// What entries of the kinds of the vault name.
struct PersonKeys {
  OwnerId owner;
  std::vector<SlotKey> keys;
};
struct EpochKeys {
  std::uint32_t retention_class = 0;
  std::vector<std::uint32_t> epochs;
};

// Returns entries that name all of them, as many as they need.
std::vector<LedgerItem> DestroyedItems(LedgerKind kind,
                                       absl::Span<const PersonKeys> persons);
std::vector<LedgerItem> DestroyedItems(absl::Span<const EpochKeys> classes);

// Reads them back; DataLoss if a body is malformed.
absl::StatusOr<std::vector<PersonKeys>> ParsePersons(std::string_view body);
absl::StatusOr<EpochKeys> ParseEpochs(std::string_view body);

// Returns how much of the ledger the vault holds. FailedPrecondition if it was
// never opened by an engine.
absl::StatusOr<LedgerMark> MarkOf(Store& vault);

// Applies to the vault every entry that it lacks, in order, each commit under
// the condition that the vault holds what it held: two at once do no harm. It
// copies names and decides nothing. Returns how far the vault is then.
//
// FailedPrecondition as Ledger::Read() returns it.
absl::StatusOr<LedgerMark> CatchUp(Store& vault, Ledger& ledger);

}  // namespace privet::keys

#endif  // PRIVET_KEYS_REPLAY_H_
