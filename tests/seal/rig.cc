// SPDX-License-Identifier: Apache-2.0

#include "seal/rig.h"

#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/keep.h"
#include "base/status_macros.h"
#include "crypto/aead.h"
#include "privet/keys.h"
#include "privet/secret.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet::testing {
namespace {

// The ordered map of store.h, and no more: these tests are about no store.
class MapStore final : public Store {
 public:
  absl::StatusOr<std::optional<std::string>> Read(
      std::string_view key) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto row = rows_.find(key);
    if (row == rows_.end()) return std::nullopt;
    return row->second;
  }

  absl::Status Scan(std::string_view from, std::string_view to,
                    absl::FunctionRef<bool(std::string_view, std::string_view)>
                        visit) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (auto row = rows_.lower_bound(from);
         row != rows_.end() && (to.empty() || row->first < to); ++row) {
      if (!visit(row->first, row->second)) break;
    }
    return absl::OkStatus();
  }

  absl::Status Commit(absl::Span<const Condition> conditions,
                      absl::Span<const Write> writes) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const Condition& condition : conditions) {
      const auto row = rows_.find(condition.key);
      const bool there = row != rows_.end();
      if (there != condition.value.has_value() ||
          (there && row->second != *condition.value)) {
        return absl::AbortedError("a condition does not hold");
      }
    }
    for (const Write& write : writes) {
      if (write.value.has_value()) {
        rows_[write.key] = *write.value;
      } else {
        rows_.erase(write.key);
      }
    }
    return absl::OkStatus();
  }

  absl::StatusOr<Scrubbed> Scrub() override { return Scrubbed::kDone; }

 private:
  std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> rows_;
};

// Wraps under a key that everybody knows.
class KnownKeyProvider final : public KeyProvider {
 public:
  absl::StatusOr<std::string> Wrap(const Secret& key,
                                   std::string_view context) override {
    std::string out(key.size() + crypto::kAeadTagSize, '\0');
    crypto::AeadSeal(key_.data(), nonce_.data(), context, key.Reveal(),
                     out.data());
    return out;
  }
  absl::StatusOr<Secret> Unwrap(std::string_view wrapped,
                                std::string_view context) override {
    Secret key(wrapped.size() - crypto::kAeadTagSize);
    if (!crypto::AeadOpen(key_.data(), nonce_.data(), context, wrapped,
                          reinterpret_cast<char*>(key.data()))) {
      return absl::FailedPreconditionError("another root key");
    }
    return key;
  }
  std::string Describe() const override { return "known key"; }

 private:
  const std::string key_ = std::string(32, 'r'), nonce_ = std::string(24, 'n');
};

base::Keep AsSealed(const policy::Period& period) { return period.keep; }

std::string NewFolder() {
  std::string name =
      (std::filesystem::temp_directory_path() / "privet_seal_XXXXXX").string();
  REQUIRE(mkdtemp(name.data()) != nullptr);
  return name;
}

}  // namespace

policy::Period PeriodOf(std::string id, std::vector<std::string> after,
                        std::string_view keep, std::string obligation) {
  policy::Period period;
  period.id = std::move(id);
  period.after = std::move(after);
  period.keep = *base::Keep::Parse(keep);
  period.obligation = std::move(obligation);
  return period;
}

policy::RetentionClass ClassOf(std::vector<policy::Period> periods) {
  auto made = policy::MakeRetentionClass(std::move(periods));
  REQUIRE_OK(made);
  return *std::move(made);
}

Rig::Rig() : folder(NewFolder()), vault(std::make_shared<MapStore>()) {
  REQUIRE_OK(keys::Ledger::Create(folder + "/ledger"));
  auto opened_ledger = keys::Ledger::Open(folder + "/ledger");
  REQUIRE_OK(opened_ledger);
  ledger = *opened_ledger;
  counter = keys::ChangeCounter::InMemory();

  keys::KeyringOptions options;
  options.vault = vault;
  options.provider = std::make_shared<KnownKeyProvider>();
  options.ledger = ledger;
  options.counter = counter;
  options.clock = &clock;
  options.allow_unlocked_memory = true;
  auto created = keys::Keyring::Create(options);
  REQUIRE_OK(created);
  keyring = *created;

  classes = std::make_unique<seal::ClassTable>(vault, AsSealed);
  type = seal::TypeName::Make(*keyring, kPolicy, kType);
  const auto ada = keyring->FindOrCreateOwner(BeginOrDie(), "ada");
  REQUIRE_OK(ada);
  owner = *ada;

  terms = {};
  const auto remember = [this](std::vector<policy::Period> periods) {
    const auto entry = classes->Remember(ClassOf(std::move(periods)));
    REQUIRE_OK(entry);
    return &(*entry)->terms;
  };
  terms[kContent] = remember({PeriodOf("content", {}, "30d")});
  terms[kAccount] = remember({PeriodOf("account", {"account_closed"}, "90d")});
  terms[kInvoice] = remember(
      {PeriodOf("content", {}, "30d"), PeriodOf("tax", {}, "10y", "tax_law")});
  plaintexts = {"\x0a\x06sky-7b", "\x12\x14why is the sky blue?",
                "\x1a\x0f"
                "ada@example.com",
                "\x20\xe8\x07"};
}

Rig::~Rig() {
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
}

std::vector<seal::Compartment> Rig::Compartments() const {
  std::vector<seal::Compartment> compartments;
  for (std::size_t i = 0; i < kCount; ++i) {
    compartments.push_back(
        {static_cast<std::uint32_t>(0x11 * (i + 1)), terms[i], plaintexts[i]});
  }
  return compartments;
}

seal::SealInput Rig::Input(const std::vector<seal::Compartment>& compartments) {
  seal::SealInput input;
  input.type = &type;
  input.policy_version = 3;
  input.owner = owner;
  input.created = kNow;
  input.compartments = compartments;
  return input;
}

keys::KeyCall Rig::BeginOrDie() {
  const auto call = keyring->Begin(clock.now);
  REQUIRE_OK(call);
  return *call;
}

std::shared_ptr<Store> Rig::EmptyVault() {
  return std::make_shared<MapStore>();
}

absl::StatusOr<seal::Sealed> Rig::Seal(const seal::SealInput& input,
                                       seal::EventTimes events) {
  seal::Sealed sealed;
  PRIVET_RETURN_IF_ERROR(
      seal::Sealer(keyring.get()).Seal(BeginOrDie(), input, events, &sealed));
  return sealed;
}

seal::Sealed Rig::SealOrDie(const seal::SealInput& input) {
  auto sealed = Seal(input);
  REQUIRE_OK(sealed);
  return *std::move(sealed);
}

seal::Sealed Rig::SealUsualOrDie() {
  const std::vector<seal::Compartment> compartments = Compartments();
  return SealOrDie(Input(compartments));
}

absl::StatusOr<Opened> Rig::Open(std::string_view bytes, const RecordId& id,
                                 std::uint64_t wanted,
                                 seal::EventTimes events) {
  scratch.Wipe();
  PRIVET_ASSIGN_OR_RETURN(const base::SealedHeader header,
                          base::SealedHeader::Parse(bytes));
  PRIVET_RETURN_IF_ERROR(seal::CheckPlace(header, {&type, id}));
  seal::Times times;
  PRIVET_RETURN_IF_ERROR(seal::Opener(keyring.get())
                             .FindTimes(header, type, wanted, classes.get(),
                                        clock.now, events, &times));
  PRIVET_ASSIGN_OR_RETURN(const keys::KeyCall call, keyring->Begin(clock.now));
  PRIVET_RETURN_IF_ERROR(
      seal::Opener(keyring.get())
          .Open(call, header, type, times, wanted, &scratch));
  Opened opened{times.live, times.restricted, {}};
  for (const std::string_view part : scratch.parts()) {
    opened.parts.emplace_back(part);
  }
  return opened;
}

}  // namespace privet::testing
