// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "privet/testing/stores.h"
#include "support/catch.h"
#include "support/status_assertions.h"
#include "testing/memory_record_store.h"
#include "testing/sealed_bytes.h"

namespace privet::testing {
namespace {

const absl::Status kUnplugged = absl::UnavailableError("unplugged");

TEST_CASE("A failing store fails at the planned call, once",
          "[testing][failing]") {
  FailingStore store(NewMemoryStore());
  store.plan().FailOnce(1, kUnplugged);
  REQUIRE_OK(store.Commit({}, {{"a", "1"}}));
  REQUIRE_ERROR(store.Commit({}, {{"a", "2"}}), absl::StatusCode::kUnavailable,
                "unplugged");
  CHECK(**store.Read("a") == "1");
  CHECK(store.plan().calls() == 3);
}

TEST_CASE("A failing store fails from the planned call on",
          "[testing][failing]") {
  FailingStore store(NewMemoryStore());
  store.plan().FailAfter(1, absl::DataLossError("corrupt"));
  REQUIRE_OK(store.Read("a"));
  for (int i = 0; i < 3; ++i) {
    REQUIRE_ERROR(store.Scrub(), absl::StatusCode::kDataLoss, "corrupt");
  }
  store.plan().Pass();
  REQUIRE_OK(store.Scrub());
}

TEST_CASE("A lost answer is that of a call that was done",
          "[testing][failing]") {
  FailingStore store(NewMemoryStore());
  store.plan().LoseAnswer(0, kUnplugged);
  REQUIRE_ERROR(store.Commit({}, {{"a", "1"}}), absl::StatusCode::kUnavailable,
                "unplugged");
  CHECK(**store.Read("a") == "1");
}

TEST_CASE("A failing record store passes on what does not fail",
          "[testing][failing]") {
  FailingRecordStore records(NewMemoryRecords(nullptr));
  SealedParts parts;
  parts.id = MakeRecordId(1, absl::FromUnixSeconds(1), 1);
  parts.compartments = {MakeCompartment(2, 3)};
  records.plan().FailOnce(0, absl::ResourceExhaustedError("full"));
  REQUIRE_ERROR(records.Put(MakeSealedRecord(parts)),
                absl::StatusCode::kResourceExhausted, "full");
  REQUIRE_OK(records.Put(MakeSealedRecord(parts)));
  REQUIRE_OK(records.Get(parts.id));
}

TEST_CASE("A manual clock stands still until it is moved", "[testing][clock]") {
  ManualClock clock;
  const absl::Time start = clock.Now();
  CHECK(clock.Now() == start);
  clock.Advance(absl::Hours(3));
  CHECK(clock.Now() == start + absl::Hours(3));
  clock.Set(start - absl::Hours(1));
  CHECK(clock.Now() == start - absl::Hours(1));
}

}  // namespace
}  // namespace privet::testing
