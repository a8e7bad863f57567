// SPDX-License-Identifier: Apache-2.0

#include "privet/testing/conformance.h"

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "privet/record_store.h"
#include "privet/sqlite.h"
#include "privet/store.h"
#include "privet/testing/stores.h"
#include "store/sqlite/record_store.h"
#include "store/temporary_folder.h"
#include "support/catch.h"
#include "support/status_assertions.h"
#include "testing/memory_record_store.h"

namespace privet::testing {
namespace {

TEST_CASE("Every store of ours holds what a Store promises",
          "[store][conformance]") {
  const TemporaryFolder folder;
  for (const StoreCase& test : StoreConformance()) {
    DYNAMIC_SECTION(std::string(test.name) << " (memory)") {
      REQUIRE_OK(test.check(*NewMemoryStore()));
    }
    DYNAMIC_SECTION(std::string(test.name) << " (SQLite)") {
      const auto store = OpenSqliteStore(folder / "map.db");
      REQUIRE_OK(store);
      REQUIRE_OK(test.check(**store));
    }
  }
}

std::shared_ptr<RecordStore> SqliteRecordsOrDie(const TemporaryFolder& folder) {
  auto records = store::sqlite::OpenRecords(folder / "records.db", nullptr);
  REQUIRE_OK(records);
  return *records;
}

absl::Status CheckSource(const RecordSourceCase& test, RecordStore& records) {
  return test.check(
      records, [&](const SealedRecord& record) { return records.Put(record); });
}

TEST_CASE("Every record store of ours holds what a RecordSource promises",
          "[store][conformance]") {
  const TemporaryFolder folder;
  for (const RecordSourceCase& test : RecordSourceConformance()) {
    DYNAMIC_SECTION(std::string(test.name) << " (memory)") {
      REQUIRE_OK(CheckSource(test, *NewMemoryRecords(nullptr)));
    }
    DYNAMIC_SECTION(std::string(test.name) << " (SQLite)") {
      REQUIRE_OK(CheckSource(test, *SqliteRecordsOrDie(folder)));
    }
  }
}

TEST_CASE("Every record store of ours holds what a RecordStore promises",
          "[store][conformance]") {
  const TemporaryFolder folder;
  for (const RecordStoreCase& test : RecordStoreConformance()) {
    DYNAMIC_SECTION(std::string(test.name) << " (memory)") {
      REQUIRE_OK(test.check(*NewMemoryRecords(nullptr)));
    }
    DYNAMIC_SECTION(std::string(test.name) << " (SQLite)") {
      REQUIRE_OK(test.check(*SqliteRecordsOrDie(folder)));
    }
  }
}

// A host's own table: the four functions alone.
class HostTable final : public RecordSource {
 public:
  explicit HostTable(std::shared_ptr<RecordStore> rows)
      : rows_(std::move(rows)) {}
  absl::Status ScanRange(const RecordId& from, const RecordId& to,
                         Visitor visit) override {
    return rows_->ScanRange(from, to, visit);
  }
  absl::Status ScanSubject(const OwnerId& owner, Visitor visit) override {
    return rows_->ScanSubject(owner, visit);
  }
  absl::StatusOr<std::size_t> Replace(
      absl::Span<const Replacement> replacements) override {
    return rows_->Replace(replacements);
  }
  absl::StatusOr<std::size_t> Remove(
      absl::Span<const Removal> removals) override {
    return rows_->Remove(removals);
  }

 private:
  const std::shared_ptr<RecordStore> rows_;
};

TEST_CASE("A source of four functions holds what a RecordSource promises",
          "[store][conformance]") {
  for (const RecordSourceCase& test : RecordSourceConformance()) {
    DYNAMIC_SECTION(std::string(test.name)) {
      const auto rows = NewMemoryRecords(nullptr);
      HostTable table(rows);
      REQUIRE_OK(test.check(table, [&](const SealedRecord& record) {
        return rows->Put(record);
      }));
    }
  }
}

}  // namespace
}  // namespace privet::testing
