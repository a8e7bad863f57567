// SPDX-License-Identifier: Apache-2.0
//
// Expiry. No key comes near it: a sweeper disposes of what is due by the clear
// headers of records and by deleting wrapped keys that it cannot unwrap.

#ifndef PRIVET_SWEEPER_H_
#define PRIVET_SWEEPER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "privet/clock.h"
#include "privet/policy.h"
#include "privet/record_store.h"
#include "privet/store.h"

namespace privet {

// A table to sweep.
struct SweepSource {
  // Names the table among those of one vault, for ever: how far the sweep of a
  // table of the host's own has come is kept under it. A table that was
  // restored from a backup takes another name, so that it is swept from its
  // beginning. RecordStores keep that themselves.
  std::string name;
  std::shared_ptr<RecordSource> records;
};

struct SweeperOptions {
  // Where wrapped keys lie. The sweeper deletes rows of it, and reads none that
  // holds a key. Required.
  std::shared_ptr<Store> vault;

  // Where consents, events and the like lie. Required.
  std::shared_ptr<Store> state;

  // Folder of the append-only ledger. Required.
  std::string ledger;

  // Every table that holds records of the policy. Required.
  std::vector<SweepSource> sources;

  // Default: null, the clock of the machine.
  const Clock* clock = nullptr;

  // Records that one transaction changes. Default: 1,000.
  std::size_t batch = 1000;
};

// What a sweep disposed of.
struct SweepReport {
  // By retention class, such as `log` or `account+session`.
  struct OfClass {
    std::string retentions;  // ids, joined by `+`
    std::size_t keys = 0;    // destroyed: of epochs and of people
    std::size_t compartments = 0;
  };
  std::vector<OfClass> classes;    // those of which anything went
  std::size_t keys = 0;            // destroyed
  std::size_t compartments = 0;    // dropped, those without ground included
  std::size_t without_ground = 0;  // of these, for want of ground
  std::size_t records = 0;         // removed whole
  std::size_t residues = 0;        // stored: de-identified rests of records
  std::size_t damaged = 0;         // that do not parse, and were left alone
  // False if a reader kept deleted key rows alive in the vault's file: the next
  // run tries again.
  bool scrubbed = true;
};

// Disposes of what is due: record parts past their retention, those of people
// to whom the event happened that it counts from, those that nobody may open
// any more; and first, in each case, of their keys.
//
// Movable; a Sweeper may run in another process than the engine, which the root
// key may be kept from, and several may run at once. A run that is killed
// goes on at the next one. Blocks. No thread of its own: call it from a timer.
//
// Example:
//
//   auto sweeper = privet::Sweeper::Create(*policy, std::move(options));
//   if (!sweeper.ok()) return sweeper.status();
//   auto report = sweeper->Run();
class Sweeper {
 public:
  // Returns InvalidArgument if a required option is missing or two sources have
  // one name; FailedPrecondition if the policy does not declare an id under
  // which something was sealed, or is older than one that has been at work;
  // and what Store and ledger return.
  static absl::StatusOr<Sweeper> Create(Policy policy, SweeperOptions options);

  Sweeper(Sweeper&&) noexcept;
  Sweeper& operator=(Sweeper&&) noexcept;
  ~Sweeper();

  // Disposes of everything that is due now. Cost grows with what is due, not
  // with what is stored.
  //
  // Returns FailedPrecondition, before it disposes of anything, if the clock
  // runs backwards, the vault is not that of the ledger, or a newer policy has
  // come to work: make another Sweeper with that. Unavailable if the state is
  // behind the ledger, after all that does not hang on it: an engine that opens
  // the state brings it up. Else what the stores return: what was done until
  // then is done, and the next run goes on.
  absl::StatusOr<SweepReport> Run();

  // Destroys the keys that are due, and no more: what they sealed is unreadable
  // when this returns, though its bytes are there until Run(). Cheap: run it
  // often. Returns what Run() returns; Unavailable, after the others are
  // destroyed, if some keys that may be due wait for an engine.
  absl::StatusOr<SweepReport> Expire();

 private:
  class Impl;
  explicit Sweeper(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace privet

#endif  // PRIVET_SWEEPER_H_
