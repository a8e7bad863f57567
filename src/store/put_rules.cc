// SPDX-License-Identifier: Apache-2.0

#include "store/put_rules.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/bytes.h"
#include "base/id_parts.h"
#include "base/sealed_header.h"
#include "base/status_macros.h"
#include "privet/sealed_record.h"
#include "store/tombstones.h"

namespace privet::store {
namespace {

constexpr std::size_t kMaxTagSize = 32;

using base::Descriptor;
using base::SealedHeader;

OwnerId OwnerOf(const SealedHeader& header, const Descriptor& descriptor) {
  return descriptor.owner_index == 0
             ? header.owner()
             : header.further_owner(descriptor.owner_index - 1u);
}

// Calls `visit(index, key name)` for each compartment that is there and is
// about somebody.
template <typename Visit>
void ForEachSubjectKey(const SealedHeader& header, Visit visit) {
  if (header.about_nobody()) return;
  for (std::size_t i = 0; i < header.size(); ++i) {
    const Descriptor descriptor = header.descriptor(i);
    if (header.dropped(i) || descriptor.owner_index == base::kNobodyIndex) {
      continue;
    }
    visit(i, SubjectKeyName{OwnerOf(header, descriptor), descriptor.slot,
                            descriptor.generation});
  }
}

}  // namespace

absl::StatusOr<std::vector<Incoming>> Receive(
    absl::Span<const SealedRecord> records) {
  std::vector<Incoming> incoming;
  incoming.reserve(records.size());
  absl::flat_hash_set<RecordId> ids;
  for (const SealedRecord& record : records) {
    if (records.size() > 1 && !ids.insert(record.id()).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("two records of one call have the id `",
                       record.id().ToString(), "`"));
    }
    for (const IndexTag& tag : record.index()) {
      PRIVET_RETURN_IF_ERROR(CheckIndexTag(tag));
    }
    PRIVET_ASSIGN_OR_RETURN(SealedHeader header,
                            SealedHeader::Parse(record.bytes()));
    incoming.push_back(Incoming{&record, std::move(header), 0});
  }
  return incoming;
}

absl::Status MarkErased(Tombstones* tombstones, absl::Span<Incoming> records) {
  if (tombstones == nullptr) return absl::OkStatus();
  absl::flat_hash_map<SubjectKeyName, std::size_t> places;
  std::vector<SubjectKeyName> keys;
  for (const Incoming& record : records) {
    ForEachSubjectKey(record.header,
                      [&](std::size_t, const SubjectKeyName& key) {
                        if (places.emplace(key, keys.size()).second) {
                          keys.push_back(key);
                        }
                      });
  }
  if (keys.empty()) return absl::OkStatus();
  PRIVET_ASSIGN_OR_RETURN(const std::vector<Tombstones::Fate> fates,
                          tombstones->FatesOf(keys));
  if (fates.size() != keys.size()) {
    return absl::InternalError("the vault answered for other keys");
  }
  for (Incoming& record : records) {
    ForEachSubjectKey(record.header, [&](std::size_t i,
                                         const SubjectKeyName& key) {
      const Tombstones::Fate fate = fates[places.at(key)];
      const bool refused = record.is_new() ? fate != Tombstones::Fate::kLives
                                           : fate == Tombstones::Fate::kGone;
      if (refused) record.drop |= std::uint64_t{1} << i;
    });
  }
  return absl::OkStatus();
}

absl::Status MarkSwept(
    absl::FunctionRef<absl::StatusOr<RecordId>(std::uint32_t, std::uint32_t)>
        swept_up_to,
    Incoming* record) {
  const SealedHeader& header = record->header;
  const RecordId id = header.id();
  for (std::size_t i = 0; i < header.size(); ++i) {
    const std::uint32_t retention_class = header.retention_class(i);
    if (retention_class == base::kPublicClass || header.dropped(i) ||
        (header.compartment_flags(i) & base::kHeld) != 0) {
      continue;
    }
    PRIVET_ASSIGN_OR_RETURN(const RecordId upto,
                            swept_up_to(base::TypeOf(id), retention_class));
    if (id < upto) record->drop |= std::uint64_t{1} << i;
  }
  return absl::OkStatus();
}

bool AnythingLeft(const Incoming& record) {
  if (record.drop == 0) return true;
  const SealedHeader& header = record.header;
  for (std::size_t i = 0; i < header.size(); ++i) {
    const bool leaves = ((record.drop >> i) & 1) != 0 || header.dropped(i);
    if (!leaves && header.retention_class(i) != base::kPublicClass) return true;
  }
  return false;
}

bool IsStored(const Incoming& record, std::uint32_t compartment) {
  const SealedHeader& header = record.header;
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (header.compartment(i) != compartment) continue;
    return !header.dropped(i) && ((record.drop >> i) & 1) == 0;
  }
  return false;
}

std::string_view WhatToStore(const Incoming& record, std::string* scratch) {
  if (record.drop == 0) return record.record->bytes();
  // Its residue would be that of a record of which a part was never there.
  *scratch = base::DropCompartments(record.header, record.drop, true);
  return *scratch;
}

absl::Status ErasedSubject() {
  return absl::FailedPreconditionError(
      "the subject of the record has been erased since it was sealed; it is "
      "not stored");
}

absl::Status AllDue() {
  return absl::FailedPreconditionError(
      "all of the record is past its retention, and a sweep has passed it "
      "already; it is not stored");
}

absl::Status IdTaken(const RecordId& id) {
  return absl::AlreadyExistsError(
      absl::StrCat("a record has the id `", id.ToString(),
                   "` already; seal it again with a new one"));
}

absl::Status RecordNotFound(const RecordId& id) {
  return absl::NotFoundError(
      absl::StrCat("no record has the id `", id.ToString(), "`"));
}

absl::Status UniqueTaken() {
  return absl::AlreadyExistsError(
      "another record has the same value of a unique index");
}

absl::Status UniqueNotFound() {
  return absl::NotFoundError("no record has this value of the index");
}

absl::Status CheckRevision(const SealedHeader& there,
                           const SealedHeader& next) {
  if (there.revision() + 1 == next.revision()) return absl::OkStatus();
  return absl::AbortedError(
      absl::StrCat("record `", next.id().ToString(), "` is at revision ",
                   there.revision(), ", and revision ", next.revision(),
                   " was to follow; read it again and amend that"));
}

std::string IndexKey(const IndexTag& tag) {
  std::string key;
  key.reserve(2 * sizeof(std::uint32_t) + tag.value.size());
  base::AppendInt(&key, tag.index);
  base::AppendInt(&key, tag.generation);
  return key.append(tag.value);
}

absl::Status CheckIndexTag(const IndexTag& tag) {
  if (!tag.value.empty() && tag.value.size() <= kMaxTagSize) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "a value of a blind index has 1 to ", kMaxTagSize, " bytes"));
}

}  // namespace privet::store
