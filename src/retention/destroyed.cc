// SPDX-License-Identifier: Apache-2.0

#include "retention/destroyed.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/sealed_header.h"
#include "base/status_macros.h"
#include "keys/destroyer.h"
#include "keys/ledger.h"
#include "keys/replay.h"
#include "privet/record_store.h"
#include "retention/class_rule.h"
#include "retention/disposal.h"
#include "retention/subject_sweep.h"

namespace privet::retention {
namespace {

constexpr std::size_t kEntries = 1000;  // of the ledger, carried out at once

struct Gone {
  keys::PersonKeys person;
  bool erased = false;
};

// A stretch of the ledger.
struct Stretch {
  std::vector<Gone> gone;
  keys::LedgerMark end;
  bool is_last = true;
};

absl::StatusOr<Stretch> ReadStretch(keys::Ledger& ledger,
                                    const keys::LedgerMark& from) {
  Stretch stretch;
  stretch.end = from;
  std::size_t entries = 0;
  absl::Status parsed;
  PRIVET_RETURN_IF_ERROR(ledger.Read(from, [&](const keys::LedgerEntry& entry) {
    stretch.is_last = entries++ < kEntries;
    if (!stretch.is_last) return false;
    stretch.end = entry.mark;
    const auto kind = static_cast<keys::LedgerKind>(entry.kind);
    const bool erased = kind == keys::LedgerKind::kOwnerErased;
    if (!erased && kind != keys::LedgerKind::kSlotsDestroyed) return true;
    auto persons = keys::ParsePersons(entry.body);
    parsed = persons.status();
    if (!persons.ok()) return false;
    for (keys::PersonKeys& person : *persons) {
      stretch.gone.push_back({std::move(person), erased});
    }
    return true;
  }));
  if (!parsed.ok()) return parsed;
  return stretch;
}

Pick PickOf(const OwnerId& owner, const std::vector<keys::SlotKey>& keys,
            ResidueFate fate, const std::string& residue_of) {
  return {
      [owner, keys](const base::SealedHeader& header) {
        Mask mask = CompartmentsOf(header, owner);
        for (std::size_t i = 0; i < header.size(); ++i) {
          const keys::SlotKey key{owner, header.slot(i), header.generation(i)};
          if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
            mask &= ~(Mask{1} << i);
          }
        }
        return mask;
      },
      fate, residue_of, nullptr};
}

absl::Status DropOf(RecordSource& source, const Gone& gone,
                    absl::Span<const ClassRule> rules, std::size_t batch,
                    Counts* counts) {
  const keys::PersonKeys& person = gone.person;
  bool held = false;
  if (gone.erased) {
    return DropFromSubject(
        source, person.owner,
        PickOf(person.owner, person.keys, ResidueFate::kThrown, ""), batch,
        counts, &held);
  }
  for (const keys::SlotKey& key : person.keys) {
    const auto rule = std::find_if(
        rules.begin(), rules.end(),
        [&key](const ClassRule& each) { return each.slot == key.slot; });
    const std::string residue_of =
        rule == rules.end() ? std::string() : rule->residue_of;
    PRIVET_RETURN_IF_ERROR(
        DropFromSubject(source, person.owner,
                        PickOf(person.owner, {key},
                               residue_of.empty() ? ResidueFate::kStays
                                                  : ResidueFate::kOutlives,
                               residue_of),
                        batch, counts, &held));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<keys::LedgerMark> BeginAt(keys::Ledger& ledger,
                                         std::string_view upto) {
  const auto mark = keys::LedgerMark::Parse(upto);
  if (mark.ok() &&
      ledger.Read(*mark, [](const keys::LedgerEntry&) { return false; }).ok()) {
    return *mark;
  }
  return ledger.Beginning();
}

absl::Status DropDestroyed(RecordSource& source, keys::Ledger& ledger,
                           absl::Span<const ClassRule> rules,
                           DestroyedMark mark, std::size_t batch,
                           Counts* counts) {
  PRIVET_ASSIGN_OR_RETURN(keys::LedgerMark from, BeginAt(ledger, mark.upto));
  for (bool more = true; more;) {
    PRIVET_ASSIGN_OR_RETURN(const Stretch stretch, ReadStretch(ledger, from));
    for (const Gone& gone : stretch.gone) {
      PRIVET_RETURN_IF_ERROR(DropOf(source, gone, rules, batch, counts));
    }
    more = !stretch.is_last;
    from = stretch.end;
    const std::string upto = from.Serialize();
    if (upto != mark.upto) PRIVET_RETURN_IF_ERROR(mark.save(upto));
    mark.upto = upto;
  }
  return absl::OkStatus();
}

}  // namespace privet::retention
