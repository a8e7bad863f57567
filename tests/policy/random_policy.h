// SPDX-License-Identifier: Apache-2.0
//
// Policies, people and requests that nobody would write.

#ifndef PRIVET_TESTS_POLICY_RANDOM_POLICY_H_
#define PRIVET_TESTS_POLICY_RANDOM_POLICY_H_

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "policy/naive_evaluator.h"
#include "privet/v1/policy.pb.h"

namespace privet::testing {

using Random = std::mt19937_64;

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

// A policy of the size of a large company's, for benchmarks: many categories,
// purposes and rules, each category reached by few.
v1::Policy LargePolicy(int categories, int rules, std::uint64_t seed);

// Returns an invariant over anything.
v1::Invariant RandomInvariant(const v1::Policy& policy, Random* random);

// Returns a condition that asks what the policy declares.
v1::Condition RandomCondition(const v1::Policy& policy, Random* random);

policy::SubjectState RandomSubject(const v1::Policy& policy, Random* random);
policy::RequestState RandomRequestState(const v1::Policy& policy,
                                        Random* random);

// Returns a request that names leaves only; about half are kept away from gates
// that would refuse them anyway.
NaiveRequest RandomRequest(const NaiveEvaluator& naive,
                           const v1::Policy& policy, Random* random);

// Returns the seed of a property run: PRIVET_PROPERTY_SEED or `otherwise`; and
// how many runs: PRIVET_PROPERTY_RUNS or `otherwise`.
std::uint64_t PropertySeed(std::uint64_t otherwise);
int PropertyRuns(int otherwise);

}  // namespace privet::testing

#endif  // PRIVET_TESTS_POLICY_RANDOM_POLICY_H_
