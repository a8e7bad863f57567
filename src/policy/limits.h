// SPDX-License-Identifier: Apache-2.0
//
// How large the tables of a policy may grow; a test sets smaller ones.

#ifndef PRIVET_POLICY_LIMITS_H_
#define PRIVET_POLICY_LIMITS_H_

#include <cstddef>
#include <cstdint>

namespace privet::policy {

struct Limits {
  // Nodes of the diagram that one request's decisions share: some 100 MB.
  std::size_t nodes = std::size_t{1} << 20;
  // Requests that a proof looks at one by one.
  std::uint64_t requests = 1'000'000;
};

}  // namespace privet::policy

#endif  // PRIVET_POLICY_LIMITS_H_
