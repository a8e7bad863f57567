// SPDX-License-Identifier: Apache-2.0
//
// Whether what a policy asks fits in a word.

#ifndef PRIVET_POLICY_WORDS_H_
#define PRIVET_POLICY_WORDS_H_

#include "policy/finding.h"
#include "policy/model.h"

namespace privet::policy {

// Adds an error if some request could depend on more answers than a word has
// bits for. Quick where the policy is far from it.
void CheckWords(Model* model, Findings* findings);

}  // namespace privet::policy

#endif  // PRIVET_POLICY_WORDS_H_
