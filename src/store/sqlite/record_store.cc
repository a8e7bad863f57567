// SPDX-License-Identifier: Apache-2.0

#include "store/sqlite/record_store.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/id_parts.h"
#include "base/mutex.h"
#include "base/sealed_header.h"
#include "base/status_macros.h"
#include "privet/record_store.h"
#include "privet/sqlite.h"
#include "store/lost_race.h"
#include "store/put_rules.h"
#include "store/sqlite/buckets.h"
#include "store/sqlite/database.h"
#include "store/sqlite/reader_pool.h"
#include "store/sqlite/record_rows.h"
#include "store/sqlite/statement.h"
#include "store/tombstones.h"

namespace privet::store::sqlite {
namespace {

// Rows of bidx to be deleted that are worth a round of their own.
constexpr std::size_t kStaleTags = 100'000;
constexpr std::size_t kTagsOfOneCommit = 5000;

struct RecordReader {
  std::unique_ptr<Database> database;
  Statement get, range, of_subject, find, mark, destroyed;

  static absl::StatusOr<std::unique_ptr<RecordReader>> Open(
      const std::string& path, const SqliteOptions& options) {
    auto reader = std::make_unique<RecordReader>();
    PRIVET_ASSIGN_OR_RETURN(reader->database,
                            Database::OpenReader(path, options));
    const std::pair<Statement*, const char*> statements[] = {
        {&reader->get, "SELECT sealed FROM rec WHERE id = ?"},
        {&reader->range,
         "SELECT id, sealed FROM rec WHERE id >= ? AND id < ? ORDER BY id"},
        // One probe of sidx for each bucket that exists, in this order.
        {&reader->of_subject,
         "SELECT rec.id, rec.sealed FROM buckets CROSS JOIN sidx ON "
         "sidx.bucket = buckets.bucket AND sidx.owner = ? "
         "CROSS JOIN rec ON rec.id = sidx.id"},
        {&reader->find,
         "SELECT id FROM bidx WHERE tag = ?1 AND EXISTS(SELECT 1 FROM bof "
         "WHERE "
         "bof.id = bidx.id AND bof.tag = ?1) ORDER BY id LIMIT ?2"},
        {&reader->mark, "SELECT upto FROM swept WHERE type = ? AND class = ?"},
        {&reader->destroyed, "SELECT upto FROM destroyed"},
    };
    for (const auto& [statement, sql] : statements) {
      PRIVET_ASSIGN_OR_RETURN(*statement, reader->database->Prepare(sql));
    }
    return reader;
  }
};

absl::Status VisitRows(Query* query, RecordSource::Visitor visit) {
  while (true) {
    PRIVET_ASSIGN_OR_RETURN(const bool found, query->Step());
    if (!found) return absl::OkStatus();
    PRIVET_ASSIGN_OR_RETURN(const RecordId id,
                            RecordId::FromBytes(query->Blob(0)));
    if (!visit(id, query->Blob(1))) return absl::OkStatus();
  }
}

class SqliteRecords final : public RecordStore {
 public:
  SqliteRecords(const std::string& path, std::shared_ptr<Tombstones> tombstones,
                const SqliteOptions& options)
      : tombstones_(std::move(tombstones)), readers_([path, options] {
          return RecordReader::Open(path, options);
        }) {}

  absl::Status Open(const std::string& path, const SqliteOptions& options) {
    base::MutexLock lock(&mutex_);
    PRIVET_ASSIGN_OR_RETURN(rows_,
                            RecordRows::Open(path, tombstones_.get(), options));
    return absl::OkStatus();
  }

  absl::Status ScanRange(const RecordId& from, const RecordId& to,
                         Visitor visit) override {
    PRIVET_ASSIGN_OR_RETURN(const auto reader, readers_.Take());
    Query query(reader->range);
    query.Bind(from.view()).Bind(to.view());
    return VisitRows(&query, visit);
  }

  absl::Status ScanSubject(const OwnerId& owner, Visitor visit) override {
    PRIVET_ASSIGN_OR_RETURN(const auto reader, readers_.Take());
    Query query(reader->of_subject);
    query.Bind(owner.view());
    return VisitRows(&query, visit);
  }

  absl::StatusOr<std::size_t> Replace(
      absl::Span<const Replacement> replacements) override {
    PRIVET_ASSIGN_OR_RETURN(const Changed changed, Change(replacements, {}));
    return changed.replaced;
  }

  absl::StatusOr<std::size_t> Remove(
      absl::Span<const Removal> removals) override {
    PRIVET_ASSIGN_OR_RETURN(const Changed changed, Change({}, removals));
    return changed.removed;
  }

  absl::StatusOr<SweepStep> Sweep(const SweepRange& range,
                                  Decide decide) override {
    PRIVET_ASSIGN_OR_RETURN(const Stepped stepped, TakeStep(range, decide));
    PRIVET_RETURN_IF_ERROR(DeleteBuckets(range.type, stepped.step.upto));
    if (stepped.step.upto == range.to || stepped.stale_tags >= kStaleTags) {
      PRIVET_RETURN_IF_ERROR(DeleteStaleTags());
    }
    return stepped.step;
  }

  absl::StatusOr<std::optional<RecordId>> SweptUpTo(
      std::uint32_t type, std::uint32_t retention_class) override {
    PRIVET_ASSIGN_OR_RETURN(const auto reader, readers_.Take());
    Query query(reader->mark);
    query.Bind(std::int64_t{type}).Bind(std::int64_t{retention_class});
    PRIVET_ASSIGN_OR_RETURN(const bool found, query.Step());
    if (!found) return base::HighestId();
    PRIVET_ASSIGN_OR_RETURN(const RecordId upto,
                            RecordId::FromBytes(query.Blob(0)));
    return upto;
  }

  absl::StatusOr<std::optional<std::string>> DestroyedUpTo() override {
    PRIVET_ASSIGN_OR_RETURN(const auto reader, readers_.Take());
    Query query(reader->destroyed);
    PRIVET_ASSIGN_OR_RETURN(const bool found, query.Step());
    return std::optional<std::string>(found ? query.Blob(0) : "");
  }

  absl::Status SetDestroyedUpTo(std::string_view mark) override {
    return InTransaction(
        [mark](RecordRows& rows) { return rows.SetDestroyedUpTo(mark); });
  }

  absl::Status Put(const SealedRecord& record) override {
    return PutAll(absl::MakeConstSpan(&record, 1));
  }

  absl::Status PutAll(absl::Span<const SealedRecord> records) override {
    PRIVET_ASSIGN_OR_RETURN(std::vector<Incoming> incoming, Receive(records));
    PRIVET_RETURN_IF_ERROR(
        MarkErased(tombstones_.get(), absl::MakeSpan(incoming)));
    for (const Incoming& record : incoming) {
      if (!AnythingLeft(record)) return ErasedSubject();
    }
    PRIVET_RETURN_IF_ERROR(Insert(absl::MakeSpan(incoming)));
    const LostRace lost = FindLost(tombstones_.get(), incoming);
    if (!lost.empty()) {
      PRIVET_RETURN_IF_ERROR(Change(lost.replacements, lost.removals).status());
    }
    return lost.answer;
  }

  absl::StatusOr<SealedRecord> Get(const RecordId& id) override {
    PRIVET_ASSIGN_OR_RETURN(const auto reader, readers_.Take());
    Query query(reader->get);
    PRIVET_ASSIGN_OR_RETURN(const bool found, query.Bind(id.view()).Step());
    if (!found) return RecordNotFound(id);
    return SealedRecord::Parse(id, query.Blob(0));
  }

  absl::StatusOr<std::vector<RecordId>> Find(const IndexTag& tag,
                                             std::size_t limit) override {
    PRIVET_RETURN_IF_ERROR(CheckIndexTag(tag));
    const std::string key = IndexKey(tag);
    PRIVET_ASSIGN_OR_RETURN(const auto reader, readers_.Take());
    Query query(reader->find);
    query.Bind(key).Bind(static_cast<std::int64_t>(
        std::min<std::size_t>(limit, std::size_t{1} << 62)));
    std::vector<RecordId> ids;
    while (true) {
      PRIVET_ASSIGN_OR_RETURN(const bool found, query.Step());
      if (!found) return ids;
      PRIVET_ASSIGN_OR_RETURN(ids.emplace_back(),
                              RecordId::FromBytes(query.Blob(0)));
    }
  }

  absl::StatusOr<SealedRecord> FindUnique(const IndexTag& tag) override {
    PRIVET_ASSIGN_OR_RETURN(const std::vector<RecordId> ids, Find(tag, 1));
    if (ids.empty()) return UniqueNotFound();
    return Get(ids.front());
  }

 private:
  struct Changed {
    std::size_t replaced = 0;
    std::size_t removed = 0;
  };

  // Puts `records` in one transaction; sets what may not be stored of each.
  absl::Status Insert(absl::Span<Incoming> records) {
    base::MutexLock lock(&mutex_);
    PRIVET_ASSIGN_OR_RETURN(Transaction transaction,
                            Transaction::Begin(&rows_->database()));
    rows_->Forget();
    RecordRows* const rows = rows_.get();
    const auto swept_up_to = [rows](std::uint32_t type,
                                    std::uint32_t retention_class) {
      return rows->SweptUpTo(type, retention_class);
    };
    for (Incoming& record : records) {
      PRIVET_RETURN_IF_ERROR(MarkSwept(swept_up_to, &record));
      if (!AnythingLeft(record)) return AllDue();
    }
    PRIVET_RETURN_IF_ERROR(rows_->PutAll(records));
    return transaction.Commit();
  }

  absl::StatusOr<Changed> Change(absl::Span<const Replacement> replacements,
                                 absl::Span<const Removal> removals);

  struct Stepped {
    SweepStep step;
    std::size_t stale_tags;
  };
  absl::StatusOr<Stepped> TakeStep(const SweepRange& range, Decide decide);
  // What a sweep leaves behind, in transactions of their own: buckets of sidx
  // without a record, rows of bidx without a compartment.
  absl::Status DeleteBuckets(std::uint32_t type, const RecordId& upto);
  absl::Status DeleteStaleTags();
  absl::StatusOr<RecordRows::StaleTags> FindStaleTags() {
    base::MutexLock lock(&mutex_);
    return rows_->FindStaleTags();
  }

  // Runs `work` with the rows, in a transaction.
  template <typename Work>
  absl::Status InTransaction(Work work) {
    base::MutexLock lock(&mutex_);
    PRIVET_ASSIGN_OR_RETURN(Transaction transaction,
                            Transaction::Begin(&rows_->database()));
    rows_->Forget();
    PRIVET_RETURN_IF_ERROR(work(*rows_));
    return transaction.Commit();
  }

  const std::shared_ptr<Tombstones> tombstones_;
  base::Mutex mutex_;
  std::unique_ptr<RecordRows> rows_ ABSL_GUARDED_BY(mutex_);
  ReaderPool<RecordReader> readers_;
};

absl::StatusOr<SqliteRecords::Changed> SqliteRecords::Change(
    absl::Span<const Replacement> replacements,
    absl::Span<const Removal> removals) {
  base::MutexLock lock(&mutex_);
  PRIVET_ASSIGN_OR_RETURN(Transaction transaction,
                          Transaction::Begin(&rows_->database()));
  rows_->Forget();
  Changed changed;
  std::vector<const Residue*> residues;
  for (const Replacement& replacement : replacements) {
    PRIVET_ASSIGN_OR_RETURN(const bool done, rows_->Replace(replacement));
    if (!done) continue;
    ++changed.replaced;
    if (replacement.residue) residues.push_back(&*replacement.residue);
  }
  for (const Removal& removal : removals) {
    PRIVET_ASSIGN_OR_RETURN(const bool done, rows_->Remove(removal.was));
    if (!done) continue;
    ++changed.removed;
    if (removal.residue) residues.push_back(&*removal.residue);
  }
  PRIVET_RETURN_IF_ERROR(rows_->InsertResidues(std::move(residues)));
  PRIVET_RETURN_IF_ERROR(transaction.Commit());
  return changed;
}

absl::StatusOr<SqliteRecords::Stepped> SqliteRecords::TakeStep(
    const SweepRange& range, Decide decide) {
  Stepped stepped;
  PRIVET_RETURN_IF_ERROR(InTransaction([&](RecordRows& rows) -> absl::Status {
    PRIVET_ASSIGN_OR_RETURN(stepped.step, rows.Sweep(range, decide));
    stepped.stale_tags = rows.new_stale_tags();
    return absl::OkStatus();
  }));
  return stepped;
}

absl::Status SqliteRecords::DeleteBuckets(std::uint32_t type,
                                          const RecordId& upto) {
  std::vector<Bucket> empty;
  {
    base::MutexLock lock(&mutex_);
    PRIVET_ASSIGN_OR_RETURN(empty, rows_->EmptyBuckets(type, upto));
  }
  for (const Bucket& bucket : empty) {
    bool gone = false;
    while (!gone) {
      PRIVET_RETURN_IF_ERROR(
          InTransaction([&](RecordRows& rows) -> absl::Status {
            PRIVET_ASSIGN_OR_RETURN(gone, rows.DeleteSome(bucket));
            return absl::OkStatus();
          }));
    }
  }
  return absl::OkStatus();
}

absl::Status SqliteRecords::DeleteStaleTags() {
  while (true) {
    PRIVET_ASSIGN_OR_RETURN(const RecordRows::StaleTags stale, FindStaleTags());
    if (stale.tags.empty()) return absl::OkStatus();
    const auto tags = absl::MakeConstSpan(stale.tags);
    for (std::size_t i = 0; i < tags.size(); i += kTagsOfOneCommit) {
      PRIVET_RETURN_IF_ERROR(InTransaction([&](RecordRows& rows) {
        return rows.DeleteTags(tags.subspan(i, kTagsOfOneCommit));
      }));
    }
    PRIVET_RETURN_IF_ERROR(InTransaction(
        [&](RecordRows& rows) { return rows.FinishStaleTags(stale); }));
  }
}

}  // namespace

absl::StatusOr<std::shared_ptr<RecordStore>> OpenRecords(
    std::string_view path, std::shared_ptr<Tombstones> tombstones,
    const SqliteOptions& options) {
  const std::string file(path);
  auto records =
      std::make_shared<SqliteRecords>(file, std::move(tombstones), options);
  PRIVET_RETURN_IF_ERROR(records->Open(file, options));
  return std::shared_ptr<RecordStore>(std::move(records));
}

}  // namespace privet::store::sqlite
