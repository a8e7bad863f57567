// SPDX-License-Identifier: Apache-2.0
//
// The ledger: the append-only file of everything that was taken away, outside
// the stores, so that a restored store takes it away again.

#ifndef PRIVET_KEYS_LEDGER_H_
#define PRIVET_KEYS_LEDGER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

namespace privet::keys {

// What an entry says; the number is part of the format. The vault's own kinds
// are below 16, those of the state (subject/) from 16 on; of one of these the
// vault learns as well.
enum class LedgerKind : std::uint8_t {
  // Persons, each: owner ‖ u16 n ‖ n × (u32 slot ‖ u32 generation).
  kSlotsDestroyed = 1,
  kOwnerErased = 2,      // the same; they are no current owners any more
  kEpochsDestroyed = 3,  // u32 class ‖ n × u32 epoch
};
inline constexpr std::uint8_t kFirstStateKind = 16;
// A row of the state that begins or ends periods of a person. The body begins
// with the owner: the vault notes that his deadlines are to be set anew.
inline constexpr std::uint8_t kPeriodsKind = 17;

inline bool IsOfVault(std::uint8_t kind) {
  return kind < kFirstStateKind || kind == kPeriodsKind;
}
inline bool IsOfState(std::uint8_t kind) {
  return kind >= kFirstStateKind ||
         kind == static_cast<std::uint8_t>(LedgerKind::kOwnerErased);
}

// How far a store has come: the number of the last entry that it holds, and
// that entry's check bytes, so that another ledger is not taken for this one.
// Number 0 is the beginning of a ledger.
struct LedgerMark {
  std::uint64_t number = 0;
  std::array<std::uint8_t, 16> check{};

  // The value of a store's row: 24 bytes; DataLoss for any other.
  std::string Serialize() const;
  static absl::StatusOr<LedgerMark> Parse(std::string_view row);

  friend bool operator==(const LedgerMark& a, const LedgerMark& b) {
    return a.number == b.number && a.check == b.check;
  }
};

struct LedgerItem {
  std::uint8_t kind = 0;
  std::string body;  // at most Ledger::kMaxBody bytes
};

struct LedgerEntry {
  LedgerMark mark;  // that of a store that holds this entry
  std::int64_t ms = 0;
  std::uint8_t kind = 0;
  std::string_view body;  // valid during the visit
};

struct LedgerOptions {
  // Size from which a new segment begins. Default: 16 MiB.
  std::size_t segment_bytes = std::size_t{16} << 20;
};

// A folder of segment files, each entry chained to the one before it by a hash:
// whoever can forge it could delete the rows as well. Several processes may
// have one open; appends are under a lock. Thread-safe; every call may block.
//
// Every function returns DataLoss if an entry was altered or is missing. An
// append that was torn by a crash was never acknowledged: it is passed over,
// and cut off by the next append.
class Ledger {
 public:
  static constexpr std::size_t kMaxBody = 32768;

  // Creates an empty ledger. AlreadyExists if `folder` holds one.
  static absl::Status Create(std::string_view folder);

  // Opens a ledger and verifies all of it. FailedPrecondition if it is missing.
  static absl::StatusOr<std::shared_ptr<Ledger>> Open(
      std::string_view folder, const LedgerOptions& options = {});

  ~Ledger();
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  // Appends `items` in order, each flushed to the disk before the next one is
  // written, so that at most the last entry of a ledger is ever torn. When it
  // returns OK all are durable: the mark of the last is returned.
  //
  // ResourceExhausted if the disk is full, FailedPrecondition if the ledger
  // cannot be written: of the items some first ones may have been appended.
  absl::StatusOr<LedgerMark> Append(absl::Time now,
                                    absl::Span<const LedgerItem> items);

  // Returns the mark of the last entry, other processes' included.
  absl::StatusOr<LedgerMark> Head();

  // Returns the mark of a store that holds none of the entries.
  // FailedPrecondition if some are no longer kept: such a store cannot catch
  // up.
  absl::StatusOr<LedgerMark> Beginning();

  // Calls `visit` with each entry after `after`, oldest first, until it returns
  // false. `visit` may not call this ledger.
  //
  // FailedPrecondition if `after` is ahead of this ledger, is a mark of another
  // one, or lies before the first entry that is kept: the store that says so
  // may give no answer until an operator says why.
  absl::Status Read(const LedgerMark& after,
                    absl::FunctionRef<bool(const LedgerEntry&)> visit);

 private:
  class Impl;
  explicit Ledger(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace privet::keys

#endif  // PRIVET_KEYS_LEDGER_H_
