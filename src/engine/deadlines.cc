// SPDX-License-Identifier: Apache-2.0

#include "engine/deadlines.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "engine/core.h"
#include "keys/catalogue.h"
#include "keys/destroyer.h"
#include "policy/retention_class.h"
#include "policy/snapshot.h"
#include "privet/record_id.h"
#include "privet/store.h"
#include "seal/class_terms.h"
#include "subject/due_rows.h"
#include "subject/state_store.h"

namespace privet::engine {
namespace {

// When the first period of the class that counts from events ends, if the last
// event of each happened when `last_of` says.
absl::Time Deadline(
    const seal::ClassTerms& terms,
    absl::FunctionRef<absl::Time(const std::vector<std::string>& after)>
        last_of) {
  absl::Time first = absl::InfiniteFuture();
  for (const seal::Limit& limit : terms.limits()) {
    const absl::Time last = last_of(limit.after);
    // The obligation outlasts the others, and its slot with it.
    const bool counts =
        terms.obligation().empty() || limit.obligation == terms.obligation();
    if (last != absl::InfiniteFuture() && counts) {
      first = std::min(first, limit.keep.After(last));
    }
  }
  return first;
}

absl::Time Deadline(const seal::ClassTerms& terms, const subject::Said& said) {
  return Deadline(terms, [&said](const std::vector<std::string>& after) {
    return LastOf(after, said);
  });
}

void AddDueRows(const policy::RetentionClass& of, const OwnerId& owner,
                const subject::Said& said, bool present,
                std::vector<Store::Write>* writes) {
  for (std::size_t i = 0; i < of.periods.size(); ++i) {
    const absl::Time last = LastOf(of.periods[i].after, said);
    if (last == absl::InfiniteFuture()) continue;
    const subject::EventDue due{of.id, static_cast<std::uint8_t>(i), last,
                                owner};
    const std::string key = subject::KeyOf(due);
    const auto same = [&key](const Store::Write& write) {
      return write.key == key;
    };
    writes->erase(std::remove_if(writes->begin(), writes->end(), same),
                  writes->end());
    writes->push_back(
        {key, present ? std::optional<std::string>("") : std::nullopt});
  }
}

absl::StatusOr<seal::ClassTerms> TermsOf(const Core& core,
                                         const policy::RetentionClass& of) {
  const policy::Snapshot& snapshot = core.generation().snapshot();
  return seal::ClassTerms::Make(of, [&snapshot](const policy::Period& sealed) {
    return snapshot.EffectiveKeep(sealed);
  });
}

// Whether there is a key that dies at an event.
bool HasKey(const std::vector<keys::SlotKey>& live, std::uint32_t slot) {
  return slot >= keys::kFirstNamedSlot &&
         std::any_of(
             live.begin(), live.end(),
             [slot](const keys::SlotKey& key) { return key.slot == slot; });
}

}  // namespace

absl::Time LastOf(const std::vector<std::string>& after,
                  const subject::Said& said) {
  if (after.empty()) return absl::InfiniteFuture();
  absl::Time last = absl::InfinitePast();
  for (const std::string& event : after) {
    last = std::max(last, subject::WhenHappened(said, event));
  }
  return last;
}

absl::Status NoteDeadline(const Core& core, const OwnerId& owner,
                          const subject::Said& said,
                          const seal::ClassTerms& terms) {
  const absl::Time dies = Deadline(terms, said);
  if (dies == absl::InfiniteFuture()) return absl::OkStatus();
  const std::uint32_t class_id = terms.id();
  if (core.DeadlineIsNoted(owner, class_id, dies)) return absl::OkStatus();
  std::vector<Store::Write> writes;
  for (std::size_t i = 0; i < terms.limits().size(); ++i) {
    const absl::Time last = LastOf(terms.limits()[i].after, said);
    if (last == absl::InfiniteFuture()) continue;
    const subject::EventDue due{class_id, static_cast<std::uint8_t>(i), last,
                                owner};
    writes.push_back({subject::KeyOf(due), ""});
  }
  PRIVET_RETURN_IF_ERROR(core.state()->Write(writes));
  PRIVET_ASSIGN_OR_RETURN(const std::vector<keys::SlotKey> live,
                          keys::SlotsOfOwner(*core.options().vault, owner));
  if (HasKey(live, terms.slot())) {
    PRIVET_RETURN_IF_ERROR(
        core.destroyer()->SetDeadlines(owner, {{terms.slot(), dies}}));
  }
  core.NoteDeadlineIsNoted(owner, class_id, dies);
  return absl::OkStatus();
}

absl::StatusOr<DeadlineChange> ChangeDeadlines(const Core& core,
                                               const OwnerId& owner,
                                               const subject::Said& before,
                                               const subject::Said& after) {
  Store& vault = *core.options().vault;
  PRIVET_ASSIGN_OR_RETURN(const std::vector<policy::RetentionClass> classes,
                          keys::AllClasses(vault));
  DeadlineChange change;
  for (const policy::RetentionClass& of : classes) {
    if (of.periods.empty()) continue;
    PRIVET_ASSIGN_OR_RETURN(const seal::ClassTerms terms, TermsOf(core, of));
    const absl::Time was = Deadline(terms, before);
    const absl::Time is = Deadline(terms, after);
    AddDueRows(of, owner, before, false, &change.writes);
    AddDueRows(of, owner, after, true, &change.writes);
    if (was == is) continue;
    change.moves = true;
    // What has ended stays so: its keys go before a later end is written.
    if (is > was && was <= core.Now()) change.ended.push_back(terms.slot());
  }
  return change;
}

absl::StatusOr<std::vector<Store::Write>> DueRowsOf(const Core& core,
                                                    const OwnerId& owner,
                                                    const subject::Said& said) {
  PRIVET_ASSIGN_OR_RETURN(const std::vector<policy::RetentionClass> classes,
                          keys::AllClasses(*core.options().vault));
  std::vector<Store::Write> writes;
  for (const policy::RetentionClass& of : classes) {
    AddDueRows(of, owner, said, true, &writes);
  }
  return writes;
}

absl::StatusOr<absl::Time> SealedDeadline(const policy::RetentionClass& of,
                                          absl::Time at) {
  PRIVET_ASSIGN_OR_RETURN(
      const seal::ClassTerms terms,
      seal::ClassTerms::Make(
          of, [](const policy::Period& sealed) { return sealed.keep; }));
  return Deadline(terms, [at](const std::vector<std::string>& after) {
    return after.empty() ? absl::InfiniteFuture() : at;
  });
}

absl::StatusOr<std::vector<keys::SlotDeadline>> DeadlinesOf(
    const Core& core, const OwnerId& owner, const subject::Said& said) {
  Store& vault = *core.options().vault;
  PRIVET_ASSIGN_OR_RETURN(const std::vector<keys::SlotKey> live,
                          keys::SlotsOfOwner(vault, owner));
  PRIVET_ASSIGN_OR_RETURN(const std::vector<policy::RetentionClass> classes,
                          keys::AllClasses(vault));
  std::vector<keys::SlotDeadline> deadlines;
  for (const policy::RetentionClass& of : classes) {
    if (of.periods.empty()) continue;
    PRIVET_ASSIGN_OR_RETURN(const seal::ClassTerms terms, TermsOf(core, of));
    if (HasKey(live, terms.slot())) {
      deadlines.push_back({terms.slot(), Deadline(terms, said)});
    }
  }
  return deadlines;
}

absl::Status EndPeriods(const Core& core,
                        const std::vector<keys::SlotKey>& keys,
                        const DeadlineChange& change, absl::Time now) {
  for (const keys::SlotKey& key : keys) {
    if (key.slot < keys::kFirstNamedSlot) continue;
    if (std::find(change.ended.begin(), change.ended.end(), key.slot) ==
        change.ended.end()) {
      continue;
    }
    PRIVET_RETURN_IF_ERROR(core.destroyer()->DestroySlot(key, now).status());
  }
  return absl::OkStatus();
}

}  // namespace privet::engine
