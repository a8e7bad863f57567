// SPDX-License-Identifier: Apache-2.0
//
// From stored bytes to the compartments that a purpose may see.

#ifndef PRIVET_SEAL_OPENER_H_
#define PRIVET_SEAL_OPENER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "base/sealed_header.h"
#include "keys/keyring.h"
#include "privet/record_id.h"
#include "record/scratch.h"
#include "seal/class_table.h"
#include "seal/class_terms.h"
#include "seal/sealer.h"

namespace privet::seal {

// Where a caller says that a record is.
struct Place {
  const TypeName* type = nullptr;
  RecordId id;
};

// Checks what the header says against `place`; nothing is proved yet: opening
// proves it.
//
// Returns DataLoss for another id, policy or type, for an id that is none of
// the type, and for an owner that is nobody's, if the record is about somebody;
// FailedPrecondition for what this version does not open: several people,
// padding. Whether the owner is the subject who asks, the caller knows.
absl::Status CheckPlace(const base::SealedHeader& header, const Place& place);

// What time has done to the compartments of one record.
struct Times {
  // A bit for each compartment that is there and not due; of these, one for
  // each that only its obligation keeps.
  std::uint64_t live = 0;
  std::uint64_t restricted = 0;
  // By compartment; null: public, dropped, or not asked for. Set as far as
  // header.size().
  std::array<const ClassTerms*, base::kMaxCompartments> terms;
  // KeyPlace::hash of each that was asked for; else 0.
  std::array<std::uint64_t, base::kMaxCompartments> hashes;
};

// Decrypted compartments, in memory that is locked where limits allow, and
// wiped. Keep one for each thread and use it again.
class Plaintexts {
 public:
  Plaintexts() = default;
  ~Plaintexts() { Wipe(); }
  Plaintexts(const Plaintexts&) = delete;
  Plaintexts& operator=(const Plaintexts&) = delete;

  // Returns what was opened, in the order of the record; valid until the next
  // Open() or Wipe(). They lie one behind the other: joined() is all of them.
  absl::Span<const std::string_view> parts() const {
    return absl::MakeConstSpan(parts_.data(), count_);
  }
  std::string_view joined() const { return {block_.data(), used_}; }

  // Overwrites and forgets them.
  void Wipe();

 private:
  friend class Opener;

  absl::Status Begin(std::size_t size);  // makes room
  char* Next(std::size_t size);          // where the next part is written
  void Add(std::size_t size);            // it was

  record::Scratch block_;
  std::size_t used_ = 0, written_ = 0, count_ = 0;
  std::array<std::string_view, base::kMaxCompartments> parts_;
};

// Opens. Thread-safe; holds nothing but the keyring.
class Opener {
 public:
  explicit Opener(keys::Keyring* keyring) : keyring_(keyring) {}

  // Works out what is due among the compartments whose bits are in `of`:
  // `classes` are those of the policy in force, `events` those of the record's
  // owner. DataLoss if the vault does not know a class, or an epoch is not that
  // in which its class has the record's time of creation. What is live is
  // fetched from memory while the caller goes on.
  absl::Status FindTimes(const base::SealedHeader& header, const TypeName& type,
                         std::uint64_t of, ClassTable* classes, absl::Time now,
                         EventTimes events, Times* times) const;

  // Decrypts the compartments of `header` whose bits are in `wanted`: those
  // that are live and that the call may see. No other body is read. The header
  // was checked (CheckPlace), `times` are its own.
  //
  // Ask keyring.Unchanged(call) before anything made of them leaves: false
  // means that keys were destroyed meanwhile.
  //
  // Returns NotFound if a key was destroyed or its time has come; DataLoss if a
  // key is missing or is another than the one that sealed, or anything was
  // altered. On an error `out` is wiped.
  absl::Status Open(const keys::KeyCall& call, const base::SealedHeader& header,
                    const TypeName& type, const Times& times,
                    std::uint64_t wanted, Plaintexts* out) const;

  // The same of every compartment that is there and not due, and whose key
  // lives: what is sealed again. `opened` gets their bits.
  absl::Status OpenAll(const keys::KeyCall& call,
                       const base::SealedHeader& header, const TypeName& type,
                       const Times& times, std::uint64_t* opened,
                       Plaintexts* out) const;

 private:
  absl::Status OpenOne(const keys::KeyCall& call,
                       const base::SealedHeader& header, const TypeName& type,
                       const Times& times, std::size_t i,
                       Plaintexts* out) const;

  keys::Keyring* keyring_;
};

}  // namespace privet::seal

#endif  // PRIVET_SEAL_OPENER_H_
