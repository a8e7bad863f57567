// SPDX-License-Identifier: Apache-2.0

#include "retention/ended.h"

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/status_macros.h"
#include "keys/destroyer.h"
#include "keys/ledger.h"
#include "keys/replay.h"
#include "privet/record_id.h"
#include "privet/store.h"
#include "retention/destroyed.h"
#include "subject/due_rows.h"
#include "subject/forget.h"

namespace privet::retention {
namespace {

// A ledger mark: up to where those who have ended are forgotten.
constexpr char kForgottenKey[] = "forgotten";
constexpr std::size_t kOwners = 1000;  // forgotten at once

struct Stretch {
  std::set<OwnerId> owners;  // of whom keys were destroyed
  keys::LedgerMark end;
  bool is_last = true;
};

absl::StatusOr<Stretch> ReadStretch(keys::Ledger& ledger,
                                    const keys::LedgerMark& from,
                                    const keys::LedgerMark& state) {
  Stretch stretch;
  stretch.end = from;
  absl::Status parsed;
  PRIVET_RETURN_IF_ERROR(ledger.Read(from, [&](const keys::LedgerEntry& entry) {
    if (keys::IsOfState(entry.kind) && entry.mark.number > state.number) {
      return false;
    }
    stretch.is_last = stretch.owners.size() < kOwners;
    if (!stretch.is_last) return false;
    stretch.end = entry.mark;
    const auto kind = static_cast<keys::LedgerKind>(entry.kind);
    if (kind != keys::LedgerKind::kOwnerErased &&
        kind != keys::LedgerKind::kSlotsDestroyed) {
      return true;
    }
    const auto persons = keys::ParsePersons(entry.body);
    parsed = persons.status();
    if (!persons.ok()) return false;
    for (const keys::PersonKeys& person : *persons) {
      stretch.owners.insert(person.owner);
    }
    return true;
  }));
  if (!parsed.ok()) return parsed;
  return stretch;
}

absl::StatusOr<std::vector<OwnerId>> EndedOf(const std::set<OwnerId>& owners,
                                             Store& vault) {
  std::vector<OwnerId> ended;
  for (const OwnerId& owner : owners) {
    PRIVET_ASSIGN_OR_RETURN(const keys::OwnerState state,
                            keys::StateOfOwner(vault, owner));
    if (state == keys::OwnerState::kUnknown) ended.push_back(owner);
  }
  return ended;
}

}  // namespace

absl::Status ForgetEnded(Store& state, Store& vault, keys::Destroyer& destroyer,
                         keys::Ledger& ledger) {
  PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> in_state,
                          state.Read(subject::kStateMarkKey));
  if (!in_state.has_value()) return absl::OkStatus();
  PRIVET_ASSIGN_OR_RETURN(const keys::LedgerMark read,
                          keys::LedgerMark::Parse(*in_state));
  PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> row,
                          state.Read(kForgottenKey));
  std::string upto = row.value_or("");
  PRIVET_ASSIGN_OR_RETURN(keys::LedgerMark from, BeginAt(ledger, upto));
  for (bool more = true; more;) {
    PRIVET_ASSIGN_OR_RETURN(const Stretch stretch,
                            ReadStretch(ledger, from, read));
    // The vault then knows all that was read.
    PRIVET_RETURN_IF_ERROR(destroyer.CatchUp());
    PRIVET_ASSIGN_OR_RETURN(const std::vector<OwnerId> ended,
                            EndedOf(stretch.owners, vault));
    PRIVET_RETURN_IF_ERROR(subject::Forget(state, ended));
    more = !stretch.is_last;
    from = stretch.end;
    if (from.Serialize() == upto) continue;
    upto = from.Serialize();
    PRIVET_RETURN_IF_ERROR(state.Commit({}, {{kForgottenKey, upto}}));
  }
  return absl::OkStatus();
}

}  // namespace privet::retention
