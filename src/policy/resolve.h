// SPDX-License-Identifier: Apache-2.0
//
// Makes sets and tests of what rules say; used while a Model is made.

#ifndef PRIVET_POLICY_RESOLVE_H_
#define PRIVET_POLICY_RESOLVE_H_

#include <cstdint>
#include <vector>

#include "policy/bits.h"
#include "policy/model.h"

namespace privet::policy {

// Returns the set of some values of an enum: bit 1 << value, 0 left out.
template <typename Enums>
std::uint32_t MaskOf(const Enums& values) {
  std::uint32_t mask = 0;
  for (const int value : values) {
    if (value > 0 && value < 32) mask |= std::uint32_t{1} << value;
  }
  return mask;
}

// The places that a policy tells apart, as sets of codes.
struct PlaceSets {
  std::vector<Bits> data, subject;
};
PlaceSets CollectPlaceSets(const v1::Policy& policy, const Places& places);

// Adds rules, residencies and invariants to a model whose names, places,
// purposes, actors and recipients are there.
void ResolveRules(Model* model);
void ResolveResidencies(Model* model);
void ResolveInvariants(Model* model);

// Resolves transforms of which those without categories are for `all`.
std::vector<Shape> ResolveShapes(
    const google::protobuf::RepeatedPtrField<v1::Transform>& transforms,
    const Bits& all, Model* model);

// Returns the test that the person's region lies in `codes`.
Test SubjectLivesIn(const Bits& codes, const Model& model);

}  // namespace privet::policy

#endif  // PRIVET_POLICY_RESOLVE_H_
