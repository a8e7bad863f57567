// SPDX-License-Identifier: Apache-2.0

#include "store/store_limits.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/status_macros.h"
#include "privet/store.h"

namespace privet::store {

absl::Status CheckKey(std::string_view key) {
  if (!key.empty() && key.size() <= kMaxKeySize) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "a key of a store has 1 to ", kMaxKeySize, " bytes, not ", key.size()));
}

absl::Status CheckCommit(absl::Span<const Store::Condition> conditions,
                         absl::Span<const Store::Write> writes) {
  for (const Store::Condition& condition : conditions) {
    PRIVET_RETURN_IF_ERROR(CheckKey(condition.key));
  }
  std::vector<std::string_view> keys;
  keys.reserve(writes.size());
  for (const Store::Write& write : writes) {
    PRIVET_RETURN_IF_ERROR(CheckKey(write.key));
    if (write.value.has_value() && write.value->size() > kMaxValueSize) {
      return absl::InvalidArgumentError(
          absl::StrCat("a value of a store has at most ", kMaxValueSize,
                       " bytes, not ", write.value->size()));
    }
    keys.push_back(write.key);
  }
  std::sort(keys.begin(), keys.end());
  if (std::adjacent_find(keys.begin(), keys.end()) != keys.end()) {
    return absl::InvalidArgumentError("two writes of one commit have one key");
  }
  return absl::OkStatus();
}

absl::Status ConditionFailed() {
  return absl::AbortedError(
      "a row is not as the commit expects it; read it again and retry");
}

}  // namespace privet::store
