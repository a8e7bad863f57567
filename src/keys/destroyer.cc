// SPDX-License-Identifier: Apache-2.0

#include "keys/destroyer.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/bytes.h"
#include "base/prefix.h"
#include "base/retry.h"
#include "base/status_macros.h"
#include "keys/catalogue.h"
#include "keys/clock_rule.h"
#include "keys/draft.h"
#include "keys/epoch.h"
#include "keys/replay.h"
#include "keys/rows.h"

namespace privet::keys {
namespace {

// Rounds of an erasure: a second one finds what a sealer began between the look
// at the owner's row and the commit that took the owner off; nothing can begin
// after that.
constexpr int kRounds = 8;

absl::StatusOr<std::optional<OwnerRow>> ParseOwner(
    const std::optional<std::string>& row) {
  if (!row.has_value()) return std::nullopt;
  PRIVET_ASSIGN_OR_RETURN(OwnerRow parsed, OwnerRow::Parse(*row));
  return parsed;
}

absl::StatusOr<std::optional<OwnerRow>> ReadOwner(Store& vault,
                                                  const OwnerId& owner) {
  PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> row,
                          vault.Read(OwnerRowName(owner)));
  return ParseOwner(row);
}

absl::StatusOr<std::optional<OwnerRow>> ReadOwner(const OwnerId& owner,
                                                  Draft* draft) {
  PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> row,
                          draft->Read(OwnerRowName(owner)));
  return ParseOwner(row);
}

// Puts deadlines in place of those that the slots have.
void Put(absl::Span<const SlotDeadline> deadlines, const OwnerId& owner,
         OwnerRow* row, Draft* draft) {
  for (const SlotDeadline& deadline : deadlines) {
    std::vector<OwnerRow::Deadline> others;
    for (const OwnerRow::Deadline& each : row->deadlines) {
      if (each.slot != deadline.slot) {
        others.push_back(each);
      } else {
        draft->Set(DeadlineRowName(each.ms, owner, each.slot), std::nullopt);
      }
    }
    if (deadline.dies != absl::InfiniteFuture()) {
      const std::int64_t ms =
          std::max<std::int64_t>(0, absl::ToUnixMillis(deadline.dies));
      others.push_back({deadline.slot, ms});
      draft->Set(DeadlineRowName(ms, owner, deadline.slot), std::string());
    }
    row->deadlines = std::move(others);
  }
  draft->Set(OwnerRowName(owner), row->Serialize());
}

// Returns those that are earlier than what their slots have.
std::vector<SlotDeadline> Earlier(absl::Span<const SlotDeadline> deadlines,
                                  const OwnerRow& row) {
  std::vector<SlotDeadline> earlier;
  for (const SlotDeadline& deadline : deadlines) {
    const bool is_later =
        std::any_of(row.deadlines.begin(), row.deadlines.end(),
                    [&deadline](const OwnerRow::Deadline& has) {
                      return has.slot == deadline.slot &&
                             absl::FromUnixMillis(has.ms) <= deadline.dies;
                    });
    if (!is_later) earlier.push_back(deadline);
  }
  return earlier;
}

absl::Status ChangeRow(
    Store& vault, const OwnerId& owner,
    absl::FunctionRef<void(OwnerRow* row, Draft* draft)> change) {
  return base::RetryAborted([&]() -> absl::Status {
    Draft draft(&vault);
    PRIVET_ASSIGN_OR_RETURN(std::optional<OwnerRow> row,
                            ReadOwner(owner, &draft));
    if (!row.has_value()) {
      return absl::NotFoundError("the vault does not know the owner");
    }
    change(&*row, &draft);
    return draft.Commit();
  });
}

// By the slot's number, not by the word of its row: that is asked for the class
// alone, which a slot has that waits for an event.
absl::StatusOr<bool> IsSpared(Store& vault, const Spared& spared,
                              std::uint32_t slot) {
  if (slot < kFirstNamedSlot) return false;
  PRIVET_ASSIGN_OR_RETURN(const std::optional<SlotKind> row,
                          FindSlot(vault, slot));
  const std::uint32_t retention_class =
      row.has_value() ? row->retention_class : 0;
  return std::any_of(spared.obligations.begin(), spared.obligations.end(),
                     [&](const std::string& obligation) {
                       const auto number = SlotNumber(
                           {kObligationSlot, obligation, retention_class});
                       return number.ok() && *number == slot;
                     });
}

// What is to be done about one owner: nothing if neither `current` nor
// `doomed`.
struct ErasePlan {
  bool current = false;
  PersonKeys doomed;
  std::vector<SlotKey> spared;
};

absl::StatusOr<ErasePlan> PlanErase(Store& vault, const OwnerId& owner,
                                    const Spared& spared) {
  ErasePlan plan;
  plan.doomed.owner = owner;
  PRIVET_ASSIGN_OR_RETURN(const std::optional<OwnerRow> row,
                          ReadOwner(vault, owner));
  if (!row.has_value()) return plan;
  if (row->state == OwnerState::kNobody) {
    return absl::InvalidArgumentError("nobody cannot be erased");
  }
  plan.current = row->state == OwnerState::kCurrent;
  for (const OwnerRow::Slot& slot : row->slots) {
    const SlotKey key{owner, slot.slot, slot.generation};
    PRIVET_ASSIGN_OR_RETURN(const bool lives,
                            IsSpared(vault, spared, slot.slot));
    (lives ? plan.spared : plan.doomed.keys).push_back(key);
  }
  return plan;
}

bool DiesAt(const OwnerRow& row, const DeadlineName& name) {
  return std::any_of(row.deadlines.begin(), row.deadlines.end(),
                     [&name](const OwnerRow::Deadline& deadline) {
                       return deadline.slot == name.slot &&
                              deadline.ms == name.ms;
                     });
}

absl::Status MeetClock(Store& vault, absl::Time now) {
  PRIVET_ASSIGN_OR_RETURN(const std::int64_t highest,
                          NoteTime(vault, absl::ToUnixMillis(now)));
  return CheckClock(absl::ToUnixMillis(now), highest);
}

absl::StatusOr<EpochKeys> DueEpochs(Store& vault, const EpochRule& rule,
                                    absl::Time now) {
  EpochKeys due;
  due.retention_class = rule.retention_class;
  const std::string prefix = EpochRows(rule.retention_class);
  PRIVET_RETURN_IF_ERROR(vault.Scan(
      prefix, base::EndOfPrefix(prefix),
      [&](std::string_view name, std::string_view) {
        const std::uint32_t epoch = EpochOfRow(name);
        if (EpochDies(epoch, rule.at_sealing, rule.effective) <= now) {
          due.epochs.push_back(epoch);
        }
        return true;
      }));
  return due;
}

void AddKey(const SlotKey& key, std::vector<PersonKeys>* persons) {
  for (PersonKeys& person : *persons) {
    if (person.owner == key.owner) return person.keys.push_back(key);
  }
  persons->push_back({key.owner, {key}});
}

// Deletes deadlines of slots that have no key.
absl::Status DropRows(Store& vault, const std::vector<DeadlineName>& names) {
  return base::RetryAborted([&]() -> absl::Status {
    Draft draft(&vault);
    for (const DeadlineName& name : names) {
      const std::string owner_row = OwnerRowName(name.owner);
      PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> bytes,
                              draft.Read(owner_row));
      draft.Set(DeadlineRowName(name.ms, name.owner, name.slot), std::nullopt);
      if (!bytes.has_value()) continue;
      PRIVET_ASSIGN_OR_RETURN(OwnerRow row, OwnerRow::Parse(*bytes));
      // A key that was drawn meanwhile keeps its deadline.
      if (row.Find(name.slot) != nullptr) return absl::AbortedError("");
      auto& all = row.deadlines;
      all.erase(std::remove_if(all.begin(), all.end(),
                               [&](const OwnerRow::Deadline& each) {
                                 return each.slot == name.slot &&
                                        each.ms == name.ms;
                               }),
                all.end());
      draft.Set(owner_row, row.Serialize());
    }
    return draft.empty() ? absl::OkStatus() : draft.Commit();
  });
}

}  // namespace

absl::StatusOr<std::shared_ptr<Destroyer>> Destroyer::Create(
    std::shared_ptr<Store> vault, std::shared_ptr<Ledger> ledger,
    std::shared_ptr<ChangeCounter> counter) {
  if (vault == nullptr || ledger == nullptr) {
    return absl::InvalidArgumentError(
        "keys are destroyed in a vault, and by a ledger: both are needed");
  }
  if (counter == nullptr) counter = ChangeCounter::InMemory();
  std::shared_ptr<Destroyer> destroyer(
      new Destroyer(std::move(vault), std::move(ledger), std::move(counter)));
  PRIVET_RETURN_IF_ERROR(destroyer->CatchUp());
  return destroyer;
}

Destroyer::Destroyer(std::shared_ptr<Store> vault,
                     std::shared_ptr<Ledger> ledger,
                     std::shared_ptr<ChangeCounter> counter)
    : vault_(std::move(vault)),
      ledger_(std::move(ledger)),
      counter_(std::move(counter)) {}

absl::Status Destroyer::CatchUp() {
  return keys::CatchUp(*vault_, *ledger_).status();
}

absl::StatusOr<bool> Destroyer::Scrub() {
  PRIVET_ASSIGN_OR_RETURN(const Store::Scrubbed scrubbed, vault_->Scrub());
  return scrubbed == Store::Scrubbed::kDone;
}

// Ledger, vault, and whoever has the keys in memory, in this order. Without
// items, nothing but the files of the vault is cleaned.
absl::StatusOr<Destroyed> Destroyer::Carry(Destroyed plan, absl::Time now,
                                           absl::Span<const LedgerItem> items) {
  if (!items.empty()) {
    PRIVET_RETURN_IF_ERROR(ledger_->Append(now, items).status());
  }
  PRIVET_ASSIGN_OR_RETURN(plan.mark, keys::CatchUp(*vault_, *ledger_));
  if (!items.empty()) counter_->Bump();
  PRIVET_ASSIGN_OR_RETURN(plan.scrubbed, Scrub());
  return plan;
}

absl::StatusOr<Destroyed> Destroyer::Erase(absl::Span<const OwnerId> owners,
                                           const Spared& spared,
                                           absl::Time now) {
  // What an earlier, interrupted erasure left to do is in the ledger.
  PRIVET_RETURN_IF_ERROR(CatchUp());
  Destroyed done;
  bool any = false;
  for (int round = 0; round < kRounds; ++round) {
    done.spared.clear();
    std::vector<PersonKeys> doomed;
    for (const OwnerId& owner : owners) {
      PRIVET_ASSIGN_OR_RETURN(ErasePlan plan,
                              PlanErase(*vault_, owner, spared));
      done.spared.insert(done.spared.end(), plan.spared.begin(),
                         plan.spared.end());
      if (!plan.current && plan.doomed.keys.empty()) continue;
      done.slots.insert(done.slots.end(), plan.doomed.keys.begin(),
                        plan.doomed.keys.end());
      doomed.push_back(std::move(plan.doomed));
    }
    if (doomed.empty()) break;
    any = true;
    PRIVET_RETURN_IF_ERROR(
        ledger_->Append(now, DestroyedItems(LedgerKind::kOwnerErased, doomed))
            .status());
    PRIVET_RETURN_IF_ERROR(CatchUp());
  }
  if (any) counter_->Bump();
  return Carry(std::move(done), now, {});
}

absl::StatusOr<Destroyed> Destroyer::DestroySlot(const SlotKey& key,
                                                 absl::Time now) {
  PRIVET_RETURN_IF_ERROR(CatchUp());
  PRIVET_ASSIGN_OR_RETURN(const std::optional<OwnerRow> row,
                          ReadOwner(*vault_, key.owner));
  const OwnerRow::Slot* const found =
      row.has_value() ? row->Find(key.slot) : nullptr;
  Destroyed done;
  if (found == nullptr || found->generation != key.generation) {
    return Carry(std::move(done), now, {});
  }
  done.slots.push_back(key);
  return Carry(done, now,
               DestroyedItems(LedgerKind::kSlotsDestroyed,
                              {PersonKeys{key.owner, done.slots}}));
}

absl::StatusOr<Destroyed> Destroyer::DestroyDueEpochs(
    absl::Span<const EpochRule> rules, absl::Time now) {
  PRIVET_RETURN_IF_ERROR(MeetClock(*vault_, now));
  PRIVET_RETURN_IF_ERROR(CatchUp());
  Destroyed done;
  std::vector<EpochKeys> due;
  for (const EpochRule& rule : rules) {
    PRIVET_ASSIGN_OR_RETURN(EpochKeys keys, DueEpochs(*vault_, rule, now));
    done.epochs += keys.epochs.size();
    due.push_back(std::move(keys));
  }
  const std::vector<LedgerItem> items = DestroyedItems(due);
  return Carry(std::move(done), now, items);
}

absl::Status Destroyer::SetDeadlines(const OwnerId& owner,
                                     absl::Span<const SlotDeadline> deadlines) {
  return ChangeRow(*vault_, owner, [&](OwnerRow* row, Draft* draft) {
    Put(deadlines, owner, row, draft);
  });
}

absl::Status Destroyer::BringForward(const OwnerId& owner,
                                     absl::Span<const SlotDeadline> deadlines) {
  return ChangeRow(*vault_, owner, [&](OwnerRow* row, Draft* draft) {
    Put(Earlier(deadlines, *row), owner, row, draft);
  });
}

absl::StatusOr<std::vector<OwnerId>> Destroyer::Unsettled() {
  std::vector<OwnerId> owners;
  PRIVET_RETURN_IF_ERROR(
      vault_->Scan(kUnsettledRows, base::EndOfPrefix(kUnsettledRows),
                   [&](std::string_view name, std::string_view) {
                     const auto owner = OwnerId::FromBytes(name.substr(1));
                     if (owner.ok()) owners.push_back(*owner);
                     return true;
                   }));
  return owners;
}

absl::Status Destroyer::Settle(
    const OwnerId& owner,
    absl::FunctionRef<absl::StatusOr<std::vector<SlotDeadline>>()> work_out) {
  const std::string name = UnsettledRowName(owner);
  return base::RetryAborted([&]() -> absl::Status {
    Draft draft(vault_.get());
    PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> unsettled,
                            draft.Read(name));
    if (!unsettled.has_value()) return absl::OkStatus();
    PRIVET_ASSIGN_OR_RETURN(std::optional<OwnerRow> row,
                            ReadOwner(owner, &draft));
    if (row.has_value()) {
      PRIVET_ASSIGN_OR_RETURN(const std::vector<SlotDeadline> deadlines,
                              work_out());
      Put(deadlines, owner, &*row, &draft);
    }
    draft.Set(name, std::nullopt);
    return draft.Commit();
  });
}

absl::StatusOr<Destroyed> Destroyer::DestroyDueSlots(absl::Time now,
                                                     std::size_t limit) {
  PRIVET_RETURN_IF_ERROR(MeetClock(*vault_, now));
  PRIVET_RETURN_IF_ERROR(CatchUp());
  PRIVET_ASSIGN_OR_RETURN(const std::vector<OwnerId> unsettled, Unsettled());
  const absl::flat_hash_set<OwnerId> waiting(unsettled.begin(),
                                             unsettled.end());
  Destroyed done;
  std::vector<DeadlineName> due;
  absl::Status malformed;
  PRIVET_RETURN_IF_ERROR(
      vault_->Scan(EndOfDeadlines(-1), EndOfDeadlines(absl::ToUnixMillis(now)),
                   [&](std::string_view name, std::string_view) {
                     auto parsed = ParseDeadlineRow(name);
                     malformed.Update(parsed.status());
                     if (parsed.ok() && waiting.contains(parsed->owner)) {
                       done.waits = true;
                     } else if (parsed.ok()) {
                       due.push_back(*parsed);
                     }
                     return malformed.ok() && due.size() < limit;
                   }));
  PRIVET_RETURN_IF_ERROR(malformed);
  std::vector<PersonKeys> doomed;
  std::vector<DeadlineName> without_key;
  for (const DeadlineName& name : due) {
    PRIVET_ASSIGN_OR_RETURN(const std::optional<OwnerRow> row,
                            ReadOwner(*vault_, name.owner));
    const OwnerRow::Slot* const slot =
        row.has_value() ? row->Find(name.slot) : nullptr;
    if (slot == nullptr) {
      without_key.push_back(name);
      continue;
    }
    if (!DiesAt(*row, name)) continue;  // it was put off meanwhile
    const SlotKey key{name.owner, name.slot, slot->generation};
    AddKey(key, &doomed);
    done.slots.push_back(key);
  }
  PRIVET_RETURN_IF_ERROR(DropRows(*vault_, without_key));
  return Carry(std::move(done), now,
               DestroyedItems(LedgerKind::kSlotsDestroyed, doomed));
}

absl::StatusOr<OwnerState> StateOfOwner(Store& vault, const OwnerId& owner) {
  PRIVET_ASSIGN_OR_RETURN(const std::optional<OwnerRow> row,
                          ReadOwner(vault, owner));
  return row.has_value() ? row->state : OwnerState::kUnknown;
}

absl::StatusOr<std::vector<SlotDeadline>> DeadlinesOfOwner(
    Store& vault, const OwnerId& owner) {
  PRIVET_ASSIGN_OR_RETURN(const std::optional<OwnerRow> row,
                          ReadOwner(vault, owner));
  std::vector<SlotDeadline> deadlines;
  if (!row.has_value()) return deadlines;
  for (const OwnerRow::Deadline& deadline : row->deadlines) {
    deadlines.push_back({deadline.slot, absl::FromUnixMillis(deadline.ms)});
  }
  return deadlines;
}

absl::StatusOr<std::vector<SlotKey>> SlotsOfOwner(Store& vault,
                                                  const OwnerId& owner) {
  PRIVET_ASSIGN_OR_RETURN(const std::optional<OwnerRow> row,
                          ReadOwner(vault, owner));
  std::vector<SlotKey> keys;
  if (!row.has_value()) return keys;
  for (const OwnerRow::Slot& slot : row->slots) {
    keys.push_back({owner, slot.slot, slot.generation});
  }
  return keys;
}

}  // namespace privet::keys
