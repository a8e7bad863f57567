// SPDX-License-Identifier: Apache-2.0
//
// How long property tests try, and from which seed.

#ifndef PRIVET_TESTS_SUPPORT_PROPERTY_H_
#define PRIVET_TESTS_SUPPORT_PROPERTY_H_

#include <cstdint>
#include <cstdlib>

namespace privet::testing {

inline std::uint64_t FromEnvironment(const char* name,
                                     std::uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// Returns how many cases to try: PRIVET_PROPERTY_RUNS or `otherwise`.
inline int PropertyRuns(int otherwise) {
  return static_cast<int>(FromEnvironment(
      "PRIVET_PROPERTY_RUNS", static_cast<std::uint64_t>(otherwise)));
}

// Returns the seed of the first: PRIVET_PROPERTY_SEED or `otherwise`.
inline std::uint64_t PropertySeed(std::uint64_t otherwise) {
  return FromEnvironment("PRIVET_PROPERTY_SEED", otherwise);
}

}  // namespace privet::testing

#endif  // PRIVET_TESTS_SUPPORT_PROPERTY_H_
