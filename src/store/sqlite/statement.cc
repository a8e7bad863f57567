// SPDX-License-Identifier: Apache-2.0

#include "store/sqlite/statement.h"

#include <sqlite3.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "store/sqlite/database.h"

namespace privet::store::sqlite {

absl::StatusOr<bool> Query::Step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return database_->ErrorOf(code);
}

absl::Status Query::Run() { return Step().status(); }

}  // namespace privet::store::sqlite
