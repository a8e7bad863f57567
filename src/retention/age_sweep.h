// SPDX-License-Identifier: Apache-2.0
//
// Disposes of what is due by its age: a stretch of ids for each record type and
// retention class.

#ifndef PRIVET_RETENTION_AGE_SWEEP_H_
#define PRIVET_RETENTION_AGE_SWEEP_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "privet/record_store.h"
#include "retention/class_rule.h"
#include "retention/disposal.h"

namespace privet::retention {

// What went.
struct Counts {
  absl::flat_hash_map<std::uint32_t, std::size_t> compartments;  // by class
  std::size_t records = 0;
  std::size_t residues = 0;
  std::size_t without_ground = 0;
  // Records that do not parse: left alone. Each class meets them anew.
  std::set<RecordId> damaged;

  void Add(const Counts& other);
};

// Returns the first id of a record of `type` that was created at `ms` or later.
RecordId FirstIdOf(std::uint32_t type, std::int64_t ms);
// Returns the end of the ids of `type`.
RecordId EndOf(std::uint32_t type);
// Returns the id after `id`.
RecordId After(RecordId id);

// Notes how far the sweep of a source that keeps no marks has come.
using SaveMark = std::function<absl::Status(const RecordId& upto)>;

// Drops from the records of `type` in `source` what is due, from `from` to the
// cut of `rule`; on the way, what is due there by other rules too.
absl::Status SweepByAge(RecordSource& source, std::uint32_t type,
                        const ClassRule& rule, const RecordId& from,
                        const DueByAge& due, absl::Time now, std::size_t batch,
                        const SaveMark& save_mark, Counts* counts);

}  // namespace privet::retention

#endif  // PRIVET_RETENTION_AGE_SWEEP_H_
