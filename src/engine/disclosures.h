// SPDX-License-Identifier: Apache-2.0
//
// What accounts for a share.

#ifndef PRIVET_ENGINE_DISCLOSURES_H_
#define PRIVET_ENGINE_DISCLOSURES_H_

#include "absl/status/status.h"
#include "engine/core.h"

namespace privet::engine {

// Puts on record that the decided share `call` leaves: one row for each person,
// recipient and UTC day; with an AUTHORITY one for each share, with its case.
// Durable when it returns. Call it last: with it the share has happened.
//
// Aborted, and nothing is on record, if keys or state have changed since the
// call began: decide anew. On an error nothing may leave.
absl::Status RecordDisclosure(const Core& core, const Call& call);

}  // namespace privet::engine

#endif  // PRIVET_ENGINE_DISCLOSURES_H_
