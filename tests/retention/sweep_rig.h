// SPDX-License-Identifier: Apache-2.0
//
// A vault with keys, a state and records, and a sweeper over them that has
// never seen a key.

#ifndef PRIVET_TESTS_RETENTION_SWEEP_RIG_H_
#define PRIVET_TESTS_RETENTION_SWEEP_RIG_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/sealed_header.h"
#include "crypto/hash.h"
#include "keys/catalogue.h"
#include "keys/epoch.h"
#include "keys/keys_fixture.h"
#include "policy/retention_class.h"
#include "privet/policy.h"
#include "privet/sweeper.h"
#include "privet/testing/stores.h"
#include "subject/due_rows.h"
#include "support/catch.h"
#include "support/status_assertions.h"
#include "testing/memory_record_store.h"
#include "testing/sealed_bytes.h"

namespace privet::retention {

inline constexpr char kRecordType[] = "shop.v1.Order";
inline const absl::Time kStart = keys::kNow;
inline constexpr absl::Duration kDay = absl::Hours(24);

// Returns a policy with these retentions (text), of which one covers all.
inline Policy PolicyOrDie(const std::string& retentions) {
  auto policy = Policy::Parse(R"(
id: "shop" version: 1 effective: "2026-01-01"
controller { id: "shop" contact: "privacy@shop.example" }
subject_kind { id: "customer" }
category { id: "order" }
category { id: "stats" flags: DEIDENTIFIED }
purpose { id: "service" basis: CONTRACT }
actor { id: "web" purposes: ["service"] stores: ["shop.v1.Order"] }
event { id: "closed" }
obligation { id: "tax" law: "tax law" }
record { type: "shop.v1.Order" subject: "account" }
rule { name: "run" permit { categories: ["order"] purposes: ["service"] } }
)" + retentions,
                              "p");
  REQUIRE_OK(policy);
  return *policy;
}

inline const char kRetentions[] = R"(
retention { id: "log" categories: ["order"] keep: "30d" then: DELETE }
retention { id: "account" categories: ["order"] keep: "90d" after: "closed" then: DELETE }
retention { id: "books" categories: ["order"] keep: "100d" then: DELETE }
)";

inline policy::Period Created(std::string id, const std::string& keep) {
  return {std::move(id), {}, keys::KeepOrDie(keep), "", false};
}
inline policy::Period Closed(std::string id, const std::string& keep) {
  return {std::move(id), {"closed"}, keys::KeepOrDie(keep), "", false};
}

class SweepRig {
 public:
  SweepRig() : keyring(vault.OpenKeyring()) { clock.Set(kStart); }

  // Writes the row of a class, and that of its slot.
  std::uint32_t ClassOrDie(std::vector<policy::Period> periods) {
    const auto made = policy::MakeRetentionClass(std::move(periods));
    REQUIRE_OK(made);
    REQUIRE_OK(keys::RememberClass(*vault.store, made->id, made->Serialize()));
    REQUIRE_OK(
        keys::RememberSlot(*vault.store, {keys::kEventSlot, "", made->id}));
    return made->id;
  }

  std::uint32_t EventSlot(std::uint32_t retention_class) const {
    return *keys::SlotNumber({keys::kEventSlot, "", retention_class});
  }

  // Puts a record of `owner` with a public compartment 1, and compartments 2,
  // 3, … of these classes.
  RecordId PutOrDie(const OwnerId& owner, absl::Time created,
                    std::vector<std::uint32_t> classes, std::uint8_t flags = 0,
                    std::string residue = {}) {
    testing::SealedParts parts;
    parts.id = testing::MakeRecordId(type(), created, ++puts);
    parts.owner = owner;
    parts.type = kRecordType;
    parts.residue = std::move(residue);
    parts.compartments = {testing::MakeCompartment(1, base::kPublicClass)};
    for (const std::uint32_t retention_class : classes) {
      const auto number =
          static_cast<std::uint32_t>(parts.compartments.size() + 1);
      parts.compartments.push_back(
          testing::MakeCompartment(number, retention_class));
      parts.compartments.back().flags = flags;
      REQUIRE_OK(keys::RememberCompartment(*vault.store, type(), number, "x"));
    }
    REQUIRE_OK(records->Put(testing::MakeSealedRecord(parts)));
    return parts.id;
  }

  void NoteEvent(const OwnerId& owner, std::uint32_t retention_class,
                 absl::Time at) {
    const subject::EventDue row{retention_class, 0, at, owner};
    REQUIRE_OK(state->Commit({}, {{subject::KeyOf(row), ""}}));
  }
  void NoteGround(const OwnerId& owner, std::uint32_t compartment) {
    const subject::GroundLost row{owner, type(), compartment};
    REQUIRE_OK(state->Commit({}, {{subject::KeyOf(row), ""}}));
  }
  std::size_t StateRows() const {
    std::size_t rows = 0;
    REQUIRE_OK(state->Scan("", "", [&](std::string_view, std::string_view) {
      ++rows;
      return true;
    }));
    return rows;
  }

  // Draws a key of a person, or of a class's epoch.
  keys::KeyPlace KeyOrDie(const OwnerId& owner, std::uint32_t slot,
                          std::uint32_t retention_class = 0,
                          std::uint32_t epoch = keys::kNoEpoch) {
    keys::KeyPlace place = keys::PlaceOf(owner);
    place.slot = slot;
    place.retention_class = retention_class;
    place.epoch = epoch;
    keys::SealOrDie(*keyring, &place, clock.Now());
    return place;
  }
  absl::StatusCode Opens(const keys::KeyPlace& place) {
    vault.clock.now = clock.Now();
    const auto fresh = vault.OpenKeyring();
    return keys::TryOpen(*fresh, place, clock.Now()).status().code();
  }

  SweeperOptions Options() const {
    SweeperOptions options;
    options.vault = vault.store;
    options.state = state;
    options.ledger = vault.folder / "ledger";
    options.sources = {{"records", records}};
    options.clock = &clock;
    options.batch = 2;
    return options;
  }
  absl::StatusOr<SweepReport> TrySweep(
      const std::string& retentions = kRetentions) const {
    auto sweeper = Sweeper::Create(PolicyOrDie(retentions), Options());
    if (!sweeper.ok()) return sweeper.status();
    return sweeper->Run();
  }
  SweepReport SweepOrDie(const std::string& retentions = kRetentions) const {
    auto report = TrySweep(retentions);
    REQUIRE_OK(report);
    return *report;
  }

  // Returns which compartments of a record are there, as "1,3", or "gone".
  std::string Left(const RecordId& id) const {
    const auto record = records->Get(id);
    if (!record.ok()) return "gone";
    const auto header = base::SealedHeader::Parse(record->bytes());
    REQUIRE_OK(header);
    std::string left;
    for (std::size_t i = 0; i < header->size(); ++i) {
      if (header->dropped(i)) continue;
      left +=
          (left.empty() ? "" : ",") + std::to_string(header->compartment(i));
    }
    return left;
  }

  static std::uint32_t type() { return crypto::Id4(kRecordType); }

  keys::TestVault vault;
  testing::ManualClock clock;
  std::shared_ptr<keys::Keyring> keyring;
  std::shared_ptr<Store> state = testing::NewMemoryStore();
  std::shared_ptr<RecordStore> records = testing::NewMemoryRecords(nullptr);
  std::uint64_t puts = 0;
};

}  // namespace privet::retention

#endif  // PRIVET_TESTS_RETENTION_SWEEP_RIG_H_
