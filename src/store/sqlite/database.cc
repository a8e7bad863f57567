// SPDX-License-Identifier: Apache-2.0

#include "store/sqlite/database.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "store/sqlite/file_checks.h"
#include "store/sqlite/statement.h"

namespace privet::store::sqlite {
namespace {

// Longer than it takes a reader to finish, shorter than a caller minds: it
// calls again.
constexpr absl::Duration kScrubWait = absl::Milliseconds(200);

int Milliseconds(absl::Duration duration) {
  return static_cast<int>(std::clamp<std::int64_t>(
      absl::ToInt64Milliseconds(duration), 0, 1 << 30));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> Database::Connect(
    const std::string& path, const SqliteOptions& options) {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(
      path.c_str(), &handle,
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
      nullptr);
  if (handle == nullptr) return StatusOf(SQLITE_NOMEM, 0, path);
  std::unique_ptr<Database> database(new Database(path, handle));
  if (code != SQLITE_OK) return database->ErrorOf(code);
  database->busy_timeout_ = options.busy_timeout;
  sqlite3_busy_timeout(handle, Milliseconds(options.busy_timeout));
  PRIVET_RETURN_IF_ERROR(database->Configure(options));
  return database;
}

absl::StatusOr<std::unique_ptr<Database>> Database::OpenWriter(
    const std::string& path, const FileKind& kind,
    const SqliteOptions& options) {
  PRIVET_RETURN_IF_ERROR(PrepareFile(path, options));
  PRIVET_ASSIGN_OR_RETURN(std::unique_ptr<Database> database,
                          Connect(path, options));
  PRIVET_RETURN_IF_ERROR(database->LimitSize(options.max_bytes));
  PRIVET_RETURN_IF_ERROR(database->CheckKind(kind));
  return database;
}

absl::StatusOr<std::unique_ptr<Database>> Database::OpenReader(
    const std::string& path, const SqliteOptions& options) {
  PRIVET_ASSIGN_OR_RETURN(std::unique_ptr<Database> database,
                          Connect(path, options));
  PRIVET_RETURN_IF_ERROR(database->Execute("PRAGMA query_only = ON"));
  return database;
}

Database::~Database() { sqlite3_close_v2(handle_); }

absl::Status Database::Configure(const SqliteOptions& options) const {
  PRIVET_ASSIGN_OR_RETURN(const Statement log,
                          Prepare("PRAGMA journal_mode = WAL"));
  {
    Query query(log);
    PRIVET_RETURN_IF_ERROR(query.Step().status());
    if (query.Blob(0) != "wal") {
      return absl::FailedPreconditionError(absl::StrCat(
          "`", path_,
          "` cannot have a write-ahead log here; put it on a local disk"));
    }
  }
  // Set, never assumed: distributions differ, and FAST would leave bytes of
  // keys in freed pages.
  PRIVET_ASSIGN_OR_RETURN(const std::int64_t overwrites,
                          QueryInt("PRAGMA secure_delete = ON"));
  if (overwrites != 1) {
    return absl::FailedPreconditionError(absl::StrCat(
        "this SQLite does not overwrite deleted bytes of `", path_, "`"));
  }
  PRIVET_RETURN_IF_ERROR(Execute(options.flush_each_commit
                                     ? "PRAGMA synchronous = FULL"
                                     : "PRAGMA synchronous = NORMAL"));
  return Execute(
      "PRAGMA temp_store = MEMORY;"
      "PRAGMA cell_size_check = ON;"
      "PRAGMA trusted_schema = OFF");
}

absl::Status Database::LimitSize(std::uint64_t max_bytes) const {
  if (max_bytes == 0) return absl::OkStatus();
  PRIVET_ASSIGN_OR_RETURN(const std::int64_t page_size,
                          QueryInt("PRAGMA page_size"));
  const std::uint64_t pages = std::clamp<std::uint64_t>(
      max_bytes / static_cast<std::uint64_t>(page_size), 1, 0xfffffffe);
  return Execute(absl::StrCat("PRAGMA max_page_count = ", pages).c_str());
}

absl::StatusOr<bool> Database::IsEmpty() const {
  PRIVET_ASSIGN_OR_RETURN(const std::int64_t id,
                          QueryInt("PRAGMA application_id"));
  PRIVET_ASSIGN_OR_RETURN(const std::int64_t tables,
                          QueryInt("SELECT count(*) FROM sqlite_schema"));
  return id == 0 && tables == 0;
}

absl::Status Database::CheckKind(const FileKind& kind) const {
  PRIVET_ASSIGN_OR_RETURN(const bool empty, IsEmpty());
  if (empty) PRIVET_RETURN_IF_ERROR(MakeTables(kind));
  PRIVET_ASSIGN_OR_RETURN(const std::int64_t id,
                          QueryInt("PRAGMA application_id"));
  PRIVET_ASSIGN_OR_RETURN(const std::int64_t version,
                          QueryInt("PRAGMA user_version"));
  if (id != kind.application_id) {
    return absl::FailedPreconditionError(
        absl::StrCat("`", path_, "` is no ", kind.name, " of Privet"));
  }
  if (version != kind.version) {
    return absl::FailedPreconditionError(absl::StrCat(
        "`", path_, "` has version ", version,
        " of the schema, but this library reads version ", kind.version,
        "; use the release of Privet that wrote it"));
  }
  return absl::OkStatus();
}

absl::Status Database::MakeTables(const FileKind& kind) const {
  PRIVET_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(this));
  // Another process may have made them since.
  PRIVET_ASSIGN_OR_RETURN(const bool empty, IsEmpty());
  if (!empty) return absl::OkStatus();
  PRIVET_RETURN_IF_ERROR(Execute(kind.schema));
  PRIVET_RETURN_IF_ERROR(
      Execute(absl::StrCat("PRAGMA application_id = ", kind.application_id,
                           "; PRAGMA user_version = ", kind.version)
                  .c_str()));
  return transaction.Commit();
}

absl::StatusOr<Statement> Database::Prepare(const char* sql) const {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(
      handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return ErrorOf(code);
  return Statement(this, statement);
}

absl::Status Database::Execute(const char* sql) const {
  return ErrorOf(sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr));
}

absl::StatusOr<std::int64_t> Database::QueryInt(const char* sql) const {
  PRIVET_ASSIGN_OR_RETURN(const Statement statement, Prepare(sql));
  Query query(statement);
  PRIVET_ASSIGN_OR_RETURN(const bool found, query.Step());
  return found ? query.Int(0) : 0;
}

absl::StatusOr<Store::Scrubbed> Database::TruncateLog() const {
  sqlite3_busy_timeout(handle_,
                       Milliseconds(std::min(kScrubWait, busy_timeout_)));
  const int code = sqlite3_wal_checkpoint_v2(
      handle_, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  sqlite3_busy_timeout(handle_, Milliseconds(busy_timeout_));
  if ((code & 0xff) == SQLITE_BUSY) return Store::Scrubbed::kPending;
  if (code != SQLITE_OK) return ErrorOf(code);
  return Store::Scrubbed::kDone;
}

int Database::SystemError() const {
  const int error = sqlite3_system_errno(handle_);
  if (error != 0) return error;
  // Of a commit that failed the log knows it alone.
  sqlite3_file* log = nullptr;
  int of_log = 0;
  if (sqlite3_file_control(handle_, "main", SQLITE_FCNTL_JOURNAL_POINTER,
                           &log) != SQLITE_OK ||
      log == nullptr || log->pMethods == nullptr ||
      log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &of_log) !=
          SQLITE_OK) {
    return 0;
  }
  return of_log;
}

absl::Status Database::ErrorOf(int code) const {
  if (code == SQLITE_OK) return absl::OkStatus();
  const bool of_system =
      (code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN;
  return StatusOf(code, of_system ? SystemError() : 0, path_);
}

absl::StatusOr<Transaction> Transaction::Begin(const Database* database) {
  PRIVET_RETURN_IF_ERROR(database->Execute("BEGIN IMMEDIATE"));
  return Transaction(database);
}

Transaction::~Transaction() {
  // It fails only where SQLite has rolled back by itself already.
  if (database_ != nullptr) database_->Execute("ROLLBACK").IgnoreError();
}

absl::Status Transaction::Commit() {
  PRIVET_RETURN_IF_ERROR(database_->Execute("COMMIT"));
  database_ = nullptr;
  return absl::OkStatus();
}

}  // namespace privet::store::sqlite
