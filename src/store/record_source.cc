// SPDX-License-Identifier: Apache-2.0

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/status_macros.h"
#include "privet/record_store.h"

namespace privet {

absl::StatusOr<bool> RecordSource::Apply(
    absl::Span<const Replacement> replacements,
    absl::Span<const Removal> removals, const std::optional<SweepMark>&) {
  PRIVET_RETURN_IF_ERROR(Replace(replacements).status());
  PRIVET_RETURN_IF_ERROR(Remove(removals).status());
  return false;
}

absl::StatusOr<std::optional<RecordId>> RecordSource::SweptUpTo(std::uint32_t,
                                                                std::uint32_t) {
  return std::nullopt;
}

}  // namespace privet
