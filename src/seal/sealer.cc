// SPDX-License-Identifier: Apache-2.0

#include "seal/sealer.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "absl/base/optimization.h"
#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/sealed_header.h"
#include "base/status_macros.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "keys/epoch.h"
#include "keys/keyring.h"
#include "privet/record_id.h"
#include "seal/bodies.h"
#include "seal/class_terms.h"
#include "seal/record_id.h"

namespace privet::seal {
namespace {

// A clock may run ahead of ours by so much.
constexpr absl::Duration kSkew = absl::Minutes(5);

// Most records have so few compartments: then nothing is allocated for them.
constexpr std::size_t kUsual = 8;

// One compartment on its way: where its key lies, and the key.
struct Part {
  Part() {}  // NOLINT: not zeroed first

  keys::KeyPlace place;
  keys::CompartmentKey key;
};

// What one sealing works on.
struct Work {
  explicit Work(std::size_t count) : parts(count) {}

  absl::Time created;
  std::int64_t created_ms = 0;
  base::HeaderFields fields;
  absl::InlinedVector<Part, kUsual> parts;  // one for each of the input's
  absl::InlinedVector<base::Descriptor, kUsual> descriptors;
  absl::InlinedVector<BodyInput, kUsual> bodies;
};

absl::Status CheckCreated(absl::Time created, absl::Time now) {
  if (created < absl::UnixEpoch()) {
    return absl::InvalidArgumentError(
        "the record was created before 1970; give it its time of creation");
  }
  if (created > now + kSkew) {
    return absl::InvalidArgumentError(
        "the record was created more than 5 minutes ahead of the clock");
  }
  return absl::OkStatus();
}

absl::Status CheckCompartment(const Compartment& one, bool about_nobody) {
  if (one.plaintext.size() > base::kMaxBodySize - base::kTagSize) {
    return absl::ResourceExhaustedError(
        "fields of one compartment hold more than 16 MiB; store the bulk "
        "elsewhere, or split the record");
  }
  if (about_nobody && one.terms != nullptr && !one.terms->ends_by_clock()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the record is about nobody, and a field is kept until an event of a "
        "person: nothing would ever end it; let a retention count from "
        "creation"));
  }
  return absl::OkStatus();
}

void SetIdentity(const SealInput& input, Work* work) {
  struct {
    std::uint8_t nonce[base::kNonceSize];
    std::uint8_t id[kIdEntropy];
  } chance;
  crypto::RandomBytes(&chance, sizeof(chance));
  base::HeaderFields& fields = work->fields;
  std::memcpy(fields.nonce.data(), chance.nonce, sizeof(chance.nonce));
  const bool nobody = input.about_nobody;
  fields.owner = nobody ? input.type->nobody : input.owner;
  fields.id =
      input.id.has_value()
          ? *input.id
          : MakeRecordId(input.type->number, work->created, fields.owner,
                         nobody ? 0 : input.shard_bits, chance.id);
  fields.flags = static_cast<std::uint8_t>(
      (nobody ? base::kAboutNobody : 0) |
      (input.residue.has_value() ? base::kHasResidue : 0));
  fields.revision = input.revision;
  fields.policy_version = input.policy_version;
  fields.policy = input.type->policy;
  fields.type = input.type->type;
}

// Works out where the key of `one` lies.
void FindPlace(const SealInput& input, const Compartment& one,
               std::int64_t created_ms, keys::KeyPlace* place) {
  place->type = input.type->number;
  place->compartment = one.id;
  const bool nobodys = one.terms == nullptr || input.about_nobody;
  place->owner = nobodys ? input.type->nobody : input.owner;
  if (one.terms == nullptr) return;
  place->retention_class = one.terms->id();
  place->slot = one.terms->slot();
  place->epoch = one.terms->EpochOf(created_ms);
  place->dies = one.terms->EpochDies(place->epoch);
}

void Describe(const Part& part, bool is_public, base::Descriptor* descriptor) {
  descriptor->compartment = part.place.compartment;
  descriptor->retention_class = part.place.retention_class;
  descriptor->epoch = part.place.epoch;
  descriptor->slot = part.place.slot;
  descriptor->generation = static_cast<std::uint16_t>(part.key.generation);
  descriptor->owner_index = is_public ? base::kNobodyIndex : 0;
  descriptor->commitment = part.key.commitment;
}

// Adds compartment `i` of the input, or notes that it is left out.
absl::Status Add(keys::Keyring* keyring, const keys::KeyCall& call,
                 const SealInput& input, EventTimes events, std::size_t i,
                 Work* work, std::uint64_t* left_out) {
  const Compartment& one = input.compartments[i];
  Part& part = work->parts[i];
  PRIVET_RETURN_IF_ERROR(CheckCompartment(one, input.about_nobody));
  const std::uint64_t bit = std::uint64_t{1} << i;
  if (one.terms != nullptr &&
      one.terms->DueAt(work->created, call.now, events) == Due::kYes) {
    *left_out |= bit;
    return absl::OkStatus();
  }
  const absl::Status status =
      keyring->KeyForSealing(call, part.place, input.type->type, &part.key);
  if (ABSL_PREDICT_FALSE(!status.ok())) {
    if (status.code() != absl::StatusCode::kNotFound) return status;
    *left_out |= bit;
    return absl::OkStatus();
  }
  Describe(part, one.terms == nullptr, &work->descriptors.emplace_back());
  work->bodies.push_back({one.plaintext, part.key.key.data()});
  return absl::OkStatus();
}

// A record of which nothing but what is public is left would go at the next
// sweep: it is not made.
absl::Status CheckLeft(const SealInput& input, std::uint64_t left_out) {
  bool any_private = false;
  for (std::size_t i = 0; i < input.compartments.size(); ++i) {
    if (input.compartments[i].terms == nullptr) continue;
    any_private = true;
    if (((left_out >> i) & 1) == 0) return absl::OkStatus();
  }
  if (!any_private && !input.compartments.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      any_private ? "nothing is left to store: all of the record is already due"
                  : "nothing is left to store: the record has no field that "
                    "may be stored");
}

}  // namespace

TypeName TypeName::Make(const keys::Keyring& keyring, std::string_view policy,
                        std::string_view type) {
  return {policy, type, crypto::Id4(type), keyring.Nobody(type)};
}

absl::Status Sealer::Seal(const keys::KeyCall& call, const SealInput& input,
                          EventTimes events, Sealed* out) const {
  out->bytes.clear();
  out->left_out = 0;
  if (input.compartments.size() > base::kMaxCompartments) {
    return absl::InvalidArgumentError("a record has at most 64 compartments");
  }
  Work work(input.compartments.size());
  work.created = input.id.has_value() ? CreatedAt(*input.id) : input.created;
  work.created_ms = absl::ToUnixMillis(work.created);
  PRIVET_RETURN_IF_ERROR(CheckCreated(work.created, call.now));
  // Memory fetches the keys while the kernel draws the nonce.
  for (std::size_t i = 0; i < work.parts.size(); ++i) {
    keys::KeyPlace& place = work.parts[i].place;
    FindPlace(input, input.compartments[i], work.created_ms, &place);
    keyring_->ExpectForSealing(&place);
  }
  SetIdentity(input, &work);
  for (const Part& part : work.parts) keyring_->Fetch(part.place.hash);
  for (std::size_t i = 0; i < work.parts.size(); ++i) {
    PRIVET_RETURN_IF_ERROR(
        Add(keyring_, call, input, events, i, &work, &out->left_out));
  }
  PRIVET_RETURN_IF_ERROR(CheckLeft(input, out->left_out));

  work.fields.descriptors = work.descriptors;
  if (SealedSize(work.fields, work.bodies, input.residue) >
      base::kMaxSealedSize) {
    return absl::ResourceExhaustedError(
        "the sealed record would be longer than 64 MiB");
  }
  std::string bytes = SealBodies(work.fields, work.bodies, input.residue);
  if (!keyring_->Unchanged(call)) {
    return absl::AbortedError(
        "keys were destroyed while the record was sealed; seal it again");
  }
  out->id = work.fields.id;
  out->bytes = std::move(bytes);
  return absl::OkStatus();
}

}  // namespace privet::seal
