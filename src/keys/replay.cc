// SPDX-License-Identifier: Apache-2.0

#include "keys/replay.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/bytes.h"
#include "base/retry.h"
#include "base/status_macros.h"
#include "keys/draft.h"
#include "keys/rows.h"

namespace privet::keys {
namespace {

constexpr std::size_t kEntriesOfCommit = 256;
constexpr std::size_t kSlotSize = 8;
constexpr std::size_t kPersonSize = 16 + 2;

struct OwnEntry {
  std::uint64_t number = 0;
  std::uint8_t kind = 0;
  std::string body;
};

std::string EntryNumber(std::uint64_t number) {
  std::string row;
  base::AppendInt(&row, number);
  return row;
}

// Takes an owner off the look-up row of his host's id, or, while a slot lives,
// lists him as erased.
absl::Status TakeOffLookUp(const OwnerId& owner, const OwnerRow& row,
                           Draft* draft) {
  const std::string name =
      LookUpRowName({row.look_up.data(), row.look_up.size()});
  PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> bytes,
                          draft->Read(name));
  if (!bytes.has_value()) return absl::OkStatus();
  PRIVET_ASSIGN_OR_RETURN(LookUpRow look_up, LookUpRow::Parse(*bytes));
  auto& entries = look_up.entries;
  const auto entry = std::find_if(
      entries.begin(), entries.end(),
      [&](const LookUpRow::Entry& each) { return each.owner == owner; });
  if (entry == entries.end()) return absl::OkStatus();
  if (row.slots.empty()) {
    entries.erase(entry);
  } else {
    entry->current = false;
  }
  draft->Set(name, entries.empty()
                       ? std::nullopt
                       : std::optional<std::string>(look_up.Serialize()));
  return absl::OkStatus();
}

void DropDeadlines(const OwnerId& owner, OwnerRow* row, Draft* draft,
                   absl::FunctionRef<bool(std::uint32_t slot)> drop) {
  auto& all = row->deadlines;
  const auto kept = std::stable_partition(
      all.begin(), all.end(),
      [&](const OwnerRow::Deadline& each) { return !drop(each.slot); });
  for (auto at = kept; at != all.end(); ++at) {
    draft->Set(DeadlineRowName(at->ms, owner, at->slot), std::nullopt);
  }
  all.erase(kept, all.end());
}

bool Names(const PersonKeys& person, std::uint32_t slot) {
  return std::any_of(person.keys.begin(), person.keys.end(),
                     [&](const SlotKey& key) { return key.slot == slot; });
}

// Brings the owner's row, the look-up row and the deadlines in line with keys
// that were destroyed.
absl::Status SettleOwner(const PersonKeys& person, bool erased, Draft* draft) {
  const std::string name = OwnerRowName(person.owner);
  PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> bytes,
                          draft->Read(name));
  if (!bytes.has_value()) return absl::OkStatus();
  PRIVET_ASSIGN_OR_RETURN(OwnerRow row, OwnerRow::Parse(*bytes));
  auto& slots = row.slots;
  slots.erase(std::remove_if(
                  slots.begin(), slots.end(),
                  [&](const OwnerRow::Slot& slot) {
                    const SlotKey key{person.owner, slot.slot, slot.generation};
                    return std::find(person.keys.begin(), person.keys.end(),
                                     key) != person.keys.end();
                  }),
              slots.end());
  if (erased && row.state == OwnerState::kCurrent) {
    row.state = OwnerState::kErased;
  }
  const bool ends = row.state == OwnerState::kErased && slots.empty();
  DropDeadlines(person.owner, &row, draft, [&](std::uint32_t slot) {
    return ends || Names(person, slot);
  });
  if (row.state == OwnerState::kErased) {
    PRIVET_RETURN_IF_ERROR(TakeOffLookUp(person.owner, row, draft));
  }
  draft->Set(name,
             ends ? std::nullopt : std::optional<std::string>(row.Serialize()));
  if (ends) draft->Set(UnsettledRowName(person.owner), std::nullopt);
  return absl::OkStatus();
}

absl::Status ApplyPersons(const OwnEntry& entry, Draft* draft) {
  PRIVET_ASSIGN_OR_RETURN(const std::vector<PersonKeys> persons,
                          ParsePersons(entry.body));
  const bool erased =
      entry.kind == static_cast<std::uint8_t>(LedgerKind::kOwnerErased);
  for (const PersonKeys& person : persons) {
    for (const SlotKey& key : person.keys) {
      const std::string name = SubjectKeyName(key);
      draft->Set(KeyRow(KeyKind::kSubject, name), std::nullopt);
      draft->Set(GoneRow(KeyKind::kSubject, name), EntryNumber(entry.number));
    }
    PRIVET_RETURN_IF_ERROR(SettleOwner(person, erased, draft));
  }
  return absl::OkStatus();
}

absl::Status ApplyEpochs(const OwnEntry& entry, Draft* draft) {
  PRIVET_ASSIGN_OR_RETURN(const EpochKeys keys, ParseEpochs(entry.body));
  for (const std::uint32_t epoch : keys.epochs) {
    const std::string name = EpochKeyName(keys.retention_class, epoch);
    draft->Set(KeyRow(KeyKind::kEpoch, name), std::nullopt);
    draft->Set(GoneRow(KeyKind::kEpoch, name), EntryNumber(entry.number));
  }
  return absl::OkStatus();
}

// Which deadlines the person has now hangs on the state, which a vault cannot
// read.
absl::Status ApplyPeriods(const OwnEntry& entry, Draft* draft) {
  const auto owner =
      OwnerId::FromBytes(std::string_view(entry.body).substr(0, 16));
  if (!owner.ok()) {
    return absl::DataLossError("a ledger entry about a person is malformed");
  }
  PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> row,
                          draft->Read(OwnerRowName(*owner)));
  if (row.has_value()) {
    draft->Set(UnsettledRowName(*owner), EntryNumber(entry.number));
  }
  return absl::OkStatus();
}

absl::Status Apply(const OwnEntry& entry, Draft* draft) {
  if (entry.kind == kPeriodsKind) return ApplyPeriods(entry, draft);
  switch (static_cast<LedgerKind>(entry.kind)) {
    case LedgerKind::kSlotsDestroyed:
    case LedgerKind::kOwnerErased:
      return ApplyPersons(entry, draft);
    case LedgerKind::kEpochsDestroyed:
      return ApplyEpochs(entry, draft);
  }
  // Something was taken away that this library does not know how to take.
  return absl::FailedPreconditionError(
      "the ledger holds an entry of a kind that this version does not know; "
      "use "
      "the newest version that has used it");
}

// One step: at most kEntriesOfCommit entries after the vault's mark. Sets
// `mark` to where the vault is then, and `more` if there may be others.
absl::Status Step(Store& vault, Ledger& ledger, LedgerMark* mark, bool* more) {
  Draft draft(&vault);
  PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> row,
                          draft.Read(kLedgerRow));
  if (!row.has_value()) return MarkOf(vault).status();
  PRIVET_ASSIGN_OR_RETURN(const LedgerMark before, LedgerMark::Parse(*row));
  *mark = before;
  *more = false;
  std::vector<OwnEntry> entries;
  PRIVET_RETURN_IF_ERROR(ledger.Read(before, [&](const LedgerEntry& entry) {
    *more = entries.size() == kEntriesOfCommit;
    if (*more) return false;
    *mark = entry.mark;
    if (IsOfVault(entry.kind)) {
      entries.push_back(
          {entry.mark.number, entry.kind, std::string(entry.body)});
    }
    return true;
  }));
  if (*mark == before) return absl::OkStatus();
  for (const OwnEntry& entry : entries) {
    PRIVET_RETURN_IF_ERROR(Apply(entry, &draft));
  }
  draft.Set(kLedgerRow, mark->Serialize());
  return draft.Commit();
}

}  // namespace

std::vector<LedgerItem> DestroyedItems(LedgerKind kind,
                                       absl::Span<const PersonKeys> persons) {
  std::vector<LedgerItem> items;
  for (const PersonKeys& person : persons) {
    std::string part(person.owner.view());
    base::AppendInt(&part, static_cast<std::uint16_t>(person.keys.size()));
    for (const SlotKey& key : person.keys) {
      base::AppendInt(&part, key.slot);
      base::AppendInt(&part, key.generation);
    }
    if (items.empty() ||
        items.back().body.size() + part.size() > Ledger::kMaxBody) {
      items.push_back({static_cast<std::uint8_t>(kind), ""});
    }
    items.back().body += part;
  }
  return items;
}

std::vector<LedgerItem> DestroyedItems(absl::Span<const EpochKeys> classes) {
  std::vector<LedgerItem> items;
  for (const EpochKeys& keys : classes) {
    for (std::size_t i = 0; i < keys.epochs.size(); ++i) {
      if (i % (Ledger::kMaxBody / 4 - 1) == 0) {
        items.push_back(
            {static_cast<std::uint8_t>(LedgerKind::kEpochsDestroyed), ""});
        base::AppendInt(&items.back().body, keys.retention_class);
      }
      base::AppendInt(&items.back().body, keys.epochs[i]);
    }
  }
  return items;
}

absl::StatusOr<std::vector<PersonKeys>> ParsePersons(std::string_view body) {
  base::ByteReader reader(body);
  std::vector<PersonKeys> persons;
  while (reader.ok() && !reader.AtEnd()) {
    PersonKeys person;
    const std::string_view owner = reader.Take(person.owner.bytes.size());
    const auto count = reader.Int<std::uint16_t>();
    if (reader.ok()) {
      std::memcpy(person.owner.bytes.data(), owner.data(), owner.size());
    }
    for (int i = 0; i < count && reader.ok(); ++i) {
      const auto slot = reader.Int<std::uint32_t>();
      person.keys.push_back({person.owner, slot, reader.Int<std::uint32_t>()});
    }
    persons.push_back(std::move(person));
  }
  static_assert(kPersonSize + kSlotSize < Ledger::kMaxBody);
  if (!reader.ok()) {
    return absl::DataLossError("a ledger entry about keys is malformed");
  }
  return persons;
}

absl::StatusOr<EpochKeys> ParseEpochs(std::string_view body) {
  base::ByteReader reader(body);
  EpochKeys keys;
  keys.retention_class = reader.Int<std::uint32_t>();
  while (reader.ok() && !reader.AtEnd()) {
    keys.epochs.push_back(reader.Int<std::uint32_t>());
  }
  if (!reader.ok()) {
    return absl::DataLossError("a ledger entry about epochs is malformed");
  }
  return keys;
}

absl::StatusOr<LedgerMark> MarkOf(Store& vault) {
  PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> row,
                          vault.Read(kLedgerRow));
  if (row.has_value()) return LedgerMark::Parse(*row);
  return absl::FailedPreconditionError(
      "the vault is empty; open it with an engine first, or restore it");
}

absl::StatusOr<LedgerMark> CatchUp(Store& vault, Ledger& ledger) {
  LedgerMark mark;
  for (bool more = true; more;) {
    PRIVET_RETURN_IF_ERROR(base::RetryAborted(
        [&]() -> absl::Status { return Step(vault, ledger, &mark, &more); }));
  }
  return mark;
}

}  // namespace privet::keys
