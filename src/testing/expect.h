// SPDX-License-Identifier: Apache-2.0
//
// Checks for the conformance suites, which belong to no test framework.

#ifndef PRIVET_TESTING_EXPECT_H_
#define PRIVET_TESTING_EXPECT_H_

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

// Ends the case, saying what was expected and is not so.
#define PRIVET_EXPECT(condition)                                          \
  do {                                                                    \
    if (!(condition)) {                                                   \
      return absl::InternalError(absl::StrCat("expected: ", #condition)); \
    }                                                                     \
  } while (false)

// Ends the case unless `expression`, a Status, is of `code`.
#define PRIVET_EXPECT_CODE(expression, expected)                              \
  do {                                                                        \
    const absl::Status privet_got = (expression);                             \
    if (privet_got.code() != (expected)) {                                    \
      return absl::InternalError(absl::StrCat("expected ", #expected, " of ", \
                                              #expression, ", got ",          \
                                              privet_got.ToString()));        \
    }                                                                         \
  } while (false)

#endif  // PRIVET_TESTING_EXPECT_H_
