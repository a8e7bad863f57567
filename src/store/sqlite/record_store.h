// SPDX-License-Identifier: Apache-2.0
//
// The store of records in a SQLite file, below what knows the vault's rows.

#ifndef PRIVET_STORE_SQLITE_RECORD_STORE_H_
#define PRIVET_STORE_SQLITE_RECORD_STORE_H_

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "privet/record_store.h"
#include "privet/sqlite.h"
#include "store/tombstones.h"

namespace privet::store::sqlite {

// Opens `path` as OpenSqliteRecordStore() does. Puts ask `tombstones`; null:
// nothing is ever erased, and no class is known (for tests alone).
absl::StatusOr<std::shared_ptr<RecordStore>> OpenRecords(
    std::string_view path, std::shared_ptr<Tombstones> tombstones,
    const SqliteOptions& options = {});

}  // namespace privet::store::sqlite

#endif  // PRIVET_STORE_SQLITE_RECORD_STORE_H_
