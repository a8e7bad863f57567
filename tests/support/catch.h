// SPDX-License-Identifier: Apache-2.0
//
// The one place that knows which Catch2 is installed.

#ifndef PRIVET_TESTS_SUPPORT_CATCH_H_
#define PRIVET_TESTS_SUPPORT_CATCH_H_

#if __has_include(<catch2/catch_all.hpp>)

#include <catch2/catch_all.hpp>  // Catch2 v3

namespace privet::testing {
using ::Catch::Matchers::ContainsSubstring;
}  // namespace privet::testing

#else

#include <catch2/catch.hpp>  // Catch2 v2
#include <string>

namespace privet::testing {
inline auto ContainsSubstring(const std::string& text) {
  return ::Catch::Matchers::Contains(text);
}
}  // namespace privet::testing

#endif

#endif  // PRIVET_TESTS_SUPPORT_CATCH_H_
