// SPDX-License-Identifier: Apache-2.0
//
// What a snapshot is made of.

#ifndef PRIVET_POLICY_SNAPSHOT_IMPL_H_
#define PRIVET_POLICY_SNAPSHOT_IMPL_H_

#include <memory>
#include <utility>

#include "policy/contexts.h"
#include "policy/fates.h"
#include "policy/model.h"
#include "policy/snapshot.h"

namespace privet::policy {

struct Snapshot::Impl {
  Impl(std::shared_ptr<const v1::Policy> policy, const Limits& limits)
      : model(std::move(policy), limits), contexts(&model), fates(model) {}

  // Grows: contexts at first use, forms and columns with them.
  mutable Model model;
  mutable Contexts contexts;
  Fates fates;
};

}  // namespace privet::policy

#endif  // PRIVET_POLICY_SNAPSHOT_IMPL_H_
