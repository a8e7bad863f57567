// SPDX-License-Identifier: Apache-2.0
//
// The parts of an engine, each of which may fail, and any number of engines
// over them.

#ifndef PRIVET_TESTS_ENGINE_ENGINE_RIG_H_
#define PRIVET_TESTS_ENGINE_ENGINE_RIG_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "keys/ledger.h"
#include "privet/actor.h"
#include "privet/engine.h"
#include "privet/keys.h"
#include "privet/policy.h"
#include "privet/sweeper.h"
#include "privet/testing/stores.h"
#include "store/temporary_folder.h"
#include "support/catch.h"
#include "support/edited_policy.h"
#include "support/infermesh_records.h"
#include "support/status_assertions.h"

namespace privet::testing {

// The reference policy, edited.
inline Policy PolicyOrDie(const std::vector<PolicyEdit>& edits = {}) {
  auto policy = Policy::Parse(Edited(edits), "edited.textproto");
  REQUIRE_OK(policy);
  return *policy;
}

// An edit by which the reference policy becomes its own successor.
inline PolicyEdit Version(std::uint32_t version) {
  return {"version: 4", "version: " + std::to_string(version)};
}

class EngineRig {
 public:
  explicit EngineRig(Policy policy = PolicyOrDie())
      : policy_(std::move(policy)) {
    REQUIRE_OK(CreateKeyFile(folder / "root.keys"));
    REQUIRE_OK(keys::Ledger::Create(folder / "ledger"));
    // So that what is rounded down to a day shows.
    clock.Advance(absl::Hours(9) + absl::Minutes(17));
  }

  // The policy of engines and sweepers from now on.
  void Use(Policy policy) { policy_ = std::move(policy); }

  // Brings `policy` to work in `engine`, and in sweepers from now on.
  void SwapOrDie(const Engine& engine, const Policy& policy) {
    REQUIRE_OK(engine.SetPolicy(policy));
    Use(policy);
  }

  // An engine over the parts, as one more process has it.
  absl::StatusOr<Engine> TryOpen(EngineOptions options = {}) {
    auto keys = OpenKeyFile(folder / "root.keys");
    if (!keys.ok()) return keys.status();
    options.keys = *keys;
    options.vault = vault;
    options.state = state;
    options.ledger = folder / "ledger";
    options.sources.push_back(records);  // beside those of the test
    options.clock = &clock;
    // Machines that run tests may have little memory to lock.
    options.allow_unlocked_memory = true;
    return Engine::Create(policy_, std::move(options));
  }
  Engine OpenOrDie(EngineOptions options = {}) {
    auto engine = TryOpen(std::move(options));
    REQUIRE_OK(engine);
    return *engine;
  }

  // `sources`: tables beside the rig's own.
  absl::StatusOr<SweepReport> TrySweep(std::vector<SweepSource> sources = {}) {
    SweeperOptions options;
    options.vault = vault;
    options.state = state;
    options.ledger = folder / "ledger";
    sources.push_back({"records", records});
    options.sources = std::move(sources);
    options.clock = &clock;
    auto sweeper = Sweeper::Create(policy_, std::move(options));
    if (!sweeper.ok()) return sweeper.status();
    return sweeper->Run();
  }
  SweepReport SweepOrDie(std::vector<SweepSource> sources = {}) {
    auto report = TrySweep(std::move(sources));
    REQUIRE_OK(report);
    return *report;
  }

  infermesh::v1::ApiRequest Request(const std::string& account) const {
    return RequestOf(account, clock.Now());
  }

  TemporaryFolder folder;
  ManualClock clock;
  std::shared_ptr<FailingStore> vault =
      std::make_shared<FailingStore>(NewMemoryStore());
  std::shared_ptr<FailingStore> state =
      std::make_shared<FailingStore>(NewMemoryStore());
  std::shared_ptr<FailingRecordStore> records =
      std::make_shared<FailingRecordStore>(NewMemoryRecordStore(vault));

 private:
  Policy policy_;
};

// Returns one of the engine's actors, at work in Germany.
inline Actor ActorOf(const Engine& engine, std::string_view name) {
  auto actor = engine.ActAs(ActorId::FromText(name), RegionId("de"));
  REQUIRE_OK(actor);
  return *actor;
}

// Seals and stores.
template <typename T>
SealedRecord StoreOrDie(EngineRig& rig, const Actor& actor, const T& record) {
  auto sealed = actor.Seal(record, Subject(record.account_id()));
  REQUIRE_OK(sealed);
  REQUIRE_OK(rig.records->Put(*sealed));
  return *sealed;
}

// What a store holds, to compare and to put back.
using StoreRows = std::vector<std::pair<std::string, std::string>>;

inline StoreRows RowsOf(Store& store) {
  StoreRows rows;
  REQUIRE_OK(
      store.Scan("", "", [&](std::string_view key, std::string_view value) {
        rows.emplace_back(key, value);
        return true;
      }));
  return rows;
}

// Makes the store hold `rows` and nothing else, as a restored backup does.
inline void Restore(Store& store, const StoreRows& rows) {
  std::vector<Store::Write> writes;
  for (const auto& row : RowsOf(store)) {
    writes.push_back({row.first, std::nullopt});
  }
  REQUIRE_OK(store.Commit({}, writes));
  writes.clear();
  for (const auto& [key, value] : rows) writes.push_back({key, value});
  REQUIRE_OK(store.Commit({}, writes));
}

}  // namespace privet::testing

#endif  // PRIVET_TESTS_ENGINE_ENGINE_RIG_H_
