// SPDX-License-Identifier: Apache-2.0

#include "engine/settle.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/prefix.h"
#include "base/status_macros.h"
#include "engine/core.h"
#include "engine/deadlines.h"
#include "engine/ground.h"
#include "keys/destroyer.h"
#include "privet/record_id.h"
#include "privet/store.h"
#include "subject/due_rows.h"
#include "subject/state_store.h"

namespace privet::engine {
namespace {

// Adds the deletion of rows that events left which did not happen after all:
// found by a walk, which a replay is rare enough for.
absl::Status DropStale(Store& state, const OwnerId& owner,
                       std::vector<Store::Write>* writes) {
  std::vector<std::string> stale;
  PRIVET_RETURN_IF_ERROR(state.Scan(
      subject::kEventDuePrefix, base::EndOfPrefix(subject::kEventDuePrefix),
      [&](std::string_view key, std::string_view) {
        const auto due = subject::ParseEventDue(key);
        if (due.has_value() && due->owner == owner) {
          stale.emplace_back(key);
        }
        return true;
      }));
  for (std::string& key : stale) {
    const auto same = [&key](const Store::Write& write) {
      return write.key == key;
    };
    if (std::none_of(writes->begin(), writes->end(), same)) {
      writes->push_back({std::move(key), std::nullopt});
    }
  }
  return absl::OkStatus();
}

// What erasing left of a person has no state by which to settle it.
absl::StatusOr<bool> IsCurrent(const Core& core, const OwnerId& owner) {
  PRIVET_ASSIGN_OR_RETURN(const keys::OwnerState state,
                          keys::StateOfOwner(*core.options().vault, owner));
  return state == keys::OwnerState::kCurrent;
}

absl::Status SettleInVault(const Core& core, const OwnerId& owner) {
  return core.destroyer()->Settle(
      owner, [&]() -> absl::StatusOr<std::vector<keys::SlotDeadline>> {
        PRIVET_ASSIGN_OR_RETURN(const bool current, IsCurrent(core, owner));
        if (!current) return std::vector<keys::SlotDeadline>();
        // What the vault has read in the ledger, the state has to know.
        PRIVET_RETURN_IF_ERROR(core.state()->CatchUp());
        PRIVET_ASSIGN_OR_RETURN(const subject::Said said,
                                core.state()->Read(owner));
        return DeadlinesOf(core, owner, said);
      });
}

absl::Status SettleInState(const Core& core, const OwnerId& owner) {
  return core.state()->Settle(
      owner,
      [&](const subject::Said& said)
          -> absl::StatusOr<std::vector<Store::Write>> {
        PRIVET_ASSIGN_OR_RETURN(const bool current, IsCurrent(core, owner));
        if (!current) return std::vector<Store::Write>();
        PRIVET_ASSIGN_OR_RETURN(std::vector<Store::Write> writes,
                                DueRowsOf(core, owner, said));
        PRIVET_RETURN_IF_ERROR(
            DropStale(*core.options().state, owner, &writes));
        PRIVET_ASSIGN_OR_RETURN(
            std::vector<Store::Write> lost,
            GroundTaken(core.generation(), *core.options().vault, owner, said));
        std::move(lost.begin(), lost.end(), std::back_inserter(writes));
        return writes;
      });
}

using SettleOne = absl::Status (*)(const Core& core, const OwnerId& owner);

absl::Status SettleEach(const Core& core, const std::vector<OwnerId>& owners,
                        SettleOne settle) {
  for (const OwnerId& owner : owners) {
    const absl::Status status = settle(core, owner);
    if (!status.ok() && !absl::IsDataLoss(status)) return status;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Settle(const Core& core) {
  PRIVET_ASSIGN_OR_RETURN(const std::vector<OwnerId> in_vault,
                          core.destroyer()->Unsettled());
  PRIVET_RETURN_IF_ERROR(SettleEach(core, in_vault, SettleInVault));
  PRIVET_ASSIGN_OR_RETURN(const std::vector<OwnerId> in_state,
                          core.state()->Unsettled());
  return SettleEach(core, in_state, SettleInState);
}

}  // namespace privet::engine
