// SPDX-License-Identifier: Apache-2.0
//
// Early return on error.

#ifndef PRIVET_BASE_STATUS_MACROS_H_
#define PRIVET_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/base/optimization.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Returns from the enclosing function if `expr`, an absl::Status, is not OK.
#define PRIVET_RETURN_IF_ERROR(expr)                     \
  do {                                                   \
    absl::Status privet_status_macro = (expr);           \
    if (ABSL_PREDICT_FALSE(!privet_status_macro.ok())) { \
      return privet_status_macro;                        \
    }                                                    \
  } while (false)

#define PRIVET_MACRO_JOIN_INNER(a, b) a##b
#define PRIVET_MACRO_JOIN(a, b) PRIVET_MACRO_JOIN_INNER(a, b)

// Evaluates `expr`, an absl::StatusOr; returns its status if it is not OK, else
// moves its value into `lhs`, which may declare a variable.
#define PRIVET_ASSIGN_OR_RETURN(lhs, expr)                                     \
  PRIVET_ASSIGN_OR_RETURN_INNER(PRIVET_MACRO_JOIN(privet_statusor_, __LINE__), \
                                lhs, expr)
#define PRIVET_ASSIGN_OR_RETURN_INNER(result, lhs, expr) \
  auto result = (expr);                                  \
  if (ABSL_PREDICT_FALSE(!result.ok())) {                \
    return std::move(result).status();                   \
  }                                                      \
  lhs = *std::move(result)

#endif  // PRIVET_BASE_STATUS_MACROS_H_
