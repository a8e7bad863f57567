// SPDX-License-Identifier: Apache-2.0
//
// A transaction on a store, gathered before it is committed.

#ifndef PRIVET_KEYS_DRAFT_H_
#define PRIVET_KEYS_DRAFT_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "privet/store.h"

namespace privet::keys {

// Reads rows through the writes that it has gathered; Commit() writes them all
// if every row that was read, or that Expect() names, is still as it was.
class Draft {
 public:
  explicit Draft(Store* store) : store_(store) {}

  absl::StatusOr<std::optional<std::string>> Read(const std::string& key);

  // Demands a value without reading it.
  void Expect(const std::string& key, std::optional<std::string> value);

  // Sets, or by nullopt deletes; the last one of a key counts. A row that was
  // not read is written whatever it holds.
  void Set(const std::string& key, std::optional<std::string> value);

  bool empty() const { return writes_.empty(); }

  // Aborted if a row has changed.
  absl::Status Commit();

 private:
  using Rows = std::map<std::string, std::optional<std::string>>;

  Store* const store_;
  Rows expected_;
  Rows writes_;
};

}  // namespace privet::keys

#endif  // PRIVET_KEYS_DRAFT_H_
