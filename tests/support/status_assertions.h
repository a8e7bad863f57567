// SPDX-License-Identifier: Apache-2.0
//
// Assertions on absl::Status that print the message when they fail.

#ifndef PRIVET_TESTS_SUPPORT_STATUS_ASSERTIONS_H_
#define PRIVET_TESTS_SUPPORT_STATUS_ASSERTIONS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "support/catch.h"

namespace privet::testing {

inline const absl::Status& ToStatus(const absl::Status& status) {
  return status;
}
template <typename T>
const absl::Status& ToStatus(const absl::StatusOr<T>& result) {
  return result.status();
}

}  // namespace privet::testing

// There is no REQUIRE_NOT_OK: name the code and a part of the message.
#define REQUIRE_OK(expr) \
  REQUIRE(::privet::testing::ToStatus(expr).ToString() == "OK")
#define REQUIRE_ERROR(expr, expected_code, expected_text)                 \
  do {                                                                    \
    const absl::Status privet_status = ::privet::testing::ToStatus(expr); \
    CHECK(privet_status.code() == (expected_code));                       \
    REQUIRE_THAT(std::string(privet_status.message()),                    \
                 ::privet::testing::ContainsSubstring(expected_text));    \
  } while (false)

#endif  // PRIVET_TESTS_SUPPORT_STATUS_ASSERTIONS_H_
