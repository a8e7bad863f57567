// SPDX-License-Identifier: Apache-2.0
//
// Disposes of compartments by whose they are, or by what they are, whatever
// their age.

#ifndef PRIVET_RETENTION_SUBJECT_SWEEP_H_
#define PRIVET_RETENTION_SUBJECT_SWEEP_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "base/sealed_header.h"
#include "privet/record_store.h"
#include "retention/age_sweep.h"
#include "retention/disposal.h"

namespace privet::retention {

// Chooses compartments of a record, dropped ones left out.
using Choose = std::function<Mask(const base::SealedHeader&)>;

// What is to be disposed of.
struct Pick {
  Choose choose;
  ResidueFate residue = ResidueFate::kThrown;
  std::string residue_of;  // for kOutlives
  // Asked when a batch has been read, before it is written: if it says no, that
  // batch and what comes after it stay. Default: null, yes.
  StillDue still;
};

// Drops what `pick` chooses from the records of `owner` in `source`; sets
// `held` if it left some alone because a hold keeps them. Aborted if records
// change as fast as they are read.
absl::Status DropFromSubject(RecordSource& source, const OwnerId& owner,
                             const Pick& pick, std::size_t batch,
                             Counts* counts, bool* held);

// Drops what `pick` chooses from all records of `type`, from `from` on; calls
// `save` with each id up to which all is done.
absl::Status DropFromType(RecordSource& source, std::uint32_t type,
                          const RecordId& from, const Pick& pick,
                          std::size_t batch, const SaveMark& save,
                          Counts* counts, bool* held);

}  // namespace privet::retention

#endif  // PRIVET_RETENTION_SUBJECT_SWEEP_H_
