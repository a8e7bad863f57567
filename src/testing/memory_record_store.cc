// SPDX-License-Identifier: Apache-2.0

#include "testing/memory_record_store.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
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
#include "store/lost_race.h"
#include "store/put_rules.h"
#include "store/tombstones.h"

namespace privet::testing {
namespace {

using base::SealedHeader;
using store::Incoming;

// A row of the blind indexes, and the compartment that it goes with.
using TagRow = std::pair<std::string, std::uint32_t>;

struct Row {
  std::string sealed;
  std::vector<TagRow> tags;
};

// All rows. What fails changes nothing.
class Rows {
 public:
  absl::Status Put(Incoming* record) {
    PRIVET_RETURN_IF_ERROR(MarkDue(record));
    if (!store::AnythingLeft(*record)) return store::AllDue();
    const RecordId id = record->header.id();
    const auto there = records_.find(id);
    if (record->is_new()) {
      if (there != records_.end()) return store::IdTaken(id);
    } else {
      if (there == records_.end()) return store::RecordNotFound(id);
      PRIVET_ASSIGN_OR_RETURN(const SealedHeader before,
                              SealedHeader::Parse(there->second.sealed));
      PRIVET_RETURN_IF_ERROR(store::CheckRevision(before, record->header));
    }
    PRIVET_ASSIGN_OR_RETURN(std::vector<TagRow> tags, TagsOf(*record));
    if (there != records_.end()) Erase(id);
    std::string scratch;
    Add(id, std::string(store::WhatToStore(*record, &scratch)),
        std::move(tags));
    return absl::OkStatus();
  }

  std::optional<Row> Find(const RecordId& id) const {
    const auto row = records_.find(id);
    if (row == records_.end()) return std::nullopt;
    return row->second;
  }

  void Restore(const RecordId& id, std::optional<Row> row) {
    if (records_.count(id) != 0) Erase(id);
    if (row.has_value()) Add(id, std::move(row->sealed), std::move(row->tags));
  }

  bool Replace(const Replacement& replacement) {
    if (!Is(replacement.was)) return false;
    const RecordId& id = replacement.was.id;
    std::vector<TagRow> tags = records_.at(id).tags;
    Erase(id);
    const std::set<std::uint32_t> dropped(replacement.dropped.begin(),
                                          replacement.dropped.end());
    std::vector<TagRow> kept;
    for (TagRow& tag : tags) {
      if (dropped.count(tag.second) == 0) kept.push_back(std::move(tag));
    }
    Add(id, replacement.bytes, std::move(kept));
    return true;
  }

  bool Remove(const RecordVersion& was) {
    if (!Is(was)) return false;
    Erase(was.id);
    return true;
  }

  void Insert(const std::optional<Residue>& residue) {
    if (!residue.has_value() || records_.count(residue->id) != 0) return;
    auto header = SealedHeader::Parse(residue->bytes);
    if (!header.ok() || header->id() != residue->id) return;
    Incoming incoming{nullptr, *std::move(header), 0};
    if (!MarkDue(&incoming).ok() || incoming.drop != 0) return;
    Add(residue->id, residue->bytes, {});
  }

  SweepStep Sweep(const SweepRange& range, RecordSource::Decide decide) {
    std::vector<std::pair<RecordVersion, Disposal>> disposals;
    std::size_t seen = 0;
    SweepStep step{range.to, true};
    for (auto row = records_.lower_bound(range.from);
         row != records_.end() && row->first < range.to; ++row) {
      if (seen++ == range.limit) {
        step.upto = row->first;
        break;
      }
      auto disposal = decide(row->first, row->second.sealed);
      if (!disposal.has_value()) continue;
      const auto header = SealedHeader::Parse(row->second.sealed);
      disposals.push_back({{row->first, header.ok() ? header->revision() : 0,
                            row->second.sealed.size()},
                           *std::move(disposal)});
    }
    for (auto& [was, disposal] : disposals) Dispose(was, disposal);
    RecordId& mark = marks_[{range.type, range.retention_class}];
    if (mark < step.upto) mark = step.upto;
    return step;
  }
  RecordId MarkOf(std::uint32_t type, std::uint32_t retention_class) const {
    const auto mark = marks_.find({type, retention_class});
    return mark == marks_.end() ? base::HighestId() : mark->second;
  }

  const std::map<RecordId, Row>& records() const { return records_; }
  const std::set<std::pair<OwnerId, RecordId>>& subjects() const {
    return subjects_;
  }
  const std::set<std::pair<std::string, RecordId>>& tags() const {
    return tags_;
  }

 private:
  absl::Status MarkDue(Incoming* record) {
    return store::MarkSwept(
        [this](std::uint32_t type, std::uint32_t retention_class) {
          return absl::StatusOr<RecordId>(marks_[{type, retention_class}]);
        },
        record);
  }

  absl::StatusOr<std::vector<TagRow>> TagsOf(const Incoming& record) const {
    std::vector<TagRow> rows;
    for (const IndexTag& tag : record.record->index()) {
      if (!store::IsStored(record, tag.compartment)) continue;
      std::string key = store::IndexKey(tag);
      if (tag.unique && AnotherHas(key, record.header.id())) {
        return store::UniqueTaken();
      }
      rows.emplace_back(std::move(key), tag.compartment);
    }
    return rows;
  }

  void Dispose(const RecordVersion& was, const Disposal& disposal) {
    const bool done =
        disposal.remove
            ? Remove(was)
            : Replace({was, disposal.bytes, disposal.dropped, std::nullopt});
    if (done) Insert(disposal.residue);
  }

  bool AnotherHas(const std::string& key, const RecordId& id) const {
    auto row = tags_.lower_bound({key, RecordId()});
    if (row != tags_.end() && row->first == key && row->second == id) ++row;
    return row != tags_.end() && row->first == key;
  }

  bool Is(const RecordVersion& was) const {
    const auto there = records_.find(was.id);
    if (there == records_.end()) return false;
    const auto header = SealedHeader::Parse(there->second.sealed);
    return header.ok() && there->second.sealed.size() == was.length &&
           header->revision() == was.revision;
  }

  template <typename Visit>
  static void ForEachOwner(const std::string& sealed, Visit visit) {
    const auto header = SealedHeader::Parse(sealed);
    if (!header.ok() || header->about_nobody()) return;
    visit(header->owner());
    for (std::size_t i = 0; i < header->further_owner_count(); ++i) {
      visit(header->further_owner(i));
    }
  }

  void Add(const RecordId& id, std::string sealed, std::vector<TagRow> tags) {
    ForEachOwner(sealed, [&](const OwnerId& owner) {
      subjects_.insert({owner, id});
    });
    for (const TagRow& tag : tags) tags_.insert({tag.first, id});
    records_[id] = Row{std::move(sealed), std::move(tags)};
  }

  void Erase(const RecordId& id) {
    const Row& row = records_.at(id);
    ForEachOwner(row.sealed, [&](const OwnerId& owner) {
      subjects_.erase({owner, id});
    });
    for (const TagRow& tag : row.tags) tags_.erase({tag.first, id});
    records_.erase(id);
  }

  std::map<RecordId, Row> records_;
  std::set<std::pair<OwnerId, RecordId>> subjects_;
  std::set<std::pair<std::string, RecordId>> tags_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, RecordId> marks_;
};

class MemoryRecords final : public RecordStore {
 public:
  explicit MemoryRecords(std::shared_ptr<store::Tombstones> tombstones)
      : tombstones_(std::move(tombstones)) {}

  absl::Status ScanRange(const RecordId& from, const RecordId& to,
                         Visitor visit) override {
    base::MutexLock lock(&mutex_);
    const auto& records = rows_.records();
    for (auto row = records.lower_bound(from);
         row != records.end() && row->first < to; ++row) {
      if (!visit(row->first, row->second.sealed)) break;
    }
    return absl::OkStatus();
  }

  absl::Status ScanSubject(const OwnerId& owner, Visitor visit) override {
    base::MutexLock lock(&mutex_);
    const auto& subjects = rows_.subjects();
    for (auto row = subjects.lower_bound({owner, RecordId()});
         row != subjects.end() && row->first == owner; ++row) {
      if (!visit(row->second, rows_.records().at(row->second).sealed)) break;
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::size_t> Replace(
      absl::Span<const Replacement> replacements) override {
    base::MutexLock lock(&mutex_);
    std::size_t done = 0;
    for (const Replacement& replacement : replacements) {
      if (!rows_.Replace(replacement)) continue;
      ++done;
      rows_.Insert(replacement.residue);
    }
    return done;
  }

  absl::StatusOr<std::size_t> Remove(
      absl::Span<const Removal> removals) override {
    base::MutexLock lock(&mutex_);
    std::size_t done = 0;
    for (const Removal& removal : removals) {
      if (!rows_.Remove(removal.was)) continue;
      ++done;
      rows_.Insert(removal.residue);
    }
    return done;
  }

  absl::StatusOr<SweepStep> Sweep(const SweepRange& range,
                                  Decide decide) override {
    base::MutexLock lock(&mutex_);
    return rows_.Sweep(range, decide);
  }

  absl::StatusOr<std::optional<RecordId>> SweptUpTo(
      std::uint32_t type, std::uint32_t retention_class) override {
    base::MutexLock lock(&mutex_);
    return rows_.MarkOf(type, retention_class);
  }

  absl::StatusOr<std::optional<std::string>> DestroyedUpTo() override {
    base::MutexLock lock(&mutex_);
    return std::optional<std::string>(destroyed_up_to_);
  }

  absl::Status SetDestroyedUpTo(std::string_view mark) override {
    base::MutexLock lock(&mutex_);
    destroyed_up_to_ = std::string(mark);
    return absl::OkStatus();
  }

  absl::Status Put(const SealedRecord& record) override {
    return PutAll(absl::MakeConstSpan(&record, 1));
  }

  absl::Status PutAll(absl::Span<const SealedRecord> records) override {
    PRIVET_ASSIGN_OR_RETURN(std::vector<Incoming> incoming,
                            store::Receive(records));
    PRIVET_RETURN_IF_ERROR(
        store::MarkErased(tombstones_.get(), absl::MakeSpan(incoming)));
    for (const Incoming& record : incoming) {
      if (!store::AnythingLeft(record)) return store::ErasedSubject();
    }
    PRIVET_RETURN_IF_ERROR(Insert(absl::MakeSpan(incoming)));
    const store::LostRace lost = store::FindLost(tombstones_.get(), incoming);
    PRIVET_RETURN_IF_ERROR(Replace(lost.replacements).status());
    PRIVET_RETURN_IF_ERROR(Remove(lost.removals).status());
    return lost.answer;
  }

  absl::StatusOr<SealedRecord> Get(const RecordId& id) override {
    base::MutexLock lock(&mutex_);
    const auto row = rows_.records().find(id);
    if (row == rows_.records().end()) return store::RecordNotFound(id);
    return SealedRecord::Parse(id, row->second.sealed);
  }

  absl::StatusOr<std::vector<RecordId>> Find(const IndexTag& tag,
                                             std::size_t limit) override {
    PRIVET_RETURN_IF_ERROR(store::CheckIndexTag(tag));
    const std::string key = store::IndexKey(tag);
    base::MutexLock lock(&mutex_);
    std::vector<RecordId> ids;
    const auto& tags = rows_.tags();
    for (auto row = tags.lower_bound({key, RecordId()});
         row != tags.end() && row->first == key && ids.size() < limit; ++row) {
      ids.push_back(row->second);
    }
    return ids;
  }

  absl::StatusOr<SealedRecord> FindUnique(const IndexTag& tag) override {
    PRIVET_ASSIGN_OR_RETURN(const std::vector<RecordId> ids, Find(tag, 1));
    if (ids.empty()) return store::UniqueNotFound();
    return Get(ids.front());
  }

 private:
  absl::Status Insert(absl::Span<Incoming> records) {
    base::MutexLock lock(&mutex_);
    std::vector<std::pair<RecordId, std::optional<Row>>> before;
    for (Incoming& record : records) {
      const RecordId id = record.header.id();
      before.emplace_back(id, rows_.Find(id));
      const absl::Status put = rows_.Put(&record);
      if (put.ok()) continue;
      for (auto& [each, row] : before) rows_.Restore(each, std::move(row));
      return put;
    }
    return absl::OkStatus();
  }

  const std::shared_ptr<store::Tombstones> tombstones_;
  base::Mutex mutex_;
  Rows rows_ ABSL_GUARDED_BY(mutex_);
  std::string destroyed_up_to_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

std::shared_ptr<RecordStore> NewMemoryRecords(
    std::shared_ptr<store::Tombstones> tombstones) {
  return std::make_shared<MemoryRecords>(std::move(tombstones));
}

}  // namespace privet::testing
