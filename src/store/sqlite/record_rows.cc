// SPDX-License-Identifier: Apache-2.0

#include "store/sqlite/record_rows.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/id_parts.h"
#include "base/sealed_header.h"
#include "base/status_macros.h"
#include "store/put_rules.h"
#include "store/sqlite/buckets.h"
#include "store/sqlite/database.h"
#include "store/sqlite/statement.h"

namespace privet::store::sqlite {

using base::SealedHeader;

const FileKind kRecords = {
    "store of records",
    0x50525652,  // "PRVR"
    1,
    "CREATE TABLE rec(id BLOB PRIMARY KEY NOT NULL, sealed BLOB NOT NULL);"
    "CREATE TABLE sidx(bucket INTEGER NOT NULL, owner BLOB NOT NULL,"
    " id BLOB NOT NULL, PRIMARY KEY(bucket, owner, id)) WITHOUT ROWID;"
    "CREATE TABLE buckets(bucket INTEGER PRIMARY KEY NOT NULL);"
    "CREATE TABLE bidx(tag BLOB NOT NULL, id BLOB NOT NULL,"
    " PRIMARY KEY(tag, id)) WITHOUT ROWID;"
    "CREATE TABLE bof(id BLOB NOT NULL, compartment INTEGER NOT NULL,"
    " tag BLOB NOT NULL, PRIMARY KEY(id, compartment, tag)) WITHOUT ROWID;"
    "CREATE TABLE stale(n INTEGER PRIMARY KEY AUTOINCREMENT,"
    " tag BLOB NOT NULL, id BLOB NOT NULL);"
    "CREATE TABLE held(id BLOB NOT NULL, hold BLOB NOT NULL,"
    " PRIMARY KEY(id, hold)) WITHOUT ROWID;"
    "CREATE TABLE swept(type INTEGER NOT NULL, class INTEGER NOT NULL,"
    " upto BLOB NOT NULL, PRIMARY KEY(type, class)) WITHOUT ROWID;"
    "CREATE TABLE destroyed(one INTEGER PRIMARY KEY CHECK(one = 1),"
    " upto BLOB NOT NULL)",
};

absl::StatusOr<std::unique_ptr<RecordRows>> RecordRows::Open(
    const std::string& path, Tombstones* tombstones,
    const SqliteOptions& options) {
  std::unique_ptr<RecordRows> rows(new RecordRows());
  rows->tombstones_ = tombstones;
  PRIVET_ASSIGN_OR_RETURN(rows->database_,
                          Database::OpenWriter(path, kRecords, options));
  PRIVET_RETURN_IF_ERROR(rows->Prepare());
  return rows;
}

absl::Status RecordRows::Prepare() {
  PRIVET_RETURN_IF_ERROR(PrepareRecords());
  return PrepareIndexes();
}

absl::Status RecordRows::PrepareAll(
    std::initializer_list<std::pair<Statement*, const char*>> statements) {
  for (const auto& [statement, sql] : statements) {
    PRIVET_ASSIGN_OR_RETURN(*statement, database_->Prepare(sql));
  }
  return absl::OkStatus();
}

absl::Status RecordRows::PrepareRecords() {
  // Revision and length are those of the header, so that one look-up finds the
  // row, compares and changes it.
  return PrepareAll({
      {&insert_, "INSERT OR IGNORE INTO rec(id, sealed) VALUES(?, ?)"},
      {&get_, "SELECT sealed FROM rec WHERE id = ?"},
      {&update_, "UPDATE rec SET sealed = ? WHERE id = ?"},
      {&update_if_,
       "UPDATE rec SET sealed = ? WHERE id = ? AND length(sealed) = ? AND "
       "substr(sealed, 41, 8) = ?"},
      {&delete_if_,
       "DELETE FROM rec WHERE id = ? AND length(sealed) = ? AND "
       "substr(sealed, 41, 8) = ?"},
      {&next_,
       "SELECT rowid, id, sealed FROM rec WHERE id >= ? AND id < ? ORDER BY id "
       "LIMIT ?"},
      {&update_row_, "UPDATE rec SET sealed = ? WHERE rowid = ?"},
      {&delete_run_, "DELETE FROM rec WHERE id BETWEEN ? AND ?"},
      {&any_in_range_,
       "SELECT EXISTS(SELECT 1 FROM rec WHERE id >= ? AND id < ?)"},
      {&add_bucket_, "INSERT OR IGNORE INTO buckets(bucket) VALUES(?)"},
      {&list_buckets_,
       "SELECT bucket FROM buckets WHERE bucket BETWEEN ? AND ?"},
      {&drop_bucket_, "DELETE FROM buckets WHERE bucket = ?"},
      {&get_mark_, "SELECT upto FROM swept WHERE type = ? AND class = ?"},
      {&set_mark_,
       "INSERT INTO swept(type, class, upto) VALUES(?, ?, ?) ON CONFLICT DO "
       "UPDATE SET upto = max(upto, excluded.upto)"},
      {&set_destroyed_,
       "INSERT INTO destroyed(one, upto) VALUES(1, ?) ON CONFLICT DO UPDATE "
       "SET upto = excluded.upto"},
  });
}

absl::Status RecordRows::PrepareIndexes() {
  return PrepareAll({
      {&add_subject_,
       "INSERT OR IGNORE INTO sidx(bucket, owner, id) VALUES(?, ?, ?)"},
      {&drop_subject_,
       "DELETE FROM sidx WHERE bucket = ? AND owner = ? AND id = ?"},
      {&some_subject_,
       "SELECT owner FROM sidx WHERE bucket = ? ORDER BY owner, id LIMIT 1 "
       "OFFSET 20000"},
      {&drop_subjects_, "DELETE FROM sidx WHERE bucket = ? AND owner <= ?"},
      {&add_tag_, "INSERT OR IGNORE INTO bidx(tag, id) VALUES(?, ?)"},
      {&drop_tag_, "DELETE FROM bidx WHERE tag = ? AND id = ?"},
      {&find_tag_,
       "SELECT id FROM bidx WHERE tag = ?1 AND id <> ?2 AND EXISTS(SELECT 1 "
       "FROM bof WHERE bof.id = bidx.id AND bof.tag = ?1) LIMIT 1"},
      {&add_tag_of_,
       "INSERT OR IGNORE INTO bof(id, compartment, tag) VALUES(?, ?, ?)"},
      {&drop_tag_of_,
       "DELETE FROM bof WHERE id = ? AND compartment = ? AND tag = ?"},
      {&tags_of_,
       "SELECT id, compartment, tag FROM bof WHERE id BETWEEN ? AND ?"},
      {&add_stale_, "INSERT INTO stale(tag, id) VALUES(?, ?)"},
      {&stale_, "SELECT n, tag, id FROM stale ORDER BY n LIMIT ?"},
      {&drop_stale_, "DELETE FROM stale WHERE n <= ?"},
      {&drop_if_stale_,
       "DELETE FROM bidx WHERE tag = ?1 AND id = ?2 AND NOT EXISTS(SELECT 1 "
       "FROM bof WHERE bof.id = ?2 AND bof.tag = ?1)"},
  });
}

void RecordRows::Forget() {
  known_buckets_.clear();
  marks_.clear();
}

absl::Status RecordRows::PutAll(absl::Span<const Incoming> records) {
  std::string scratch;
  for (const Incoming& record : records) {
    const std::string_view sealed = WhatToStore(record, &scratch);
    PRIVET_RETURN_IF_ERROR(record.is_new() ? Insert(record.record->id(), sealed)
                                           : Overwrite(record, sealed));
  }
  PRIVET_RETURN_IF_ERROR(IndexSubjects(records));
  return IndexTags(records);
}

absl::Status RecordRows::Insert(const RecordId& id, std::string_view sealed) {
  PRIVET_RETURN_IF_ERROR(Query(insert_).Bind(id.view()).Bind(sealed).Run());
  if (database_->Changes() == 1) return absl::OkStatus();
  return IdTaken(id);
}

absl::Status RecordRows::Overwrite(const Incoming& record,
                                   std::string_view sealed) {
  const RecordId& id = record.record->id();
  {
    Query query(get_);
    PRIVET_ASSIGN_OR_RETURN(const bool found, query.Bind(id.view()).Step());
    if (!found) return RecordNotFound(id);
    PRIVET_ASSIGN_OR_RETURN(const SealedHeader there,
                            SealedHeader::Parse(query.Blob(0)));
    PRIVET_RETURN_IF_ERROR(CheckRevision(there, record.header));
    PRIVET_RETURN_IF_ERROR(UnindexSubjects(there));
  }
  std::vector<TagRow> tags;
  PRIVET_RETURN_IF_ERROR(AddTags(id, id, nullptr, &tags));
  PRIVET_RETURN_IF_ERROR(DropTags(tags));
  return Query(update_).Bind(sealed).Bind(id.view()).Run();
}

absl::StatusOr<Bucket> RecordRows::BucketOf(const SealedHeader& header) {
  std::optional<absl::Duration> longest = absl::ZeroDuration();
  for (std::size_t i = 0; i < header.size(); ++i) {
    const std::uint32_t retention_class = header.retention_class(i);
    if (retention_class == base::kPublicClass) continue;
    auto keep = keeps_.find(retention_class);
    if (keep == keeps_.end()) {
      std::optional<absl::Duration> found;
      if (tombstones_ != nullptr) {
        PRIVET_ASSIGN_OR_RETURN(found,
                                tombstones_->LongestKeep(retention_class));
      }
      keep = keeps_.emplace(retention_class, found).first;
    }
    if (!keep->second.has_value()) {
      longest = std::nullopt;
      break;
    }
    longest = std::max(*longest, *keep->second);
  }
  return Bucket::Of(header.id(), longest);
}

absl::Status RecordRows::IndexSubjects(absl::Span<const Incoming> records) {
  struct Row {
    std::int64_t bucket;
    OwnerId owner;
    RecordId id;
  };
  std::vector<Row> rows;
  rows.reserve(records.size());
  for (const Incoming& record : records) {
    const SealedHeader& header = record.header;
    if (header.about_nobody()) continue;
    PRIVET_ASSIGN_OR_RETURN(const Bucket bucket, BucketOf(header));
    rows.push_back({bucket.row(), header.owner(), header.id()});
    for (std::size_t i = 0; i < header.further_owner_count(); ++i) {
      rows.push_back({bucket.row(), header.further_owner(i), header.id()});
    }
  }
  // In the order of the table, so that each of its pages is looked for once.
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    return std::tie(a.bucket, a.owner, a.id) <
           std::tie(b.bucket, b.owner, b.id);
  });
  for (const Row& row : rows) {
    if (known_buckets_.insert(row.bucket).second) {
      PRIVET_RETURN_IF_ERROR(Query(add_bucket_).Bind(row.bucket).Run());
    }
    PRIVET_RETURN_IF_ERROR(Query(add_subject_)
                               .Bind(row.bucket)
                               .Bind(row.owner.view())
                               .Bind(row.id.view())
                               .Run());
  }
  return absl::OkStatus();
}

absl::Status RecordRows::UnindexSubjects(const SealedHeader& header) {
  if (header.about_nobody()) return absl::OkStatus();
  // The class rows that said the bucket may be gone: look into each that
  // covers the id, two at most where a policy changed.
  const RecordId id = header.id();
  std::vector<Bucket> buckets;
  {
    Query query(list_buckets_);
    query.Bind(Bucket::FirstOf(base::TypeOf(id)))
        .Bind(Bucket::LastOf(base::TypeOf(id)));
    while (true) {
      PRIVET_ASSIGN_OR_RETURN(const bool found, query.Step());
      if (!found) break;
      const Bucket bucket(query.Int(0));
      if (!(id < bucket.begin()) && id < bucket.end()) {
        buckets.push_back(bucket);
      }
    }
  }
  for (const Bucket& bucket : buckets) {
    for (std::size_t i = 0; i <= header.further_owner_count(); ++i) {
      const OwnerId owner =
          i == 0 ? header.owner() : header.further_owner(i - 1);
      PRIVET_RETURN_IF_ERROR(Query(drop_subject_)
                                 .Bind(bucket.row())
                                 .Bind(owner.view())
                                 .Bind(id.view())
                                 .Run());
    }
  }
  return absl::OkStatus();
}

absl::Status RecordRows::IndexTags(absl::Span<const Incoming> records) {
  struct Row {
    std::string key;
    RecordId id;
    const IndexTag* tag;
  };
  std::vector<Row> rows;
  for (const Incoming& record : records) {
    const RecordId& id = record.record->id();
    for (const IndexTag& tag : record.record->index()) {
      if (!IsStored(record, tag.compartment)) continue;
      rows.push_back({IndexKey(tag), id, &tag});
      PRIVET_RETURN_IF_ERROR(Query(add_tag_of_)
                                 .Bind(id.view())
                                 .Bind(std::int64_t{tag.compartment})
                                 .Bind(rows.back().key)
                                 .Run());
    }
  }
  std::sort(rows.begin(), rows.end(),
            [](const Row& a, const Row& b) { return a.key < b.key; });
  for (const Row& row : rows) {
    PRIVET_RETURN_IF_ERROR(CheckUnique(*row.tag, row.key, row.id));
    PRIVET_RETURN_IF_ERROR(
        Query(add_tag_).Bind(row.key).Bind(row.id.view()).Run());
  }
  return absl::OkStatus();
}

absl::Status RecordRows::CheckUnique(const IndexTag& tag, std::string_view key,
                                     const RecordId& id) {
  if (!tag.unique) return absl::OkStatus();
  Query query(find_tag_);
  PRIVET_ASSIGN_OR_RETURN(const bool taken,
                          query.Bind(key).Bind(id.view()).Step());
  return taken ? UniqueTaken() : absl::OkStatus();
}

absl::Status RecordRows::AddTags(const RecordId& first, const RecordId& last,
                                 const std::vector<std::uint32_t>* only,
                                 std::vector<TagRow>* tags) {
  Query query(tags_of_);
  query.Bind(first.view()).Bind(last.view());
  while (true) {
    PRIVET_ASSIGN_OR_RETURN(const bool found, query.Step());
    if (!found) return absl::OkStatus();
    const std::int64_t compartment = query.Int(1);
    if (only != nullptr &&
        std::find(only->begin(), only->end(), compartment) == only->end()) {
      continue;
    }
    PRIVET_ASSIGN_OR_RETURN(const RecordId id,
                            RecordId::FromBytes(query.Blob(0)));
    tags->push_back({std::string(query.Blob(2)), id, compartment});
  }
}

absl::Status RecordRows::DropTagOf(const TagRow& row) {
  return Query(drop_tag_of_)
      .Bind(row.id.view())
      .Bind(row.compartment)
      .Bind(row.tag)
      .Run();
}

absl::Status RecordRows::DropTags(const std::vector<TagRow>& tags) {
  for (const TagRow& row : tags) {
    PRIVET_RETURN_IF_ERROR(DropTagOf(row));
    PRIVET_RETURN_IF_ERROR(
        Query(drop_tag_).Bind(row.tag).Bind(row.id.view()).Run());
  }
  return absl::OkStatus();
}

absl::Status RecordRows::SetDestroyedUpTo(std::string_view mark) {
  return Query(set_destroyed_).Bind(mark).Run();
}

absl::StatusOr<RecordId> RecordRows::SweptUpTo(std::uint32_t type,
                                               std::uint32_t retention_class) {
  const auto [mark, is_new] =
      marks_.try_emplace({type, retention_class}, RecordId());
  if (!is_new) return mark->second;
  {
    Query query(get_mark_);
    query.Bind(std::int64_t{type}).Bind(std::int64_t{retention_class});
    PRIVET_ASSIGN_OR_RETURN(const bool found, query.Step());
    if (found) {
      PRIVET_ASSIGN_OR_RETURN(mark->second, RecordId::FromBytes(query.Blob(0)));
      return mark->second;
    }
  }
  // The first record with such a compartment: from now on there is something
  // to sweep.
  PRIVET_RETURN_IF_ERROR(SetMark(type, retention_class, RecordId()));
  return mark->second;
}

}  // namespace privet::store::sqlite
