// SPDX-License-Identifier: Apache-2.0
//
// Looks at a database's file before SQLite does, whose answers to a missing
// folder, loose permissions or a full disk do not tell what to do.

#ifndef PRIVET_STORE_SQLITE_FILE_CHECKS_H_
#define PRIVET_STORE_SQLITE_FILE_CHECKS_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "privet/sqlite.h"

namespace privet::store::sqlite {

// Makes the file of `path` with mode 0600 (0660 for a group) if it is not
// there, and refuses one that others may read, or that cannot be written.
absl::Status PrepareFile(const std::string& path, const SqliteOptions& options);

// Returns the status of SQLite's result `code` on the file of `path`;
// `system_error` is the errno behind it, 0 for none.
absl::Status StatusOf(int code, int system_error, std::string_view path);

}  // namespace privet::store::sqlite

#endif  // PRIVET_STORE_SQLITE_FILE_CHECKS_H_
