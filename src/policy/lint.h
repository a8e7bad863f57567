// SPDX-License-Identifier: Apache-2.0
//
// What is worth a second look in a policy that loads.

#ifndef PRIVET_POLICY_LINT_H_
#define PRIVET_POLICY_LINT_H_

#include "policy/finding.h"

namespace privet::v1 {
class Policy;
}  // namespace privet::v1

namespace privet::policy {

// Returns warnings and notes about a policy that compiles. Slow: decides every
// request with and without each rule.
Findings Lint(const v1::Policy& policy);

// The parts, one for each file.
void LintBlocks(const v1::Policy& policy, Findings* findings);
void LintRules(const v1::Policy& policy, Findings* findings);
void LintStars(const v1::Policy& policy, Findings* findings);

}  // namespace privet::policy

#endif  // PRIVET_POLICY_LINT_H_
