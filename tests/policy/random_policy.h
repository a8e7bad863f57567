// SPDX-License-Identifier: Apache-2.0
//
// Policies that nobody would write.

#ifndef PRIVET_TESTS_POLICY_RANDOM_POLICY_H_
#define PRIVET_TESTS_POLICY_RANDOM_POLICY_H_

#include <string>
#include <vector>

#include "policy/dice.h"
#include "privet/v1/policy.pb.h"

namespace privet::testing {

struct RandomPolicyOptions {
  int categories = 8;
  int purposes = 5;
  int actors = 3;
  int recipients = 4;
  int rules = 10;
  double conditions = 0.5;  // part of the rules that have one
  double transforms = 0.4;  // part of permits and requires that have one
  bool incomparable_forms = false;
  bool regions = true;  // rules may ask for regions
  int facts = 2, events = 2;
};

// Returns a policy that passes the check of names and compiles, unless
// `incomparable_forms` meet. It has no invariants.
v1::Policy RandomPolicy(const RandomPolicyOptions& options, Random* random);

// Returns what a fact may say.
std::vector<std::string> ValuesOf(const v1::Fact& fact);

// Returns an invariant over anything.
v1::Invariant RandomInvariant(const v1::Policy& policy, Random* random);

// Returns a condition that asks what the policy declares.
v1::Condition RandomCondition(const v1::Policy& policy, Random* random);

}  // namespace privet::testing

#endif  // PRIVET_TESTS_POLICY_RANDOM_POLICY_H_
