// SPDX-License-Identifier: Apache-2.0
//
// What may be seen, said a second time and by hand: from the prose of the
// privacy policy, not from the policy file. The proof compares.

#ifndef PRIVET_EXAMPLES_INFERENCE_GATEWAY_EXPECTATION_H_
#define PRIVET_EXAMPLES_INFERENCE_GATEWAY_EXPECTATION_H_

#include <vector>

#include "absl/time/time.h"
#include "privet/id.h"
#include "texts.h"
#include "world.h"

namespace gateway {

// One way to look at a record.
struct View {
  privet::ActorId actor;
  privet::PurposeId purpose;
};

// Returns every pair of an actor and a purpose that it may claim.
const std::vector<View>& AllViews();

// Returns the texts of `record` that `purpose` shows at `now`.
TextSet Visible(const World& world, const StoredRecord& record,
                privet::PurposeId purpose, absl::Time now);

// Returns the texts that `recipient` may be sent about `account`, as the
// account is now.
TextSet Sendable(const World& world, const Account& account,
                 privet::RecipientId recipient);

}  // namespace gateway

#endif  // PRIVET_EXAMPLES_INFERENCE_GATEWAY_EXPECTATION_H_
