// SPDX-License-Identifier: Apache-2.0

#include "base/retry.h"

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet::base {
namespace {

TEST_CASE("Work is done again until nobody disturbs it", "[base][retry]") {
  int attempts = 0;
  SECTION("and brings what it made") {
    const auto made = RetryAborted([&]() -> absl::StatusOr<std::string> {
      if (++attempts < 3) return absl::AbortedError("changed meanwhile");
      return "made";
    });
    REQUIRE_OK(made);
    CHECK(*made == "made");
    CHECK(attempts == 3);
  }
  SECTION("or fails for another reason") {
    REQUIRE_ERROR(RetryAborted([&] {
                    ++attempts;
                    return absl::NotFoundError("not there");
                  }),
                  absl::StatusCode::kNotFound, "not there");
    CHECK(attempts == 1);
  }
  SECTION("but not for ever") {
    REQUIRE_ERROR(RetryAborted([&] {
                    ++attempts;
                    return absl::AbortedError("changed meanwhile");
                  }),
                  absl::StatusCode::kUnavailable, "try again");
    CHECK(attempts == kAttempts);
  }
}

}  // namespace
}  // namespace privet::base
