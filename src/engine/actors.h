// SPDX-License-Identifier: Apache-2.0
//
// Who may act, and where.

#ifndef PRIVET_ENGINE_ACTORS_H_
#define PRIVET_ENGINE_ACTORS_H_

#include <string_view>

#include "absl/status/status.h"
#include "privet/denial.h"
#include "privet/id.h"
#include "privet/v1/policy.pb.h"

namespace privet::engine {

// OK if the policy declares the actor, a leaf, and the region, a single place,
// and the actor works there. InvalidArgument if one is not declared or is a
// group; PermissionDenied if it works elsewhere, with `denial`, which says for
// what it was asked.
absl::Status CheckActor(const v1::Policy& policy, ActorId actor,
                        RegionId region, Denial denial = {});

// Returns whether the place `code` lies in `region`, a declared set or a code:
// `us-ca` lies in `us` by itself.
bool LiesIn(const v1::Policy& policy, std::string_view code,
            std::string_view region);

}  // namespace privet::engine

#endif  // PRIVET_ENGINE_ACTORS_H_
