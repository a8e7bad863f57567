// SPDX-License-Identifier: Apache-2.0

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/sealed_header.h"
#include "base/status_macros.h"
#include "privet/record_store.h"
#include "store/put_rules.h"

namespace privet {
namespace {

struct Batch {
  std::vector<Replacement> replacements;
  std::vector<Removal> removals;

  void Add(const RecordVersion& was, Disposal disposal) {
    if (disposal.remove) {
      removals.push_back({was, std::move(disposal.residue)});
    } else {
      replacements.push_back({was, std::move(disposal.bytes),
                              std::move(disposal.dropped),
                              std::move(disposal.residue)});
    }
  }
};

}  // namespace

absl::StatusOr<SweepStep> RecordSource::Sweep(const SweepRange& range,
                                              Decide decide) {
  Batch batch;
  std::size_t seen = 0;
  SweepStep step;
  step.upto = range.to;
  PRIVET_RETURN_IF_ERROR(ScanRange(
      range.from, range.to, [&](const RecordId& id, std::string_view bytes) {
        if (seen++ == range.limit) {
          step.upto = id;
          return false;
        }
        // One that does not parse too: the sweep counts it.
        auto disposal = decide(id, bytes);
        if (!disposal.has_value()) return true;
        const auto header = base::SealedHeader::Parse(bytes);
        if (header.ok()) {
          batch.Add({id, header->revision(), bytes.size()},
                    *std::move(disposal));
        }
        return true;
      }));
  PRIVET_ASSIGN_OR_RETURN(const std::size_t replaced,
                          Replace(batch.replacements));
  PRIVET_ASSIGN_OR_RETURN(const std::size_t removed, Remove(batch.removals));
  if (replaced != batch.replacements.size() ||
      removed != batch.removals.size()) {
    return absl::AbortedError(
        "a record changed while the sweep looked at it; repeat the step");
  }
  return step;
}

absl::StatusOr<std::optional<RecordId>> RecordSource::SweptUpTo(std::uint32_t,
                                                                std::uint32_t) {
  return std::nullopt;
}

absl::StatusOr<std::optional<std::string>> RecordSource::DestroyedUpTo() {
  return std::nullopt;
}

absl::Status RecordSource::SetDestroyedUpTo(std::string_view) {
  return absl::UnimplementedError("the source keeps no mark of the ledger");
}

}  // namespace privet
