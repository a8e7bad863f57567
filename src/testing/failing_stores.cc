// SPDX-License-Identifier: Apache-2.0

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/mutex.h"
#include "privet/testing/stores.h"

namespace privet::testing {

class FailurePlan::State {
 public:
  enum class Kind { kPass, kFailFrom, kFailOne, kLoseAnswer };

  void Plan(Kind kind, int calls, absl::Status status) {
    base::MutexLock lock(&mutex_);
    kind_ = kind;
    left_ = calls;
    status_ = std::move(status);
  }

  int calls() {
    base::MutexLock lock(&mutex_);
    return calls_;
  }

  // Counts a call; returns what happens to it.
  Kind Next(absl::Status* status) {
    base::MutexLock lock(&mutex_);
    ++calls_;
    if (kind_ == Kind::kPass || left_-- > 0) return Kind::kPass;
    const Kind kind = kind_;
    *status = status_;
    if (kind == Kind::kFailFrom) {
      left_ = 0;
    } else {
      kind_ = Kind::kPass;
    }
    return kind;
  }

 private:
  base::Mutex mutex_;
  Kind kind_ ABSL_GUARDED_BY(mutex_) = Kind::kPass;
  int left_ ABSL_GUARDED_BY(mutex_) = 0;
  int calls_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
};

FailurePlan::FailurePlan() : state_(std::make_shared<State>()) {}

void FailurePlan::Pass() {
  state_->Plan(State::Kind::kPass, 0, absl::OkStatus());
}
void FailurePlan::FailAfter(int calls, absl::Status status) {
  state_->Plan(State::Kind::kFailFrom, calls, std::move(status));
}
void FailurePlan::FailOnce(int calls, absl::Status status) {
  state_->Plan(State::Kind::kFailOne, calls, std::move(status));
}
void FailurePlan::LoseAnswer(int calls, absl::Status status) {
  state_->Plan(State::Kind::kLoseAnswer, calls, std::move(status));
}

int FailurePlan::calls() const { return state_->calls(); }

absl::Status FailurePlan::Run(absl::FunctionRef<absl::Status()> call) {
  absl::Status planned;
  switch (state_->Next(&planned)) {
    case State::Kind::kPass:
      return call();
    case State::Kind::kLoseAnswer:
      call().IgnoreError();
      return planned;
    default:
      return planned;
  }
}

namespace {

// Runs `call`, which returns a StatusOr<T>, by `plan`.
template <typename T, typename Call>
absl::StatusOr<T> RunFor(FailurePlan* plan, Call call) {
  absl::StatusOr<T> result = absl::UnknownError("not called");
  const absl::Status status = plan->Run([&] {
    result = call();
    return result.status();
  });
  if (!status.ok()) return status;
  return result;
}

}  // namespace

FailingStore::FailingStore(std::shared_ptr<Store> behind)
    : behind_(std::move(behind)) {}

absl::StatusOr<std::optional<std::string>> FailingStore::Read(
    std::string_view key) {
  return RunFor<std::optional<std::string>>(&plan_,
                                            [&] { return behind_->Read(key); });
}

absl::Status FailingStore::Scan(
    std::string_view from, std::string_view to,
    absl::FunctionRef<bool(std::string_view, std::string_view)> visit) {
  return plan_.Run([&] { return behind_->Scan(from, to, visit); });
}

absl::Status FailingStore::Commit(absl::Span<const Condition> conditions,
                                  absl::Span<const Write> writes) {
  return plan_.Run([&] { return behind_->Commit(conditions, writes); });
}

absl::StatusOr<Store::Scrubbed> FailingStore::Scrub() {
  return RunFor<Scrubbed>(&plan_, [&] { return behind_->Scrub(); });
}

FailingRecordStore::FailingRecordStore(std::shared_ptr<RecordStore> behind)
    : behind_(std::move(behind)) {}

absl::Status FailingRecordStore::ScanRange(const RecordId& from,
                                           const RecordId& to, Visitor visit) {
  return plan_.Run([&] { return behind_->ScanRange(from, to, visit); });
}

absl::Status FailingRecordStore::ScanSubject(const OwnerId& owner,
                                             Visitor visit) {
  return plan_.Run([&] { return behind_->ScanSubject(owner, visit); });
}

absl::StatusOr<std::size_t> FailingRecordStore::Replace(
    absl::Span<const Replacement> replacements) {
  return RunFor<std::size_t>(&plan_,
                             [&] { return behind_->Replace(replacements); });
}

absl::StatusOr<std::size_t> FailingRecordStore::Remove(
    absl::Span<const Removal> removals) {
  return RunFor<std::size_t>(&plan_, [&] { return behind_->Remove(removals); });
}

absl::StatusOr<SweepStep> FailingRecordStore::Sweep(const SweepRange& range,
                                                    Decide decide) {
  return RunFor<SweepStep>(&plan_,
                           [&] { return behind_->Sweep(range, decide); });
}

absl::StatusOr<std::optional<RecordId>> FailingRecordStore::SweptUpTo(
    std::uint32_t type, std::uint32_t retention_class) {
  return RunFor<std::optional<RecordId>>(
      &plan_, [&] { return behind_->SweptUpTo(type, retention_class); });
}

absl::StatusOr<std::optional<std::string>> FailingRecordStore::DestroyedUpTo() {
  return RunFor<std::optional<std::string>>(
      &plan_, [&] { return behind_->DestroyedUpTo(); });
}

absl::Status FailingRecordStore::SetDestroyedUpTo(std::string_view mark) {
  return plan_.Run([&] { return behind_->SetDestroyedUpTo(mark); });
}

absl::Status FailingRecordStore::Put(const SealedRecord& record) {
  return plan_.Run([&] { return behind_->Put(record); });
}

absl::Status FailingRecordStore::PutAll(
    absl::Span<const SealedRecord> records) {
  return plan_.Run([&] { return behind_->PutAll(records); });
}

absl::StatusOr<SealedRecord> FailingRecordStore::Get(const RecordId& id) {
  return RunFor<SealedRecord>(&plan_, [&] { return behind_->Get(id); });
}

absl::StatusOr<std::vector<RecordId>> FailingRecordStore::Find(
    const IndexTag& tag, std::size_t limit) {
  return RunFor<std::vector<RecordId>>(
      &plan_, [&] { return behind_->Find(tag, limit); });
}

absl::StatusOr<SealedRecord> FailingRecordStore::FindUnique(
    const IndexTag& tag) {
  return RunFor<SealedRecord>(&plan_, [&] { return behind_->FindUnique(tag); });
}

}  // namespace privet::testing
