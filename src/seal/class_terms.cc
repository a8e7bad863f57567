// SPDX-License-Identifier: Apache-2.0

#include "seal/class_terms.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/keep.h"
#include "base/status_macros.h"
#include "keys/catalogue.h"
#include "keys/epoch.h"
#include "policy/retention_class.h"

namespace privet::seal {
namespace {

// Returns a length that `keep` never falls short of: a month has 28 days.
absl::Duration Shortest(const base::Keep& keep) {
  switch (keep.unit) {
    case base::Keep::Unit::kMonth:
      return absl::Hours(std::int64_t{24} * 28 * keep.count);
    case base::Keep::Unit::kYear:
      return absl::Hours(std::int64_t{24} * 365 * keep.count);
    default:
      return keep.Longest();
  }
}

bool Ended(const Limit& limit, absl::Time created, absl::Time now,
           EventTimes events) {
  absl::Time anchor = created;
  if (!limit.after.empty()) {
    anchor = absl::InfinitePast();
    for (const std::string& event : limit.after) {
      anchor = std::max(anchor, events(event));
    }
    if (anchor == absl::InfiniteFuture()) return false;
  }
  if (now - anchor < limit.at_least) return false;
  return limit.keep.After(anchor) <= now;
}

// Returns what the slot of a class is for; of the erasable one nothing.
keys::SlotKind SlotKindOf(const policy::RetentionClass& retention_class,
                          bool by_event) {
  const std::string_view obligation = retention_class.Obligation();
  const std::uint32_t number = by_event ? retention_class.id : 0;
  if (!obligation.empty()) {
    return keys::SlotKind{keys::kObligationSlot, std::string(obligation),
                          number};
  }
  if (by_event) return keys::SlotKind{keys::kEventSlot, "", number};
  return keys::SlotKind{};
}

bool SameRetention(const policy::Period& a, const policy::Period& b) {
  return a.id == b.id && a.after == b.after;
}

}  // namespace

absl::StatusOr<ClassTerms> ClassTerms::Make(
    const policy::RetentionClass& retention_class, KeepInForce keep_in_force) {
  if (retention_class.id == 0 || retention_class.periods.empty()) {
    return absl::InvalidArgumentError(
        "a retention class has no retention; nothing would ever end it");
  }
  ClassTerms terms;
  terms.id_ = retention_class.id;
  terms.obligation_ = std::string(retention_class.Obligation());

  const base::Keep* at_sealing = nullptr;
  bool by_event = false;
  absl::Duration effective = absl::InfiniteDuration();
  for (const policy::Period& period : retention_class.periods) {
    const base::Keep keep = keep_in_force(period);
    terms.limits_.push_back(
        {keep, Shortest(keep), period.after, period.obligation});
    if (!retention_class.Ends(period)) continue;
    if (!period.after.empty()) {
      by_event = true;
      continue;
    }
    if (at_sealing == nullptr || period.keep < *at_sealing) {
      at_sealing = &period.keep;
    }
    effective = std::min({effective, keep.Longest(), period.keep.Longest()});
  }
  if (at_sealing != nullptr) {
    terms.epoch_ms_ = absl::ToInt64Milliseconds(keys::EpochLength(*at_sealing));
    terms.epoch_keep_ms_ = absl::ToInt64Milliseconds(effective);
  }
  terms.slot_kind_ = SlotKindOf(retention_class, by_event);
  if (!terms.slot_kind_.kind.empty()) {
    PRIVET_ASSIGN_OR_RETURN(terms.slot_, keys::SlotNumber(terms.slot_kind_));
  }
  return terms;
}

std::uint32_t ClassTerms::EpochOf(std::int64_t created_ms) const {
  if (!has_epoch()) return keys::kNoEpoch;
  return static_cast<std::uint32_t>(created_ms / epoch_ms_);
}

absl::Time ClassTerms::EpochDies(std::uint32_t epoch) const {
  if (epoch == keys::kNoEpoch) return absl::InfiniteFuture();
  return absl::FromUnixMillis((std::int64_t{epoch} + 1) * epoch_ms_ +
                              epoch_keep_ms_);
}

Due ClassTerms::DueAt(absl::Time created, absl::Time now,
                      EventTimes events) const {
  Due due = Due::kNo;
  for (const Limit& limit : limits_) {
    if (!Ended(limit, created, now, events)) continue;
    if (obligation_.empty() || !limit.obligation.empty()) return Due::kYes;
    due = Due::kRestricted;
  }
  return due;
}

absl::StatusOr<policy::RetentionClass> Narrow(
    const policy::RetentionClass& in_force,
    const std::vector<const policy::RetentionClass*>& had) {
  policy::RetentionClass narrow = in_force;
  const bool has_obligation = !in_force.Obligation().empty();
  for (const policy::RetentionClass* before : had) {
    for (policy::Period period : before->periods) {
      const auto same = std::find_if(
          narrow.periods.begin(), narrow.periods.end(),
          [&](const policy::Period& p) { return SameRetention(p, period); });
      if (same != narrow.periods.end()) {
        same->keep = std::min(same->keep, period.keep);
        continue;
      }
      // What another obligation kept is kept by the one in force: of this one
      // the end stays.
      if (has_obligation) period.obligation.clear();
      narrow.periods.push_back(std::move(period));
    }
  }
  return policy::MakeRetentionClass(std::move(narrow.periods));
}

}  // namespace privet::seal
