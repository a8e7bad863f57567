// SPDX-License-Identifier: Apache-2.0
//
// Makes a SealedRecord out of bytes that were just sealed: the one way to a new
// one, so that a public SealedRecord is a witness of a policy that permitted
// it.

#ifndef PRIVET_BASE_SEALED_RECORD_MAKER_H_
#define PRIVET_BASE_SEALED_RECORD_MAKER_H_

#include <string>
#include <utility>
#include <vector>

#include "base/sealed_header.h"
#include "privet/sealed_record.h"

namespace privet {

class SealedRecordMaker {
 public:
  // Makes the record of `fields`, whose sealed bytes are `bytes`.
  static SealedRecord Make(const base::HeaderFields& fields, std::string bytes,
                           std::vector<IndexTag> index) {
    SealedRecord record;
    record.id_ = fields.id;
    record.owner_ = fields.owner;
    record.revision_ = fields.revision;
    record.bytes_ = std::move(bytes);
    record.index_ = std::move(index);
    return record;
  }

  // Sets where to index `record`.
  static void SetIndex(SealedRecord* record, std::vector<IndexTag> index) {
    record->index_ = std::move(index);
  }
};

}  // namespace privet

#endif  // PRIVET_BASE_SEALED_RECORD_MAKER_H_
