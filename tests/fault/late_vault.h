// SPDX-License-Identifier: Apache-2.0
//
// A vault whose answers may arrive late, as those of another process do that
// the scheduler has put aside.

#ifndef PRIVET_TESTS_FAULT_LATE_VAULT_H_
#define PRIVET_TESTS_FAULT_LATE_VAULT_H_

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "privet/store.h"

namespace privet::testing {

class LateVault final : public Store {
 public:
  explicit LateVault(std::shared_ptr<Store> vault) : vault_(std::move(vault)) {}

  // From here on answers to Read() wait for Release().
  void Hold() {
    std::lock_guard<std::mutex> lock(mutex_);
    held_ = true;
    asked_ = false;
  }
  void Release() { Set(&held_, false); }
  // Returns when an answer waits, or GiveUp() was called: none will.
  void AwaitQuestion() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return asked_; });
  }
  void GiveUp() { Set(&asked_, true); }

  absl::StatusOr<std::optional<std::string>> Read(
      std::string_view key) override {
    auto answer = vault_->Read(key);
    std::unique_lock<std::mutex> lock(mutex_);
    if (held_) {
      asked_ = true;
      changed_.notify_all();
      changed_.wait(lock, [this] { return !held_; });
    }
    return answer;
  }
  absl::Status Scan(std::string_view from, std::string_view to,
                    absl::FunctionRef<bool(std::string_view, std::string_view)>
                        visit) override {
    return vault_->Scan(from, to, visit);
  }
  absl::Status Commit(absl::Span<const Condition> conditions,
                      absl::Span<const Write> writes) override {
    return vault_->Commit(conditions, writes);
  }
  absl::StatusOr<Scrubbed> Scrub() override { return vault_->Scrub(); }

 private:
  void Set(bool* what, bool value) {
    std::lock_guard<std::mutex> lock(mutex_);
    *what = value;
    changed_.notify_all();
  }

  const std::shared_ptr<Store> vault_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
  bool asked_ = false;
};

}  // namespace privet::testing

#endif  // PRIVET_TESTS_FAULT_LATE_VAULT_H_
