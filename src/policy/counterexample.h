// SPDX-License-Identifier: Apache-2.0
//
// A request for which something does not hold: found in a diagram, and said.

#ifndef PRIVET_POLICY_COUNTEREXAMPLE_H_
#define PRIVET_POLICY_COUNTEREXAMPLE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "policy/functions.h"
#include "policy/request.h"

namespace privet::policy {

// A way through a diagram to a number that is not 0: the class of each variable
// that is asked on it, in the order of asking.
struct Step {
  std::uint32_t var, value;
};
using Path = std::vector<Step>;

// Returns the way with the fewest questions, of equal ones the first.
std::optional<Path> ShortestPath(const Diagram& diagram, Diagram::Ref function);

// Returns a class for each variable: those of the path, else the first.
std::vector<std::uint32_t> ValuesOf(const Path& path,
                                    const Functions& functions);

// One request on one category, in words.
struct Counterexample {
  std::size_t literals = 0;
  std::string request;             // "actor `web` may use `data` for …"
  std::string cube;                // all that matters of person and request
  std::vector<std::string> rules;  // that hold there
};
Counterexample Describe(const Path& path, const Request& request,
                        Category category, Functions* functions);

// Returns the rules that hold at the values; of a kShare in any region.
std::vector<std::uint32_t> RulesAt(const std::vector<std::uint32_t>& values,
                                   const Request& request, Category category,
                                   Functions* functions);

// Returns the request to make Functions for: a kStore as a whole, so that its
// purposes share their tables; and the decision of such functions on the
// request as it is.
Request TableOf(Request request);
absl::StatusOr<Diagram::Ref> DecisionOf(const Request& request,
                                        absl::Span<const Category> categories,
                                        Functions* functions);

}  // namespace privet::policy

#endif  // PRIVET_POLICY_COUNTEREXAMPLE_H_
