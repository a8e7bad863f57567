// SPDX-License-Identifier: Apache-2.0
//
// The store of records knows no rows of the vault, and the keys no SQLite: here
// both meet.

#include <memory>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "keys/vault_tombstones.h"
#include "privet/sqlite.h"
#include "store/sqlite/record_store.h"

namespace privet {

absl::StatusOr<std::shared_ptr<RecordStore>> OpenSqliteRecordStore(
    std::string_view path, std::shared_ptr<Store> vault,
    const SqliteOptions& options) {
  if (vault == nullptr) {
    return absl::InvalidArgumentError(
        "a store of records needs the vault: it says who was erased");
  }
  return store::sqlite::OpenRecords(path, keys::TombstonesOf(std::move(vault)),
                                    options);
}

}  // namespace privet
