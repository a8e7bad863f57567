// SPDX-License-Identifier: Apache-2.0

#include "privet/local.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/status_macros.h"
#include "keys/ledger.h"
#include "local/folders.h"
#include "privet/engine.h"
#include "privet/keys.h"
#include "privet/policy.h"
#include "privet/record_store.h"
#include "privet/sqlite.h"
#include "privet/store.h"
#include "privet/sweeper.h"

namespace privet {

absl::Status InitLocal(std::string_view folder, std::string_view policy) {
  const local::Folders folders(folder);
  PRIVET_RETURN_IF_ERROR(Policy::Parse(policy, folders.policy).status());
  PRIVET_RETURN_IF_ERROR(local::Make(folders));
  PRIVET_RETURN_IF_ERROR(CreateKeyFile(folders.root));
  PRIVET_RETURN_IF_ERROR(keys::Ledger::Create(folders.ledger));
  // The policy comes last: it makes the folder one that can be opened.
  return local::WriteFile(folders.policy, policy);
}

absl::StatusOr<Local> OpenLocal(std::string_view folder,
                                EngineOptions options) {
  const local::Folders folders(folder);
  PRIVET_RETURN_IF_ERROR(local::Check(folders));
  PRIVET_ASSIGN_OR_RETURN(Policy policy, Policy::Load(folders.policy));
  PRIVET_ASSIGN_OR_RETURN(options.keys, OpenKeyFile(folders.root));
  PRIVET_ASSIGN_OR_RETURN(options.vault, OpenSqliteStore(folders.vault));
  PRIVET_ASSIGN_OR_RETURN(options.state, OpenSqliteStore(folders.state));
  PRIVET_ASSIGN_OR_RETURN(
      std::shared_ptr<RecordStore> records,
      OpenSqliteRecordStore(folders.records, options.vault));
  options.ledger = folders.ledger;
  options.sources = {records};
  PRIVET_ASSIGN_OR_RETURN(
      Engine engine, Engine::Create(std::move(policy), std::move(options)));
  return Local{std::move(engine), std::move(records)};
}

absl::StatusOr<SweepReport> SweepLocal(std::string_view folder,
                                       const Clock* clock) {
  const local::Folders folders(folder);
  PRIVET_RETURN_IF_ERROR(local::Check(folders));
  PRIVET_ASSIGN_OR_RETURN(Policy policy, Policy::Load(folders.policy));
  SqliteOptions there;
  there.create = false;
  SweeperOptions options;
  PRIVET_ASSIGN_OR_RETURN(options.vault, OpenSqliteStore(folders.vault, there));
  PRIVET_ASSIGN_OR_RETURN(options.state, OpenSqliteStore(folders.state, there));
  PRIVET_ASSIGN_OR_RETURN(
      std::shared_ptr<RecordStore> records,
      OpenSqliteRecordStore(folders.records, options.vault, there));
  options.ledger = folders.ledger;
  options.sources = {{"records", std::move(records)}};
  options.clock = clock;
  PRIVET_ASSIGN_OR_RETURN(
      Sweeper sweeper, Sweeper::Create(std::move(policy), std::move(options)));
  return sweeper.Run();
}

}  // namespace privet
