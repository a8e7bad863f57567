// SPDX-License-Identifier: Apache-2.0
//
// A store in front of another one, in which something happens just before a
// call that is waited for: what other processes do meanwhile.

#ifndef PRIVET_TESTS_SUPPORT_MEANWHILE_STORE_H_
#define PRIVET_TESTS_SUPPORT_MEANWHILE_STORE_H_

#include <functional>
#include <memory>
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

// For one thread: what happens may use the store itself.
class MeanwhileStore final : public Store {
 public:
  explicit MeanwhileStore(std::shared_ptr<Store> behind)
      : behind_(std::move(behind)) {}

  // Each happens once, before the next call of its kind: a look at a key, or at
  // a range, that begins with `prefix`.
  void BeforeRead(std::string_view prefix, std::function<void()> happens) {
    prefix_ = std::string(prefix);
    before_read_ = std::move(happens);
  }
  void BeforeCommit(std::function<void()> happens) {
    before_commit_ = std::move(happens);
  }
  bool happened() const { return !before_read_ && !before_commit_; }

  absl::StatusOr<std::optional<std::string>> Read(
      std::string_view key) override {
    if (BeginsSo(key)) Happen(&before_read_);
    return behind_->Read(key);
  }
  absl::Status Scan(std::string_view from, std::string_view to,
                    absl::FunctionRef<bool(std::string_view, std::string_view)>
                        visit) override {
    if (BeginsSo(from)) Happen(&before_read_);
    return behind_->Scan(from, to, visit);
  }
  absl::Status Commit(absl::Span<const Condition> conditions,
                      absl::Span<const Write> writes) override {
    Happen(&before_commit_);
    return behind_->Commit(conditions, writes);
  }
  absl::StatusOr<Scrubbed> Scrub() override { return behind_->Scrub(); }

 private:
  bool BeginsSo(std::string_view key) const {
    return key.substr(0, prefix_.size()) == prefix_;
  }
  static void Happen(std::function<void()>* what) {
    if (const auto happens = std::exchange(*what, nullptr)) happens();
  }

  const std::shared_ptr<Store> behind_;
  std::string prefix_;
  std::function<void()> before_read_, before_commit_;
};

}  // namespace privet::testing

#endif  // PRIVET_TESTS_SUPPORT_MEANWHILE_STORE_H_
