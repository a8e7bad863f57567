// SPDX-License-Identifier: Apache-2.0
//
// Why the policy permits something, or does not.

#ifndef PRIVET_EXPLAIN_H_
#define PRIVET_EXPLAIN_H_

#include <string>
#include <vector>

#include "privet/denial.h"

namespace privet {

// The verdict on one field in one request, and what made it.
struct Explanation {
  bool permitted = false;
  std::string form;                // transform in force; empty: as it is
  std::vector<std::string> rules;  // that permit it, or shape it, by name
  Denial denial;                   // if it is not permitted: why

  // Returns the explanation as one or more sentences.
  std::string ToString() const;
};

}  // namespace privet

#endif  // PRIVET_EXPLAIN_H_
