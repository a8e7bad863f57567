// SPDX-License-Identifier: Apache-2.0

#include "engine/policy_at_work.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/prefix.h"
#include "base/retry.h"
#include "base/status_macros.h"
#include "crypto/hash.h"
#include "engine/generation.h"
#include "engine/ground.h"
#include "privet/record_id.h"
#include "privet/store.h"
#include "subject/due_rows.h"

namespace privet::engine {
namespace {

// By key, of each compartment that was looked at: the policy's hash.
using LookedRows = std::map<std::string, std::string>;

absl::StatusOr<LookedRows> ReadLooked(Store& state) {
  LookedRows rows;
  PRIVET_RETURN_IF_ERROR(state.Scan(
      subject::kLookedPrefix, base::EndOfPrefix(subject::kLookedPrefix),
      [&rows](std::string_view key, std::string_view value) {
        rows.emplace(key, value);
        return true;
      }));
  return rows;
}

// What to write of those that were not looked at under this policy.
std::vector<Store::Write> RowsOf(const std::vector<Looked>& all,
                                 const LookedRows& rows,
                                 const std::string& policy, absl::Time now) {
  std::vector<Store::Write> writes;
  for (const Looked& looked : all) {
    const std::string key = subject::LookedKey(looked.type, looked.compartment);
    const auto row = rows.find(key);
    if (row != rows.end() && row->second == policy) continue;
    writes.push_back({key, policy});
    const subject::GroundLost lost{OwnerId(), looked.type, looked.compartment};
    writes.push_back(
        {subject::KeyOf(lost),
         looked.lost ? std::optional<std::string>(subject::GroundLostAt(now))
                     : std::nullopt});
  }
  return writes;
}

}  // namespace

absl::Status NotePolicy(const Generation& next, Store& state, Store& vault,
                        absl::Time now) {
  PRIVET_ASSIGN_OR_RETURN(const std::vector<Looked> all,
                          GroundOfEverybody(next, vault));
  const std::uint32_t version = next.policy().version();
  // Of the text: somebody may have forgotten to raise the version.
  const std::string policy = crypto::H(16, "", next.policy().Serialize());
  return base::RetryAborted([&]() -> absl::Status {
    PRIVET_ASSIGN_OR_RETURN(const subject::NewestPolicy newest,
                            subject::ReadNewestPolicy(state));
    if (version < newest.version) return absl::OkStatus();
    PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> older,
                            state.Read(subject::kOlderPolicyKey));
    LookedRows rows;
    if (!older.has_value()) {
      PRIVET_ASSIGN_OR_RETURN(rows, ReadLooked(state));
    }
    std::vector<Store::Write> writes = RowsOf(all, rows, policy, now);
    writes.push_back(
        {subject::kNewestPolicyKey, subject::NewestPolicyRow(version)});
    writes.push_back({subject::kOlderPolicyKey, std::nullopt});
    return state.Commit({{subject::kNewestPolicyKey, newest.row},
                         {subject::kOlderPolicyKey, older}},
                        writes);
  });
}

absl::Status NoteIfOlder(const Generation& generation, Store& state) {
  return base::RetryAborted([&]() -> absl::Status {
    PRIVET_ASSIGN_OR_RETURN(const subject::NewestPolicy newest,
                            subject::ReadNewestPolicy(state));
    if (generation.policy().version() >= newest.version) {
      return absl::OkStatus();
    }
    PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> older,
                            state.Read(subject::kOlderPolicyKey));
    if (older.has_value()) return absl::OkStatus();
    return state.Commit({{subject::kOlderPolicyKey, std::nullopt}},
                        {{subject::kOlderPolicyKey, ""}});
  });
}

}  // namespace privet::engine
