// SPDX-License-Identifier: Apache-2.0
//
// The embedded stores: one SQLite file for each (library privet::sqlite).

#ifndef PRIVET_SQLITE_H_
#define PRIVET_SQLITE_H_

#include <cstdint>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "privet/record_store.h"
#include "privet/store.h"

namespace privet {

struct SqliteOptions {
  // How long a call waits for another process that writes, before it answers
  // Unavailable.
  absl::Duration busy_timeout = absl::Seconds(5);

  // Makes a file that is not there yet. False: NotFound.
  bool create = true;

  // Lets the file's group read and write it too, such as a sweeper that runs
  // as a user of its own. A file that anybody else may read is refused always.
  bool permit_group = false;

  // Bytes that the file may grow to, before a call answers ResourceExhausted;
  // 0: what the disk holds.
  std::uint64_t max_bytes = 0;

  // Of a store of records: false gives up the flush at each commit. The file
  // stays consistent, but a power cut takes back the last acknowledged
  // records. No meaning for a Store, which always flushes.
  bool flush_each_commit = true;
};

// Opens `path` as an ordered map: a vault or a state. Made with mode 0600.
//
// Returns FailedPrecondition if others may read the file, if it cannot be
// written, or if it is another database or of another version; NotFound if its
// folder, or with `create` false the file, is missing; Unavailable if it is
// locked; DataLoss if it is damaged, or no database at all.
absl::StatusOr<std::shared_ptr<Store>> OpenSqliteStore(
    std::string_view path, const SqliteOptions& options = {});

// Opens `path` as a store of sealed records, whose puts look for tombstones in
// `vault`. Returns what OpenSqliteStore() returns, and InvalidArgument if
// `vault` is null.
absl::StatusOr<std::shared_ptr<RecordStore>> OpenSqliteRecordStore(
    std::string_view path, std::shared_ptr<Store> vault,
    const SqliteOptions& options = {});

}  // namespace privet

#endif  // PRIVET_SQLITE_H_
