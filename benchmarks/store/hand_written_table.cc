// SPDX-License-Identifier: Apache-2.0

#include "store/hand_written_table.h"

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/types/span.h"

namespace privet::benchmarks {
namespace {

void Check(sqlite3* database, int code) {
  if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return;
  std::fprintf(stderr, "hand-written table: %s\n", sqlite3_errmsg(database));
  std::abort();
}

void Execute(sqlite3* database, const char* sql) {
  Check(database, sqlite3_exec(database, sql, nullptr, nullptr, nullptr));
}

class Statement {
 public:
  Statement(sqlite3* database, const char* sql) : database_(database) {
    Check(database,
          sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT,
                             &statement_, nullptr));
  }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  void Bind(int place, const std::string& blob) {
    sqlite3_bind_blob64(statement_, place, blob.data(), blob.size(),
                        SQLITE_STATIC);
  }
  void Bind(int place, std::int64_t value) {
    sqlite3_bind_int64(statement_, place, value);
  }
  // Runs it to its end, and returns how many rows it changed.
  std::size_t Run() {
    Check(database_, sqlite3_step(statement_));
    Check(database_, sqlite3_reset(statement_));
    return static_cast<std::size_t>(sqlite3_changes(database_));
  }

 private:
  sqlite3* const database_;
  sqlite3_stmt* statement_ = nullptr;
};

// Runs `statement`, and before it the deletion of the index rows of the same
// records, in transactions of `batch` records until none is due.
std::size_t RunUntilDone(sqlite3* database, Statement* statement,
                         std::int64_t now_ms, std::size_t batch) {
  Statement unindex(database,
                    "DELETE FROM found WHERE id IN "
                    "(SELECT id FROM rec WHERE due <= ?1 LIMIT ?2)");
  for (Statement* each : {&unindex, statement}) {
    each->Bind(1, now_ms);
    each->Bind(2, static_cast<std::int64_t>(batch));
  }
  std::size_t total = 0;
  while (true) {
    Execute(database, "BEGIN IMMEDIATE");
    unindex.Run();
    const std::size_t changed = statement->Run();
    Execute(database, "COMMIT");
    if (changed == 0) return total;
    total += changed;
  }
}

}  // namespace

HandWrittenTable::HandWrittenTable(const std::string& path) {
  Check(nullptr, sqlite3_open(path.c_str(), &database_));
  // Those of Privet's own files (src/store/sqlite/database.cc).
  Execute(
      database_,
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
      "PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;"
      "PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF;"
      "CREATE TABLE IF NOT EXISTS rec(id BLOB PRIMARY KEY NOT NULL,"
      " subject BLOB NOT NULL, due INTEGER,"
      " part1 BLOB, part2 BLOB, part3 BLOB);"
      "CREATE INDEX IF NOT EXISTS rec_subject ON rec(subject);"
      "CREATE INDEX IF NOT EXISTS rec_due ON rec(due);"
      "CREATE TABLE IF NOT EXISTS found(tag BLOB NOT NULL, id BLOB NOT NULL,"
      " PRIMARY KEY(tag, id)) WITHOUT ROWID;"
      "CREATE INDEX IF NOT EXISTS found_id ON found(id)");
}

HandWrittenTable::~HandWrittenTable() { sqlite3_close(database_); }

void HandWrittenTable::Insert(absl::Span<const HandWrittenRow> rows) {
  Statement insert(database_, "INSERT INTO rec VALUES(?, ?, ?, ?, ?, ?)");
  Statement index(database_, "INSERT INTO found VALUES(?, ?)");
  Execute(database_, "BEGIN IMMEDIATE");
  for (const HandWrittenRow& row : rows) {
    insert.Bind(1, row.id);
    insert.Bind(2, row.subject);
    insert.Bind(3, row.due_ms);
    for (int i = 0; i < 3; ++i) insert.Bind(4 + i, row.parts[i]);
    insert.Run();
    index.Bind(1, row.tag);
    index.Bind(2, row.id);
    index.Run();
  }
  Execute(database_, "COMMIT");
}

std::size_t HandWrittenTable::DropDue(std::int64_t now_ms, std::int64_t next_ms,
                                      std::size_t batch) {
  Statement drop(database_,
                 "UPDATE rec SET part1 = NULL, due = ?3 WHERE id IN "
                 "(SELECT id FROM rec WHERE due <= ?1 LIMIT ?2)");
  drop.Bind(3, next_ms);
  return RunUntilDone(database_, &drop, now_ms, batch);
}

std::size_t HandWrittenTable::DeleteDue(std::int64_t now_ms,
                                        std::size_t batch) {
  Statement remove(database_,
                   "DELETE FROM rec WHERE id IN "
                   "(SELECT id FROM rec WHERE due <= ?1 LIMIT ?2)");
  return RunUntilDone(database_, &remove, now_ms, batch);
}

}  // namespace privet::benchmarks
