// SPDX-License-Identifier: Apache-2.0

#include "keys/epoch.h"

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "keys/keys_fixture.h"

namespace privet::keys {
namespace {

TEST_CASE("An epoch is a sixteenth of the keep, in whole hours within bounds",
          "[keys][epoch]") {
  struct Case {
    std::string keep;
    int hours;
  };
  const Case test = GENERATE(values<Case>({
      {"1h", 1},        // at least an hour
      {"31h", 1},       // rounded down
      {"32h", 2},       //
      {"30d", 45},      //
      {"90d", 135},     //
      {"1mo", 46},      // of 31 days
      {"1y", 549},      // of 366 days
      {"7y", 24 * 30},  // at most 30 days
  }));
  DYNAMIC_SECTION(test.keep) {
    CHECK(EpochLength(KeepOrDie(test.keep)) == absl::Hours(test.hours));
  }
}

TEST_CASE("A key lives as long as all of its epoch, and at most one longer",
          "[keys][epoch]") {
  const base::Keep keep = KeepOrDie(GENERATE("1h", "30d", "1mo", "7y"));
  for (int minutes = 0; minutes < 200'000; minutes += 9973) {
    const absl::Time created = kNow + absl::Minutes(minutes);
    const auto epoch = EpochOf(created, keep);
    REQUIRE_OK(epoch);
    const absl::Time dies = EpochDies(*epoch, keep, keep);
    CHECK(dies > created + keep.Longest());
    CHECK(dies <= created + keep.Longest() + EpochLength(keep));
  }
}

TEST_CASE("Before 1970 there is no epoch, and without one no end",
          "[keys][epoch][error]") {
  const base::Keep keep = KeepOrDie("1h");
  CHECK(*EpochOf(absl::UnixEpoch(), keep) == 0);
  REQUIRE_ERROR(EpochOf(absl::UnixEpoch() - absl::Milliseconds(1), keep),
                absl::StatusCode::kInvalidArgument, "before 1970");
  REQUIRE_ERROR(EpochOf(absl::InfiniteFuture(), keep),
                absl::StatusCode::kInvalidArgument, "too far ahead");
  CHECK(EpochDies(kNoEpoch, keep, keep) == absl::InfiniteFuture());
}

}  // namespace
}  // namespace privet::keys
