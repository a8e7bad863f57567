// SPDX-License-Identifier: Apache-2.0
//
// The rows of the vault: their names, and those values that need no key
// (docs/wire_format.md). The first byte of a name is the kind of the row.

#ifndef PRIVET_KEYS_ROWS_H_
#define PRIVET_KEYS_ROWS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "keys/destroyer.h"
#include "privet/record_id.h"

namespace privet::keys {

// Kinds of a wrapped key; part of the format.
enum class KeyKind : std::uint8_t {
  kOwner = 0,  // no row: what an owner is drawn as
  kVault = 1,
  kStore = 2,
  kSubject = 3,
  kEpoch = 4,
  kTag = 5,
};

// Returns the name that is bound to a key when it is wrapped and drawn.
std::string VaultKeyName(std::uint32_t generation);
std::string SubjectKeyName(const SlotKey& key);
std::string EpochKeyName(std::uint32_t retention_class, std::uint32_t epoch);

// Returns the name of a key's row, and of the row that says it was destroyed.
std::string KeyRow(KeyKind kind, std::string_view name);
std::string GoneRow(KeyKind kind, std::string_view name);

// Returns the range of rows of epoch keys of a class, and of destroyed
// generations of a slot: [prefix, base::EndOfPrefix(prefix)).
std::string EpochRows(std::uint32_t retention_class);
std::string GoneSlotRows(const OwnerId& owner, std::uint32_t slot);

// Reads names of such rows back; what follows the prefix.
std::uint32_t EpochOfRow(std::string_view row_name);
std::uint32_t GenerationOfGoneRow(std::string_view row_name);

inline constexpr char kCurrentRow[] = "mcurrent";  // u32 vault key generation
inline constexpr char kLedgerRow[] = "mledger";    // LedgerMark
inline constexpr char kTimeRow[] = "mtime";        // u64 ms, highest seen

std::string OwnerRowName(const OwnerId& owner);
std::string LookUpRowName(std::string_view name);
std::string ClassRowName(std::uint32_t retention_class);
std::string CompartmentRowName(std::uint32_t type, std::uint32_t compartment);
std::string SlotRowName(std::uint32_t slot);
std::string SealedNameRowName(std::uint8_t kind, std::string_view name);

// A row for each person whose deadlines are to be set anew: the number of the
// ledger's entry that says so.
std::string UnsettledRowName(const OwnerId& owner);
inline constexpr char kUnsettledRows[] = "u";  // what their names begin with

// A row for each deadline, ordered by time.
std::string DeadlineRowName(std::int64_t ms, const OwnerId& owner,
                            std::uint32_t slot);
struct DeadlineName {
  std::int64_t ms = 0;
  OwnerId owner;
  std::uint32_t slot = 0;
};
absl::StatusOr<DeadlineName> ParseDeadlineRow(std::string_view row_name);
// Returns the end of the rows that are due at `ms`.
std::string EndOfDeadlines(std::int64_t ms);

// A person, for who has no key.
struct OwnerRow {
  struct Slot {
    std::uint32_t slot = 0;
    std::uint32_t generation = 0;
  };
  struct Deadline {
    std::uint32_t slot = 0;
    std::int64_t ms = 0;
  };

  OwnerState state = OwnerState::kCurrent;
  std::array<char, 16> look_up{};  // name of the look-up row; zeros: nobody
  std::vector<Slot> slots;
  std::vector<Deadline> deadlines;

  const Slot* Find(std::uint32_t slot) const;

  std::string Serialize() const;
  static absl::StatusOr<OwnerRow> Parse(std::string_view row);
};

// Which owners the host's id has had.
struct LookUpRow {
  static constexpr std::size_t kWrappedTagSize = 61;
  struct Entry {
    OwnerId owner;
    bool current = false;
    std::array<char, 16> mac{};
  };

  std::string wrapped_tag;
  std::vector<Entry> entries;

  std::string Serialize() const;
  static absl::StatusOr<LookUpRow> Parse(std::string_view row);
};

}  // namespace privet::keys

#endif  // PRIVET_KEYS_ROWS_H_
