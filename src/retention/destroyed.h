// SPDX-License-Identifier: Apache-2.0
//
// Takes out of a table what lies under keys that were destroyed: what a table
// that was restored from a backup has brought back.

#ifndef PRIVET_RETENTION_DESTROYED_H_
#define PRIVET_RETENTION_DESTROYED_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "keys/ledger.h"
#include "privet/record_store.h"
#include "retention/age_sweep.h"
#include "retention/class_rule.h"

namespace privet::retention {

// How far a source is with the ledger, and how that is noted.
struct DestroyedMark {
  std::string upto;  // empty: nothing of it is carried out
  std::function<absl::Status(std::string_view upto)> save;
};

// Returns where to go on. Of a store that belongs to another vault, or is newer
// than the ledger, all is looked at anew.
absl::StatusOr<keys::LedgerMark> BeginAt(keys::Ledger& ledger,
                                         std::string_view upto);

// Drops from `source` every compartment under a subject key that the ledger
// says was destroyed after the mark, with its index rows, and notes each
// stretch when it is done. What was erased and what is due by an event went
// once already: so there is nothing to do but in a table that was restored, or
// where a drop was lost. A mark that the ledger does not know counts as none.
absl::Status DropDestroyed(RecordSource& source, keys::Ledger& ledger,
                           absl::Span<const ClassRule> rules,
                           DestroyedMark mark, std::size_t batch,
                           Counts* counts);

}  // namespace privet::retention

#endif  // PRIVET_RETENTION_DESTROYED_H_
