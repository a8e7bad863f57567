// SPDX-License-Identifier: Apache-2.0
//
// A prepared statement of SQLite, and one run of it.

#ifndef PRIVET_STORE_SQLITE_STATEMENT_H_
#define PRIVET_STORE_SQLITE_STATEMENT_H_

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace privet::store::sqlite {

class Database;

// A statement, prepared once. Used by one thread at a time, like its database,
// which must outlive it.
class Statement {
 public:
  Statement() = default;
  Statement(const Database* database, sqlite3_stmt* statement)
      : database_(database), statement_(statement) {}

 private:
  friend class Query;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const {
      sqlite3_finalize(statement);
    }
  };
  const Database* database_ = nullptr;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

// One run of a statement: bind its parameters in order, then step. What was
// bound, and what a column shows, lives until the next step or the end of the
// Query, which releases the read lock.
class Query {
 public:
  explicit Query(const Statement& statement)
      : database_(statement.database_),
        statement_(statement.statement_.get()) {}
  ~Query() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  Query& Bind(std::string_view blob) {
    // A null pointer would bind NULL.
    sqlite3_bind_blob64(statement_, ++bound_,
                        blob.data() == nullptr ? "" : blob.data(), blob.size(),
                        SQLITE_STATIC);
    return *this;
  }
  Query& Bind(std::int64_t value) {
    sqlite3_bind_int64(statement_, ++bound_, value);
    return *this;
  }

  // Returns whether there is a row.
  absl::StatusOr<bool> Step();
  // Runs a statement that gives no rows.
  absl::Status Run();

  std::string_view Blob(int column) const {
    const void* data = sqlite3_column_blob(statement_, column);
    const int size = sqlite3_column_bytes(statement_, column);
    return data == nullptr ? std::string_view()
                           : std::string_view(static_cast<const char*>(data),
                                              static_cast<std::size_t>(size));
  }
  std::int64_t Int(int column) const {
    return sqlite3_column_int64(statement_, column);
  }

 private:
  const Database* const database_;
  sqlite3_stmt* const statement_;
  int bound_ = 0;
};

}  // namespace privet::store::sqlite

#endif  // PRIVET_STORE_SQLITE_STATEMENT_H_
