// SPDX-License-Identifier: Apache-2.0

#include "subject/state_store.h"

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/prefix.h"
#include "keys/keyring.h"
#include "keys/ledger.h"
#include "privet/keys.h"
#include "privet/testing/stores.h"
#include "subject/state_row.h"
#include "support/catch.h"
#include "support/meanwhile_store.h"
#include "support/status_assertions.h"

namespace privet::subject {
namespace {

// A state beside a vault and a ledger, in memory and a temporary folder.
class Fixture {
 public:
  Fixture() {
    std::string folder =
        (std::filesystem::temp_directory_path() / "privet-state-XXXXXX")
            .string();
    REQUIRE(::mkdtemp(folder.data()) != nullptr);
    folder_ = folder;
    REQUIRE_OK(CreateKeyFile(folder_ + "/root.keys"));
    REQUIRE_OK(keys::Ledger::Create(folder_ + "/ledger"));
    auto ledger = keys::Ledger::Open(folder_ + "/ledger");
    REQUIRE_OK(ledger);
    ledger_ = *ledger;
    keys::KeyringOptions options;
    options.vault = vault_;
    options.provider = *OpenKeyFile(folder_ + "/root.keys");
    options.ledger = ledger_;
    options.clock = &clock_;
    options.allow_unlocked_memory = true;
    auto keyring = keys::Keyring::Create(options);
    REQUIRE_OK(keyring);
    keyring_ = *keyring;
    owner_.bytes[0] = 7;
  }
  ~Fixture() { std::filesystem::remove_all(folder_); }

  std::shared_ptr<StateStore> OpenOrDie(const std::shared_ptr<Store>& store) {
    auto state = StateStore::Open(store, ledger_, keyring_);
    REQUIRE_OK(state);
    return *state;
  }

  Change MakeChange(RowKind kind, std::string name, RowStatus status,
                    bool takes_away) {
    Change change;
    change.row.owner = owner_;
    change.row.kind = kind;
    change.row.name = std::move(name);
    change.row.status = status;
    change.row.at = clock_.Now();
    change.takes_away = takes_away;
    return change;
  }

  // Makes a change that was worked out from what is known now.
  void ApplyOrDie(StateStore& state, Change change) {
    const auto version = state.Version();
    REQUIRE_OK(version);
    change.version = *version;
    const auto said = state.Read(change.row.owner);
    REQUIRE_OK(said);
    change.row.at = SaidAt(*said, change.row, change.row.at);
    REQUIRE_OK(state.Apply(std::move(change), clock_.Now()));
    clock_.Advance(absl::Seconds(1));
  }

  std::string folder_;
  testing::ManualClock clock_;
  std::shared_ptr<Store> vault_ = testing::NewMemoryStore();
  std::shared_ptr<keys::Ledger> ledger_;
  std::shared_ptr<keys::Keyring> keyring_;
  OwnerId owner_;
};

// Copies every row, as a backup would.
std::shared_ptr<Store> CopyOf(Store& store) {
  std::vector<Store::Write> rows;
  REQUIRE_OK(
      store.Scan("", "", [&rows](std::string_view k, std::string_view v) {
        rows.push_back({std::string(k), std::string(v)});
        return true;
      }));
  auto copy = testing::NewMemoryStore();
  REQUIRE_OK(copy->Commit({}, rows));
  return copy;
}

TEST_CASE("A person of whom nothing was said has an empty state",
          "[subject][state]") {
  Fixture fixture;
  auto state = fixture.OpenOrDie(testing::NewMemoryStore());
  const auto said = state->Read(fixture.owner_);
  REQUIRE_OK(said);
  CHECK(said->rows.empty());
  CHECK_FALSE(said->state.restricted);
}

TEST_CASE("The last word on a consent counts", "[subject][state]") {
  Fixture fixture;
  auto state = fixture.OpenOrDie(testing::NewMemoryStore());
  const auto give = [&] {
    fixture.ApplyOrDie(*state,
                       fixture.MakeChange(RowKind::kConsent, "analytics",
                                          RowStatus::kInForce, false));
  };
  give();
  CHECK(state->Read(fixture.owner_)->state.consents.size() == 1);
  fixture.ApplyOrDie(*state, fixture.MakeChange(RowKind::kConsent, "analytics",
                                                RowStatus::kEnded, true));
  CHECK(state->Read(fixture.owner_)->state.consents.empty());
  give();
  CHECK(state->Read(fixture.owner_)->state.consents.size() == 1);
}

TEST_CASE("A withdrawal holds although the clock went back a little",
          "[subject][state]") {
  Fixture fixture;
  const auto store = testing::NewMemoryStore();
  auto state = fixture.OpenOrDie(store);
  fixture.ApplyOrDie(*state, fixture.MakeChange(RowKind::kConsent, "analytics",
                                                RowStatus::kInForce, false));
  fixture.clock_.Advance(GENERATE(absl::Minutes(-2), -absl::Seconds(1)));
  fixture.ApplyOrDie(*state, fixture.MakeChange(RowKind::kConsent, "analytics",
                                                RowStatus::kEnded, true));
  CHECK(state->Read(fixture.owner_)->state.consents.empty());
  // The history has both.
  int entries = 0;
  const std::string from = HistoryPrefix(fixture.owner_);
  REQUIRE_OK(store->Scan(from, base::EndOfPrefix(from),
                         [&](std::string_view, std::string_view) {
                           ++entries;
                           return true;
                         }));
  CHECK(entries == 2);
}

TEST_CASE("A restored state withdraws again before it answers",
          "[subject][state][restore]") {
  Fixture fixture;
  auto store = testing::NewMemoryStore();
  auto state = fixture.OpenOrDie(store);
  fixture.ApplyOrDie(*state, fixture.MakeChange(RowKind::kConsent, "analytics",
                                                RowStatus::kInForce, false));
  const std::shared_ptr<Store> backup = CopyOf(*store);
  for (const auto& [kind, name] :
       {std::pair(RowKind::kConsent, "analytics"),
        std::pair(RowKind::kObjection, "improvement"),
        std::pair(RowKind::kRestriction, "a"),
        std::pair(RowKind::kEvent, "account_closed")}) {
    fixture.ApplyOrDie(*state, fixture.MakeChange(kind, name,
                                                  kind == RowKind::kConsent
                                                      ? RowStatus::kEnded
                                                      : RowStatus::kInForce,
                                                  true));
  }
  auto restored = fixture.OpenOrDie(backup);
  const auto said = restored->Read(fixture.owner_);
  REQUIRE_OK(said);
  CHECK(said->state.consents.empty());
  CHECK(said->state.objections == std::vector<std::string>{"improvement"});
  CHECK(said->state.restricted);
  CHECK(said->state.happened == std::vector<std::string>{"account_closed"});
  CHECK(*restored->Unsettled() == std::vector<OwnerId>{fixture.owner_});
}

// Adds to the rows of a replay what follows from it, as an engine does.
absl::Status SettleWith(
    StateStore& state, const OwnerId& owner,
    const std::vector<Store::Write>& rows,
    const std::function<void()>& meanwhile = [] {}) {
  return state.Settle(
      owner, [&](const Said&) -> absl::StatusOr<std::vector<Store::Write>> {
        meanwhile();
        return rows;
      });
}

TEST_CASE("What follows from a change is written with it, or later",
          "[subject][state]") {
  Fixture fixture;
  auto store = testing::NewMemoryStore();
  auto state = fixture.OpenOrDie(store);
  Change withdrawn = fixture.MakeChange(RowKind::kConsent, "analytics",
                                        RowStatus::kEnded, true);
  withdrawn.with = {{"ground/of-it", ""}};
  withdrawn.version = *state->Version();
  SECTION("with it, where nobody else spoke meanwhile") {
    withdrawn.moves_periods = GENERATE(false, true);
    fixture.ApplyOrDie(*state, withdrawn);
    CHECK(state->Unsettled()->empty());
    return;
  }
  SECTION("later, if it was worked out before another change of another") {
    auto elsewhere = fixture.OpenOrDie(CopyOf(*store));
    fixture.ApplyOrDie(*elsewhere,
                       fixture.MakeChange(RowKind::kEvent, "account_closed",
                                          RowStatus::kInForce, true));
    fixture.ApplyOrDie(*state, withdrawn);
  }
  SECTION("later, if it was replayed by another") {
    auto dies = std::make_shared<testing::FailingStore>(store);
    auto dying = fixture.OpenOrDie(dies);
    dies->plan().FailAfter(1, absl::UnavailableError("killed"));
    REQUIRE_ERROR(dying->Apply(withdrawn, fixture.clock_.Now()),
                  absl::StatusCode::kUnavailable, "killed");
    REQUIRE_OK(state->CatchUp());
  }
  CHECK(*state->Unsettled() == std::vector<OwnerId>{fixture.owner_});
  // Consent that is given meanwhile, past the ledger, counts as well.
  int times = 0;
  REQUIRE_OK(SettleWith(*state, fixture.owner_, {{"ground/later", ""}}, [&] {
    if (++times > 1) return;
    fixture.ApplyOrDie(*state,
                       fixture.MakeChange(RowKind::kConsent, "experience",
                                          RowStatus::kInForce, false));
  }));
  CHECK(times == 2);
  CHECK(state->Unsettled()->empty());
  CHECK(store->Read("ground/later")->has_value());
  REQUIRE_OK(SettleWith(*state, fixture.owner_, {}, [] { FAIL("settled"); }));
}

TEST_CASE("A change that was worked out before another one is not made",
          "[subject][state]") {
  Fixture fixture;
  const auto meanwhile =
      std::make_shared<testing::MeanwhileStore>(testing::NewMemoryStore());
  auto state = fixture.OpenOrDie(meanwhile);
  auto other = fixture.OpenOrDie(meanwhile);
  const bool takes_away = GENERATE(false, true);
  Change change = fixture.MakeChange(
      RowKind::kConsent, "analytics",
      takes_away ? RowStatus::kEnded : RowStatus::kInForce, takes_away);
  change.with = {{"ground/of-it", ""}};
  change.version = *state->Version();
  // Of a process that has read the same.
  Change forestalling = fixture.MakeChange(RowKind::kConsent, "experience",
                                           RowStatus::kInForce, false);
  forestalling.version = change.version;
  const auto speak = [&] {
    REQUIRE_OK(other->Apply(forestalling, fixture.clock_.Now()));
  };
  const auto before = fixture.ledger_->Head();
  SECTION("which was there when it was looked at") {
    speak();
    REQUIRE_ERROR(state->Apply(change, fixture.clock_.Now()),
                  absl::StatusCode::kAborted, "changed since");
    CHECK(fixture.ledger_->Head()->number == before->number);
  }
  SECTION("which came after that") {
    meanwhile->BeforeCommit(speak);
    const absl::Status made = state->Apply(change, fixture.clock_.Now());
    REQUIRE(meanwhile->happened());
    // The ledger has it already: what follows is worked out anew.
    if (takes_away) REQUIRE_OK(made);
    if (!takes_away) CHECK(absl::IsAborted(made));
    CHECK(state->Unsettled()->size() == (takes_away ? 1 : 0));
  }
  CHECK_FALSE(meanwhile->Read("ground/of-it")->has_value());
}

TEST_CASE("The version changes with what is known of anybody, and only then",
          "[subject][state]") {
  Fixture fixture;
  auto store = testing::NewMemoryStore();
  auto state = fixture.OpenOrDie(store);
  auto other = fixture.OpenOrDie(store);
  std::string seen = *other->Version();
  const auto changes = [&] {
    const std::string before = std::exchange(seen, *other->Version());
    return before != seen;
  };
  CHECK_FALSE(changes());
  fixture.ApplyOrDie(*state, fixture.MakeChange(RowKind::kConsent, "analytics",
                                                RowStatus::kInForce, false));
  CHECK(changes());
  CHECK_FALSE(changes());
  fixture.ApplyOrDie(*state, fixture.MakeChange(RowKind::kConsent, "analytics",
                                                RowStatus::kEnded, true));
  CHECK(changes());
  REQUIRE_OK(state->Write({{"due/row", ""}}));
  CHECK_FALSE(changes());
  REQUIRE_OK(state->Forget(fixture.owner_, false));
  CHECK(changes());
  // Who died before the commit left it to whoever looks next.
  auto elsewhere = fixture.OpenOrDie(CopyOf(*store));
  fixture.ApplyOrDie(*elsewhere, fixture.MakeChange(RowKind::kRestriction, "a",
                                                    RowStatus::kInForce, true));
  CHECK(changes());
  CHECK(other->Read(fixture.owner_)->state.restricted);
}

TEST_CASE("A state that is ahead of its ledger is refused",
          "[subject][state][error]") {
  Fixture fixture;
  auto store = testing::NewMemoryStore();
  auto state = fixture.OpenOrDie(store);
  fixture.ApplyOrDie(*state,
                     fixture.MakeChange(RowKind::kObjection, "improvement",
                                        RowStatus::kInForce, true));
  REQUIRE_OK(keys::Ledger::Create(fixture.folder_ + "/other"));
  auto other = keys::Ledger::Open(fixture.folder_ + "/other");
  REQUIRE_OK(other);
  REQUIRE_ERROR(StateStore::Open(store, *other, fixture.keyring_),
                absl::StatusCode::kFailedPrecondition, "ledger");
}

TEST_CASE("A row that somebody wrote without the key is refused",
          "[subject][state][error]") {
  Fixture fixture;
  auto store = testing::NewMemoryStore();
  auto state = fixture.OpenOrDie(store);
  fixture.ApplyOrDie(*state, fixture.MakeChange(RowKind::kConsent, "analytics",
                                                RowStatus::kInForce, false));
  const std::string key = KeyOf(fixture.owner_, RowKind::kConsent, "analytics");
  const std::string good = **store->Read(key);
  SECTION("any flipped bit") {
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
      std::string bad = good;
      bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
      REQUIRE_OK(store->Commit({}, {{key, bad}}));
      REQUIRE_ERROR(state->Read(fixture.owner_), absl::StatusCode::kDataLoss,
                    "does not verify");
    }
  }
  SECTION("of any length") {
    for (const std::size_t size :
         std::vector<std::size_t>{0, 1, 15, 16, 65'535, 65'536, 1 << 20}) {
      INFO(size);
      REQUIRE_OK(store->Commit({}, {{key, std::string(size, 'x')}}));
      REQUIRE_ERROR(state->Read(fixture.owner_), absl::StatusCode::kDataLoss,
                    "does not verify");
    }
  }
  SECTION("under another name, or another person's") {
    OwnerId other = fixture.owner_;
    other.bytes[0] = 8;
    for (const std::string& elsewhere :
         {KeyOf(fixture.owner_, RowKind::kConsent, "advertising"),
          KeyOf(fixture.owner_, RowKind::kNotice, "analytics")}) {
      REQUIRE_OK(store->Commit({}, {{elsewhere, good}}));
      REQUIRE_ERROR(state->Read(fixture.owner_), absl::StatusCode::kDataLoss,
                    "does not verify");
      REQUIRE_OK(store->Commit({}, {{elsewhere, std::nullopt}}));
    }
    REQUIRE_OK(store->Commit(
        {}, {{KeyOf(other, RowKind::kConsent, "analytics"), good}}));
    REQUIRE_ERROR(state->Read(other), absl::StatusCode::kDataLoss,
                  "does not verify");
  }
}

TEST_CASE("Who is forgotten leaves no row", "[subject][state]") {
  Fixture fixture;
  auto store = testing::NewMemoryStore();
  auto state = fixture.OpenOrDie(store);
  fixture.ApplyOrDie(*state, fixture.MakeChange(RowKind::kConsent, "analytics",
                                                RowStatus::kInForce, false));
  REQUIRE_OK(state->Forget(fixture.owner_, false));
  const std::string owner(fixture.owner_.view());
  REQUIRE_OK(store->Scan("", "", [&](std::string_view k, std::string_view) {
    CHECK(k.find(owner) == std::string_view::npos);
    return true;
  }));
}

TEST_CASE("What lives in the history is not authenticated text of the ledger",
          "[subject][state]") {
  Fixture fixture;
  auto state = fixture.OpenOrDie(testing::NewMemoryStore());
  Change change =
      fixture.MakeChange(RowKind::kRestriction, "a", RowStatus::kInForce, true);
  change.history = {"case 2026/17 of Ada"};
  fixture.ApplyOrDie(*state, change);
  bool leaked = false;
  std::size_t entries = 0;
  REQUIRE_OK(fixture.ledger_->Read(
      *fixture.ledger_->Beginning(), [&](const keys::LedgerEntry& entry) {
        leaked |= entry.body.find("Ada") != std::string_view::npos;
        ++entries;
        return true;
      }));
  CHECK(entries == 1);
  CHECK_FALSE(leaked);
}

}  // namespace
}  // namespace privet::subject
