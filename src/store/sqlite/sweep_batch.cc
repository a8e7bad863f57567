// SPDX-License-Identifier: Apache-2.0
//
// What a sweep does to the rows: drops, removals, marks, emptied buckets.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/bytes.h"
#include "base/sealed_header.h"
#include "base/status_macros.h"
#include "privet/record_store.h"
#include "store/put_rules.h"
#include "store/sqlite/buckets.h"
#include "store/sqlite/record_rows.h"
#include "store/sqlite/statement.h"

namespace privet::store::sqlite {
namespace {

std::string RevisionBytes(const RecordVersion& was) {
  std::string bytes;
  base::AppendInt(&bytes, was.revision);
  return bytes;
}

}  // namespace

absl::StatusOr<bool> RecordRows::Replace(const Replacement& replacement) {
  const RecordVersion& was = replacement.was;
  const std::string revision = RevisionBytes(was);
  PRIVET_RETURN_IF_ERROR(Query(update_if_)
                             .Bind(replacement.bytes)
                             .Bind(was.id.view())
                             .Bind(static_cast<std::int64_t>(was.length))
                             .Bind(revision)
                             .Run());
  if (database_->Changes() == 0) return false;
  PRIVET_RETURN_IF_ERROR(
      UnindexTags(was.id, absl::MakeConstSpan(replacement.dropped)));
  return true;
}

absl::StatusOr<bool> RecordRows::Remove(const RecordVersion& was,
                                        bool exactly) {
  std::string sealed;
  if (exactly) {
    Query query(get_);
    PRIVET_ASSIGN_OR_RETURN(const bool found, query.Bind(was.id.view()).Step());
    if (!found) return false;
    sealed = std::string(query.Blob(0));
  }
  const std::string revision = RevisionBytes(was);
  PRIVET_RETURN_IF_ERROR(Query(delete_if_)
                             .Bind(was.id.view())
                             .Bind(static_cast<std::int64_t>(was.length))
                             .Bind(revision)
                             .Run());
  if (database_->Changes() == 0) return false;
  if (exactly) {
    // One that does not parse can be removed as well as any other.
    const auto header = base::SealedHeader::Parse(sealed);
    if (header.ok()) PRIVET_RETURN_IF_ERROR(UnindexSubjects(*header));
  }
  PRIVET_RETURN_IF_ERROR(UnindexTags(was.id, std::nullopt));
  return true;
}

absl::Status RecordRows::InsertResidues(std::vector<const Residue*> residues) {
  std::sort(residues.begin(), residues.end(),
            [](const Residue* a, const Residue* b) { return a->id < b->id; });
  for (const Residue* residue : residues) {
    auto header = base::SealedHeader::Parse(residue->bytes);
    if (!header.ok() || header->id() != residue->id) continue;
    Incoming incoming{nullptr, *std::move(header), 0};
    PRIVET_RETURN_IF_ERROR(MarkSwept(
        [this](std::uint32_t type, std::uint32_t retention_class) {
          return SweptUpTo(type, retention_class);
        },
        &incoming));
    if (incoming.drop != 0) continue;  // due already itself
    PRIVET_RETURN_IF_ERROR(
        Query(insert_).Bind(residue->id.view()).Bind(residue->bytes).Run());
  }
  return absl::OkStatus();
}

absl::Status RecordRows::SetMark(const SweepMark& mark) {
  return Query(set_mark_)
      .Bind(std::int64_t{mark.type})
      .Bind(std::int64_t{mark.retention_class})
      .Bind(mark.upto.view())
      .Run();
}

absl::StatusOr<bool> RecordRows::HasRecords(const Bucket& bucket) {
  const RecordId begin = bucket.begin();
  const RecordId end = bucket.end();
  Query query(any_in_range_);
  PRIVET_RETURN_IF_ERROR(
      query.Bind(begin.view()).Bind(end.view()).Step().status());
  return query.Int(0) != 0;
}

absl::StatusOr<std::vector<Bucket>> RecordRows::EmptyBuckets(
    std::uint32_t type, const RecordId& upto) {
  std::vector<Bucket> passed;
  {
    Query query(list_buckets_);
    query.Bind(Bucket::FirstOf(type)).Bind(Bucket::LastOf(type));
    while (true) {
      PRIVET_ASSIGN_OR_RETURN(const bool found, query.Step());
      if (!found) break;
      const Bucket bucket(query.Int(0));
      if (!(upto < bucket.end())) passed.push_back(bucket);
    }
  }
  std::vector<Bucket> empty;
  for (const Bucket& bucket : passed) {
    PRIVET_ASSIGN_OR_RETURN(const bool any, HasRecords(bucket));
    if (!any) empty.push_back(bucket);
  }
  return empty;
}

absl::StatusOr<bool> RecordRows::DeleteSome(const Bucket& bucket) {
  PRIVET_ASSIGN_OR_RETURN(const bool any, HasRecords(bucket));
  if (any) return true;  // a put came in between: it stays
  std::string last(OwnerId().bytes.size(), '\xff');
  bool all = true;
  {
    Query query(some_subject_);
    PRIVET_ASSIGN_OR_RETURN(const bool more, query.Bind(bucket.row()).Step());
    if (more) {
      last = std::string(query.Blob(0));
      all = false;
    }
  }
  PRIVET_RETURN_IF_ERROR(
      Query(drop_subjects_).Bind(bucket.row()).Bind(last).Run());
  if (!all) return false;
  PRIVET_RETURN_IF_ERROR(Query(drop_bucket_).Bind(bucket.row()).Run());
  return true;
}

}  // namespace privet::store::sqlite
