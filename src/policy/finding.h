// SPDX-License-Identifier: Apache-2.0
//
// What is wrong with a policy, and where in the message it is.

#ifndef PRIVET_POLICY_FINDING_H_
#define PRIVET_POLICY_FINDING_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace privet::policy {

// One step into a message: a field by its number and, in a repeated field, the
// index of an element (-1: the field as a whole, or a singular one).
struct FieldStep {
  FieldStep(int field_number, int element = -1)  // NOLINT: {kRule, 3}, kPermit
      : number(field_number), index(element) {}

  int number;
  int index;

  friend bool operator==(const FieldStep& a, const FieldStep& b) {
    return a.number == b.number && a.index == b.index;
  }
  friend bool operator<(const FieldStep& a, const FieldStep& b) {
    return std::pair(a.number, a.index) < std::pair(b.number, b.index);
  }
};

// A way from v1::Policy down to one of its values; empty: the policy itself.
// The reader maps it to `file:line:column`; a path whose end the author did not
// write (an absent field) maps to the nearest block around it that is there.
//
//   FieldPath{{v1::Policy::kRuleFieldNumber, 3}, v1::Rule::kPermitFieldNumber,
//             {v1::Selector::kPurposesFieldNumber, 0}}
using FieldPath = std::vector<FieldStep>;

// Returns `path` and one more step.
inline FieldPath Below(FieldPath path, FieldStep step) {
  path.push_back(step);
  return path;
}

enum class Severity : std::uint8_t {
  kError,    // the policy does not load
  kWarning,  // it loads; `privet check` shows it
  kNote,     // declared, and not acted on yet
};

// One finding. Texts in lower case, no final period, names of the
// policy in backticks.
struct Finding {
  Severity severity = Severity::kError;
  FieldPath path;
  std::string message;  // what is wrong
  std::string remedy;   // what would be right; may be empty
};

using Findings = std::vector<Finding>;

}  // namespace privet::policy

#endif  // PRIVET_POLICY_FINDING_H_
