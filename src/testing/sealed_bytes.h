// SPDX-License-Identifier: Apache-2.0
//
// Sealed records for tests of stores and of the sweep: well-formed, with bodies
// that nobody can open, as no key is needed to store and to expire them.

#ifndef PRIVET_TESTING_SEALED_BYTES_H_
#define PRIVET_TESTING_SEALED_BYTES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "base/sealed_header.h"
#include "privet/record_id.h"
#include "privet/sealed_record.h"

namespace privet::testing {

// Returns an id of `type`, its id4, with `number` in its last six bytes.
RecordId MakeRecordId(std::uint32_t type, absl::Time created,
                      std::uint64_t number);

// Returns an owner that holds `number` in mixed order.
OwnerId MakeOwner(std::uint64_t number);

// What a sealed record for tests holds.
struct SealedParts {
  RecordId id;
  OwnerId owner;
  std::vector<OwnerId> further_owners;
  std::uint64_t revision = 1;
  std::uint8_t flags = 0;
  std::string type = "test.Record";
  std::vector<base::Descriptor> compartments;  // by rising `compartment`
  std::size_t body_size = 48;
  std::string residue;  // set: flag kHasResidue
};

// Returns a compartment's descriptor.
base::Descriptor MakeCompartment(std::uint32_t compartment,
                                 std::uint32_t retention_class,
                                 std::uint32_t slot = base::kErasableSlot);

// Returns the bytes of `parts`; bodies are letters, those of a compartment
// alike.
std::string MakeSealedBytes(const SealedParts& parts);

// Returns the record of `parts`, to put it.
SealedRecord MakeSealedRecord(const SealedParts& parts,
                              std::vector<IndexTag> index = {});

}  // namespace privet::testing

#endif  // PRIVET_TESTING_SEALED_BYTES_H_
