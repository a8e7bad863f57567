// SPDX-License-Identifier: Apache-2.0
//
// One run of the sweeper.

#ifndef PRIVET_RETENTION_SWEEP_H_
#define PRIVET_RETENTION_SWEEP_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "keys/destroyer.h"
#include "keys/ledger.h"
#include "privet/store.h"
#include "privet/sweeper.h"
#include "retention/age_sweep.h"
#include "retention/class_rule.h"
#include "retention/due_keys.h"
#include "subject/due_rows.h"

namespace privet::retention {

// What a run works on.
struct SweepContext {
  const SweeperOptions& options;
  keys::Destroyer& destroyer;
  keys::Ledger& ledger;
  absl::Time now;
};

// Disposes, in this order, of keys, of what is due by its age, of what is due
// by an event, of what has lost its ground, of what lies under keys that are
// gone, of what is still said of people of whom nothing is left. Each step may
// be repeated; a part that fails does not keep the others from their work.
class Sweep {
 public:
  Sweep(const SweepContext& context, std::vector<ClassRule> rules);

  // Destroys keys whose time the vault knows. What fails here ends the run.
  absl::Status Keys();
  // Destroys those whose time the state alone knows. Unavailable if keys that
  // may be due wait for an engine.
  absl::Status KeysOfEvents() { return ByEvents(true); }
  // Disposes of the rest. Returns the first error.
  absl::Status Records();

  // Returns what was done until now.
  SweepReport Report() const;

 private:
  absl::Status ByAge(const SweepSource& source,
                     const std::vector<std::uint32_t>& types);
  absl::Status ByAge(const SweepSource& source, std::uint32_t type,
                     const ClassRule& rule, const DueByAge& due);
  absl::Status ByEvents(bool keys_only);
  absl::Status ByEvent(const ClassRule& rule, const ClassRule::Event& event,
                       bool keys_only);
  absl::Status EndFor(const ClassRule& rule, const DueRow& row);
  absl::Status WithoutGround();
  absl::Status WithoutGround(const subject::GroundLost& row,
                             const std::string& key, const std::string& value);
  // What a restored table has brought back.
  absl::Status Destroyed(const SweepSource& source);
  absl::Status CheckState();

  const SweepContext context_;
  std::vector<ClassRule> rules_;  // what lives longest comes first
  absl::flat_hash_set<OwnerId> unsettled_;
  Counts counts_;
  KeyCounts keys_;
};

}  // namespace privet::retention

#endif  // PRIVET_RETENTION_SWEEP_H_
