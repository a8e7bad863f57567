// SPDX-License-Identifier: Apache-2.0

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "privet/store.h"
#include "privet/testing/stores.h"
#include "store/store_limits.h"

namespace privet::testing {
namespace {

class MemoryStore final : public Store {
 public:
  absl::StatusOr<std::optional<std::string>> Read(
      std::string_view key) override {
    PRIVET_RETURN_IF_ERROR(store::CheckKey(key));
    base::MutexLock lock(&mutex_);
    return Find(key);
  }

  absl::Status Scan(std::string_view from, std::string_view to,
                    absl::FunctionRef<bool(std::string_view, std::string_view)>
                        visit) override {
    base::MutexLock lock(&mutex_);
    for (auto row = rows_.lower_bound(from); row != rows_.end(); ++row) {
      if (!to.empty() && row->first >= to) break;
      if (!visit(row->first, row->second)) break;
    }
    return absl::OkStatus();
  }

  absl::Status Commit(absl::Span<const Condition> conditions,
                      absl::Span<const Write> writes) override {
    PRIVET_RETURN_IF_ERROR(store::CheckCommit(conditions, writes));
    base::MutexLock lock(&mutex_);
    for (const Condition& condition : conditions) {
      if (Find(condition.key) != condition.value) {
        return store::ConditionFailed();
      }
    }
    for (const Write& write : writes) {
      if (write.value.has_value()) {
        rows_[write.key] = *write.value;
      } else {
        rows_.erase(write.key);
      }
    }
    return absl::OkStatus();
  }

  absl::StatusOr<Scrubbed> Scrub() override { return Scrubbed::kDone; }

 private:
  std::optional<std::string> Find(std::string_view key) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const auto row = rows_.find(key);
    if (row == rows_.end()) return std::nullopt;
    return row->second;
  }

  base::Mutex mutex_;
  std::map<std::string, std::string, std::less<>> rows_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

std::shared_ptr<Store> NewMemoryStore() {
  return std::make_shared<MemoryStore>();
}

}  // namespace privet::testing
