// SPDX-License-Identifier: Apache-2.0
//
// Functions flattened to what a decision reads: a few cubes, else a walk.

#ifndef PRIVET_POLICY_FLATTEN_H_
#define PRIVET_POLICY_FLATTEN_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/functional/function_ref.h"
#include "policy/bits.h"
#include "policy/decision.h"
#include "policy/diagram.h"
#include "policy/forms.h"
#include "policy/functions.h"

namespace privet::policy {

// A decision that is no few cubes: its diagram, a bit at a time, copied so that
// nothing moves under a reader.
struct Walk {
  struct Step {
    std::uint64_t mask;      // of one bit; 0: whether the list has the field
    std::uint32_t part;      // of the word
    std::int32_t target[2];  // without and with: a later step, or -1 - permits
  };
  std::vector<Step> steps;  // begins at 0
  bool asks_list = false;
  Bits categories;  // of the field, for the list of an AUTHORITY
};

// Returns form + 1 of what a number of a function permits, or 0.
using PermitsOf = absl::FunctionRef<std::uint32_t(Forms::Set)>;

// Returns the lines of a leaf, or nothing: it takes too many cubes.
std::vector<Leaf> FlattenToCubes(const Diagram& diagram,
                                 const std::vector<Var>& vars,
                                 Diagram::Ref function, PermitsOf permits);

// Copies a function that is no number; `listed` asks for the list.
std::unique_ptr<Walk> MakeWalk(const Diagram& diagram,
                               const std::vector<Var>& vars,
                               Diagram::Ref function, PermitsOf permits,
                               Question listed);

Verdict EvaluateWalk(const Walk& walk, const Word& word);

}  // namespace privet::policy

#endif  // PRIVET_POLICY_FLATTEN_H_
