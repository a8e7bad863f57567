// SPDX-License-Identifier: Apache-2.0

#include "retention/class_rule.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "keys/catalogue.h"
#include "policy/retention_class.h"

namespace privet::retention {
namespace {

using policy::Period;

void Shorten(const base::Keep& keep, base::Keep* shortest) {
  if (keep < *shortest) *shortest = keep;
}

void AddCreated(const base::Keep& at_sealing, const base::Keep& effective,
                std::optional<ClassRule::Created>* created) {
  if (!created->has_value()) {
    *created = ClassRule::Created{at_sealing, effective, {}};
  }
  Shorten(at_sealing, &(*created)->at_sealing);
  Shorten(effective, &(*created)->effective);
  (*created)->all.push_back(effective);
}

absl::StatusOr<std::uint32_t> SlotOf(std::uint32_t retention_class,
                                     const std::string& obligation) {
  return keys::SlotNumber(
      obligation.empty()
          ? keys::SlotKind{keys::kEventSlot, "", retention_class}
          : keys::SlotKind{keys::kObligationSlot, obligation, retention_class});
}

}  // namespace

absl::StatusOr<ClassRule> MakeClassRule(
    const policy::RetentionClass& retention_class, KeepInForce in_force) {
  const auto& periods = retention_class.periods;
  if (periods.size() > 255) {
    return absl::InvalidArgumentError(
        absl::StrCat("retention class ", retention_class.id, " has ",
                     periods.size(), " periods; at most 255 are possible"));
  }
  ClassRule rule;
  rule.retention_class = retention_class.id;
  bool by_event = false;
  for (std::size_t i = 0; i < periods.size(); ++i) {
    const Period& period = periods[i];
    absl::StrAppend(&rule.retentions, i == 0 ? "" : "+", period.id);
    if (period.anonymize) rule.residue_of = period.id;
    const bool ends = retention_class.Ends(period);
    const base::Keep effective = in_force(period);
    if (!period.after.empty()) {
      rule.events.push_back({static_cast<std::uint8_t>(i), effective, ends});
      by_event |= ends;
    } else if (ends) {
      AddCreated(period.keep, effective, &rule.created);
    }
  }
  if (by_event) {
    PRIVET_ASSIGN_OR_RETURN(rule.slot,
                            SlotOf(rule.retention_class,
                                   std::string(retention_class.Obligation())));
  }
  return rule;
}

absl::Time ClassRule::DueBefore(absl::Time now) const {
  absl::Time due = absl::InfinitePast();
  if (!created.has_value()) return due;
  for (const base::Keep& keep : created->all) {
    due = std::max(due, keep.LatestDue(now));
  }
  return due;
}

}  // namespace privet::retention
