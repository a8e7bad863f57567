// SPDX-License-Identifier: Apache-2.0

#ifndef PRIVET_TESTS_VECTORS_DERIVED_H_
#define PRIVET_TESTS_VECTORS_DERIVED_H_

#include <string>

namespace privet {

// Returns the members of the vectors' object that hold what derives from a key:
// pseudonyms, values of indexes, MACs of rows of the state.
std::string DerivedVectors();

}  // namespace privet

#endif  // PRIVET_TESTS_VECTORS_DERIVED_H_
