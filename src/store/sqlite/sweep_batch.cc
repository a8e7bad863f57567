// SPDX-License-Identifier: Apache-2.0
//
// What a sweep does to the rows: drops, removals, marks, emptied buckets.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
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

// Of the index rows to delete, as many as are held in memory: some 10 MB.
constexpr std::int64_t kStaleTags = 131'072;

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
  std::vector<TagRow> tags;
  PRIVET_RETURN_IF_ERROR(AddTags(was.id, was.id, &replacement.dropped, &tags));
  PRIVET_RETURN_IF_ERROR(DropTags(tags));
  return true;
}

absl::StatusOr<bool> RecordRows::Remove(const RecordVersion& was) {
  std::string sealed;
  {
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
  // One that does not parse can be removed as well as any other.
  const auto header = base::SealedHeader::Parse(sealed);
  if (header.ok()) PRIVET_RETURN_IF_ERROR(UnindexSubjects(*header));
  std::vector<TagRow> tags;
  PRIVET_RETURN_IF_ERROR(AddTags(was.id, was.id, nullptr, &tags));
  PRIVET_RETURN_IF_ERROR(DropTags(tags));
  return true;
}

absl::StatusOr<SweepStep> RecordRows::Sweep(const SweepRange& range,
                                            RecordSource::Decide decide) {
  std::vector<Looked> looked;
  SweepStep step{range.to, true};
  {
    Query query(next_);
    query.Bind(range.from.view())
        .Bind(range.to.view())
        .Bind(static_cast<std::int64_t>(range.limit) + 1);
    while (true) {
      PRIVET_ASSIGN_OR_RETURN(const bool found, query.Step());
      if (!found) break;
      PRIVET_ASSIGN_OR_RETURN(const RecordId id,
                              RecordId::FromBytes(query.Blob(1)));
      if (looked.size() == range.limit) {
        step.upto = id;
        break;
      }
      looked.push_back({query.Int(0), id, decide(id, query.Blob(2))});
    }
  }
  PRIVET_RETURN_IF_ERROR(DisposeOf(absl::MakeConstSpan(looked)));
  PRIVET_RETURN_IF_ERROR(SetMark(range.type, range.retention_class, step.upto));
  return step;
}

absl::Status RecordRows::DisposeOf(absl::Span<const Looked> looked) {
  std::vector<const Residue*> residues;
  std::vector<TagRow> tags;
  for (std::size_t i = 0; i < looked.size(); ++i) {
    if (!looked[i].disposal.has_value()) continue;
    const Disposal& disposal = *looked[i].disposal;
    if (disposal.residue.has_value()) residues.push_back(&*disposal.residue);
    if (!disposal.remove) {
      PRIVET_RETURN_IF_ERROR(
          Query(update_row_).Bind(disposal.bytes).Bind(looked[i].row).Run());
      PRIVET_RETURN_IF_ERROR(
          AddTags(looked[i].id, looked[i].id, &disposal.dropped, &tags));
      continue;
    }
    // Neighbours that all go, go at once: nothing lies between them.
    const RecordId first = looked[i].id;
    while (i + 1 < looked.size() && looked[i + 1].disposal.has_value() &&
           looked[i + 1].disposal->remove) {
      ++i;
      if (looked[i].disposal->residue.has_value()) {
        residues.push_back(&*looked[i].disposal->residue);
      }
    }
    PRIVET_RETURN_IF_ERROR(RunOver(delete_run_, first, looked[i].id));
    PRIVET_RETURN_IF_ERROR(AddTags(first, looked[i].id, nullptr, &tags));
  }
  PRIVET_RETURN_IF_ERROR(DropTagsLater(tags));
  return InsertResidues(std::move(residues));
}

absl::Status RecordRows::RunOver(const Statement& statement,
                                 const RecordId& first, const RecordId& last) {
  return Query(statement).Bind(first.view()).Bind(last.view()).Run();
}

absl::Status RecordRows::DropTagsLater(const std::vector<TagRow>& tags) {
  for (const TagRow& row : tags) {
    PRIVET_RETURN_IF_ERROR(DropTagOf(row));
    PRIVET_RETURN_IF_ERROR(
        Query(add_stale_).Bind(row.tag).Bind(row.id.view()).Run());
  }
  new_stale_tags_ += tags.size();
  return absl::OkStatus();
}

absl::StatusOr<RecordRows::StaleTags> RecordRows::FindStaleTags() {
  StaleTags stale;
  Query query(stale_);
  query.Bind(kStaleTags);
  while (true) {
    PRIVET_ASSIGN_OR_RETURN(const bool found, query.Step());
    if (!found) break;
    PRIVET_ASSIGN_OR_RETURN(const RecordId id,
                            RecordId::FromBytes(query.Blob(2)));
    stale.tags.emplace_back(query.Blob(1), id);
    stale.last = query.Int(0);
  }
  std::sort(stale.tags.begin(), stale.tags.end());
  new_stale_tags_ = 0;
  return stale;
}

absl::Status RecordRows::DeleteTags(
    absl::Span<const std::pair<std::string, RecordId>> tags) {
  for (const auto& [tag, id] : tags) {
    // A record that was amended meanwhile may have its row again.
    PRIVET_RETURN_IF_ERROR(
        Query(drop_if_stale_).Bind(tag).Bind(id.view()).Run());
  }
  return absl::OkStatus();
}

absl::Status RecordRows::FinishStaleTags(const StaleTags& stale) {
  return Query(drop_stale_).Bind(stale.last).Run();
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

absl::Status RecordRows::SetMark(std::uint32_t type,
                                 std::uint32_t retention_class,
                                 const RecordId& upto) {
  return Query(set_mark_)
      .Bind(std::int64_t{type})
      .Bind(std::int64_t{retention_class})
      .Bind(upto.view())
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
