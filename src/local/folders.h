// SPDX-License-Identifier: Apache-2.0
//
// Where things lie in the two folders of a local installation.

#ifndef PRIVET_LOCAL_FOLDERS_H_
#define PRIVET_LOCAL_FOLDERS_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace privet::local {

// Paths under FOLDER and FOLDER.keys.
struct Folders {
  explicit Folders(std::string_view folder);

  std::string data, keys;  // FOLDER/data and FOLDER.keys
  std::string folder;
  std::string policy, records, state;
  std::string root, ledger, vault;
};

// Makes both folders, that of the keys for its owner only and with a
// CACHEDIR.TAG, which backup tools can be told to skip. AlreadyExists if either
// is there.
absl::Status Make(const Folders& folders);

// OK if both are there and only we may look into that of the keys. NotFound,
// FailedPrecondition.
absl::Status Check(const Folders& folders);

// Writes a new file, durable when it returns.
absl::Status WriteFile(const std::string& path, std::string_view text);

}  // namespace privet::local

#endif  // PRIVET_LOCAL_FOLDERS_H_
