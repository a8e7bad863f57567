// SPDX-License-Identifier: Apache-2.0
//
// Questions and answers in words, for denials and findings.

#ifndef PRIVET_POLICY_WORDING_H_
#define PRIVET_POLICY_WORDING_H_

#include <string>

#include "policy/model.h"
#include "policy/questions.h"
#include "policy/request.h"

namespace privet::policy {

// Returns what a test asks for: "consent to `ads`", "no objection to `ads`".
std::string Describe(const Model& model, const Test& test);
std::string Describe(const Model& model, const Line& line);
// Returns what would make a condition fail: "no consent to `ads`", or …
std::string DescribeOpposite(const Model& model, const Requirement& when);
std::string Describe(const Model& model, const Requirement& requirement);

// Returns one answer to a question: "the person is restricted".
std::string DescribeAnswer(const Model& model, Question question,
                           std::uint32_t answer);

// Returns "STORE", "USE", "SHARE".
const char* NameOf(Operation operation);

// Returns the request in words, its category apart: "`gateway` may use … for
// `service.delivery` in `de`"; `what` stands for the category.
std::string Describe(const Model& model, const Request& request,
                     const std::string& what);

}  // namespace privet::policy

#endif  // PRIVET_POLICY_WORDING_H_
