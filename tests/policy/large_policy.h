// SPDX-License-Identifier: Apache-2.0
//
// A policy of the size of a large company's.

#ifndef PRIVET_TESTS_POLICY_LARGE_POLICY_H_
#define PRIVET_TESTS_POLICY_LARGE_POLICY_H_

#include <cstdint>

#include "privet/v1/policy.pb.h"

namespace privet::testing {

// Returns one of many categories, purposes and rules, each category reached by
// few.
v1::Policy LargePolicy(int categories, int rules, std::uint64_t seed);

}  // namespace privet::testing

#endif  // PRIVET_TESTS_POLICY_LARGE_POLICY_H_
