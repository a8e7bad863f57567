// SPDX-License-Identifier: Apache-2.0

#include "privet/sealed_record.h"

#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/sealed_header.h"
#include "base/status_macros.h"
#include "privet/record_id.h"

namespace privet {

absl::StatusOr<SealedRecord> SealedRecord::Parse(const RecordId& id,
                                                 std::string_view bytes) {
  PRIVET_ASSIGN_OR_RETURN(const base::SealedHeader header,
                          base::SealedHeader::Parse(bytes));
  if (header.id() != id) {
    return absl::DataLossError(
        "sealed record is that of another id than it was found under; rows "
        "were exchanged, or the id is damaged");
  }
  SealedRecord record;
  record.id_ = id;
  record.owner_ = header.owner();
  record.revision_ = header.revision();
  record.bytes_.assign(bytes);
  return record;
}

}  // namespace privet
