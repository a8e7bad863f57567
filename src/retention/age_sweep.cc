// SPDX-License-Identifier: Apache-2.0

#include "retention/age_sweep.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/sealed_header.h"
#include "base/status_macros.h"
#include "privet/record_store.h"
#include "retention/disposal.h"

namespace privet::retention {
namespace {

// A step is repeated where a record changed meanwhile; each time another one.
constexpr int kRepetitions = 100;

absl::StatusOr<SweepStep> TakeStep(RecordSource& source,
                                   const SweepRange& range, const DueByAge& due,
                                   Counts* counts) {
  Counts of_step;
  absl::StatusOr<SweepStep> step = source.Sweep(
      range,
      [&](const RecordId& id,
          std::string_view bytes) -> std::optional<Disposal> {
        const auto header = base::SealedHeader::Parse(bytes);
        if (!header.ok()) {
          of_step.damaged.insert(id);
          return std::nullopt;
        }
        const Mask mask = due.Of(*header);
        std::optional<Disposal> disposal = due.Decide(*header, mask);
        if (!disposal.has_value()) return std::nullopt;
        for (std::size_t i = 0; i < header->size(); ++i) {
          if (((mask >> i) & 1) == 0) continue;
          ++of_step.compartments[header->retention_class(i)];
        }
        if (disposal->remove) ++of_step.records;
        if (disposal->residue.has_value()) ++of_step.residues;
        return disposal;
      });
  if (step.ok()) counts->Add(of_step);
  return step;
}

}  // namespace

void Counts::Add(const Counts& other) {
  for (const auto& [retention_class, count] : other.compartments) {
    compartments[retention_class] += count;
  }
  records += other.records;
  residues += other.residues;
  without_ground += other.without_ground;
  damaged.insert(other.damaged.begin(), other.damaged.end());
}

RecordId FirstIdOf(std::uint32_t type, std::int64_t ms) {
  RecordId id;
  for (std::size_t i = 0; i < 4; ++i) {
    id.bytes[i] = static_cast<std::uint8_t>(type >> (24 - 8 * i));
  }
  const auto bits = static_cast<std::uint64_t>(ms < 0 ? 0 : ms);
  for (std::size_t i = 0; i < 6; ++i) {
    id.bytes[4 + i] = static_cast<std::uint8_t>(bits >> (40 - 8 * i));
  }
  return id;
}

RecordId EndOf(std::uint32_t type) {
  if (type != 0xffffffff) return FirstIdOf(type + 1, 0);
  RecordId highest;
  highest.bytes.fill(0xff);
  return highest;
}

RecordId After(RecordId id) {
  for (std::size_t i = id.bytes.size(); i-- > 0;) {
    if (++id.bytes[i] != 0) break;
  }
  return id;
}

absl::Status SweepByAge(RecordSource& source, std::uint32_t type,
                        const ClassRule& rule, const RecordId& from,
                        const DueByAge& due, absl::Time now, std::size_t batch,
                        const SaveMark& save_mark, Counts* counts) {
  if (!rule.created.has_value()) return absl::OkStatus();
  const std::int64_t cut_ms = absl::ToUnixMillis(rule.DueBefore(now));
  if (cut_ms < 0) return absl::OkStatus();
  SweepRange range{type, rule.retention_class,
                   std::max(from, FirstIdOf(type, 0)),
                   FirstIdOf(type, cut_ms + 1), batch};
  int repetitions = 0;
  while (range.from < range.to) {
    const absl::StatusOr<SweepStep> step = TakeStep(source, range, due, counts);
    if (absl::IsAborted(step.status()) && ++repetitions < kRepetitions) {
      continue;
    }
    PRIVET_RETURN_IF_ERROR(step.status());
    repetitions = 0;
    range.from = step->upto;
    if (!step->has_mark) PRIVET_RETURN_IF_ERROR(save_mark(step->upto));
  }
  return absl::OkStatus();
}

}  // namespace privet::retention
