// SPDX-License-Identifier: Apache-2.0
//
// The end of what erasures left in the state.

#ifndef PRIVET_RETENTION_ENDED_H_
#define PRIVET_RETENTION_ENDED_H_

#include "absl/status/status.h"
#include "keys/destroyer.h"
#include "keys/ledger.h"
#include "privet/store.h"

namespace privet::retention {

// Deletes what the state still says of erased people when the last key that a
// law kept of them is destroyed: a restriction that went on, and to whom the
// kept part was disclosed. Goes on, along the ledger, where it ended last, and
// no further than the state has read it: what it has not, it would bring back.
absl::Status ForgetEnded(Store& state, Store& vault, keys::Destroyer& destroyer,
                         keys::Ledger& ledger);

}  // namespace privet::retention

#endif  // PRIVET_RETENTION_ENDED_H_
