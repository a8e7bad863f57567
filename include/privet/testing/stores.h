// SPDX-License-Identifier: Apache-2.0
//
// Stores for tests: in memory, and failing on demand; and a clock that stands
// still until it is moved (library privet::testing).

#ifndef PRIVET_TESTING_STORES_H_
#define PRIVET_TESTING_STORES_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "privet/clock.h"
#include "privet/record_store.h"
#include "privet/store.h"

namespace privet::testing {

// Makes an ordered map that is empty, and lost when it is destroyed. It is here
// and in no library of a service: there, all data would be unreadable after a
// restart.
std::shared_ptr<Store> NewMemoryStore();

// Makes an empty store of records in memory, whose puts look for tombstones in
// `vault`; null: for none.
std::shared_ptr<RecordStore> NewMemoryRecordStore(
    std::shared_ptr<Store> vault = nullptr);

// When a store that fails does so. Thread-safe.
class FailurePlan {
 public:
  FailurePlan();

  // Lets every call pass. The state at construction.
  void Pass();
  // Lets the next `calls` pass, then fails each with `status`, until Pass().
  void FailAfter(int calls, absl::Status status);
  // Lets the next `calls` pass, then fails one with `status`.
  void FailOnce(int calls, absl::Status status);
  // As FailOnce(), but does what was asked for before it fails: an answer that
  // was lost on its way.
  void LoseAnswer(int calls, absl::Status status);

  // Returns the number of calls so far.
  int calls() const;

  // For implementations: counts a call. Runs `call` if it is to be done, and
  // returns its status or the planned one.
  absl::Status Run(absl::FunctionRef<absl::Status()> call);

 private:
  class State;
  std::shared_ptr<State> state_;
};

// A store in front of another one, which fails by plan.
//
// Example:
//
//   auto vault = std::make_shared<FailingStore>(NewMemoryStore());
//   vault->plan().FailOnce(2, absl::UnavailableError("unplugged"));
class FailingStore final : public Store {
 public:
  explicit FailingStore(std::shared_ptr<Store> behind);

  FailurePlan& plan() { return plan_; }

  absl::StatusOr<std::optional<std::string>> Read(
      std::string_view key) override;
  absl::Status Scan(std::string_view from, std::string_view to,
                    absl::FunctionRef<bool(std::string_view, std::string_view)>
                        visit) override;
  absl::Status Commit(absl::Span<const Condition> conditions,
                      absl::Span<const Write> writes) override;
  absl::StatusOr<Scrubbed> Scrub() override;

 private:
  const std::shared_ptr<Store> behind_;
  FailurePlan plan_;
};

// A store of records in front of another one, which fails by plan.
class FailingRecordStore final : public RecordStore {
 public:
  explicit FailingRecordStore(std::shared_ptr<RecordStore> behind);

  FailurePlan& plan() { return plan_; }

  absl::Status ScanRange(const RecordId& from, const RecordId& to,
                         Visitor visit) override;
  absl::Status ScanSubject(const OwnerId& owner, Visitor visit) override;
  absl::StatusOr<std::size_t> Replace(
      absl::Span<const Replacement> replacements) override;
  absl::StatusOr<std::size_t> Remove(
      absl::Span<const Removal> removals) override;
  absl::StatusOr<SweepStep> Sweep(const SweepRange& range,
                                  Decide decide) override;
  absl::StatusOr<std::optional<RecordId>> SweptUpTo(
      std::uint32_t type, std::uint32_t retention_class) override;
  absl::StatusOr<std::optional<std::string>> DestroyedUpTo() override;
  absl::Status SetDestroyedUpTo(std::string_view mark) override;
  absl::Status Put(const SealedRecord& record) override;
  absl::Status PutAll(absl::Span<const SealedRecord> records) override;
  absl::StatusOr<SealedRecord> Get(const RecordId& id) override;
  absl::StatusOr<std::vector<RecordId>> Find(const IndexTag& tag,
                                             std::size_t limit) override;
  absl::StatusOr<SealedRecord> FindUnique(const IndexTag& tag) override;

 private:
  const std::shared_ptr<RecordStore> behind_;
  FailurePlan plan_;
};

// A clock that stands still until it is moved. Thread-safe.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(absl::Time now = absl::FromUnixSeconds(1'767'225'600))
      : ms_(absl::ToUnixMillis(now)) {}

  absl::Time Now() const override { return absl::FromUnixMillis(ms_.load()); }
  // Moves it, backwards too.
  void Set(absl::Time now) { ms_.store(absl::ToUnixMillis(now)); }
  void Advance(absl::Duration by) {
    ms_.fetch_add(absl::ToInt64Milliseconds(by));
  }

 private:
  std::atomic<std::int64_t> ms_;
};

}  // namespace privet::testing

#endif  // PRIVET_TESTING_STORES_H_
