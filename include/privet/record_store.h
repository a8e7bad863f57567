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

// A stretch of ids of one record type, from which the sweep drops compartments
// of one retention class.
struct SweepRange {
  std::uint32_t type = 0;  // id4 of the type's name
  std::uint32_t retention_class = 0;
  RecordId from, to;      // [from, to)
  std::size_t limit = 0;  // records to look at, at most
};

// What becomes of a record that a sweep has looked at.
struct Disposal {
  bool remove = false;
  std::string bytes;                   // what is left, unless removed
  std::vector<std::uint32_t> dropped;  // compartments whose index rows go too
  std::optional<Residue> residue;
};

// How far one step of a sweep came.
struct SweepStep {
  RecordId upto;          // [from, upto) is done; `to` when all of it is
  bool has_mark = false;  // the source keeps the mark itself
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

  // Decides what becomes of a record; nullopt: it stays as it is.
  using Decide = absl::FunctionRef<std::optional<Disposal>(const RecordId&,
                                                           std::string_view)>;

  // Takes one step of a sweep: has `decide` look at the first `range.limit`
  // records of the range, in the order of ids, and does what it says. Returns
  // Aborted, and the caller repeats it, if one of them changed meanwhile.
  //
  // The default is made of the functions above. A source that can do all of it
  // in one transaction, with a mark of how far the sweep of this type and class
  // has come, below which it never stores a compartment of the class again,
  // does so and sets `has_mark`. `decide` may not call this source.
  virtual absl::StatusOr<SweepStep> Sweep(const SweepRange& range,
                                          Decide decide);

  // Returns the mark that Sweep() set, zeros before the first; the highest id
  // if this source has never held a compartment of the class in a record of the
  // type; nullopt, the default, if it keeps no marks.
  virtual absl::StatusOr<std::optional<RecordId>> SweptUpTo(
      std::uint32_t type, std::uint32_t retention_class);

  // Returns what SetDestroyedUpTo() wrote last: the place in the ledger up to
  // which what lay under destroyed keys has been taken out of this source, so
  // that a restored one is seen to be behind. Empty before the first; nullopt,
  // the default, if this source keeps none.
  virtual absl::StatusOr<std::optional<std::string>> DestroyedUpTo();

  // Writes it: at most 64 bytes, durable, copied and restored with the records.
  virtual absl::Status SetDestroyedUpTo(std::string_view mark);
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
  // vault does not answer: then a new record is not stored. A later revision
  // may be: read the record before you amend it again.
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
