// SPDX-License-Identifier: Apache-2.0

#include "engine/restored.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/status_macros.h"
#include "engine/core.h"
#include "keys/ledger.h"
#include "policy/retention_class.h"
#include "policy/snapshot.h"
#include "privet/record_store.h"
#include "retention/age_sweep.h"
#include "retention/class_rule.h"
#include "retention/destroyed.h"
#include "retention/due_keys.h"

namespace privet::engine {
namespace {

constexpr std::size_t kBatch = 1000;

}  // namespace

absl::Status TakeOutDestroyed(const Core& core) {
  PRIVET_ASSIGN_OR_RETURN(const keys::LedgerMark head, core.ledger()->Head());
  const policy::Snapshot& snapshot = core.generation().snapshot();
  for (const auto& source : core.options().sources) {
    PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> upto,
                            source->DestroyedUpTo());
    if (!upto.has_value() || *upto == head.Serialize()) continue;
    PRIVET_ASSIGN_OR_RETURN(
        const std::vector<retention::ClassRule> rules,
        retention::RulesOf(*core.options().vault,
                           [&snapshot](const policy::Period& sealed) {
                             return snapshot.EffectiveKeep(sealed);
                           }));
    retention::Counts counts;
    PRIVET_RETURN_IF_ERROR(
        retention::DropDestroyed(*source, *core.ledger(), rules,
                                 {*upto,
                                  [&source](std::string_view mark) {
                                    return source->SetDestroyedUpTo(mark);
                                  }},
                                 kBatch, &counts));
  }
  return absl::OkStatus();
}

}  // namespace privet::engine
