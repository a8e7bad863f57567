// SPDX-License-Identifier: Apache-2.0
//
// Keys of persons and of epochs: read, or drawn.

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/prefix.h"
#include "base/retry.h"
#include "base/status_macros.h"
#include "keys/catalogue.h"
#include "keys/vault.h"
#include "keys/wrap.h"

namespace privet::keys {
namespace {

// The descriptor of a record has 16 bits for it.
constexpr std::uint32_t kMaxGeneration = 65535;

absl::Status WasDestroyed() {
  return absl::NotFoundError("the key was destroyed");
}

absl::Status MissingKey() {
  return absl::DataLossError(
      "a key is missing that the ledger does not say was destroyed; restore "
      "the "
      "vault");
}

absl::Status NoLongerCurrent() {
  return absl::AbortedError(
      "the person was erased meanwhile; look the person up again");
}

// What an erased owner may still get a key for, in resealing.
bool OutlivesErasure(const std::optional<SlotKind>& kind) {
  return kind.has_value() &&
         (kind->kind == kObligationSlot || kind->kind == kHoldSlot);
}

absl::Status CheckSlot(std::uint32_t slot,
                       const std::optional<SlotKind>& kind) {
  if (slot == kErasableSlot || kind.has_value()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "slot ", slot, " has no row in the vault that says what it is for"));
}

}  // namespace

void Vault::AddSubjectKey(const SlotKey& name, KeyBytes* key, OwnerRow* row,
                          Draft* draft) const {
  const std::string key_name = SubjectKeyName(name);
  Draw(KeyKind::kSubject, key_name, key->data(), KeyBytes::size());
  AddKey(KeyKind::kSubject, key_name, key->view(), draft);
  row->slots.push_back({name.slot, name.generation});
}

absl::StatusOr<std::uint32_t> Vault::NextGeneration(const OwnerId& owner,
                                                    std::uint32_t slot) const {
  std::uint32_t newest = 0;
  const std::string prefix = GoneSlotRows(owner, slot);
  PRIVET_RETURN_IF_ERROR(
      store_->Scan(prefix, base::EndOfPrefix(prefix),
                   [&](std::string_view name, std::string_view) {
                     newest = std::max(newest, GenerationOfGoneRow(name));
                     return true;
                   }));
  if (newest < kMaxGeneration) return newest + 1;
  return absl::ResourceExhaustedError(
      "a slot of a person has had 65,535 keys, and there are no more");
}

// One attempt. Sets `refused` where the status, Aborted, is the answer and no
// conflict with another process.
absl::Status Vault::TryEnsureSubjectKey(const OwnerId& owner,
                                        std::uint32_t slot, bool nobody,
                                        std::int64_t now_ms, KeyBytes* key,
                                        SlotKey* name, bool* refused) const {
  PRIVET_ASSIGN_OR_RETURN(Draft draft, NewDraft(now_ms));
  const std::string owner_row = OwnerRowName(owner);
  PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> bytes,
                          draft.Read(owner_row));
  OwnerRow row;
  row.state = OwnerState::kNobody;
  if (bytes.has_value()) {
    PRIVET_ASSIGN_OR_RETURN(row, OwnerRow::Parse(*bytes));
  }
  *refused = !bytes.has_value() && !nobody;
  if (*refused) return NoLongerCurrent();
  std::optional<SlotKind> kind;
  if (slot != kErasableSlot) {
    PRIVET_ASSIGN_OR_RETURN(kind, FindSlot(*store_, slot));
  }
  PRIVET_RETURN_IF_ERROR(CheckSlot(slot, kind));
  *refused = row.state == OwnerState::kErased && !OutlivesErasure(kind);
  if (*refused) return NoLongerCurrent();
  if (const OwnerRow::Slot* found = row.Find(slot)) {
    *name = {owner, slot, found->generation};
    const absl::Status read = ReadSubjectKey(*name, key);
    // Destroyed since the owner's row was read: there may be another now.
    return absl::IsNotFound(read) ? absl::AbortedError("") : read;
  }
  PRIVET_ASSIGN_OR_RETURN(const std::uint32_t generation,
                          NextGeneration(owner, slot));
  *name = {owner, slot, generation};
  // INVARIANT: the owner's row says that the owner is current when this
  // commits, and no tombstone names the key.
  draft.Expect(GoneRow(KeyKind::kSubject, SubjectKeyName(*name)), std::nullopt);
  AddSubjectKey(*name, key, &row, &draft);
  draft.Set(owner_row, row.Serialize());
  return draft.Commit();
}

absl::StatusOr<std::uint32_t> Vault::EnsureSubjectKey(const OwnerId& owner,
                                                      std::uint32_t slot,
                                                      bool nobody,
                                                      std::int64_t now_ms,
                                                      KeyBytes* key) const {
  SlotKey name;
  absl::Status answer;
  PRIVET_RETURN_IF_ERROR(base::RetryAborted([&] {
    bool refused = false;
    answer =
        TryEnsureSubjectKey(owner, slot, nobody, now_ms, key, &name, &refused);
    return refused ? absl::OkStatus() : answer;
  }));
  PRIVET_RETURN_IF_ERROR(answer);
  return name.generation;
}

absl::Status Vault::EnsureEpochKey(std::uint32_t retention_class,
                                   std::uint32_t epoch, std::int64_t now_ms,
                                   KeyBytes* key) const {
  const std::string name = EpochKeyName(retention_class, epoch);
  return base::RetryAborted([&]() -> absl::Status {
    PRIVET_ASSIGN_OR_RETURN(Draft draft, NewDraft(now_ms));
    PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> row,
                            draft.Read(KeyRow(KeyKind::kEpoch, name)));
    if (row.has_value()) return UnwrapRow(KeyKind::kEpoch, name, *row, key);
    PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> gone,
                            draft.Read(GoneRow(KeyKind::kEpoch, name)));
    if (gone.has_value()) return WasDestroyed();
    PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> class_row,
                            draft.Read(ClassRowName(retention_class)));
    if (!class_row.has_value()) {
      return absl::FailedPreconditionError(
          absl::StrCat("retention class ", retention_class,
                       " has no row in the vault: nobody would know when its "
                       "keys die"));
    }
    Draw(KeyKind::kEpoch, name, key->data(), KeyBytes::size());
    AddKey(KeyKind::kEpoch, name, key->view(), &draft);
    return draft.Commit();
  });
}

absl::Status Vault::ReadSubjectKey(const SlotKey& name, KeyBytes* key) const {
  const std::string key_name = SubjectKeyName(name);
  PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> row,
                          store_->Read(KeyRow(KeyKind::kSubject, key_name)));
  if (row.has_value()) {
    return UnwrapRow(KeyKind::kSubject, key_name, *row, key);
  }
  PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> gone,
                          store_->Read(GoneRow(KeyKind::kSubject, key_name)));
  if (gone.has_value()) return WasDestroyed();
  PRIVET_ASSIGN_OR_RETURN(const OwnerState state,
                          StateOfOwner(*store_, name.owner));
  return state == OwnerState::kUnknown ? WasDestroyed() : MissingKey();
}

absl::Status Vault::ReadEpochKey(std::uint32_t retention_class,
                                 std::uint32_t epoch, KeyBytes* key) const {
  const std::string name = EpochKeyName(retention_class, epoch);
  PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> row,
                          store_->Read(KeyRow(KeyKind::kEpoch, name)));
  if (row.has_value()) return UnwrapRow(KeyKind::kEpoch, name, *row, key);
  PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> gone,
                          store_->Read(GoneRow(KeyKind::kEpoch, name)));
  return gone.has_value() ? WasDestroyed() : MissingKey();
}

absl::Status Vault::ReadNewestKey(const OwnerId& owner, std::uint32_t slot,
                                  KeyBytes* key) const {
  PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> bytes,
                          store_->Read(OwnerRowName(owner)));
  if (!bytes.has_value()) return WasDestroyed();
  PRIVET_ASSIGN_OR_RETURN(const OwnerRow row, OwnerRow::Parse(*bytes));
  const OwnerRow::Slot* const found = row.Find(slot);
  if (found == nullptr) return WasDestroyed();
  return ReadSubjectKey({owner, slot, found->generation}, key);
}

}  // namespace privet::keys
