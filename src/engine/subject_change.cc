// SPDX-License-Identifier: Apache-2.0

#include "engine/subject_change.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "base/retry.h"
#include "base/status_macros.h"
#include "engine/core.h"
#include "engine/deadlines.h"
#include "engine/ground.h"
#include "engine/sealing.h"
#include "engine/settle.h"
#include "keys/destroyer.h"
#include "keys/keyring.h"
#include "policy/snapshot.h"
#include "privet/id.h"
#include "privet/record_id.h"
#include "privet/store.h"
#include "privet/subject.h"
#include "privet/v1/policy.pb.h"
#include "subject/people.h"
#include "subject/state_row.h"
#include "subject/state_store.h"

namespace privet::engine {
namespace {

// The change, with the rows that follow from it.
absl::StatusOr<subject::Change> Complete(const Core& core, const OwnerId& owner,
                                         const Edit& edit,
                                         const subject::Said& before,
                                         DeadlineChange* deadlines) {
  subject::Change change;
  change.row = edit.row;
  change.history = edit.history;
  change.takes_away = edit.takes_away;
  const subject::Said after = subject::WithRow(before, edit.row);
  PRIVET_ASSIGN_OR_RETURN(
      change.with, GroundOfPerson(core.generation(), *core.options().vault,
                                  owner, before, after));
  if (before.events == after.events) return change;
  PRIVET_ASSIGN_OR_RETURN(*deadlines,
                          ChangeDeadlines(core, owner, before, after));
  if (edit.undoes && !deadlines->ended.empty()) {
    return absl::FailedPreconditionError(
        "the period that the event began has ended: what was kept is "
        "destroyed, and the event cannot be undone");
  }
  change.moves_periods = deadlines->moves;
  std::move(deadlines->writes.begin(), deadlines->writes.end(),
            std::back_inserter(change.with));
  return change;
}

absl::StatusOr<std::optional<OwnerId>> OwnerFor(const Core& core,
                                                const keys::KeyCall& call,
                                                const Subject& subject,
                                                bool create) {
  if (!create) return core.keyring()->FindOwner(call, subject.id());
  PRIVET_ASSIGN_OR_RETURN(
      const OwnerId owner,
      core.keyring()->FindOrCreateOwner(call, subject.id()));
  return std::optional<OwnerId>(owner);
}

// Sets the deadlines in the vault. Where that fails, the change is made all the
// same: what is not settled is written down, no key dies of it, and the next
// call that looks goes on.
void SettleChange(const Core& core, bool moves_deadlines) {
  if (moves_deadlines) core.destroyer()->CatchUp().IgnoreError();
  Settle(core).IgnoreError();
}

// Aborted if the person was erased meanwhile.
absl::Status ChangeOnce(const Core& core, const Subject& subject,
                        MakeEdit make) {
  // A subject's state is written whether or not calls may wait for a store.
  PRIVET_ASSIGN_OR_RETURN(keys::KeyCall call, core.Begin());
  call.on_miss = keys::OnMiss::kRead;
  Edit edit;
  PRIVET_ASSIGN_OR_RETURN(std::optional<OwnerId> owner,
                          OwnerFor(core, call, subject, false));
  // In this order: a key that is drawn, and what is said, after the look that
  // came to its end here are no ground for taking anything.
  std::vector<keys::SlotKey> living;
  subject::Said said;
  PRIVET_ASSIGN_OR_RETURN(std::string version, core.state()->Version());
  if (owner.has_value()) {
    PRIVET_ASSIGN_OR_RETURN(living,
                            keys::SlotsOfOwner(*core.options().vault, *owner));
    PRIVET_ASSIGN_OR_RETURN(said, core.state()->Read(*owner));
  }
  PRIVET_RETURN_IF_ERROR(make(said, &edit));
  if (edit.nothing) return absl::OkStatus();
  // An objection or an event counts although nothing is stored yet; a consent
  // that was never given need not be withdrawn.
  const bool creates = !(edit.row.kind == subject::RowKind::kConsent &&
                         edit.row.status == subject::RowStatus::kEnded);
  if (!owner.has_value() && !creates) return absl::OkStatus();
  PRIVET_ASSIGN_OR_RETURN(owner, OwnerFor(core, call, subject, true));
  edit.row.owner = *owner;
  edit.row.at = subject::SaidAt(said, edit.row, call.now);
  DeadlineChange deadlines;
  PRIVET_ASSIGN_OR_RETURN(subject::Change change,
                          Complete(core, *owner, edit, said, &deadlines));
  change.version = std::move(version);
  PRIVET_RETURN_IF_ERROR(EndPeriods(core, living, deadlines, call.now));
  PRIVET_RETURN_IF_ERROR(core.state()->Apply(std::move(change), call.now));
  const bool undisturbed = core.keyring()->Unchanged(call);
  core.Changed();
  SettleChange(core, deadlines.moves);
  if (undisturbed) return absl::OkStatus();
  PRIVET_ASSIGN_OR_RETURN(const keys::OwnerState state,
                          keys::StateOfOwner(*core.options().vault, *owner));
  if (state == keys::OwnerState::kCurrent) return absl::OkStatus();
  PRIVET_RETURN_IF_ERROR(
      core.state()->Forget(*owner, state == keys::OwnerState::kErased));
  return absl::AbortedError("the person was erased meanwhile");
}

}  // namespace

absl::Status ChangePerson(const Core& core, const Subject& subject,
                          MakeEdit make) {
  PRIVET_RETURN_IF_ERROR(subject::CheckSubjectId(subject.id()));
  base::MutexLock lock(&core.subjects_mutex());
  return base::RetryAborted([&] { return ChangeOnce(core, subject, make); });
}

absl::StatusOr<DeclaredEvent> FindEvent(const Core& core, EventId event) {
  const policy::Snapshot& snapshot = core.generation().snapshot();
  const std::string name(event.text());
  for (const v1::Event& declared : snapshot.policy().event()) {
    const bool was = std::find(declared.was().begin(), declared.was().end(),
                               name) != declared.was().end();
    if (declared.id() != name && !was) continue;
    return DeclaredEvent{
        std::string(snapshot.OldestName(policy::Sealed::kEvent, name)),
        declared.renews()};
  }
  return absl::InvalidArgumentError(
      absl::StrCat("event `", name, "` is not declared in the policy"));
}

}  // namespace privet::engine
