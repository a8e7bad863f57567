// SPDX-License-Identifier: Apache-2.0
//
// A sweep that ends anywhere goes on at the next run.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "privet/record_store.h"
#include "privet/sweeper.h"
#include "privet/testing/stores.h"
#include "retention/sweep_rig.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet::retention {
namespace {

// Records of which one part is due by age, one by an event, one for want of
// ground, and one not.
struct Scene {
  SweepRig rig;
  std::vector<RecordId> ids;
  keys::KeyPlace key;

  Scene() {
    const auto log = rig.ClassOrDie({Created("log", "30d")});
    const auto account = rig.ClassOrDie({Closed("account", "90d")});
    const auto books = rig.ClassOrDie({Created("books", "100d")});
    const OwnerId ada = keys::OwnerOrDie(*rig.keyring, "ada");
    key = rig.KeyOrDie(ada, rig.EventSlot(account));
    for (int i = 0; i < 5; ++i) {
      ids.push_back(rig.PutOrDie(ada, kStart, {log, account, books, books}));
    }
    rig.NoteEvent(ada, account, kStart);
    rig.NoteGround(ada, 4);
    rig.clock.Set(kStart + 90 * kDay);
  }

  void CheckDone() {
    for (const RecordId& id : ids) CHECK(rig.Left(id) == "1,5");
    CHECK(rig.StateRows() == 0);
    CHECK(rig.Opens(key) == absl::StatusCode::kNotFound);
  }
};

enum class Part { kVault, kState, kRecords };

// Runs a sweep in which call `n` to a part fails, or its answer is lost;
// returns whether the sweep came to its end all the same.
bool RunWithFault(const Scene& scene, Part part, int n, bool lost) {
  auto vault = std::make_shared<testing::FailingStore>(scene.rig.vault.store);
  auto state = std::make_shared<testing::FailingStore>(scene.rig.state);
  auto records =
      std::make_shared<testing::FailingRecordStore>(scene.rig.records);
  testing::FailurePlan& plan = part == Part::kVault   ? vault->plan()
                               : part == Part::kState ? state->plan()
                                                      : records->plan();
  SweeperOptions options = scene.rig.Options();
  options.vault = vault;
  options.state = state;
  options.sources = {{"records", records}};
  auto sweeper = Sweeper::Create(PolicyOrDie(kRetentions), options);
  REQUIRE_OK(sweeper);
  const int before = plan.calls();
  const absl::Status unplugged = absl::UnavailableError("unplugged");
  lost ? plan.LoseAnswer(n, unplugged) : plan.FailOnce(n, unplugged);
  const auto report = sweeper->Run();
  if (!report.ok()) {
    CHECK(report.status().code() == absl::StatusCode::kUnavailable);
  }
  return plan.calls() - before <= n;
}

TEST_CASE("A sweep that failed at any call goes on at the next",
          "[retention][resume]") {
  const Part part = GENERATE(Part::kVault, Part::kState, Part::kRecords);
  const bool lost = GENERATE(false, true);
  bool whole = false;
  int n = 0;
  for (; !whole; ++n) {
    CAPTURE(static_cast<int>(part), lost, n);
    Scene scene;
    whole = RunWithFault(scene, part, n, lost);
    scene.rig.SweepOrDie();
    scene.CheckDone();
  }
  CHECK(n > 3);
}

// A table of the host's: the four functions alone.
class HostTable final : public RecordSource {
 public:
  explicit HostTable(std::shared_ptr<RecordStore> rows)
      : rows_(std::move(rows)) {}
  absl::Status ScanRange(const RecordId& from, const RecordId& to,
                         Visitor visit) override {
    ++scans;
    return rows_->ScanRange(
        from, to, [&](const RecordId& id, std::string_view bytes) {
          return visit(id, id == damaged ? "PRV1, and no sense" : bytes);
        });
  }
  absl::Status ScanSubject(const OwnerId& owner, Visitor visit) override {
    return rows_->ScanSubject(owner, visit);
  }
  absl::StatusOr<std::size_t> Replace(
      absl::Span<const Replacement> replacements) override {
    return rows_->Replace(replacements);
  }
  absl::StatusOr<std::size_t> Remove(
      absl::Span<const Removal> removals) override {
    return rows_->Remove(removals);
  }
  int scans = 0;
  RecordId damaged;

 private:
  const std::shared_ptr<RecordStore> rows_;
};

TEST_CASE("A host's table is swept, and its mark kept in the state",
          "[retention][resume]") {
  SweepRig rig;
  const auto log = rig.ClassOrDie({Created("log", "30d")});
  const auto books = rig.ClassOrDie({Created("books", "100d")});
  std::vector<RecordId> ids;
  for (int i = 0; i < 5; ++i) {
    ids.push_back(rig.PutOrDie(testing::MakeOwner(1), kStart, {log, books}));
  }
  auto table = std::make_shared<HostTable>(rig.records);
  SweeperOptions options = rig.Options();
  options.sources = {{"orders", table}};
  auto sweeper = Sweeper::Create(PolicyOrDie(kRetentions), options);
  REQUIRE_OK(sweeper);
  rig.clock.Set(kStart + 31 * kDay);
  CHECK(sweeper->Run()->compartments == 5);
  for (const RecordId& id : ids) CHECK(rig.Left(id) == "1,3");
  CHECK(rig.StateRows() == 3);  // and how far it is with the ledger
  const int scans = table->scans;
  REQUIRE_OK(sweeper->Run());
  CHECK(table->scans == scans);
}

TEST_CASE("A row that does not parse is left alone, and counted once",
          "[retention][resume]") {
  SweepRig rig;
  const auto log = rig.ClassOrDie({Created("log", "30d")});
  const auto books = rig.ClassOrDie({Created("books", "100d")});
  const OwnerId owner = testing::MakeOwner(1);
  auto table = std::make_shared<HostTable>(rig.records);
  table->damaged = rig.PutOrDie(owner, kStart, {log, books});
  rig.PutOrDie(owner, kStart, {log, books});
  SweeperOptions options = rig.Options();
  options.sources = {{"orders", table}};
  auto sweeper = Sweeper::Create(PolicyOrDie(kRetentions), options);
  REQUIRE_OK(sweeper);
  rig.clock.Set(kStart + 101 * kDay);
  const auto report = sweeper->Run();
  REQUIRE_OK(report);
  CHECK(report->damaged == 1);
  CHECK(report->records == 1);
  CHECK(rig.Left(table->damaged) == "1,2,3");
}

}  // namespace
}  // namespace privet::retention
