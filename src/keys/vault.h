// SPDX-License-Identifier: Apache-2.0
//
// An open vault: the rows of a store, with the key that they are wrapped under.

#ifndef PRIVET_KEYS_VAULT_H_
#define PRIVET_KEYS_VAULT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/arena.h"
#include "crypto/wipe.h"
#include "keys/draft.h"
#include "keys/ledger.h"
#include "keys/rows.h"
#include "privet/keys.h"
#include "privet/record_id.h"
#include "privet/store.h"

namespace privet::keys {

using KeyBytes = crypto::WipedBytes<32>;

// Reads and draws keys and owners, one transaction each. It caches nothing.
// Thread-safe: immutable but for its store.
class Vault {
 public:
  // Opens the vault in `store`, or makes one. Its keys lie in `arena`, which
  // must outlive it. `ledger` is read for a vault that is new: its first mark.
  static absl::StatusOr<std::unique_ptr<Vault>> Open(
      std::shared_ptr<Store> store, KeyProvider& provider, Ledger& ledger,
      std::int64_t now_ms, crypto::Arena* arena);

  Store& store() const { return *store_; }
  std::uint32_t generation() const { return generation_; }

  // Returns the owner that is current for the host's `id`, if there is one;
  // draws one if there is none and `create`.
  absl::StatusOr<std::optional<OwnerId>> FindOwner(std::string_view id) const;
  absl::StatusOr<OwnerId> FindOrCreateOwner(std::string_view id,
                                            std::int64_t now_ms) const;
  absl::StatusOr<std::vector<OwnerId>> ErasedOwners(std::string_view id) const;

  // Writes to `key` the newest key of a slot, and returns its generation; draws
  // one if there is none. `nobody`: the owner is that of records about nobody.
  // Aborted if the owner is no current one.
  absl::StatusOr<std::uint32_t> EnsureSubjectKey(const OwnerId& owner,
                                                 std::uint32_t slot,
                                                 bool nobody,
                                                 std::int64_t now_ms,
                                                 KeyBytes* key) const;
  // The same of an epoch. NotFound if its key was destroyed.
  absl::Status EnsureEpochKey(std::uint32_t retention_class,
                              std::uint32_t epoch, std::int64_t now_ms,
                              KeyBytes* key) const;

  // Reads one. NotFound if it was destroyed, or the owner is unknown; DataLoss
  // if it is missing without a reason, or was altered.
  absl::Status ReadSubjectKey(const SlotKey& name, KeyBytes* key) const;
  absl::Status ReadEpochKey(std::uint32_t retention_class, std::uint32_t epoch,
                            KeyBytes* key) const;
  // Reads the newest key of a slot.
  absl::Status ReadNewestKey(const OwnerId& owner, std::uint32_t slot,
                             KeyBytes* key) const;

  // Writes H(32, D, info(parts…)) for a derivation that never changes.
  std::string_view store_key() const { return store_key_.view(); }

 private:
  struct Identity;  // how a host's id is found

  Vault(std::shared_ptr<Store> store, crypto::Arena* arena);

  static absl::StatusOr<bool> Exists(Store& store);
  absl::Status Make(KeyProvider& provider, Ledger& ledger, std::int64_t now_ms);
  absl::Status Load(KeyProvider& provider);
  void Derive();

  absl::StatusOr<Draft> NewDraft(std::int64_t now_ms) const;
  void Draw(KeyKind kind, std::string_view name, void* out,
            std::size_t size) const;
  void AddKey(KeyKind kind, std::string_view name, std::string_view key,
              Draft* draft) const;
  void AddSubjectKey(const SlotKey& name, KeyBytes* key, OwnerRow* row,
                     Draft* draft) const;
  absl::Status UnwrapRow(KeyKind kind, std::string_view name,
                         const std::string& row, KeyBytes* key) const;

  Identity IdentityOf(std::string_view id) const;
  std::array<char, 16> MacOf(const Identity& identity,
                             const OwnerId& owner) const;
  absl::StatusOr<std::optional<LookUpRow>> ReadLookUp(
      const Identity& identity) const;
  absl::StatusOr<std::optional<LookUpRow>> ParseLookUp(
      const Identity& identity, const std::optional<std::string>& bytes) const;
  absl::Status TryCreateOwner(const Identity& identity, std::int64_t now_ms,
                              OwnerId* owner) const;
  absl::Status TryEnsureSubjectKey(const OwnerId& owner, std::uint32_t slot,
                                   bool nobody, std::int64_t now_ms,
                                   KeyBytes* key, SlotKey* name,
                                   bool* refused) const;
  absl::StatusOr<std::uint32_t> NextGeneration(const OwnerId& owner,
                                               std::uint32_t slot) const;

  const std::shared_ptr<Store> store_;
  std::uint32_t generation_ = 1;
  crypto::LockedKey vault_key_;    // V
  crypto::LockedKey store_key_;    // D
  crypto::LockedKey look_up_key_;  // H(32, V, info("privet/1/look"))
  crypto::LockedKey tag_key_;      // H(32, D, info("privet/1/tag"))
};

}  // namespace privet::keys

#endif  // PRIVET_KEYS_VAULT_H_
