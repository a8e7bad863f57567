// SPDX-License-Identifier: Apache-2.0

#include "retention/sweep.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/bytes.h"
#include "base/id_parts.h"
#include "base/prefix.h"
#include "base/sealed_header.h"
#include "base/status_macros.h"
#include "keys/catalogue.h"
#include "keys/ledger.h"
#include "privet/record_store.h"
#include "privet/store.h"
#include "privet/sweeper.h"
#include "retention/destroyed.h"
#include "retention/disposal.h"
#include "retention/ended.h"
#include "retention/subject_sweep.h"
#include "subject/due_rows.h"

namespace privet::retention {
namespace {

constexpr std::size_t kRows = 1000;  // of the state, read at once
constexpr int kLooks = 3;
// For longer than another process does not notice a newer policy, what is put
// by an older one is looked for again.
constexpr absl::Duration kOlderPolicies = absl::Hours(1);

// The mark of a source that keeps none: "swept/" ‖ LP(name) ‖ type ‖ class.
std::string MarkKey(const std::string& source, std::uint32_t type,
                    std::uint32_t retention_class) {
  std::string key = "swept/";
  base::AppendPart(&key, std::string_view(source));
  base::AppendInt(&key, type);
  base::AppendInt(&key, retention_class);
  return key;
}

absl::StatusOr<std::vector<std::uint32_t>> TypesOf(Store& vault) {
  std::set<std::uint32_t> types;
  PRIVET_RETURN_IF_ERROR(keys::ForEachCompartment(
      vault, [&](std::uint32_t type, std::uint32_t, std::string_view) {
        types.insert(type);
        return true;
      }));
  return std::vector<std::uint32_t>(types.begin(), types.end());
}

// Returns whether the ledger has a change of the state after `mark`.
absl::StatusOr<bool> IsBehind(keys::Ledger& ledger,
                              const keys::LedgerMark& mark) {
  bool behind = false;
  PRIVET_RETURN_IF_ERROR(ledger.Read(mark, [&](const keys::LedgerEntry& entry) {
    behind = keys::IsOfState(entry.kind);
    return !behind;
  }));
  return behind;
}

// Tells whether a row is as it was read.
StillDue Stands(Store& state, std::string key, std::string value) {
  return [&state, key = std::move(key),
          value = std::move(value)]() -> absl::StatusOr<bool> {
    PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> row,
                            state.Read(key));
    return row == value;
  };
}

// Deletes a row that is as it was read; one that was undone meanwhile is gone.
absl::Status Delete(Store& state, const std::string& key,
                    const std::string& value) {
  const absl::Status deleted =
      state.Commit({{key, value}}, {{key, std::nullopt}});
  return absl::IsAborted(deleted) ? absl::OkStatus() : deleted;
}

}  // namespace

Sweep::Sweep(const SweepContext& context, std::vector<ClassRule> rules)
    : context_(context), rules_(std::move(rules)) {
  // A record of which all is due is then removed at once, instead of being
  // shortened first.
  std::sort(rules_.begin(), rules_.end(),
            [this](const ClassRule& a, const ClassRule& b) {
              return a.DueBefore(context_.now) < b.DueBefore(context_.now);
            });
}

absl::Status Sweep::Keys() {
  PRIVET_RETURN_IF_ERROR(
      DestroyEpochs(context_.destroyer, rules_, context_.now, &keys_));
  return DestroyByDeadline(context_.destroyer, rules_, context_.now, &keys_);
}

absl::Status Sweep::Records() {
  absl::Status first;
  const auto types = TypesOf(*context_.options.vault);
  first.Update(types.status());
  if (types.ok()) {
    for (const SweepSource& source : context_.options.sources) {
      first.Update(ByAge(source, *types));
    }
  }
  first.Update(ByEvents(false));
  first.Update(WithoutGround());
  for (const SweepSource& source : context_.options.sources) {
    first.Update(Destroyed(source));
  }
  first.Update(ForgetEnded(*context_.options.state, *context_.options.vault,
                           context_.destroyer, context_.ledger));
  const auto scrubbed = context_.destroyer.Scrub();
  first.Update(scrubbed.status());
  keys_.scrubbed = scrubbed.ok() && *scrubbed;
  return first;
}

absl::Status Sweep::ByAge(const SweepSource& source,
                          const std::vector<std::uint32_t>& types) {
  const DueByAge due(rules_, context_.now);
  for (const std::uint32_t type : types) {
    for (const ClassRule& rule : rules_) {
      PRIVET_RETURN_IF_ERROR(ByAge(source, type, rule, due));
    }
  }
  return absl::OkStatus();
}

absl::Status Sweep::ByAge(const SweepSource& source, std::uint32_t type,
                          const ClassRule& rule, const DueByAge& due) {
  if (!rule.created.has_value()) return absl::OkStatus();
  PRIVET_ASSIGN_OR_RETURN(
      const std::optional<RecordId> mark,
      source.records->SweptUpTo(type, rule.retention_class));
  Store& state = *context_.options.state;
  const std::string key = MarkKey(source.name, type, rule.retention_class);
  RecordId from = mark.value_or(RecordId());
  if (!mark.has_value()) {
    PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> row,
                            state.Read(key));
    if (row.has_value()) {
      PRIVET_ASSIGN_OR_RETURN(from, RecordId::FromBytes(*row));
    }
  }
  return SweepByAge(
      *source.records, type, rule, from, due, context_.now,
      context_.options.batch,
      [&](const RecordId& upto) {
        return state.Commit({}, {{key, std::string(upto.view())}});
      },
      &counts_);
}

// A state that was restored may hold the row of an event that was undone.
absl::Status Sweep::CheckState() {
  for (int look = 0; look < kLooks; ++look) {
    PRIVET_ASSIGN_OR_RETURN(
        const std::optional<std::string> row,
        context_.options.state->Read(subject::kStateMarkKey));
    const absl::StatusOr<keys::LedgerMark> mark =
        row.has_value() ? keys::LedgerMark::Parse(*row)
                        : context_.ledger.Beginning();
    PRIVET_RETURN_IF_ERROR(mark.status());
    PRIVET_ASSIGN_OR_RETURN(const bool behind,
                            IsBehind(context_.ledger, *mark));
    if (!behind) return absl::OkStatus();
  }
  return absl::UnavailableError(
      "the state is behind its ledger; what hangs on events waits until an "
      "engine has opened it");
}

absl::Status Sweep::ByEvents(bool keys_only) {
  PRIVET_RETURN_IF_ERROR(CheckState());
  PRIVET_ASSIGN_OR_RETURN(const std::vector<OwnerId> unsettled,
                          subject::UnsettledIn(*context_.options.state));
  unsettled_ = {unsettled.begin(), unsettled.end()};
  for (const ClassRule& rule : rules_) {
    for (const ClassRule::Event& event : rule.events) {
      PRIVET_RETURN_IF_ERROR(ByEvent(rule, event, keys_only));
    }
  }
  if (unsettled_.empty() && !keys_.waits) return absl::OkStatus();
  return absl::UnavailableError(
      "what hangs on events of some people waits until an engine has opened "
      "the state: a replay of the ledger has changed them");
}

absl::Status Sweep::ByEvent(const ClassRule& rule,
                            const ClassRule::Event& event, bool keys_only) {
  std::string from;
  while (true) {
    PRIVET_ASSIGN_OR_RETURN(const std::vector<DueRow> rows,
                            DueRowsOf(*context_.options.state, rule, event,
                                      from, context_.now, kRows));
    for (const DueRow& row : rows) {
      if (unsettled_.contains(row.event.owner)) continue;
      if (event.ends) {
        PRIVET_RETURN_IF_ERROR(DestroyOne(
            *context_.options.vault, context_.destroyer, rule, row.event.owner,
            Stands(*context_.options.state, row.key, row.value), context_.now,
            &keys_));
      }
      if (keys_only) continue;
      PRIVET_RETURN_IF_ERROR(
          event.ends ? EndFor(rule, row)
                     : Delete(*context_.options.state, row.key, row.value));
    }
    if (rows.size() < kRows) return absl::OkStatus();
    from = rows.back().key + std::string(1, '\0');
  }
}

absl::Status Sweep::EndFor(const ClassRule& rule, const DueRow& row) {
  const OwnerId& owner = row.event.owner;
  const Pick pick{
      [&](const base::SealedHeader& header) {
        Mask mask = CompartmentsOf(header, owner);
        for (std::size_t i = 0; i < header.size(); ++i) {
          if (header.retention_class(i) != rule.retention_class) {
            mask &= ~(Mask{1} << i);
          }
        }
        return mask;
      },
      rule.residue_of.empty() ? ResidueFate::kStays : ResidueFate::kOutlives,
      rule.residue_of, Stands(*context_.options.state, row.key, row.value)};
  bool held = false;
  for (const SweepSource& source : context_.options.sources) {
    PRIVET_RETURN_IF_ERROR(DropFromSubject(
        *source.records, owner, pick, context_.options.batch, &counts_, &held));
  }
  // What a hold keeps is looked at again.
  if (held) return absl::OkStatus();
  return Delete(*context_.options.state, row.key, row.value);
}

absl::Status Sweep::Destroyed(const SweepSource& source) {
  RecordSource& records = *source.records;
  PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> own,
                          records.DestroyedUpTo());
  if (own.has_value()) {
    return DropDestroyed(records, context_.ledger, rules_,
                         {*own,
                          [&records](std::string_view upto) {
                            return records.SetDestroyedUpTo(upto);
                          }},
                         context_.options.batch, &counts_);
  }
  Store& state = *context_.options.state;
  std::string key = "destroyed/";
  base::AppendPart(&key, std::string_view(source.name));
  PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> row,
                          state.Read(key));
  return DropDestroyed(records, context_.ledger, rules_,
                       {row.value_or(""),
                        [&state, &key](std::string_view upto) {
                          return state.Commit({}, {{key, std::string(upto)}});
                        }},
                       context_.options.batch, &counts_);
}

absl::Status Sweep::WithoutGround() {
  std::vector<std::pair<std::string, std::string>> rows;
  PRIVET_RETURN_IF_ERROR(context_.options.state->Scan(
      subject::kGroundPrefix, base::EndOfPrefix(subject::kGroundPrefix),
      [&](std::string_view key, std::string_view value) {
        rows.emplace_back(key, value);
        return true;
      }));
  for (const auto& [key, value] : rows) {
    const auto row = subject::ParseGroundLost(key);
    if (!row.has_value()) continue;
    PRIVET_RETURN_IF_ERROR(WithoutGround(*row, key, value));
  }
  return absl::OkStatus();
}

absl::Status Sweep::WithoutGround(const subject::GroundLost& row,
                                  const std::string& key,
                                  const std::string& value) {
  const bool everybody = row.owner == OwnerId();
  Store& state = *context_.options.state;
  const Pick pick{
      [&](const base::SealedHeader& header) {
        if (base::TypeOf(header.id()) != row.type) return Mask{0};
        const Mask mine =
            everybody ? ~Mask{0} : CompartmentsOf(header, row.owner);
        for (std::size_t i = 0; i < header.size(); ++i) {
          if (header.compartment(i) == row.compartment && !header.dropped(i)) {
            return mine & (Mask{1} << i);
          }
        }
        return Mask{0};
      },
      ResidueFate::kThrown, "", Stands(state, key, value)};
  Counts counts;
  bool held = false;
  absl::Status status;
  for (const SweepSource& source : context_.options.sources) {
    if (!everybody) {
      status = DropFromSubject(*source.records, row.owner, pick,
                               context_.options.batch, &counts, &held);
    } else {
      status = DropFromType(
          *source.records, row.type, RecordId(), pick, context_.options.batch,
          [](const RecordId&) { return absl::OkStatus(); }, &counts, &held);
    }
    if (!status.ok()) break;
  }
  for (const auto& [retention_class, count] : counts.compartments) {
    counts.without_ground += count;
  }
  counts_.Add(counts);
  PRIVET_RETURN_IF_ERROR(status);
  const bool is_final =
      !everybody ||
      subject::WhenGroundLost(value) + kOlderPolicies <= context_.now;
  return held || !is_final ? absl::OkStatus() : Delete(state, key, value);
}

SweepReport Sweep::Report() const {
  std::map<std::string, SweepReport::OfClass> classes;
  SweepReport report;
  for (const ClassRule& rule : rules_) {
    const auto keys = keys_.keys.find(rule.retention_class);
    const auto parts = counts_.compartments.find(rule.retention_class);
    if (keys == keys_.keys.end() && parts == counts_.compartments.end()) {
      continue;
    }
    // Classes that differ in their periods only are one to a reader.
    SweepReport::OfClass& of = classes[rule.retentions];
    of.retentions = rule.retentions;
    if (keys != keys_.keys.end()) of.keys += keys->second;
    if (parts != counts_.compartments.end()) of.compartments += parts->second;
  }
  for (auto& [name, of] : classes) report.classes.push_back(std::move(of));
  for (const auto& [retention_class, count] : keys_.keys) report.keys += count;
  for (const auto& [retention_class, count] : counts_.compartments) {
    report.compartments += count;
  }
  report.without_ground = counts_.without_ground;
  report.records = counts_.records;
  report.residues = counts_.residues;
  report.damaged = counts_.damaged.size();
  report.scrubbed = keys_.scrubbed;
  return report;
}

}  // namespace privet::retention
