// SPDX-License-Identifier: Apache-2.0

#include "retention/due_keys.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "base/status_macros.h"
#include "keys/catalogue.h"
#include "keys/destroyer.h"
#include "policy/retention_class.h"
#include "privet/store.h"
#include "subject/due_rows.h"

namespace privet::retention {
namespace {

// Deadlines of one commit of the vault.
constexpr std::size_t kDeadlines = 1000;

void Note(const keys::Destroyed& destroyed, std::uint32_t retention_class,
          KeyCounts* counts) {
  counts->scrubbed = destroyed.scrubbed;
  const std::size_t number = destroyed.epochs + destroyed.slots.size();
  if (number != 0) counts->keys[retention_class] += number;
}

std::uint32_t ClassOfSlot(absl::Span<const ClassRule> rules,
                          std::uint32_t slot) {
  for (const ClassRule& rule : rules) {
    if (rule.slot != 0 && rule.slot == slot) return rule.retention_class;
  }
  return 0;
}

}  // namespace

absl::StatusOr<std::vector<ClassRule>> RulesOf(Store& vault,
                                               KeepInForce in_force) {
  PRIVET_ASSIGN_OR_RETURN(const std::vector<policy::RetentionClass> classes,
                          keys::AllClasses(vault));
  std::vector<ClassRule> rules;
  for (const policy::RetentionClass& of : classes) {
    PRIVET_ASSIGN_OR_RETURN(ClassRule rule, MakeClassRule(of, in_force));
    rules.push_back(std::move(rule));
  }
  return rules;
}

absl::StatusOr<std::vector<DueRow>> DueRowsOf(
    Store& state, const ClassRule& rule, const ClassRule::Event& event,
    const std::string& from, absl::Time now, std::size_t limit) {
  const absl::Time latest = event.effective.LatestDue(now);
  const std::string first = subject::EventDueFrom(
      rule.retention_class, event.period, absl::UnixEpoch());
  std::vector<DueRow> rows;
  if (latest < absl::UnixEpoch()) return rows;
  const std::string to = subject::EventDueFrom(
      rule.retention_class, event.period, latest + absl::Milliseconds(1));
  PRIVET_RETURN_IF_ERROR(state.Scan(
      std::max(first, from), to,
      [&](std::string_view key, std::string_view value) {
        const auto parsed = subject::ParseEventDue(key);
        if (parsed.has_value()) {
          rows.push_back({*parsed, std::string(key), std::string(value)});
        }
        return rows.size() < limit;
      }));
  return rows;
}

absl::Status DestroyEpochs(keys::Destroyer& destroyer,
                           absl::Span<const ClassRule> rules, absl::Time now,
                           KeyCounts* counts) {
  // Without a rule too: it is what looks at the clock.
  PRIVET_RETURN_IF_ERROR(destroyer.DestroyDueEpochs({}, now).status());
  for (const ClassRule& rule : rules) {
    if (!rule.created.has_value()) continue;
    const keys::EpochRule epoch{rule.retention_class, rule.created->at_sealing,
                                rule.created->effective};
    PRIVET_ASSIGN_OR_RETURN(const keys::Destroyed destroyed,
                            destroyer.DestroyDueEpochs({epoch}, now));
    Note(destroyed, rule.retention_class, counts);
  }
  return absl::OkStatus();
}

absl::Status DestroyByDeadline(keys::Destroyer& destroyer,
                               absl::Span<const ClassRule> rules,
                               absl::Time now, KeyCounts* counts) {
  while (true) {
    PRIVET_ASSIGN_OR_RETURN(const keys::Destroyed destroyed,
                            destroyer.DestroyDueSlots(now, kDeadlines));
    counts->scrubbed = destroyed.scrubbed;
    counts->waits = destroyed.waits;
    if (destroyed.slots.empty()) return absl::OkStatus();
    for (const keys::SlotKey& key : destroyed.slots) {
      ++counts->keys[ClassOfSlot(rules, key.slot)];
    }
  }
}

absl::Status DestroyOne(Store& vault, keys::Destroyer& destroyer,
                        const ClassRule& rule, const OwnerId& owner,
                        const StillDue& still, absl::Time now,
                        KeyCounts* counts) {
  PRIVET_ASSIGN_OR_RETURN(const std::vector<keys::SlotKey> living,
                          keys::SlotsOfOwner(vault, owner));
  for (const keys::SlotKey& key : living) {
    if (key.slot != rule.slot) continue;
    PRIVET_ASSIGN_OR_RETURN(const bool due, still());
    if (!due) return absl::OkStatus();
    PRIVET_ASSIGN_OR_RETURN(const keys::Destroyed destroyed,
                            destroyer.DestroySlot(key, now));
    Note(destroyed, rule.retention_class, counts);
    return absl::OkStatus();
  }
  return absl::OkStatus();
}

}  // namespace privet::retention
