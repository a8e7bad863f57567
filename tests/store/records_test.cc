// SPDX-License-Identifier: Apache-2.0
//
// What a store of records does when people are erased, and with its buckets.

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/sealed_header.h"
#include "privet/record_store.h"
#include "store/fake_tombstones.h"
#include "store/sqlite/buckets.h"
#include "store/sqlite/record_store.h"
#include "store/temporary_folder.h"
#include "store/tombstones.h"
#include "support/catch.h"
#include "support/status_assertions.h"
#include "testing/memory_record_store.h"
#include "testing/sealed_bytes.h"

namespace privet::testing {
namespace {

using Fate = store::Tombstones::Fate;

constexpr std::uint32_t kType = 0x80000001;
constexpr std::uint32_t kObligationSlot = 4242;
const absl::Time kCreated = absl::FromUnixSeconds(1'767'225'600);

// Public fields, erasable ones, and some that a law keeps.
SealedParts Parts(std::uint64_t number) {
  SealedParts parts;
  parts.id = MakeRecordId(kType, kCreated, number);
  parts.owner = MakeOwner(number);
  parts.compartments = {MakeCompartment(1, base::kPublicClass),
                        MakeCompartment(2, 900),
                        MakeCompartment(3, 901, kObligationSlot)};
  return parts;
}

// Both stores, over the answers of a fake vault.
struct Stores {
  TemporaryFolder folder;
  std::shared_ptr<FakeTombstones> vault = std::make_shared<FakeTombstones>();
  std::shared_ptr<RecordStore> records;

  explicit Stores(bool memory) {
    if (memory) {
      records = NewMemoryRecords(vault);
      return;
    }
    const auto opened =
        store::sqlite::OpenRecords(folder / "records.db", vault);
    REQUIRE_OK(opened);
    records = *opened;
  }

  std::size_t Count() const {
    std::size_t count = 0;
    RecordId highest;
    highest.bytes.fill(0xff);
    REQUIRE_OK(records->ScanRange(RecordId(), highest,
                                  [&](const RecordId&, std::string_view) {
                                    ++count;
                                    return true;
                                  }));
    return count;
  }
};

// Returns the compartments that are there, as "1,3".
std::string Left(const SealedRecord& record) {
  const auto header = base::SealedHeader::Parse(record.bytes());
  REQUIRE_OK(header);
  std::string left;
  for (std::size_t i = 0; i < header->size(); ++i) {
    if (header->dropped(i)) continue;
    left += (left.empty() ? "" : ",") + std::to_string(header->compartment(i));
  }
  return left;
}

TEST_CASE("Nothing new is stored about somebody who was erased",
          "[store][tombstone]") {
  Stores stores(GENERATE(true, false));
  const Fate fate = GENERATE(Fate::kErased, Fate::kGone);
  stores.vault->Set(MakeOwner(1), 0, fate);
  stores.vault->Set(MakeOwner(1), kObligationSlot, fate);
  REQUIRE_ERROR(stores.records->Put(MakeSealedRecord(Parts(1))),
                absl::StatusCode::kFailedPrecondition, "has been erased");
  CHECK(stores.Count() == 0);
  REQUIRE_OK(stores.records->Put(MakeSealedRecord(Parts(2))));
}

TEST_CASE("What a law keeps of somebody erased can be sealed again",
          "[store][tombstone]") {
  Stores stores(GENERATE(true, false));
  REQUIRE_OK(stores.records->Put(MakeSealedRecord(Parts(1))));
  stores.vault->Set(MakeOwner(1), 0, Fate::kGone);
  stores.vault->Set(MakeOwner(1), kObligationSlot, Fate::kErased);
  SealedParts amended = Parts(1);
  amended.revision = 2;
  REQUIRE_OK(stores.records->Put(MakeSealedRecord(amended)));
  CHECK(Left(*stores.records->Get(amended.id)) == "1,3");
}

TEST_CASE("A put that loses the race against an erasure takes its rows out",
          "[store][tombstone]") {
  Stores stores(GENERATE(true, false));
  stores.vault->before_answer = [&](int call) {
    // After the first look, and before the second one.
    if (call != 2) return;
    stores.vault->Set(MakeOwner(1), 0, Fate::kGone);
    stores.vault->Set(MakeOwner(1), kObligationSlot, Fate::kErased);
  };
  SECTION("of a new record") {
    REQUIRE_ERROR(stores.records->PutAll(
                      {MakeSealedRecord(Parts(1)), MakeSealedRecord(Parts(2))}),
                  absl::StatusCode::kFailedPrecondition, "has been erased");
    CHECK(stores.Count() == 1);
    CHECK_FALSE(stores.records->Get(Parts(1).id).ok());
    int found = 0;
    REQUIRE_OK(stores.records->ScanSubject(
        MakeOwner(1), [&](const RecordId&, std::string_view) {
          ++found;
          return true;
        }));
    CHECK(found == 0);
  }
  SECTION("of another person's fields in it") {
    SealedParts shared = Parts(2);
    shared.further_owners = {MakeOwner(1)};
    shared.compartments[1].owner_index = 1;
    REQUIRE_OK(stores.records->Put(MakeSealedRecord(shared)));
    CHECK(Left(*stores.records->Get(shared.id)) == "1,3");
  }
}

TEST_CASE("A put of which the vault cannot be asked stores nothing",
          "[store][tombstone]") {
  Stores stores(GENERATE(true, false));
  const int failing_call = GENERATE(1, 2);
  stores.vault->before_answer = [&](int call) {
    stores.vault->failure = call == failing_call
                                ? absl::UnavailableError("unplugged")
                                : absl::OkStatus();
  };
  REQUIRE_ERROR(stores.records->Put(MakeSealedRecord(Parts(1))),
                absl::StatusCode::kUnavailable, "unplugged");
  CHECK(stores.Count() == 0);
}

TEST_CASE("An amended record stays, be the vault asked or not",
          "[store][tombstone]") {
  Stores stores(GENERATE(true, false));
  REQUIRE_OK(stores.records->Put(MakeSealedRecord(Parts(1))));
  SealedParts amended = Parts(1);
  amended.revision = 2;
  stores.vault->before_answer = [&](int call) {
    if (call == 4) stores.vault->failure = absl::UnavailableError("unplugged");
  };
  REQUIRE_ERROR(stores.records->Put(MakeSealedRecord(amended)),
                absl::StatusCode::kUnavailable, "unplugged");
  CHECK(stores.records->Get(amended.id)->revision() == 2);
}

TEST_CASE("Nobody's records and public fields ask for no tombstone",
          "[store][tombstone]") {
  Stores stores(GENERATE(true, false));
  SealedParts residue = Parts(1);
  residue.flags = base::kAboutNobody;
  REQUIRE_OK(stores.records->Put(MakeSealedRecord(residue)));
  CHECK(stores.vault->calls == 0);
}

std::int64_t RowsOf(const std::string& path, const std::string& table) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &database) == SQLITE_OK);
  sqlite3_stmt* statement = nullptr;
  REQUIRE(sqlite3_prepare_v2(database,
                             ("SELECT count(*) FROM " + table).c_str(), -1,
                             &statement, nullptr) == SQLITE_OK);
  REQUIRE(sqlite3_step(statement) == SQLITE_ROW);
  const std::int64_t rows = sqlite3_column_int64(statement, 0);
  sqlite3_finalize(statement);
  sqlite3_close(database);
  return rows;
}

std::optional<Disposal> RemoveAll(const RecordId&, std::string_view) {
  return Disposal{true, "", {}, std::nullopt};
}

TEST_CASE("Index rows of people go with their bucket once it is empty",
          "[store][sqlite][bucket]") {
  Stores stores(false);
  const std::string path = stores.folder / "records.db";
  // 160 days: slices of ten.
  stores.vault->keeps = {{900, absl::Hours(24 * 160)},
                         {901, absl::Hours(24 * 160)}};
  for (std::uint64_t day = 0; day < 40; ++day) {
    SealedParts parts = Parts(day + 1);
    parts.id = MakeRecordId(
        kType, kCreated + absl::Hours(24 * static_cast<std::int64_t>(day)), 1);
    REQUIRE_OK(stores.records->Put(
        MakeSealedRecord(parts, {IndexTag{5, 1, false, 2, "tag"}})));
  }
  CHECK(RowsOf(path, "sidx") == 40);
  const std::int64_t buckets = RowsOf(path, "buckets");
  CHECK(buckets <= 5);
  const SweepRange range{
      kType, 900, MakeRecordId(kType, kCreated, 0),
      MakeRecordId(kType, kCreated + absl::Hours(24 * 25), 0), 1000};
  REQUIRE_OK(stores.records->Sweep(range, RemoveAll));
  CHECK(RowsOf(path, "rec") == 15);
  CHECK(RowsOf(path, "bidx") == 15);
  CHECK(RowsOf(path, "bof") == 15);
  CHECK(RowsOf(path, "buckets") == buckets - 2);
  CHECK(RowsOf(path, "sidx") <= 25);
  // A row of a bucket that is not empty points nowhere, and finds nothing.
  int found = 0;
  REQUIRE_OK(stores.records->ScanSubject(
      MakeOwner(25), [&](const RecordId&, std::string_view) {
        ++found;
        return true;
      }));
  CHECK(found == 0);
}

void ExecuteOrDie(const std::string& path, const char* sql) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &database) == SQLITE_OK);
  REQUIRE(sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(database);
}

TEST_CASE("Index rows that a sweep could not delete find nothing, and go later",
          "[store][sqlite][index]") {
  Stores stores(false);
  const std::string path = stores.folder / "records.db";
  const IndexTag tag{5, 1, true, 2, "tag"};
  REQUIRE_OK(stores.records->Put(MakeSealedRecord(Parts(1), {tag})));
  // As a process leaves it that dies behind the transaction of the sweep.
  ExecuteOrDie(path,
               "INSERT INTO stale(tag, id) SELECT tag, id FROM bidx;"
               "DELETE FROM bof");
  CHECK(stores.records->Find(tag, 10)->empty());
  CHECK_FALSE(stores.records->FindUnique(tag).ok());
  const bool taken_again = GENERATE(false, true);
  if (taken_again) {
    SealedParts amended = Parts(1);
    amended.revision = 2;
    REQUIRE_OK(stores.records->Put(MakeSealedRecord(amended, {tag})));
  } else {
    // Another may have the value now.
    REQUIRE_OK(stores.records->Put(MakeSealedRecord(Parts(2), {tag})));
  }
  const SweepRange range{kType, 900, RecordId(), Parts(1).id, 100};
  REQUIRE_OK(stores.records->Sweep(range, RemoveAll));
  CHECK(RowsOf(path, "bidx") == 1);
  CHECK(RowsOf(path, "stale") == 0);
  REQUIRE_OK(stores.records->FindUnique(tag));
}

TEST_CASE("Erasure takes the index rows of a person exactly",
          "[store][sqlite][bucket]") {
  Stores stores(false);
  const SealedRecord record =
      MakeSealedRecord(Parts(1), {IndexTag{5, 1, false, 2, "tag"}});
  REQUIRE_OK(stores.records->Put(record));
  REQUIRE_OK(stores.records->Remove(
      {{{record.id(), 1, record.bytes().size()}, std::nullopt}}));
  for (const char* table : {"rec", "sidx", "bidx", "bof"}) {
    CHECK(RowsOf(stores.folder / "records.db", table) == 0);
  }
}

TEST_CASE("A bucket covers the ids that it was made for",
          "[store][sqlite][bucket]") {
  using store::sqlite::Bucket;
  for (const int days : {1, 30, 365, 2562, 73200}) {
    for (std::int64_t ms = 0; ms < (std::int64_t{1} << 47);
         ms = ms * 3 + 86'399'999) {
      const RecordId id =
          MakeRecordId(0xfffffff0, absl::FromUnixMillis(ms), 0xffffffffffff);
      const Bucket bucket = Bucket::Of(id, absl::Hours(24) * days);
      CAPTURE(days, ms);
      CHECK_FALSE(id < bucket.begin());
      CHECK(id < bucket.end());
      CHECK(bucket.row() >= Bucket::FirstOf(0xfffffff0));
      CHECK(bucket.row() <= Bucket::LastOf(0xfffffff0));
    }
  }
}

}  // namespace
}  // namespace privet::testing
