// SPDX-License-Identifier: Apache-2.0
//
// Who a person is inside the library.

#include <algorithm>
#include <array>
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
#include "crypto/hash.h"
#include "crypto/info_hash.h"
#include "keys/catalogue.h"
#include "keys/vault.h"
#include "keys/wrap.h"

namespace privet::keys {

// The tag of the host's id, and the name under which it is looked up.
struct Vault::Identity {
  std::string tag;
  std::string look_up;
};

Vault::Identity Vault::IdentityOf(std::string_view id) const {
  Identity identity;
  identity.tag = crypto::H(16, tag_key_.view(), base::Info(id));
  identity.look_up = crypto::H(16, look_up_key_.view(), identity.tag);
  return identity;
}

// The list of owners is not encrypted, so each is bound to the tag: who writes
// the vault cannot point one person's row at another's owner.
std::array<char, 16> Vault::MacOf(const Identity& identity,
                                  const OwnerId& owner) const {
  std::array<char, 16> mac;
  crypto::InfoHash(mac.size(), look_up_key_.view())
      .Part(identity.tag)
      .Part(owner.view())
      .Finish(mac.data());
  return mac;
}

absl::StatusOr<std::optional<LookUpRow>> Vault::ParseLookUp(
    const Identity& identity, const std::optional<std::string>& bytes) const {
  if (!bytes.has_value()) return std::nullopt;
  PRIVET_ASSIGN_OR_RETURN(LookUpRow row, LookUpRow::Parse(*bytes));
  for (const LookUpRow::Entry& entry : row.entries) {
    const std::array<char, 16> mac = MacOf(identity, entry.owner);
    if (!crypto::EqualInConstantTime({mac.data(), mac.size()},
                                     {entry.mac.data(), entry.mac.size()})) {
      return absl::DataLossError(
          "the vault lists an owner under an id that is not his; restore the "
          "vault");
    }
  }
  return row;
}

absl::StatusOr<std::optional<LookUpRow>> Vault::ReadLookUp(
    const Identity& identity) const {
  PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> bytes,
                          store_->Read(LookUpRowName(identity.look_up)));
  return ParseLookUp(identity, bytes);
}

absl::StatusOr<std::optional<OwnerId>> Vault::FindOwner(
    std::string_view id) const {
  PRIVET_ASSIGN_OR_RETURN(const std::optional<LookUpRow> row,
                          ReadLookUp(IdentityOf(id)));
  if (!row.has_value()) return std::nullopt;
  for (const LookUpRow::Entry& entry : row->entries) {
    if (!entry.current) continue;
    // The list only finds him; the owner's own row says what he is.
    PRIVET_ASSIGN_OR_RETURN(const OwnerState state,
                            StateOfOwner(*store_, entry.owner));
    if (state == OwnerState::kCurrent) return entry.owner;
  }
  return std::nullopt;
}

absl::StatusOr<std::vector<OwnerId>> Vault::ErasedOwners(
    std::string_view id) const {
  PRIVET_ASSIGN_OR_RETURN(const std::optional<LookUpRow> row,
                          ReadLookUp(IdentityOf(id)));
  std::vector<OwnerId> owners;
  if (!row.has_value()) return owners;
  for (const LookUpRow::Entry& entry : row->entries) {
    PRIVET_ASSIGN_OR_RETURN(const OwnerState state,
                            StateOfOwner(*store_, entry.owner));
    if (state == OwnerState::kErased) owners.push_back(entry.owner);
  }
  return owners;
}

// One attempt: Aborted if another process changed a row that it rests on.
absl::Status Vault::TryCreateOwner(const Identity& identity,
                                   std::int64_t now_ms, OwnerId* owner) const {
  PRIVET_ASSIGN_OR_RETURN(Draft draft, NewDraft(now_ms));
  const std::string name = LookUpRowName(identity.look_up);
  PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> bytes,
                          draft.Read(name));
  PRIVET_ASSIGN_OR_RETURN(std::optional<LookUpRow> row,
                          ParseLookUp(identity, bytes));
  if (!row.has_value()) {
    row.emplace();
    row->wrapped_tag =
        Wrap(generation_, vault_key_.view(),
             WrapContext(KeyKind::kTag, identity.look_up), identity.tag);
  }
  for (LookUpRow::Entry& entry : row->entries) {
    PRIVET_ASSIGN_OR_RETURN(const OwnerState state,
                            StateOfOwner(*store_, entry.owner));
    if (entry.current && state == OwnerState::kCurrent) {
      *owner = entry.owner;
      return absl::OkStatus();
    }
    entry.current = false;
  }
  OwnerId drawn;
  Draw(KeyKind::kOwner, identity.tag, drawn.bytes.data(), drawn.bytes.size());
  row->entries.push_back({drawn, true, MacOf(identity, drawn)});
  OwnerRow owner_row;
  std::copy(identity.look_up.begin(), identity.look_up.end(),
            owner_row.look_up.begin());
  // Every person needs these two soon: one commit for all.
  for (const std::uint32_t slot : {kErasableSlot, kLinkSlot}) {
    KeyBytes key;
    AddSubjectKey({drawn, slot, 1}, &key, &owner_row, &draft);
  }
  draft.Set(name, row->Serialize());
  draft.Expect(OwnerRowName(drawn), std::nullopt);
  draft.Set(OwnerRowName(drawn), owner_row.Serialize());
  PRIVET_RETURN_IF_ERROR(draft.Commit());
  *owner = drawn;
  return absl::OkStatus();
}

absl::StatusOr<OwnerId> Vault::FindOrCreateOwner(std::string_view id,
                                                 std::int64_t now_ms) const {
  const Identity identity = IdentityOf(id);
  OwnerId owner;
  PRIVET_RETURN_IF_ERROR(base::RetryAborted(
      [&] { return TryCreateOwner(identity, now_ms, &owner); }));
  return owner;
}

}  // namespace privet::keys
