// SPDX-License-Identifier: Apache-2.0
//
// One connection to a SQLite file, as all of ours are: write-ahead log, flushed
// commits, deleted bytes overwritten, and a schema version that is known.

#ifndef PRIVET_STORE_SQLITE_DATABASE_H_
#define PRIVET_STORE_SQLITE_DATABASE_H_

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "privet/sqlite.h"
#include "privet/store.h"
#include "store/sqlite/statement.h"

namespace privet::store::sqlite {

// What a file holds.
struct FileKind {
  const char* name;             // "store of records"
  std::int64_t application_id;  // in the file's header, so that `file` knows
  std::int64_t version;         // of the schema
  const char* schema;
};

// A connection. Used by one thread at a time.
class Database {
 public:
  // Opens `path` for writing, makes its file and its tables if it is new.
  static absl::StatusOr<std::unique_ptr<Database>> OpenWriter(
      const std::string& path, const FileKind& kind,
      const SqliteOptions& options);

  // Opens a further connection, which only reads, to a file that a writer has
  // opened before.
  static absl::StatusOr<std::unique_ptr<Database>> OpenReader(
      const std::string& path, const SqliteOptions& options);

  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  const std::string& path() const { return path_; }

  absl::StatusOr<Statement> Prepare(const char* sql) const;
  // Runs one or more statements that give no rows.
  absl::Status Execute(const char* sql) const;
  // Returns the first column of the first row.
  absl::StatusOr<std::int64_t> QueryInt(const char* sql) const;

  // Returns how many rows the last INSERT, UPDATE or DELETE changed.
  int Changes() const { return sqlite3_changes(handle_); }

  // Copies all of the log into the file and cuts it to nothing, since deleted
  // bytes live on in it; pending while a reader needs it.
  absl::StatusOr<Store::Scrubbed> TruncateLog() const;

  // Returns the status of a result of SQLite.
  absl::Status ErrorOf(int code) const;

 private:
  Database(std::string path, sqlite3* handle)
      : path_(std::move(path)), handle_(handle) {}

  static absl::StatusOr<std::unique_ptr<Database>> Connect(
      const std::string& path, const SqliteOptions& options);
  absl::Status Configure(const SqliteOptions& options) const;
  absl::Status LimitSize(std::uint64_t max_bytes) const;
  absl::Status CheckKind(const FileKind& kind) const;
  absl::Status MakeTables(const FileKind& kind) const;
  absl::StatusOr<bool> IsEmpty() const;
  // Returns errno of the last call of the system that failed; 0: none.
  int SystemError() const;

  const std::string path_;
  sqlite3* const handle_;
  absl::Duration busy_timeout_;
};

// A write transaction: rolled back at its end, unless committed.
class Transaction {
 public:
  // Takes the write lock, waiting for it as long as the options say.
  static absl::StatusOr<Transaction> Begin(const Database* database);

  Transaction(Transaction&& other) noexcept
      : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  absl::Status Commit();

 private:
  explicit Transaction(const Database* database) : database_(database) {}

  const Database* database_;
};

}  // namespace privet::store::sqlite

#endif  // PRIVET_STORE_SQLITE_DATABASE_H_
