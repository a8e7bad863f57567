// SPDX-License-Identifier: Apache-2.0

#include "privet/sweeper.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/sealed_header.h"
#include "keys/epoch.h"
#include "retention/sweep_rig.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet::retention {
namespace {

const OwnerId kAda = testing::MakeOwner(1);
const OwnerId kBob = testing::MakeOwner(2);

TEST_CASE("Data goes at its limit, not before it", "[retention][age]") {
  SweepRig rig;
  const std::uint32_t log = rig.ClassOrDie({Created("log", "30d")});
  const std::uint32_t books = rig.ClassOrDie({Created("books", "100d")});
  const RecordId id = rig.PutOrDie(kAda, kStart, {log, books});

  rig.clock.Set(kStart + 30 * kDay - absl::Milliseconds(1));
  CHECK(rig.SweepOrDie().compartments == 0);
  CHECK(rig.Left(id) == "1,2,3");

  rig.clock.Set(kStart + 30 * kDay);
  const SweepReport report = rig.SweepOrDie();
  CHECK(report.compartments == 1);
  CHECK(report.records == 0);
  REQUIRE(report.classes.size() == 1);
  CHECK(report.classes[0].retentions == "log");
  CHECK(rig.Left(id) == "1,3");
}

TEST_CASE("A record goes with the last part that is not public",
          "[retention][age]") {
  SweepRig rig;
  const std::uint32_t log = rig.ClassOrDie({Created("log", "30d")});
  const std::uint32_t books = rig.ClassOrDie({Created("books", "100d")});
  std::vector<RecordId> ids;
  for (int i = 0; i < 7; ++i) {
    ids.push_back(rig.PutOrDie(kAda, kStart + i * kDay, {log, books}));
  }
  rig.clock.Set(kStart + 104 * kDay);
  const SweepReport report = rig.SweepOrDie();
  CHECK(report.records == 5);
  CHECK(report.compartments == 12);
  CHECK(rig.Left(ids[4]) == "gone");
  CHECK(rig.Left(ids[5]) == "1,3");
  // Nothing is left to do.
  CHECK(rig.SweepOrDie().compartments == 0);
}

TEST_CASE("A class ends with the first of its periods", "[retention][age]") {
  SweepRig rig;
  const std::uint32_t both =
      rig.ClassOrDie({Created("books", "100d"), Created("log", "30d")});
  const RecordId id = rig.PutOrDie(kAda, kStart, {both});
  rig.clock.Set(kStart + 31 * kDay);
  CHECK(rig.SweepOrDie().records == 1);
  CHECK(rig.Left(id) == "gone");
}

TEST_CASE("Beside an obligation the other periods take nothing away",
          "[retention][age]") {
  SweepRig rig;
  policy::Period tax = Created("books", "100d");
  tax.obligation = "tax";
  const std::uint32_t both = rig.ClassOrDie({tax, Created("log", "30d")});
  const RecordId id = rig.PutOrDie(kAda, kStart, {both});
  rig.clock.Set(kStart + 99 * kDay);
  CHECK(rig.SweepOrDie().records == 0);
  rig.clock.Set(kStart + 100 * kDay);
  CHECK(rig.SweepOrDie().records == 1);
  CHECK(rig.Left(id) == "gone");
}

TEST_CASE("Of two lengths of one obligation the earliest end counts",
          "[retention][age]") {
  SweepRig rig;
  policy::Period german = Created("german", "100d");
  policy::Period french = Created("french", "60d");
  german.obligation = french.obligation = "tax";
  const std::uint32_t both =
      rig.ClassOrDie({german, french, Created("log", "30d")});
  const RecordId id = rig.PutOrDie(kAda, kStart, {both});
  const char* const both_countries = R"(
      retention { id: "german" categories: ["*"] keep: "100d" obligation: "tax" then: DELETE }
      retention { id: "french" categories: ["*"] keep: "60d" obligation: "tax" then: DELETE }
      retention { id: "log" categories: ["*"] keep: "30d" then: DELETE })";
  rig.clock.Set(kStart + 59 * kDay);
  CHECK(rig.SweepOrDie(both_countries).records == 0);
  rig.clock.Set(kStart + 60 * kDay);
  CHECK(rig.SweepOrDie(both_countries).records == 1);
  CHECK(rig.Left(id) == "gone");
}

TEST_CASE("A stricter policy acts on old records, a laxer one does not",
          "[retention][age]") {
  SweepRig rig;
  const std::uint32_t log = rig.ClassOrDie({Created("log", "30d")});
  const RecordId id = rig.PutOrDie(kAda, kStart, {log});
  rig.clock.Set(kStart + 10 * kDay);
  SECTION("stricter") {
    rig.SweepOrDie(
        R"(retention { id: "log" categories: ["*"] keep: "10d" then: DELETE })");
    CHECK(rig.Left(id) == "gone");
  }
  SECTION("laxer") {
    rig.clock.Set(kStart + 30 * kDay);
    rig.SweepOrDie(
        R"(retention { id: "log" categories: ["*"] keep: "90d" then: DELETE })");
    CHECK(rig.Left(id) == "gone");
  }
  SECTION("gone from the policy") {
    REQUIRE_ERROR(
        rig.TrySweep(
            R"(retention { id: "other" categories: ["*"] keep: "5d" then: DELETE })"),
        absl::StatusCode::kFailedPrecondition,
        "does not declare retention `log`");
    CHECK(rig.Left(id) == "1,2");
  }
}

TEST_CASE("What a hold keeps is left alone", "[retention][age]") {
  SweepRig rig;
  const std::uint32_t log = rig.ClassOrDie({Created("log", "30d")});
  const RecordId id = rig.PutOrDie(kAda, kStart, {log}, base::kHeld);
  rig.clock.Set(kStart + 31 * kDay);
  CHECK(rig.SweepOrDie().records == 0);
  CHECK(rig.Left(id) == "1,2");
}

// Of the beginning of its day.
RecordId ResidueId(std::uint64_t number) {
  return testing::MakeRecordId(
      77, absl::UnixEpoch() + absl::Floor(kStart - absl::UnixEpoch(), kDay),
      number);
}

std::string ResidueBytes(const std::string& type, std::uint64_t number) {
  testing::SealedParts parts;
  parts.id = ResidueId(number);
  parts.owner = testing::MakeOwner(999);
  parts.flags = base::kAboutNobody;
  parts.type = type;
  parts.compartments = {testing::MakeCompartment(5, 4711)};
  return testing::MakeSealedBytes(parts);
}

TEST_CASE("A residue outlives its record, if it is what it must be",
          "[retention][residue]") {
  SweepRig rig;
  policy::Period log = Created("log", "30d");
  log.anonymize = true;
  const std::uint32_t anonymized = rig.ClassOrDie({log});
  const auto put = [&](const std::string& type, std::uint64_t number) {
    rig.PutOrDie(kAda, kStart, {anonymized}, 0, ResidueBytes(type, number));
  };
  put("shop.v1.Order#log", 1);
  put("shop.v1.Order#other", 2);
  put("shop.v1.Other#log", 3);
  rig.clock.Set(kStart + 31 * kDay);
  const SweepReport report = rig.SweepOrDie();
  CHECK(report.records == 3);
  CHECK(report.residues == 1);
  CHECK(rig.records->Get(ResidueId(1)).ok());
  CHECK_FALSE(rig.records->Get(ResidueId(2)).ok());
}

TEST_CASE("A residue stays in a record of which something else ends",
          "[retention][residue]") {
  SweepRig rig;
  policy::Period books = Created("books", "100d");
  books.anonymize = true;
  const std::uint32_t later = rig.ClassOrDie({books});
  const std::uint32_t log = rig.ClassOrDie({Created("log", "30d")});
  const RecordId id = rig.PutOrDie(kAda, kStart, {log, later}, 0,
                                   ResidueBytes("shop.v1.Order#books", 1));
  rig.clock.Set(kStart + 31 * kDay);
  CHECK(rig.SweepOrDie().residues == 0);
  CHECK(rig.Left(id) == "1,3");
  rig.clock.Set(kStart + 101 * kDay);
  CHECK(rig.SweepOrDie().residues == 1);
}

TEST_CASE("An event ends what counts from it, for its person alone",
          "[retention][event]") {
  SweepRig rig;
  const std::uint32_t account = rig.ClassOrDie({Closed("account", "90d")});
  const std::uint32_t books = rig.ClassOrDie({Created("books", "100d")});
  const OwnerId ada = keys::OwnerOrDie(*rig.keyring, "ada");
  const OwnerId bob = keys::OwnerOrDie(*rig.keyring, "bob");
  const auto key = rig.KeyOrDie(ada, rig.EventSlot(account));
  const auto other_key = rig.KeyOrDie(bob, rig.EventSlot(account));
  std::vector<RecordId> ids;
  for (int i = 0; i < 5; ++i) {
    ids.push_back(rig.PutOrDie(ada, kStart, {account, books}));
  }
  const RecordId of_bob = rig.PutOrDie(bob, kStart, {account});
  rig.NoteEvent(ada, account, kStart + kDay);

  rig.clock.Set(kStart + 91 * kDay - absl::Milliseconds(1));
  CHECK(rig.SweepOrDie().keys == 0);
  CHECK(rig.Left(ids[0]) == "1,2,3");

  rig.clock.Set(kStart + 91 * kDay);
  const SweepReport report = rig.SweepOrDie();
  CHECK(report.keys == 1);
  CHECK(report.compartments == 5);
  for (const RecordId& id : ids) CHECK(rig.Left(id) == "1,3");
  CHECK(rig.Left(of_bob) == "1,2");
  CHECK(rig.StateRows() == 0);
  CHECK(rig.Opens(key) == absl::StatusCode::kNotFound);
  CHECK(rig.Opens(other_key) == absl::StatusCode::kOk);
}

TEST_CASE("A deadline in the vault ends a key whose row was lost",
          "[retention][event]") {
  SweepRig rig;
  const std::uint32_t account = rig.ClassOrDie({Closed("account", "90d")});
  const OwnerId ada = keys::OwnerOrDie(*rig.keyring, "ada");
  const auto key = rig.KeyOrDie(ada, rig.EventSlot(account));
  REQUIRE_OK(rig.vault.OpenDestroyer()->SetDeadlines(
      ada, {{rig.EventSlot(account), kStart + 90 * kDay}}));
  rig.clock.Set(kStart + 90 * kDay);
  const SweepReport report = rig.SweepOrDie();
  CHECK(report.keys == 1);
  REQUIRE(report.classes.size() == 1);
  CHECK(report.classes[0].retentions == "account");
  CHECK(rig.Opens(key) == absl::StatusCode::kNotFound);
}

TEST_CASE("What has lost its ground goes", "[retention][ground]") {
  SweepRig rig;
  const std::uint32_t log = rig.ClassOrDie({Created("log", "30d")});
  std::vector<RecordId> of_ada, of_bob;
  for (int i = 0; i < 5; ++i) {
    of_ada.push_back(rig.PutOrDie(kAda, kStart, {log, log}));
    of_bob.push_back(rig.PutOrDie(kBob, kStart, {log, log}));
  }
  SECTION("of one person") {
    rig.NoteGround(kAda, 2);
    const SweepReport report = rig.SweepOrDie();
    CHECK(report.without_ground == 5);
    CHECK(report.compartments == 5);
    for (const RecordId& id : of_ada) CHECK(rig.Left(id) == "1,3");
    for (const RecordId& id : of_bob) CHECK(rig.Left(id) == "1,2,3");
  }
  SECTION("of everybody") {
    rig.NoteGround(OwnerId(), 2);
    CHECK(rig.SweepOrDie().without_ground == 10);
    for (const RecordId& id : of_bob) CHECK(rig.Left(id) == "1,3");
  }
  SECTION("all of it") {
    rig.NoteGround(kAda, 2);
    rig.NoteGround(OwnerId(), 3);
    CHECK(rig.SweepOrDie().records == 5);
    for (const RecordId& id : of_ada) CHECK(rig.Left(id) == "gone");
  }
  CHECK(rig.StateRows() == 0);
}

TEST_CASE("Without ground a residue is thrown away", "[retention][ground]") {
  SweepRig rig;
  policy::Period period = Created("log", "30d");
  period.anonymize = true;
  const std::uint32_t log = rig.ClassOrDie({period});
  rig.PutOrDie(kAda, kStart, {log}, 0, ResidueBytes("shop.v1.Order#log", 1));
  rig.NoteGround(kAda, 2);
  const SweepReport report = rig.SweepOrDie();
  CHECK(report.records == 1);
  CHECK(report.residues == 0);
  CHECK_FALSE(rig.records->Get(ResidueId(1)).ok());
}

TEST_CASE("Epoch keys die by the clock, and Expire() takes them alone",
          "[retention][keys]") {
  SweepRig rig;
  const std::uint32_t log = rig.ClassOrDie({Created("log", "30d")});
  const OwnerId ada = keys::OwnerOrDie(*rig.keyring, "ada");
  const RecordId id = rig.PutOrDie(ada, kStart, {log});
  const base::Keep keep = keys::KeepOrDie("30d");
  const std::uint32_t epoch = *keys::EpochOf(kStart, keep);
  const auto key = rig.KeyOrDie(ada, 0, log, epoch);
  const absl::Time dies = keys::EpochDies(epoch, keep, keep);

  auto sweeper = Sweeper::Create(PolicyOrDie(kRetentions), rig.Options());
  REQUIRE_OK(sweeper);
  rig.clock.Set(dies - absl::Milliseconds(1));
  CHECK(sweeper->Expire()->keys == 0);
  rig.clock.Set(dies);
  const auto report = sweeper->Expire();
  REQUIRE_OK(report);
  CHECK(report->keys == 1);
  CHECK(report->scrubbed);
  CHECK(rig.Left(id) == "1,2");
  CHECK(rig.Opens(key) == absl::StatusCode::kNotFound);
  CHECK(rig.SweepOrDie().records == 1);
}

TEST_CASE("A clock that runs backwards stops the sweep", "[retention][error]") {
  SweepRig rig;
  const std::uint32_t log = rig.ClassOrDie({Created("log", "30d")});
  const RecordId id = rig.PutOrDie(kAda, kStart, {log});
  rig.clock.Set(kStart + 20 * kDay);
  rig.SweepOrDie();
  rig.clock.Set(kStart + 19 * kDay);
  REQUIRE_ERROR(
      rig.TrySweep(
          R"(retention { id: "log" categories: ["*"] keep: "1d" then: DELETE })"),
      absl::StatusCode::kFailedPrecondition, "clock");
  CHECK(rig.Left(id) == "1,2");
}

TEST_CASE("A state behind its ledger holds back what hangs on events",
          "[retention][event]") {
  SweepRig rig;
  const std::uint32_t account = rig.ClassOrDie({Closed("account", "90d")});
  const std::uint32_t log = rig.ClassOrDie({Created("log", "30d")});
  const RecordId id = rig.PutOrDie(kAda, kStart, {account, log});
  rig.NoteEvent(kAda, account, kStart);
  // Perhaps that the event did not happen after all.
  const keys::LedgerItem undone{keys::kFirstStateKind, "row"};
  const auto mark = rig.vault.ledger->Append(kStart, {undone});
  REQUIRE_OK(mark);
  rig.clock.Set(kStart + 91 * kDay);
  // The keys that do not hang on it go all the same.
  const base::Keep keep = keys::KeepOrDie("30d");
  const auto epoch = rig.KeyOrDie(keys::OwnerOrDie(*rig.keyring, "ada"), 0, log,
                                  *keys::EpochOf(kStart, keep));
  auto sweeper = Sweeper::Create(PolicyOrDie(kRetentions), rig.Options());
  REQUIRE_OK(sweeper);
  REQUIRE_ERROR(sweeper->Expire(), absl::StatusCode::kUnavailable,
                "behind its ledger");
  CHECK(rig.Opens(epoch) == absl::StatusCode::kNotFound);
  REQUIRE_ERROR(rig.TrySweep(), absl::StatusCode::kUnavailable,
                "behind its ledger");
  CHECK(rig.Left(id) == "1,2");

  REQUIRE_OK(
      rig.state->Commit({}, {{subject::kStateMarkKey, mark->Serialize()}}));
  rig.SweepOrDie();
  CHECK(rig.Left(id) == "gone");
}

TEST_CASE("A deadline that is to be set anew is waited for, and not in silence",
          "[retention][event]") {
  SweepRig rig;
  const std::uint32_t account = rig.ClassOrDie({Closed("account", "90d")});
  const OwnerId ada = keys::OwnerOrDie(*rig.keyring, "ada");
  const auto key = rig.KeyOrDie(ada, rig.EventSlot(account));
  const auto destroyer = rig.vault.OpenDestroyer();
  REQUIRE_OK(destroyer->SetDeadlines(
      ada, {{rig.EventSlot(account), kStart + 90 * kDay}}));
  const auto mark = rig.vault.ledger->Append(
      kStart, {{keys::kPeriodsKind, std::string(ada.view()) + "row"}});
  REQUIRE_OK(mark);
  REQUIRE_OK(
      rig.state->Commit({}, {{subject::kStateMarkKey, mark->Serialize()}}));
  auto sweeper = Sweeper::Create(PolicyOrDie(kRetentions), rig.Options());
  REQUIRE_OK(sweeper);
  REQUIRE_OK(sweeper->Expire());  // nothing is due
  rig.clock.Set(kStart + 90 * kDay);
  for (const bool keys_only : {true, false}) {
    REQUIRE_ERROR(keys_only ? sweeper->Expire() : sweeper->Run(),
                  absl::StatusCode::kUnavailable, "an engine");
    CHECK(rig.Opens(key) == absl::StatusCode::kOk);
  }
  REQUIRE_OK(destroyer->Settle(ada, [&] {
    return std::vector<keys::SlotDeadline>{
        {rig.EventSlot(account), kStart + 90 * kDay}};
  }));
  CHECK(sweeper->Expire()->keys == 1);
}

TEST_CASE("A sweeper needs all of its parts", "[retention][error]") {
  SweepRig rig;
  SweeperOptions options = rig.Options();
  std::string text;
  SECTION("vault") { options.vault = nullptr, text = "needs the vault"; }
  SECTION("state") { options.state = nullptr, text = "the state"; }
  SECTION("ledger") { options.ledger.clear(), text = "ledger's folder"; }
  SECTION("sources") { options.sources.clear(), text = "at least one source"; }
  SECTION("records") { options.sources[0].records = nullptr, text = "records"; }
  SECTION("batch") { options.batch = 0, text = "at least one record"; }
  SECTION("names") {
    options.sources.push_back(options.sources[0]);
    text = "have the name `records`";
  }
  REQUIRE_ERROR(Sweeper::Create(PolicyOrDie(kRetentions), options),
                absl::StatusCode::kInvalidArgument, text);
}

}  // namespace
}  // namespace privet::retention
