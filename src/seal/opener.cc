// SPDX-License-Identifier: Apache-2.0

#include "seal/opener.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/id_parts.h"
#include "base/sealed_header.h"
#include "base/status_macros.h"
#include "keys/keyring.h"
#include "privet/record_id.h"
#include "record/scratch.h"
#include "seal/bodies.h"
#include "seal/class_table.h"
#include "seal/class_terms.h"

namespace privet::seal {
namespace {

absl::Status Elsewhere(const char* what) {
  return absl::DataLossError(
      absl::StrCat("sealed record is of another ", what,
                   " than it was found under; rows were exchanged, or the "
                   "stored bytes are damaged"));
}

// The epoch of a header is not proved yet: one that is not that of the record's
// class and time was never sealed, and no time is worked out from it.
absl::Status WrongEpoch() {
  return absl::DataLossError(
      "sealed record has a compartment of another epoch than its time of "
      "creation falls in: it was altered");
}

bool IsSet(std::uint64_t bits, std::size_t i) { return ((bits >> i) & 1) != 0; }

keys::KeyPlace PlaceOf(const base::SealedHeader& header, const TypeName& type,
                       std::size_t i) {
  const bool is_public = header.owner_index(i) == base::kNobodyIndex;
  keys::KeyPlace place;
  place.owner = is_public ? type.nobody : header.owner();
  place.slot = header.slot(i);
  place.generation = header.generation(i);
  place.retention_class = header.retention_class(i);
  place.epoch = header.epoch(i);
  place.type = type.number;
  place.compartment = header.compartment(i);
  return place;
}

std::size_t PlaintextSize(const base::SealedHeader& header,
                          std::uint64_t wanted) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (IsSet(wanted, i)) size += header.body(i).size() - base::kTagSize;
  }
  return size;
}

}  // namespace

absl::Status CheckPlace(const base::SealedHeader& header, const Place& place) {
  if (header.id() != place.id) return Elsewhere("id");
  if (header.policy() != place.type->policy) return Elsewhere("policy");
  if (header.type() != place.type->type ||
      base::TypeOf(place.id) != place.type->number) {
    return Elsewhere("type");
  }
  if (header.further_owner_count() != 0) {
    return absl::FailedPreconditionError(
        "the record is about several people, which this version of the library "
        "does not open");
  }
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (header.compartment_flags(i) != 0) {
      return absl::FailedPreconditionError(
          "the record is padded or on hold, which this version of the library "
          "does not open");
    }
  }
  if (header.about_nobody() != (header.owner() == place.type->nobody)) {
    return Elsewhere("owner");
  }
  return absl::OkStatus();
}

void Plaintexts::Wipe() {
  if (written_ != 0) record::WipeBytes(block_.data(), written_);
  used_ = written_ = count_ = 0;
}

absl::Status Opener::FindTimes(const base::SealedHeader& header,
                               const TypeName& type, std::uint64_t of,
                               ClassTable* classes, absl::Time now,
                               EventTimes events, Times* times) const {
  times->live = times->restricted = 0;
  for (std::size_t i = 0; i < header.size(); ++i) {
    times->terms[i] = nullptr;
    times->hashes[i] = 0;
    if (!IsSet(of, i) || header.dropped(i)) continue;
    keys::KeyPlace place = PlaceOf(header, type, i);
    keyring_->ExpectForOpening(&place);
    times->hashes[i] = place.hash;
  }
  const absl::Time created = CreatedAt(header.id());
  const std::int64_t created_ms = absl::ToUnixMillis(created);
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (!IsSet(of, i) || header.dropped(i)) continue;
    const std::uint64_t bit = std::uint64_t{1} << i;
    const std::uint32_t number = header.retention_class(i);
    if (number == base::kPublicClass) {
      times->live |= bit;
      continue;
    }
    PRIVET_ASSIGN_OR_RETURN(const ClassTable::Entry* const entry,
                            classes->Find(number));
    if (header.epoch(i) != entry->terms.EpochOf(created_ms)) {
      return WrongEpoch();
    }
    times->terms[i] = &entry->terms;
    const Due due = entry->terms.DueAt(created, now, events);
    if (due != Due::kYes) times->live |= bit;
    if (due == Due::kRestricted) times->restricted |= bit;
  }
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (IsSet(times->live, i)) keyring_->Fetch(times->hashes[i]);
  }
  return absl::OkStatus();
}

absl::Status Opener::Open(const keys::KeyCall& call,
                          const base::SealedHeader& header,
                          const TypeName& type, const Times& times,
                          std::uint64_t wanted, Plaintexts* out) const {
  wanted &= times.live;
  PRIVET_RETURN_IF_ERROR(out->Begin(PlaintextSize(header, wanted)));
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (!IsSet(wanted, i)) continue;
    absl::Status status = OpenOne(call, header, type, times, i, out);
    if (!status.ok()) {
      out->Wipe();
      return status;
    }
  }
  return absl::OkStatus();
}

absl::Status Opener::OpenAll(const keys::KeyCall& call,
                             const base::SealedHeader& header,
                             const TypeName& type, const Times& times,
                             std::uint64_t* opened, Plaintexts* out) const {
  *opened = 0;
  PRIVET_RETURN_IF_ERROR(out->Begin(PlaintextSize(header, times.live)));
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (!IsSet(times.live, i)) continue;
    absl::Status status = OpenOne(call, header, type, times, i, out);
    if (status.code() == absl::StatusCode::kNotFound) continue;
    if (!status.ok()) {
      out->Wipe();
      *opened = 0;
      return status;
    }
    *opened |= std::uint64_t{1} << i;
  }
  return absl::OkStatus();
}

absl::Status Opener::OpenOne(const keys::KeyCall& call,
                             const base::SealedHeader& header,
                             const TypeName& type, const Times& times,
                             std::size_t i, Plaintexts* out) const {
  keys::KeyPlace place = PlaceOf(header, type, i);
  place.hash = times.hashes[i];
  if (times.terms[i] != nullptr) {
    place.dies = times.terms[i]->EpochDies(place.epoch);
  }
  keys::CompartmentKey key;
  PRIVET_RETURN_IF_ERROR(keyring_->KeyForOpening(call, place, type.type, &key));
  const std::size_t size = header.body(i).size() - base::kTagSize;
  if (!OpenBody(header, i, key.key.data(), key.commitment, out->Next(size))) {
    return absl::DataLossError(
        "sealed record does not open: it was altered, or its keys are those of "
        "another vault");
  }
  out->Add(size);
  return absl::OkStatus();
}

absl::Status Plaintexts::Begin(std::size_t size) {
  Wipe();
  if (block_.size() < size && block_.Reserve(size, 0) == nullptr) {
    return absl::ResourceExhaustedError(
        "there is no memory to open the record in");
  }
  return absl::OkStatus();
}

char* Plaintexts::Next(std::size_t size) {
  written_ = std::max(written_, used_ + size);
  return block_.data() + used_;
}

void Plaintexts::Add(std::size_t size) {
  parts_[count_++] = std::string_view(block_.data() + used_, size);
  used_ += size;
}

}  // namespace privet::seal
