// SPDX-License-Identifier: Apache-2.0
//
// The rows of a store of records, and what one write transaction does to them.
//
//   rec(id, sealed)            all of a record; a rowid table, so that its rows
//                              lie in the order in which they came
//   sidx(bucket, owner, id)    a row for each person whom a record is about;
//   buckets(bucket)            the buckets that exist. A row of sidx may point
//                              to a record that is gone
//   bidx(tag, id)              blind indexes; tag = index ‖ generation ‖ value
//   bof(id, compartment, tag)  the rows of bidx that go with a compartment: one
//                              of bidx without any here finds nothing
//   stale(n, tag, id)          such rows of bidx, to be deleted
//   held(id, hold)             records that a hold keeps: empty, and there so
//                              that holds, when they come, need no new schema
//   swept(type, class, upto)   how far sweeps have come

#ifndef PRIVET_STORE_SQLITE_RECORD_ROWS_H_
#define PRIVET_STORE_SQLITE_RECORD_ROWS_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/sealed_header.h"
#include "privet/record_id.h"
#include "privet/record_store.h"
#include "store/put_rules.h"
#include "store/sqlite/buckets.h"
#include "store/sqlite/database.h"
#include "store/sqlite/statement.h"
#include "store/tombstones.h"

namespace privet::store::sqlite {

extern const FileKind kRecords;

// The writing connection with its statements. Used by one thread at a time.
class RecordRows {
 public:
  static absl::StatusOr<std::unique_ptr<RecordRows>> Open(
      const std::string& path, Tombstones* tombstones,
      const SqliteOptions& options);

  const Database& database() const { return *database_; }

  // Stores what each of `records` may store: a new one, or over the revision
  // before. AlreadyExists, Aborted or NotFound as RecordStore::Put().
  absl::Status PutAll(absl::Span<const Incoming> records);

  // Returns whether the record was there as `was` says and has been changed.
  absl::StatusOr<bool> Replace(const Replacement& replacement);
  absl::StatusOr<bool> Remove(const RecordVersion& was);

  // Takes a step of a sweep, mark included. Rows of sidx stay, until their
  // bucket goes.
  absl::StatusOr<SweepStep> Sweep(const SweepRange& range,
                                  RecordSource::Decide decide);

  // Inserts residues in the order of their own ids: in that of their parents,
  // the numbers of their rows would join them to these.
  absl::Status InsertResidues(std::vector<const Residue*> residues);

  absl::StatusOr<RecordId> SweptUpTo(std::uint32_t type,
                                     std::uint32_t retention_class);
  absl::Status SetMark(std::uint32_t type, std::uint32_t retention_class,
                       const RecordId& upto);
  absl::Status SetDestroyedUpTo(std::string_view mark);

  // Returns the buckets of `type` that end at or before `upto` and have no
  // record left.
  absl::StatusOr<std::vector<Bucket>> EmptyBuckets(std::uint32_t type,
                                                   const RecordId& upto);
  // Deletes rows of a bucket, if it has still no record left; returns whether
  // it is gone.
  absl::StatusOr<bool> DeleteSome(const Bucket& bucket);

  // Rows of bidx whose compartments a sweep has dropped. They lie all over it:
  // taken in the order of bidx, many at once, each page is written for several.
  struct StaleTags {
    std::vector<std::pair<std::string, RecordId>> tags;  // sorted
    std::int64_t last = 0;
  };
  // Returns some of them; none if all is done.
  absl::StatusOr<StaleTags> FindStaleTags();
  // Deletes them, in a transaction of the caller's.
  absl::Status DeleteTags(
      absl::Span<const std::pair<std::string, RecordId>> tags);
  // Forgets that they were to be deleted.
  absl::Status FinishStaleTags(const StaleTags& stale);
  // Returns how many have come since the last FindStaleTags().
  std::size_t new_stale_tags() const { return new_stale_tags_; }

  // Begins a transaction anew: forgets what another process may have changed.
  void Forget();

 private:
  RecordRows() = default;
  absl::Status Prepare();
  absl::Status PrepareRecords();
  absl::Status PrepareIndexes();
  absl::Status PrepareAll(
      std::initializer_list<std::pair<Statement*, const char*>> statements);
  absl::Status Insert(const RecordId& id, std::string_view sealed);
  absl::Status Overwrite(const Incoming& record, std::string_view sealed);
  absl::Status IndexSubjects(absl::Span<const Incoming> records);
  absl::Status IndexTags(absl::Span<const Incoming> records);
  absl::Status UnindexSubjects(const base::SealedHeader& header);
  // A row of bof.
  struct TagRow {
    std::string tag;
    RecordId id;
    std::int64_t compartment;
  };
  struct Looked {
    std::int64_t row;
    RecordId id;
    std::optional<Disposal> disposal;
  };
  absl::Status DisposeOf(absl::Span<const Looked> looked);
  absl::Status RunOver(const Statement& statement, const RecordId& first,
                       const RecordId& last);
  // Adds the rows of bof of the records [first, last]; those of `only` these
  // compartments, or, null, all.
  absl::Status AddTags(const RecordId& first, const RecordId& last,
                       const std::vector<std::uint32_t>* only,
                       std::vector<TagRow>* tags);
  // Deletes rows of bof, and of bidx those that go with them.
  absl::Status DropTags(const std::vector<TagRow>& tags);
  // Deletes rows of bof, and leaves those of bidx for later.
  absl::Status DropTagsLater(const std::vector<TagRow>& tags);
  absl::Status DropTagOf(const TagRow& row);
  absl::Status CheckUnique(const IndexTag& tag, std::string_view key,
                           const RecordId& id);
  absl::StatusOr<Bucket> BucketOf(const base::SealedHeader& header);
  absl::StatusOr<bool> HasRecords(const Bucket& bucket);

  std::unique_ptr<Database> database_;
  Tombstones* tombstones_ = nullptr;

  Statement insert_, get_, update_, update_if_, delete_if_, any_in_range_;
  Statement next_, update_row_, delete_run_;
  Statement add_bucket_, list_buckets_, drop_bucket_;
  Statement add_subject_, drop_subject_, some_subject_, drop_subjects_;
  Statement add_tag_, drop_tag_, find_tag_;
  Statement add_tag_of_, drop_tag_of_, tags_of_;
  Statement add_stale_, stale_, drop_stale_, drop_if_stale_;
  Statement get_mark_, set_mark_, set_destroyed_;

  std::size_t new_stale_tags_ = 0;
  absl::flat_hash_set<std::int64_t> known_buckets_;
  absl::flat_hash_map<std::pair<std::uint32_t, std::uint32_t>, RecordId> marks_;
  // Of classes, which never change.
  absl::flat_hash_map<std::uint32_t, std::optional<absl::Duration>> keeps_;
};

}  // namespace privet::store::sqlite

#endif  // PRIVET_STORE_SQLITE_RECORD_ROWS_H_
