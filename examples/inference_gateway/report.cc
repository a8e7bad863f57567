// SPDX-License-Identifier: Apache-2.0

#include "report.h"

#include <algorithm>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "privet/denial.h"
#include "table.h"

namespace gateway {
namespace {

std::string At(const std::vector<double>& sorted, double part) {
  const auto last = static_cast<double>(sorted.size() - 1);
  return Micros(sorted[static_cast<std::size_t>(part * last)]);
}

}  // namespace

const char* NameOf(RecordType type) {
  constexpr const char* kNames[] = {"ApiRequest", "WebSession", "Account",
                                    "Payment", "SupportTicket"};
  return kNames[static_cast<std::size_t>(type)];
}

std::string ReasonOf(const absl::Status& status) {
  if (const std::optional<privet::Denial> denial = privet::GetDenial(status)) {
    if (!denial->rule.empty()) return absl::StrCat("rule: ", denial->rule);
    if (!denial->missing.empty()) {
      return absl::StrCat("missing: ", denial->missing);
    }
    if (!denial->gate.empty()) return absl::StrCat("gate: ", denial->gate);
    return "no rule permits it";
  }
  return absl::StatusCodeToString(status.code());
}

void Report::CountSealed(RecordType type, std::size_t bytes_in,
                         std::size_t bytes_sealed,
                         const privet::Outcome& outcome) {
  Sealed& sealed = sealed_[type];
  ++sealed.records;
  sealed.fields += outcome.fields.size();
  sealed.dropped += outcome.Count(privet::Outcome::Action::kDropped);
  sealed.unknown += outcome.unknown;
  sealed.bytes_in += bytes_in;
  sealed.bytes_sealed += bytes_sealed;
}

void Report::CountShare(const std::string& recipient,
                        const absl::Status& status) {
  auto& [allowed, refused] = shares_[recipient];
  ++(status.ok() ? allowed : refused);
  if (!status.ok()) CountRefused("share with " + recipient, status);
}

void Report::CountRead(const absl::Status& status) {
  ++(status.ok() ? reads_ : reads_refused_);
  if (!status.ok()) CountRefused("read", status);
}

void Report::CountRefused(const std::string& what, const absl::Status& status) {
  ++refusals_[{what, ReasonOf(status)}];
}

void Report::CountSweep(const privet::SweepReport& swept) {
  for (const auto& of_class : swept.classes) {
    Swept& total = swept_[of_class.retentions];
    total.keys += of_class.keys;
    total.compartments += of_class.compartments;
  }
  keys_ += swept.keys;
  records_removed_ += swept.records;
  residues_ += swept.residues;
  groundless_ += swept.without_ground;
}

void Report::Print(std::ostream& out) const {
  PrintSealed(out);
  PrintShares(out);
  PrintRefusals(out);
  PrintSwept(out);
  Table events("What people did", {"event", "times"});
  for (const auto& [what, count] : events_) {
    events.Add({what, Thousands(count)});
  }
  events.Print(out);
  PrintLatencies(out);
}

void Report::PrintSealed(std::ostream& out) const {
  Table table("Records in", {"type", "records", "fields", "fields dropped",
                             "unknown fields", "bytes in", "bytes sealed"});
  Sealed all;
  const auto add = [&table](const std::string& name, const Sealed& sealed) {
    table.Add({name, Thousands(sealed.records), Thousands(sealed.fields),
               Thousands(sealed.dropped), Thousands(sealed.unknown),
               Bytes(sealed.bytes_in), Bytes(sealed.bytes_sealed)});
  };
  for (const auto& [type, sealed] : sealed_) {
    add(NameOf(type), sealed);
    all.records += sealed.records;
    all.fields += sealed.fields;
    all.dropped += sealed.dropped;
    all.unknown += sealed.unknown;
    all.bytes_in += sealed.bytes_in;
    all.bytes_sealed += sealed.bytes_sealed;
  }
  add("all", all);
  table.Print(out);
}

void Report::PrintShares(std::ostream& out) const {
  Table table("Shares", {"with", "allowed", "refused"});
  for (const auto& [recipient, counts] : shares_) {
    table.Add({recipient, Thousands(counts.first), Thousands(counts.second)});
  }
  table.Print(out);
}

void Report::PrintRefusals(std::ostream& out) const {
  Table table("Refused", {"what", "why", "times"});
  for (const auto& [what, count] : refusals_) {
    table.Add({what.first, what.second, Thousands(count)});
  }
  table.Print(out);
  out << "  reads allowed: " << Thousands(reads_)
      << ", refused: " << Thousands(reads_refused_) << "\n";
}

void Report::PrintSwept(std::ostream& out) const {
  Table table("Expired", {"retention", "keys destroyed", "compartments"});
  for (const auto& [name, swept] : swept_) {
    table.Add({name, Thousands(swept.keys), Thousands(swept.compartments)});
  }
  table.Print(out);
  out << "  records removed whole: " << Thousands(records_removed_)
      << ", de-identified rests kept: " << Thousands(residues_)
      << ", compartments without ground: " << Thousands(groundless_)
      << ", keys destroyed: " << Thousands(keys_) << "\n";
}

void Report::PrintLatencies(std::ostream& out) const {
  Table table("Time of each call",
              {"call", "calls", "median", "90 %", "99 %", "longest"});
  for (const auto& [name, times] : latencies_) {
    std::vector<double> sorted = times;
    std::sort(sorted.begin(), sorted.end());
    table.Add({name, Thousands(sorted.size()), At(sorted, 0.5), At(sorted, 0.9),
               At(sorted, 0.99), Micros(sorted.back())});
  }
  table.Print(out);
}

}  // namespace gateway
