// SPDX-License-Identifier: Apache-2.0
//
// What a store of records must know of the vault, and nothing more: its rows
// belong to a higher layer.

#ifndef PRIVET_STORE_TOMBSTONES_H_
#define PRIVET_STORE_TOMBSTONES_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "privet/record_id.h"

namespace privet::store {

// A subject key by its name, as a record's descriptors give it.
struct SubjectKeyName {
  OwnerId owner;
  std::uint32_t slot = 0;
  std::uint16_t generation = 0;

  friend bool operator==(const SubjectKeyName& a, const SubjectKeyName& b) {
    return a.owner == b.owner && a.slot == b.slot &&
           a.generation == b.generation;
  }
  template <typename H>
  friend H AbslHashValue(H h, const SubjectKeyName& key) {
    return H::combine(std::move(h), key.owner, key.slot, key.generation);
  }
};

// Answers from the vault. Thread-safe; may block.
class Tombstones {
 public:
  enum class Fate : std::uint8_t {
    kLives,   // the key is there and its owner is current
    kErased,  // the key is there, but its owner has been erased: what a law
              // keeps. Nothing new is stored for him
    kGone,    // destroyed, or its owner is unknown
  };

  virtual ~Tombstones() = default;

  // Returns the fate of each of `keys`, as the vault has it when the call
  // begins or later. Owners of records about nobody live.
  virtual absl::StatusOr<std::vector<Fate>> FatesOf(
      absl::Span<const SubjectKeyName> keys) = 0;

  // Returns the longest of the keeps of `retention_class` that count from
  // creation, or nullopt if one counts from an event, or the class is unknown.
  virtual absl::StatusOr<std::optional<absl::Duration>> LongestKeep(
      std::uint32_t retention_class) = 0;
};

}  // namespace privet::store

#endif  // PRIVET_STORE_TOMBSTONES_H_
