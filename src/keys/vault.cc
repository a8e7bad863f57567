// SPDX-License-Identifier: Apache-2.0

#include "keys/vault.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/bytes.h"
#include "base/status_macros.h"
#include "crypto/info_hash.h"
#include "crypto/random.h"
#include "keys/clock_rule.h"
#include "keys/wrap.h"

namespace privet::keys {
namespace {

constexpr std::uint32_t kFirstGeneration = 1;

std::string Number(std::uint32_t value) {
  std::string row;
  base::AppendInt(&row, value);
  return row;
}

std::string Time(std::int64_t ms) {
  std::string row;
  base::AppendInt(&row, static_cast<std::uint64_t>(ms));
  return row;
}

// H(size, key, info("privet/1/draw", u8 kind, name, 32 random bytes)): two
// clones of a machine, with one state of its randomness, cannot draw the same
// for two names.
void DrawUnder(std::string_view key, KeyKind kind, std::string_view name,
               void* out, std::size_t size) {
  KeyBytes random;
  crypto::RandomBytes(random.data(), KeyBytes::size());
  crypto::InfoHash(size, key)
      .Part("privet/1/draw")
      .Int(static_cast<std::uint8_t>(kind))
      .Part(name)
      .Part(random.view())
      .Finish(out);
}

absl::Status LostVault(std::uint64_t entries) {
  return absl::FailedPreconditionError(
      absl::StrCat("the vault is empty, and its ledger holds ", entries,
                   " entries: the vault was lost; restore it, since a new one "
                   "would open none of the records"));
}

}  // namespace

Vault::Vault(std::shared_ptr<Store> store, crypto::Arena* arena)
    : store_(std::move(store)),
      vault_key_(arena),
      store_key_(arena),
      look_up_key_(arena),
      tag_key_(arena) {}

absl::StatusOr<bool> Vault::Exists(Store& store) {
  PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> current,
                          store.Read(kCurrentRow));
  if (current.has_value()) return true;
  bool any = false;
  PRIVET_RETURN_IF_ERROR(
      store.Scan({}, {}, [&](std::string_view, std::string_view) {
        any = true;
        return false;
      }));
  if (!any) return false;
  return absl::DataLossError(
      "the vault has rows, but none that names its key; restore it");
}

absl::StatusOr<std::unique_ptr<Vault>> Vault::Open(std::shared_ptr<Store> store,
                                                   KeyProvider& provider,
                                                   Ledger& ledger,
                                                   std::int64_t now_ms,
                                                   crypto::Arena* arena) {
  std::unique_ptr<Vault> vault(new Vault(std::move(store), arena));
  PRIVET_ASSIGN_OR_RETURN(const bool exists, Exists(*vault->store_));
  if (!exists) {
    const absl::Status made = vault->Make(provider, ledger, now_ms);
    // Aborted: another process made it first.
    if (!made.ok() && !absl::IsAborted(made)) return made;
  }
  PRIVET_RETURN_IF_ERROR(vault->Load(provider));
  vault->Derive();
  return vault;
}

absl::Status Vault::Make(KeyProvider& provider, Ledger& ledger,
                         std::int64_t now_ms) {
  PRIVET_ASSIGN_OR_RETURN(const LedgerMark mark, ledger.Head());
  if (mark.number > 0) return LostVault(mark.number);
  const std::string name = VaultKeyName(kFirstGeneration);
  Secret vault_key(KeyBytes::size());
  DrawUnder({}, KeyKind::kVault, name, vault_key.data(), vault_key.size());
  KeyBytes store_key;
  DrawUnder(vault_key.Reveal(), KeyKind::kStore, {}, store_key.data(),
            KeyBytes::size());
  PRIVET_ASSIGN_OR_RETURN(
      std::string wrapped,
      provider.Wrap(vault_key, WrapContext(KeyKind::kVault, name)));
  Draft draft(store_.get());
  draft.Expect(kCurrentRow, std::nullopt);
  draft.Set(kCurrentRow, Number(kFirstGeneration));
  draft.Set(KeyRow(KeyKind::kVault, name), std::move(wrapped));
  draft.Set(KeyRow(KeyKind::kStore, {}),
            Wrap(kFirstGeneration, vault_key.Reveal(),
                 WrapContext(KeyKind::kStore, {}), store_key.view()));
  draft.Set(kLedgerRow, mark.Serialize());
  draft.Set(kTimeRow, Time(now_ms));
  return draft.Commit();
}

absl::Status Vault::Load(KeyProvider& provider) {
  PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> current,
                          store_->Read(kCurrentRow));
  if (!current.has_value() || current->size() != sizeof(generation_)) {
    return absl::DataLossError("the row that names the vault's key is damaged");
  }
  generation_ = base::LoadInt<std::uint32_t>(current->data());
  const std::string name = VaultKeyName(generation_);
  PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> wrapped,
                          store_->Read(KeyRow(KeyKind::kVault, name)));
  if (!wrapped.has_value()) {
    return absl::DataLossError("the vault's key is missing; restore the vault");
  }
  PRIVET_ASSIGN_OR_RETURN(
      const Secret key,
      provider.Unwrap(*wrapped, WrapContext(KeyKind::kVault, name)));
  if (key.size() != KeyBytes::size()) {
    return absl::FailedPreconditionError(absl::StrCat(
        provider.Describe(), " gave a key of another size than it was given"));
  }
  std::memcpy(vault_key_.data(), key.Reveal().data(), key.size());
  PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> row,
                          store_->Read(KeyRow(KeyKind::kStore, {})));
  if (!row.has_value()) {
    return absl::DataLossError("the store key is missing; restore the vault");
  }
  KeyBytes store_key;
  PRIVET_RETURN_IF_ERROR(UnwrapRow(KeyKind::kStore, {}, *row, &store_key));
  std::memcpy(store_key_.data(), store_key.data(), KeyBytes::size());
  return absl::OkStatus();
}

void Vault::Derive() {
  crypto::InfoHash(KeyBytes::size(), vault_key_.view())
      .Part("privet/1/look")
      .Finish(look_up_key_.data());
  crypto::InfoHash(KeyBytes::size(), store_key_.view())
      .Part("privet/1/tag")
      .Finish(tag_key_.data());
}

// Whatever is written is written under the vault's newest key, and notes the
// time.
absl::StatusOr<Draft> Vault::NewDraft(std::int64_t now_ms) const {
  Draft draft(store_.get());
  draft.Expect(kCurrentRow, Number(generation_));
  PRIVET_RETURN_IF_ERROR(AddTime(*store_, now_ms, &draft));
  return draft;
}

void Vault::Draw(KeyKind kind, std::string_view name, void* out,
                 std::size_t size) const {
  DrawUnder(vault_key_.view(), kind, name, out, size);
}

void Vault::AddKey(KeyKind kind, std::string_view name, std::string_view key,
                   Draft* draft) const {
  draft->Set(KeyRow(kind, name), Wrap(generation_, vault_key_.view(),
                                      WrapContext(kind, name), key));
}

absl::Status Vault::UnwrapRow(KeyKind kind, std::string_view name,
                              const std::string& row, KeyBytes* key) const {
  if (WrappingGeneration(row) == generation_ &&
      Unwrap(vault_key_.view(), WrapContext(kind, name), row, key->data(),
             KeyBytes::size())) {
    return absl::OkStatus();
  }
  return absl::DataLossError(
      "a key of the vault was altered; restore the vault");
}

}  // namespace privet::keys
