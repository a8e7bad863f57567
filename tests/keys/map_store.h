// SPDX-License-Identifier: Apache-2.0
//
// A vault in memory, which a test may copy, restore and look into.

#ifndef PRIVET_TESTS_KEYS_MAP_STORE_H_
#define PRIVET_TESTS_KEYS_MAP_STORE_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "privet/store.h"

namespace privet::keys {

class MapStore final : public Store {
 public:
  using Rows = std::map<std::string, std::string>;

  absl::StatusOr<std::optional<std::string>> Read(
      std::string_view key) override {
    base::MutexLock lock(&mutex_);
    ++reads;
    const auto found = rows_.find(std::string(key));
    if (found == rows_.end()) return std::nullopt;
    return found->second;
  }

  absl::Status Scan(
      std::string_view from, std::string_view to,
      absl::FunctionRef<bool(std::string_view key, std::string_view value)>
          visit) override {
    base::MutexLock lock(&mutex_);
    for (auto row = rows_.lower_bound(std::string(from)); row != rows_.end();
         ++row) {
      if (!to.empty() && row->first >= to) break;
      if (!visit(row->first, row->second)) break;
    }
    return absl::OkStatus();
  }

  absl::Status Commit(absl::Span<const Condition> conditions,
                      absl::Span<const Write> writes) override {
    if (before_commit) before_commit();
    base::MutexLock lock(&mutex_);
    for (const Condition& condition : conditions) {
      const auto found = rows_.find(condition.key);
      const bool there = found != rows_.end();
      if (there != condition.value.has_value() ||
          (there && found->second != *condition.value)) {
        return absl::AbortedError("a row has changed");
      }
    }
    for (const Write& write : writes) {
      if (write.value.has_value()) {
        rows_[write.key] = *write.value;
      } else {
        rows_.erase(write.key);
      }
    }
    ++commits;
    return absl::OkStatus();
  }

  absl::StatusOr<Scrubbed> Scrub() override { return scrubbed; }

  Rows rows() {
    base::MutexLock lock(&mutex_);
    return rows_;
  }
  void Restore(Rows rows) {
    base::MutexLock lock(&mutex_);
    rows_ = std::move(rows);
  }

  // Called before each commit, without a lock; a test may fail or interfere.
  std::function<void()> before_commit;
  Scrubbed scrubbed = Scrubbed::kDone;
  int commits = 0;
  int reads = 0;

 private:
  base::Mutex mutex_;
  Rows rows_;
};

}  // namespace privet::keys

#endif  // PRIVET_TESTS_KEYS_MAP_STORE_H_
