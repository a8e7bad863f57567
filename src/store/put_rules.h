// SPDX-License-Identifier: Apache-2.0
//
// What a store of records decides when a record is put: the rules that memory
// and SQLite share.

#ifndef PRIVET_STORE_PUT_RULES_H_
#define PRIVET_STORE_PUT_RULES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/sealed_header.h"
#include "privet/record_id.h"
#include "privet/sealed_record.h"
#include "store/tombstones.h"

namespace privet::store {

// A record on its way into a store. A view of its SealedRecord.
struct Incoming {
  const SealedRecord* record = nullptr;  // null for a residue
  base::SealedHeader header;
  std::uint64_t drop = 0;  // bits of the compartments that may not be stored

  bool is_new() const { return header.revision() == 1; }
};

// Parses `records`. InvalidArgument if two have one id.
absl::StatusOr<std::vector<Incoming>> Receive(
    absl::Span<const SealedRecord> records);

// Marks the compartments of `records` whose keys are destroyed, and those of
// new records whose owners are erased. `tombstones` may be null: nothing is.
absl::Status MarkErased(Tombstones* tombstones, absl::Span<Incoming> records);

// Marks the compartments of `record` that a sweep has passed already:
// `swept_up_to` returns the mark of (type, class), zeros if there is none. So
// nothing ever appears below a mark.
absl::Status MarkSwept(
    absl::FunctionRef<absl::StatusOr<RecordId>(std::uint32_t, std::uint32_t)>
        swept_up_to,
    Incoming* record);

// Returns whether the compartments that `record.drop` leaves make a record:
// one of them is about somebody, or none was dropped.
bool AnythingLeft(const Incoming& record);

// Returns whether `compartment` of `record` is there, and may be stored.
bool IsStored(const Incoming& record, std::uint32_t compartment);

// Returns what to store of `record`; into `scratch` if that differs from its
// bytes.
std::string_view WhatToStore(const Incoming& record, std::string* scratch);

// Returns the answers to a put of which nothing may be stored.
absl::Status ErasedSubject();
absl::Status AllDue();

// Returns what a put answers whose record, or a unique index of it, is not as
// it must be.
absl::Status IdTaken(const RecordId& id);
absl::Status RecordNotFound(const RecordId& id);
absl::Status UniqueTaken();
absl::Status UniqueNotFound();

// Returns Aborted unless `next` is the revision after the one that is `there`.
absl::Status CheckRevision(const base::SealedHeader& there,
                           const base::SealedHeader& next);

// Returns a key of a blind index: index, generation and value of `tag`.
std::string IndexKey(const IndexTag& tag);

// Returns InvalidArgument if the value of `tag` is out of bounds.
absl::Status CheckIndexTag(const IndexTag& tag);

}  // namespace privet::store

#endif  // PRIVET_STORE_PUT_RULES_H_
