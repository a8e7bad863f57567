// SPDX-License-Identifier: Apache-2.0

#include "keys/draft.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/status_macros.h"

namespace privet::keys {

absl::StatusOr<std::optional<std::string>> Draft::Read(const std::string& key) {
  if (const auto write = writes_.find(key); write != writes_.end()) {
    return write->second;
  }
  PRIVET_ASSIGN_OR_RETURN(std::optional<std::string> value, store_->Read(key));
  expected_.emplace(key, value);
  return value;
}

void Draft::Expect(const std::string& key, std::optional<std::string> value) {
  expected_.insert_or_assign(key, std::move(value));
}

void Draft::Set(const std::string& key, std::optional<std::string> value) {
  writes_.insert_or_assign(key, std::move(value));
}

absl::Status Draft::Commit() {
  std::vector<Store::Condition> conditions;
  for (const auto& [key, value] : expected_) conditions.push_back({key, value});
  std::vector<Store::Write> writes;
  for (const auto& [key, value] : writes_) writes.push_back({key, value});
  return store_->Commit(conditions, writes);
}

}  // namespace privet::keys
