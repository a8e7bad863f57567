// SPDX-License-Identifier: Apache-2.0
//
// What the library itself sees of a privet::Policy.

#ifndef PRIVET_POLICY_POLICY_ACCESS_H_
#define PRIVET_POLICY_POLICY_ACCESS_H_

#include <memory>

#include "policy/snapshot.h"
#include "privet/policy.h"

namespace privet::policy {

class PolicyAccess {
 public:
  // Returns the compiled tables of `policy`.
  static const std::shared_ptr<const Snapshot>& SnapshotOf(
      const Policy& policy);

  // Returns the message that was compiled; lives as long as the snapshot.
  static const v1::Policy& MessageOf(const Policy& policy);
};

}  // namespace privet::policy

#endif  // PRIVET_POLICY_POLICY_ACCESS_H_
