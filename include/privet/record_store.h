// SPDX-License-Identifier: Apache-2.0
//
// Where sealed records lie: the host's own tables behind four functions, or
// the library's own store with four more.

#ifndef PRIVET_RECORD_STORE_H_
#define PRIVET_RECORD_STORE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "privet/record_id.h"
#include "privet/sealed_record.h"

namespace privet {

// A stored record as it was when it was read: what Replace and Remove expect
// to find. Revision and length together, since a drop only shortens.
struct RecordVersion {
  RecordId id;
  std::uint64_t revision = 0;
  std::size_t length = 0;
};

// A residue to insert: the de-identified record that outlives its source. One
// whose id is already taken is thrown away.
struct Residue {
  RecordId id;
  std::string bytes;
};

// One record's new bytes, over the version that was read.
struct Replacement {
  RecordVersion was;
  std::string bytes;                   // a sealed record with the same id
  std::vector<std::uint32_t> dropped;  // compartments whose index rows go too
  std::optional<Residue> residue;
};

// One record's removal, over the version that was read.
struct Removal {
  RecordVersion was;
  std::optional<Residue> residue;
};

// How far the sweep of one (record type, retention class) has come: records of
// the type below `upto` hold no compartment of the class.
struct SweepMark {
  std::uint32_t type = 0;  // id4 of the type's name
  std::uint32_t retention_class = 0;
  RecordId upto;
};

// A table of sealed records in which expiry and rights work.
//
// Implement the first four functions over tables of your own that keep the
// 16-byte record id as an indexed column; the sweeper and Subjects::Erase then
// work on them. Thread-safe; every function may block, and returns
// Unavailable, ResourceExhausted or DataLoss as a Store does.
class RecordSource {
 public:
  // Called with each record found; returns false to stop.
  using Visitor = absl::FunctionRef<bool(const RecordId&, std::string_view)>;

  virtual ~RecordSource() = default;

  // Visits the records with ids in [from, to), in the order of ids. `visit`
  // may not call this source.
  virtual absl::Status ScanRange(const RecordId& from, const RecordId& to,
                                 Visitor visit) = 0;

  // Visits the records of which `owner` is the owner or a further owner, in
  // any order.
  virtual absl::Status ScanSubject(const OwnerId& owner, Visitor visit) = 0;

  // Writes new bytes, each with its residue, in one transaction. A record that
  // is not there any more as it was read is left alone: it is not an error,
  // and is counted in the result. Returns how many were written.
  virtual absl::StatusOr<std::size_t> Replace(
      absl::Span<const Replacement> replacements) = 0;

  // Removes records, as Replace writes them. Returns how many were removed.
  virtual absl::StatusOr<std::size_t> Remove(
      absl::Span<const Removal> removals) = 0;

  // Does both, and sets `mark` if there is one: what a sweep does with a batch.
  // Index rows that point to removed records may stay behind then, for a while.
  // The default does one after the other and answers false: the caller keeps
  // the mark elsewhere. A source that does all of it in one transaction, and
  // refuses to store below a mark what the mark says is gone, answers true.
  virtual absl::StatusOr<bool> Apply(absl::Span<const Replacement> replacements,
                                     absl::Span<const Removal> removals,
                                     const std::optional<SweepMark>& mark);

  // Returns the mark that Apply() set, zeros before the first; the highest id
  // if this source has never held a compartment of the class in a record of the
  // type; nullopt, the default, if it keeps no marks.
  virtual absl::StatusOr<std::optional<RecordId>> SweptUpTo(
      std::uint32_t type, std::uint32_t retention_class);
};

// The library's own table of sealed records.
class RecordStore : public RecordSource {
 public:
  // Stores `record`: revision 1 as a new one, a later one over the revision
  // before it. Index rows of the record are written in the same transaction. A
  // compartment that a sweep has passed, or whose key has been destroyed since
  // it was sealed, is left out.
  //
  // Returns AlreadyExists if the id, or the value of a unique index, is taken;
  // Aborted if another revision is there; NotFound if a later revision finds
  // none; FailedPrecondition if nothing of it may be stored: its subject has
  // been erased since it was sealed, or all of it is due. Unavailable if the
  // vault does not answer: then it is not stored.
  virtual absl::Status Put(const SealedRecord& record) = 0;

  // Stores several with different ids, in one transaction: all of them or none
  // (but the records of a person who is erased at this very moment, which go
  // again, with FailedPrecondition). A host's way to amortize the flush.
  virtual absl::Status PutAll(absl::Span<const SealedRecord> records) = 0;

  // Returns the record of `id`, or NotFound.
  virtual absl::StatusOr<SealedRecord> Get(const RecordId& id) = 0;

  // Returns the ids of the records that were indexed under `tag`
  // (Engine::IndexOf), at most `limit`, in the order of ids.
  virtual absl::StatusOr<std::vector<RecordId>> Find(const IndexTag& tag,
                                                     std::size_t limit) = 0;

  // Returns the one record of a unique index, or NotFound.
  virtual absl::StatusOr<SealedRecord> FindUnique(const IndexTag& tag) = 0;
};

}  // namespace privet

#endif  // PRIVET_RECORD_STORE_H_
