// SPDX-License-Identifier: Apache-2.0

#include "subject/forget.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "base/prefix.h"
#include "base/status_macros.h"
#include "crypto/random.h"
#include "subject/due_rows.h"
#include "subject/state_row.h"

namespace privet::subject {

void Set(std::vector<Store::Write>* writes, std::string key,
         std::optional<std::string> value) {
  const auto same = [&key](const Store::Write& write) {
    return write.key == key;
  };
  const auto found = std::find_if(writes->begin(), writes->end(), same);
  if (found != writes->end()) {
    found->value = std::move(value);
  } else {
    writes->push_back({std::move(key), std::move(value)});
  }
}

void SetVersion(std::vector<Store::Write>* writes) {
  std::string version(8, '\0');
  crypto::RandomBytes(version.data(), version.size());
  Set(writes, kStateVersionKey, std::move(version));
}

absl::Status ForgetInto(
    Store& state, const OwnerId& owner,
    absl::FunctionRef<bool(std::string_view key, std::string_view value)> stays,
    std::vector<Store::Write>* writes) {
  for (const std::string& prefix :
       {PresentPrefix(owner), HistoryPrefix(owner)}) {
    std::map<std::string, std::optional<std::string>> rows;
    PRIVET_RETURN_IF_ERROR(
        state.Scan(prefix, base::EndOfPrefix(prefix),
                   [&rows](std::string_view key, std::string_view value) {
                     rows.emplace(key, value);
                     return true;
                   }));
    for (const Store::Write& write : *writes) {
      if (write.key.compare(0, prefix.size(), prefix) == 0) {
        rows[write.key] = write.value;
      }
    }
    for (const auto& [key, value] : rows) {
      if (value.has_value() && stays(key, *value)) continue;
      Set(writes, key, std::nullopt);
    }
  }
  return absl::OkStatus();
}

absl::Status Forget(Store& state, absl::Span<const OwnerId> owners) {
  if (owners.empty()) return absl::OkStatus();
  // Before the look at what there is: what was worked out from the version of
  // before then finds another, and is not written behind it.
  std::vector<Store::Write> writes;
  SetVersion(&writes);
  PRIVET_RETURN_IF_ERROR(state.Commit({}, writes));
  writes.clear();
  for (const OwnerId& owner : owners) {
    PRIVET_RETURN_IF_ERROR(ForgetInto(
        state, owner, [](std::string_view, std::string_view) { return false; },
        &writes));
    Set(&writes, UnsettledKey(owner), std::nullopt);
  }
  return state.Commit({}, writes);
}

}  // namespace privet::subject
