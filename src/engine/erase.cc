// SPDX-License-Identifier: Apache-2.0
//
// Subjects::Erase: ledger, keys, rows, in this order (docs/wire_format.md), so
// that a crash between any two leaves something that goes on.

#include "engine/erase.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/prefix.h"
#include "base/sealed_header.h"
#include "base/status_macros.h"
#include "engine/core.h"
#include "engine/deadlines.h"
#include "engine/settle.h"
#include "keys/catalogue.h"
#include "keys/destroyer.h"
#include "keys/keyring.h"
#include "policy/retention_class.h"
#include "policy/snapshot.h"
#include "privet/record_id.h"
#include "privet/record_store.h"
#include "privet/store.h"
#include "privet/subject.h"
#include "privet/subjects.h"
#include "privet/v1/policy.pb.h"
#include "seal/class_terms.h"
#include "subject/due_rows.h"
#include "subject/people.h"
#include "subject/state_store.h"

namespace privet {
namespace engine {
namespace {

// Rows "erasing/" ‖ owner: erasures that are not at their end.
constexpr std::string_view kErasing = "erasing/";
constexpr std::size_t kBatch = 1000;
// Rounds in which others change all that is about to be taken out: each put
// that loses its race against the erasure takes its rows out itself.
constexpr int kLostRounds = 100;
// More than clocks of other hosts, and times of creation, may be ahead.
constexpr absl::Duration kAhead = absl::Hours(1);

std::string ErasingKey(const OwnerId& owner) {
  std::string key(kErasing);
  key.append(owner.view());
  return key;
}

keys::Spared SparedBy(const Core& core) {
  const policy::Snapshot& snapshot = core.generation().snapshot();
  keys::Spared spared;
  for (const v1::Obligation& obligation : snapshot.policy().obligation()) {
    spared.obligations.emplace_back(
        snapshot.OldestName(policy::Sealed::kObligation, obligation.id()));
  }
  return spared;
}

// FailedPrecondition if a key of the person lives for an obligation that the
// policy at work does not know: another process has a newer policy.
absl::Status CheckSpared(const Core& core, const OwnerId& owner,
                         const keys::Spared& spared) {
  Store& vault = *core.options().vault;
  PRIVET_ASSIGN_OR_RETURN(const std::vector<keys::SlotKey> living,
                          keys::SlotsOfOwner(vault, owner));
  for (const keys::SlotKey& key : living) {
    PRIVET_ASSIGN_OR_RETURN(const std::optional<keys::SlotKind> kind,
                            keys::FindSlot(vault, key.slot));
    if (!kind.has_value() || kind->kind != keys::kObligationSlot) continue;
    const auto& known = spared.obligations;
    if (std::find(known.begin(), known.end(), kind->name) != known.end()) {
      continue;
    }
    return absl::FailedPreconditionError(absl::StrCat(
        "obligation `", kind->name,
        "` keeps data of the person, and the policy at work does not declare "
        "it; nothing is erased: put the newest policy to work first"));
  }
  return absl::OkStatus();
}

// Whether the person's compartment `i` lies under a key that lives.
bool IsKept(const base::Descriptor& descriptor,
            const std::vector<keys::SlotKey>& living) {
  return std::any_of(living.begin(), living.end(),
                     [&descriptor](const keys::SlotKey& key) {
                       return key.slot == descriptor.slot &&
                              key.generation == descriptor.generation;
                     });
}

// What of the person's records goes: all whose key does not live.
struct Batch {
  std::vector<Replacement> replacements;
  std::vector<Removal> removals;
  std::size_t damaged = 0;

  std::size_t size() const { return replacements.size() + removals.size(); }
};

void AddRecord(const RecordId& id, std::string_view bytes, const OwnerId& owner,
               const std::vector<keys::SlotKey>& living, Batch* batch) {
  const auto parsed = base::SealedHeader::Parse(bytes);
  // Its keys are gone whatever its bytes say; nobody else's erasure, and no
  // start, waits for them to be mended.
  if (!parsed.ok()) {
    ++batch->damaged;
    return;
  }
  const base::SealedHeader& header = *parsed;
  if (header.owner() != owner) return;
  std::uint64_t drop = 0;
  bool keeps = false;
  std::vector<std::uint32_t> dropped;
  for (std::size_t i = 0; i < header.size(); ++i) {
    const base::Descriptor descriptor = header.descriptor(i);
    if (header.dropped(i) || descriptor.owner_index != 0) continue;
    if (IsKept(descriptor, living)) {
      keeps = true;
      continue;
    }
    drop |= std::uint64_t{1} << i;
    dropped.push_back(descriptor.compartment);
  }
  const RecordVersion was{id, header.revision(), bytes.size()};
  if (!keeps) {
    batch->removals.push_back({was, std::nullopt});
  } else if (drop != 0) {
    // The residue goes as well: erasing takes the de-identified rest along.
    batch->replacements.push_back({was,
                                   base::DropCompartments(header, drop, true),
                                   dropped, std::nullopt});
  }
}

// Takes the person's records out of one source, a batch at a time.
absl::Status EraseFrom(RecordSource& source, const OwnerId& owner,
                       const std::vector<keys::SlotKey>& living,
                       ErasureReceipt* receipt) {
  for (int lost = 0; lost < kLostRounds;) {
    Batch batch;
    PRIVET_RETURN_IF_ERROR(source.ScanSubject(
        owner, [&](const RecordId& id, std::string_view bytes) {
          AddRecord(id, bytes, owner, living, &batch);
          return batch.size() < kBatch;
        }));
    if (batch.size() == 0) {
      receipt->records_damaged += batch.damaged;
      return absl::OkStatus();
    }
    PRIVET_ASSIGN_OR_RETURN(const std::size_t changed,
                            source.Replace(batch.replacements));
    PRIVET_ASSIGN_OR_RETURN(const std::size_t removed,
                            source.Remove(batch.removals));
    receipt->records_changed += changed;
    receipt->records_removed += removed;
    if (changed + removed == 0) ++lost;
  }
  return absl::UnavailableError(
      "the person's records change as fast as they are erased; call Erase() "
      "again");
}

// Returns when the last epoch key dies of what `slot` may have sealed by now:
// by the periods as they were sealed, since one that was shortened may grow
// back to them. InfinitePast if no class counts from creation.
absl::StatusOr<absl::Time> LastEpochDies(
    absl::Span<const policy::RetentionClass> classes, std::uint32_t slot,
    absl::Time now) {
  absl::Time last = absl::InfinitePast();
  for (const policy::RetentionClass& of : classes) {
    if (of.periods.empty()) continue;
    PRIVET_ASSIGN_OR_RETURN(
        const seal::ClassTerms terms,
        seal::ClassTerms::Make(
            of, [](const policy::Period& sealed) { return sealed.keep; }));
    if (terms.slot() != slot || !terms.has_epoch()) continue;
    last = std::max(
        last, terms.EpochDies(terms.EpochOf(absl::ToUnixMillis(now + kAhead))));
  }
  return last;
}

// Begins the end of each slot that a law keeps. Nothing more is sealed there:
// one that counts from creation dies with its last epoch, and nobody is named
// by it any more. For one that waits for an event an erasure counts as that:
// nobody can record one for an erased owner.
absl::Status EndKept(const Core& core, const OwnerId& owner,
                     const std::vector<keys::SlotKey>& living, absl::Time now) {
  std::vector<Store::Write> writes;
  std::vector<keys::SlotDeadline> deadlines;
  PRIVET_ASSIGN_OR_RETURN(const std::vector<policy::RetentionClass> classes,
                          keys::AllClasses(*core.options().vault));
  for (const keys::SlotKey& key : living) {
    PRIVET_ASSIGN_OR_RETURN(const std::optional<keys::SlotKind> kind,
                            keys::FindSlot(*core.options().vault, key.slot));
    if (!kind.has_value()) continue;
    if (kind->retention_class == 0) {
      PRIVET_ASSIGN_OR_RETURN(const absl::Time dies,
                              LastEpochDies(classes, key.slot, now));
      if (dies > now) deadlines.push_back({key.slot, dies});
      continue;
    }
    for (const policy::RetentionClass& of : classes) {
      if (of.id != kind->retention_class) continue;
      for (std::size_t i = 0; i < of.periods.size(); ++i) {
        if (of.periods[i].after.empty()) continue;
        const subject::EventDue due{of.id, static_cast<std::uint8_t>(i), now,
                                    owner};
        writes.push_back({subject::KeyOf(due), ""});
      }
      // In the vault as well: a state that is restored knows nothing of it.
      PRIVET_ASSIGN_OR_RETURN(const absl::Time dies, SealedDeadline(of, now));
      deadlines.push_back({key.slot, dies});
    }
  }
  if (!deadlines.empty()) {
    // Nor later: an event that happened counts, and the first try of this.
    PRIVET_RETURN_IF_ERROR(core.destroyer()->BringForward(owner, deadlines));
  }
  return core.state()->Write(writes);
}

// Adds the oldest names of the obligations for which keys of `owner` live.
absl::Status AddDuties(const Core& core, const OwnerId& owner,
                       std::set<std::string>* duties) {
  Store& vault = *core.options().vault;
  PRIVET_ASSIGN_OR_RETURN(const std::vector<keys::SlotKey> living,
                          keys::SlotsOfOwner(vault, owner));
  for (const keys::SlotKey& key : living) {
    PRIVET_ASSIGN_OR_RETURN(const std::optional<keys::SlotKind> kind,
                            keys::FindSlot(vault, key.slot));
    if (kind.has_value() && kind->kind == keys::kObligationSlot) {
      duties->insert(kind->name);
    }
  }
  return absl::OkStatus();
}

// Names what laws keep of the person, of this erasure and of earlier ones.
absl::Status NameKept(const Core& core, std::string_view id,
                      ErasureReceipt* receipt) {
  PRIVET_ASSIGN_OR_RETURN(const std::vector<OwnerId> owners,
                          core.keyring()->ErasedOwners(id));
  std::set<std::string> duties;
  for (const OwnerId& owner : owners) {
    PRIVET_RETURN_IF_ERROR(AddDuties(core, owner, &duties));
  }
  const policy::Snapshot& snapshot = core.generation().snapshot();
  for (const v1::Obligation& declared : snapshot.policy().obligation()) {
    const std::string_view oldest =
        snapshot.OldestName(policy::Sealed::kObligation, declared.id());
    if (duties.count(std::string(oldest)) > 0) {
      receipt->kept_for.push_back(declared.id());
    }
  }
  return absl::OkStatus();
}

// The whole erasure of one owner; each step may be repeated.
absl::Status EraseOwner(const Core& core, const OwnerId& owner,
                        ErasureReceipt* receipt) {
  const absl::Time now = core.Now();
  const keys::Spared spared = SparedBy(core);
  PRIVET_RETURN_IF_ERROR(CheckSpared(core, owner, spared));
  PRIVET_RETURN_IF_ERROR(core.state()->Write({{ErasingKey(owner), ""}}));
  PRIVET_ASSIGN_OR_RETURN(const keys::Destroyed destroyed,
                          core.destroyer()->Erase({owner}, spared, now));
  receipt->scrubbed = receipt->scrubbed && destroyed.scrubbed;
  core.Changed();
  // From here on nothing of the person opens. The ledger's entry takes his
  // state along.
  PRIVET_RETURN_IF_ERROR(core.state()->CatchUp());
  PRIVET_ASSIGN_OR_RETURN(const std::vector<keys::SlotKey> living,
                          keys::SlotsOfOwner(*core.options().vault, owner));
  PRIVET_RETURN_IF_ERROR(core.state()->Forget(owner, !living.empty()));
  for (const auto& source : core.options().sources) {
    PRIVET_RETURN_IF_ERROR(EraseFrom(*source, owner, living, receipt));
  }
  PRIVET_RETURN_IF_ERROR(EndKept(core, owner, living, now));
  // Who read of the person meanwhile read what is not so any more.
  core.Changed();
  return core.state()->Write({{ErasingKey(owner), std::nullopt}});
}

}  // namespace

absl::Status FinishErasures(const Core& core) {
  std::vector<OwnerId> unfinished;
  PRIVET_RETURN_IF_ERROR(core.options().state->Scan(
      kErasing, base::EndOfPrefix(kErasing),
      [&unfinished](std::string_view key, std::string_view) {
        auto owner = OwnerId::FromBytes(key.substr(kErasing.size()));
        if (owner.ok()) unfinished.push_back(*owner);
        return true;
      }));
  absl::Status first;  // one that is stuck keeps no other from its end
  for (const OwnerId& owner : unfinished) {
    ErasureReceipt receipt;
    first.Update(EraseOwner(core, owner, &receipt));
  }
  return first;
}

}  // namespace engine

absl::StatusOr<ErasureReceipt> Subjects::Erase(const Subject& subject) const {
  PRIVET_RETURN_IF_ERROR(core_->NeedKeys());
  if (subject.is_nobody()) {
    return absl::InvalidArgumentError("nobody cannot be erased");
  }
  PRIVET_RETURN_IF_ERROR(subject::CheckSubjectId(subject.id()));
  PRIVET_ASSIGN_OR_RETURN(keys::KeyCall call, core_->Begin());
  call.on_miss = keys::OnMiss::kRead;
  ErasureReceipt receipt;
  receipt.scrubbed = true;
  receipt.final_on_other_hosts = core_->Now() + core_->options().key_cache_ttl;
  PRIVET_ASSIGN_OR_RETURN(const std::optional<OwnerId> owner,
                          core_->keyring()->FindOwner(call, subject.id()));
  // An event that was undone may have left its deadline behind.
  PRIVET_RETURN_IF_ERROR(engine::Settle(*core_));
  if (!owner.has_value()) {
    PRIVET_ASSIGN_OR_RETURN(receipt.scrubbed, core_->destroyer()->Scrub());
  } else {
    PRIVET_RETURN_IF_ERROR(engine::EraseOwner(*core_, *owner, &receipt));
  }
  // An erasure of the person that stopped half-way is among them.
  PRIVET_RETURN_IF_ERROR(engine::FinishErasures(*core_));
  PRIVET_RETURN_IF_ERROR(engine::NameKept(*core_, subject.id(), &receipt));
  receipt.final_on_other_hosts = core_->Now() + core_->options().key_cache_ttl;
  return receipt;
}

}  // namespace privet
