// SPDX-License-Identifier: Apache-2.0
//
// People and requests of a random policy.

#ifndef PRIVET_TESTS_POLICY_RANDOM_REQUEST_H_
#define PRIVET_TESTS_POLICY_RANDOM_REQUEST_H_

#include "policy/dice.h"
#include "policy/naive_evaluator.h"
#include "policy/subject_state.h"
#include "privet/v1/policy.pb.h"

namespace privet::testing {

policy::SubjectState RandomSubject(const v1::Policy& policy, Random* random);
policy::RequestState RandomRequestState(const v1::Policy& policy,
                                        Random* random);

// Returns a request that names leaves only; about half are kept away from gates
// that would refuse them anyway.
NaiveRequest RandomRequest(const NaiveEvaluator& naive,
                           const v1::Policy& policy, Random* random);

}  // namespace privet::testing

#endif  // PRIVET_TESTS_POLICY_RANDOM_REQUEST_H_
