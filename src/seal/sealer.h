// SPDX-License-Identifier: Apache-2.0
//
// From the compartments of a record to the bytes to store.

#ifndef PRIVET_SEAL_SEALER_H_
#define PRIVET_SEAL_SEALER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "keys/keyring.h"
#include "privet/record_id.h"
#include "seal/class_terms.h"

namespace privet::seal {

// A record type as all of its records have it. Worked out when the type is
// bound; views live as long as the engine's snapshot.
struct TypeName {
  std::string_view policy;   // the oldest id of the policy
  std::string_view type;     // the oldest name of the type
  std::uint32_t number = 0;  // crypto::Id4(type)
  OwnerId nobody;            // Keyring::Nobody(type)

  // `policy` and `type` must outlive what this returns.
  static TypeName Make(const keys::Keyring& keyring, std::string_view policy,
                       std::string_view type);
};

// One compartment that goes in.
struct Compartment {
  std::uint32_t id = 0;
  const ClassTerms* terms = nullptr;  // null: public fields
  std::string_view plaintext;         // where a pass left it
};

// A record that goes in.
struct SealInput {
  const TypeName* type = nullptr;
  std::uint32_t policy_version = 0;
  bool about_nobody = false;
  OwnerId owner;  // about nobody: type->nobody
  int shard_bits = 0;

  // Of a new record: when it was created. Of one that is sealed again: its id
  // and its next revision; `created` is not looked at.
  absl::Time created;
  std::optional<RecordId> id;
  std::uint64_t revision = 1;

  // `id` rising, 1 to 64.
  absl::Span<const Compartment> compartments;

  // What stays when its source is gone: a whole sealed record about nobody, of
  // type `type#retention`. Empty once it was taken out; nullopt: the type has
  // none.
  std::optional<std::string_view> residue;
};

// A record that came out.
struct Sealed {
  RecordId id;
  std::string bytes;
  // A bit for each of the input's compartments that was left out: it was due,
  // or its key's time had come.
  std::uint64_t left_out = 0;
};

// Seals. Thread-safe; holds nothing but the keyring.
class Sealer {
 public:
  explicit Sealer(keys::Keyring* keyring) : keyring_(keyring) {}

  // Seals `input` into `out`, whose memory is used again. `events` are those of
  // the owner. One allocation at most, the bytes; plaintext is read where it
  // lies, and goes nowhere else.
  //
  // Returns InvalidArgument if the time of creation lies before 1970 or more
  // than five minutes ahead, if nothing is left to seal (`out->left_out` says
  // whether all was left out), or if the record is about nobody and some
  // compartment would end by an event alone; ResourceExhausted if a compartment
  // has more than 16 MiB, or the record more than 64; Aborted if keys were
  // destroyed meanwhile: begin again, with the look-up of the owner; and what
  // Keyring::KeyForSealing() returns. On an error `out->bytes` is empty.
  absl::Status Seal(const keys::KeyCall& call, const SealInput& input,
                    EventTimes events, Sealed* out) const;

 private:
  keys::Keyring* keyring_;
};

}  // namespace privet::seal

#endif  // PRIVET_SEAL_SEALER_H_
