// SPDX-License-Identifier: Apache-2.0
//
// Everything on one machine, in two folders side by side. Part of
// privet::sqlite.

#ifndef PRIVET_LOCAL_H_
#define PRIVET_LOCAL_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "privet/engine.h"
#include "privet/record_store.h"
#include "privet/sweeper.h"

namespace privet {

// An engine and its records.
struct Local {
  Engine engine;
  std::shared_ptr<RecordStore> records;
};

// Makes FOLDER and FOLDER.keys as OpenLocal() reads them: `policy`, the text of
// a policy, in policy.textproto; a new root key; a ledger that begins.
//
// Returns AlreadyExists, and changes nothing, if either folder is there;
// InvalidArgument if the policy does not load; else what files return.
absl::Status InitLocal(std::string_view folder, std::string_view policy);

// Opens what InitLocal(), or `privet init FOLDER`, made:
//
//   FOLDER/policy.textproto     the policy
//   FOLDER/data/                records.db, state.db: copies of any age are
//                               harmless
//   FOLDER.keys/                root.keys, ledger/, keys.db: never copied
//                               whole; a copy of both folders reads everything
//
// Databases that are not there yet are made; a root key or a ledger is not: a
// lost one must be noticed. `options.keys`, `vault`, `state`, `ledger` and
// `sources` are set by this call; the rest is the caller's.
//
// Returns the codes of Policy::Load() and Engine::Create(); NotFound if a
// folder is missing, FailedPrecondition if FOLDER.keys is open to others.
absl::StatusOr<Local> OpenLocal(std::string_view folder,
                                EngineOptions options = {});

// Expires what is due in FOLDER, once, and returns what went. It opens no root
// key: run it from a process that root.keys is hidden from. That process is of
// the user who owns FOLDER.keys, since it writes the vault and the ledger.
absl::StatusOr<SweepReport> SweepLocal(std::string_view folder,
                                       const Clock* clock = nullptr);

}  // namespace privet

#endif  // PRIVET_LOCAL_H_
