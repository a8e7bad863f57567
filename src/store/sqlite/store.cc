// SPDX-License-Identifier: Apache-2.0
//
// The ordered map in a SQLite file.

#include "privet/store.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "privet/sqlite.h"
#include "store/sqlite/database.h"
#include "store/sqlite/reader_pool.h"
#include "store/sqlite/statement.h"
#include "store/store_limits.h"

namespace privet {
namespace store::sqlite {
namespace {

constexpr FileKind kMap = {
    "vault or state",
    0x5052564b,  // "PRVK"
    1,
    "CREATE TABLE map(key BLOB PRIMARY KEY NOT NULL, value BLOB NOT NULL) "
    "WITHOUT ROWID",
};

struct MapReader {
  std::unique_ptr<Database> database;
  Statement read, scan, scan_to_end;

  static absl::StatusOr<std::unique_ptr<MapReader>> Open(
      const std::string& path, const SqliteOptions& options) {
    auto reader = std::make_unique<MapReader>();
    PRIVET_ASSIGN_OR_RETURN(reader->database,
                            Database::OpenReader(path, options));
    const Database& database = *reader->database;
    PRIVET_ASSIGN_OR_RETURN(
        reader->read, database.Prepare("SELECT value FROM map WHERE key = ?"));
    PRIVET_ASSIGN_OR_RETURN(
        reader->scan, database.Prepare("SELECT key, value FROM map WHERE key "
                                       ">= ? AND key < ? ORDER BY key"));
    PRIVET_ASSIGN_OR_RETURN(
        reader->scan_to_end,
        database.Prepare(
            "SELECT key, value FROM map WHERE key >= ? ORDER BY key"));
    return reader;
  }
};

struct MapWriter {
  std::unique_ptr<Database> database;
  Statement read, set, remove;

  absl::Status Open(const std::string& path, const SqliteOptions& options) {
    PRIVET_ASSIGN_OR_RETURN(database,
                            Database::OpenWriter(path, kMap, options));
    PRIVET_ASSIGN_OR_RETURN(
        read, database->Prepare("SELECT value FROM map WHERE key = ?"));
    PRIVET_ASSIGN_OR_RETURN(
        set,
        database->Prepare("INSERT INTO map(key, value) VALUES(?, ?) ON "
                          "CONFLICT DO UPDATE SET value = excluded.value"));
    PRIVET_ASSIGN_OR_RETURN(remove,
                            database->Prepare("DELETE FROM map WHERE key = ?"));
    return absl::OkStatus();
  }
};

absl::StatusOr<std::optional<std::string>> ReadOne(const Statement& statement,
                                                   std::string_view key) {
  Query query(statement);
  PRIVET_ASSIGN_OR_RETURN(const bool found, query.Bind(key).Step());
  if (!found) return std::nullopt;
  return std::string(query.Blob(0));
}

class SqliteMap final : public Store {
 public:
  SqliteMap(const std::string& path, const SqliteOptions& options)
      : readers_([path, options] { return MapReader::Open(path, options); }) {}

  absl::Status Open(const std::string& path, const SqliteOptions& options) {
    base::MutexLock lock(&mutex_);
    return writer_.Open(path, options);
  }

  absl::StatusOr<std::optional<std::string>> Read(
      std::string_view key) override {
    PRIVET_RETURN_IF_ERROR(CheckKey(key));
    PRIVET_ASSIGN_OR_RETURN(const auto reader, readers_.Take());
    return ReadOne(reader->read, key);
  }

  absl::Status Scan(std::string_view from, std::string_view to,
                    absl::FunctionRef<bool(std::string_view, std::string_view)>
                        visit) override {
    PRIVET_ASSIGN_OR_RETURN(const auto reader, readers_.Take());
    Query query(to.empty() ? reader->scan_to_end : reader->scan);
    query.Bind(from);
    if (!to.empty()) query.Bind(to);
    while (true) {
      PRIVET_ASSIGN_OR_RETURN(const bool found, query.Step());
      if (!found || !visit(query.Blob(0), query.Blob(1))) break;
    }
    return absl::OkStatus();
  }

  absl::Status Commit(absl::Span<const Condition> conditions,
                      absl::Span<const Write> writes) override {
    PRIVET_RETURN_IF_ERROR(CheckCommit(conditions, writes));
    base::MutexLock lock(&mutex_);
    PRIVET_ASSIGN_OR_RETURN(Transaction transaction,
                            Transaction::Begin(writer_.database.get()));
    for (const Condition& condition : conditions) {
      PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> value,
                              ReadOne(writer_.read, condition.key));
      if (value != condition.value) return ConditionFailed();
    }
    for (const Write& write : writes) PRIVET_RETURN_IF_ERROR(Do(write));
    return transaction.Commit();
  }

  absl::StatusOr<Scrubbed> Scrub() override {
    base::MutexLock lock(&mutex_);
    return writer_.database->TruncateLog();
  }

 private:
  absl::Status Do(const Write& write) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    Query query(write.value.has_value() ? writer_.set : writer_.remove);
    query.Bind(write.key);
    if (write.value.has_value()) query.Bind(*write.value);
    return query.Run();
  }

  base::Mutex mutex_;
  MapWriter writer_ ABSL_GUARDED_BY(mutex_);
  ReaderPool<MapReader> readers_;
};

}  // namespace
}  // namespace store::sqlite

absl::StatusOr<std::shared_ptr<Store>> OpenSqliteStore(
    std::string_view path, const SqliteOptions& options) {
  SqliteOptions flushed = options;
  flushed.flush_each_commit = true;
  const std::string file(path);
  auto map = std::make_shared<store::sqlite::SqliteMap>(file, flushed);
  PRIVET_RETURN_IF_ERROR(map->Open(file, flushed));
  return std::shared_ptr<Store>(std::move(map));
}

}  // namespace privet
