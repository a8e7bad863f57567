// SPDX-License-Identifier: Apache-2.0
//
// The stored form of a record: a small clear header, and bodies that only a
// permitted purpose opens.

#ifndef PRIVET_SEALED_RECORD_H_
#define PRIVET_SEALED_RECORD_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "privet/record_id.h"

namespace privet {

// A value's place in a blind index: a keyed hash that tells nothing without
// the key, and two of one value are equal.
struct IndexTag {
  std::uint32_t index = 0;       // id4 of the index's name
  std::uint32_t generation = 0;  // of the index key
  bool unique = false;
  std::uint32_t compartment = 0;  // whose expiry takes the row along
  std::string value;              // 1 to 32 bytes
};

// A record as it may be stored: only Actor::Seal() and Actor::Amend() make a
// new one, so a writer that takes a SealedRecord cannot be handed a raw
// message. A value: movable and copyable, and const use is thread-safe.
//
// What the header says (owner, revision) is a hint until the record is opened:
// opening authenticates it.
class SealedRecord {
 public:
  // Parses stored bytes, under the id that they were found under. Takes a
  // copy. At most 64 MiB.
  //
  // Returns DataLoss if the bytes are no well-formed sealed record or are that
  // of another id: rows were swapped, or the value is damaged; and
  // FailedPrecondition for a format that this library does not know.
  static absl::StatusOr<SealedRecord> Parse(const RecordId& id,
                                            std::string_view bytes);

  // Returns what to store (docs/wire_format.md); valid as long as this object.
  std::string_view bytes() const { return bytes_; }
  const RecordId& id() const { return id_; }
  const OwnerId& owner() const { return owner_; }

  // Returns 1 for a new record, one more for each Amend().
  std::uint64_t revision() const { return revision_; }

  // Returns where to index the record; empty for one that was parsed.
  absl::Span<const IndexTag> index() const { return index_; }

 private:
  friend class SealedRecordMaker;  // src/base/sealed_record_maker.h
  SealedRecord() = default;

  RecordId id_;
  OwnerId owner_;
  std::uint64_t revision_ = 0;
  std::string bytes_;
  std::vector<IndexTag> index_;
};

}  // namespace privet

#endif  // PRIVET_SEALED_RECORD_H_
