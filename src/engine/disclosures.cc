// SPDX-License-Identifier: Apache-2.0

#include "engine/disclosures.h"

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "crypto/random.h"
#include "engine/core.h"
#include "keys/catalogue.h"
#include "policy/snapshot.h"
#include "privet/record_id.h"
#include "record/plan.h"
#include "subject/state_row.h"
#include "subject/state_store.h"

namespace privet::engine {
namespace {

std::string DayText(absl::Time now) {
  return absl::FormatTime("%Y%m%d", now, absl::UTCTimeZone());
}

// A share with an authority is one of its kind: its row has a random name.
std::string Unique() {
  unsigned char random[8];
  crypto::RandomBytes(random, sizeof(random));
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(random), sizeof(random)));
}

// The recipient keeps pseudonyms that these names are part of.
absl::Status RememberNames(const Core& core, const Call& call) {
  const Resolved& resolved = *call.resolved;
  if (resolved.names_are_remembered.load(std::memory_order_acquire)) {
    return absl::OkStatus();
  }
  const policy::Snapshot& snapshot = call.generation->snapshot();
  std::vector<keys::SealedName> names = {
      {keys::NameKind::kRecipient,
       std::string(snapshot.OldestName(policy::Sealed::kRecipient,
                                       resolved.context->recipient()))}};
  for (const record::Cell& cell : resolved.plan->cells()) {
    for (const policy::Category category : cell.categories) {
      names.push_back(
          {keys::NameKind::kCategory,
           std::string(snapshot.OldestName(policy::Sealed::kCategory,
                                           snapshot.CategoryName(category)))});
    }
  }
  PRIVET_RETURN_IF_ERROR(keys::RememberNames(*core.options().vault, names));
  resolved.names_are_remembered.store(true, std::memory_order_release);
  return absl::OkStatus();
}

}  // namespace

absl::Status RecordDisclosure(const Core& core, const Call& call) {
  if (core.state() == nullptr) return core.NeedKeys();
  PRIVET_RETURN_IF_ERROR(RememberNames(core, call));
  subject::StateRow row;
  // A record about nobody, or about somebody of whom nothing is stored, is
  // accounted for under the type's nobody.
  row.owner = call.person->owner.value_or(call.resolved->sealed->name().nobody);
  row.kind = subject::RowKind::kDisclosure;
  row.at = call.keys.now;
  const std::string_view recipient = call.resolved->context->recipient();
  const std::string name(recipient);
  if (call.request.case_reference.empty()) {
    row.name = absl::StrCat(name, "/", DayText(call.keys.now));
    if (core.DisclosureIsNoted(row.owner, row.name)) return absl::OkStatus();
    PRIVET_RETURN_IF_ERROR(core.state()->WriteNew(row).status());
    core.NoteDisclosureIsNoted(row.owner, row.name);
    return absl::OkStatus();
  }
  row.name = absl::StrCat(name, "/", Unique());
  row.texts = {call.request.case_reference};
  return core.state()->WriteNew(row).status();
}

}  // namespace privet::engine
