// SPDX-License-Identifier: Apache-2.0
//
// What every implementation of the store interfaces must hold, as a list of
// cases for the tests of whoever writes one (library privet::testing).

#ifndef PRIVET_TESTING_CONFORMANCE_H_
#define PRIVET_TESTING_CONFORMANCE_H_

#include <functional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "privet/record_store.h"
#include "privet/sealed_record.h"
#include "privet/store.h"

namespace privet::testing {

// One promise of Store. Each case takes a store that is empty.
struct StoreCase {
  std::string_view name;  // a sentence
  absl::Status (*check)(Store& store);
};

// Returns the cases for a Store.
//
// Example:
//
//   for (const auto& test : privet::testing::StoreConformance()) {
//     MyStore store;
//     EXPECT_TRUE(test.check(store).ok()) << test.name;
//   }
absl::Span<const StoreCase> StoreConformance();

// Stores a sealed record of revision 1 as the host's own code does.
using InsertRecord = std::function<absl::Status(const SealedRecord& record)>;

// One promise of RecordSource. Each case takes a source without records.
struct RecordSourceCase {
  std::string_view name;
  absl::Status (*check)(RecordSource& source, const InsertRecord& insert);
};

// Returns the cases for a RecordSource over tables of the host's own.
absl::Span<const RecordSourceCase> RecordSourceConformance();

// One promise that a RecordStore makes beside those of a RecordSource.
struct RecordStoreCase {
  std::string_view name;
  absl::Status (*check)(RecordStore& store);
};

// Returns the further cases for a RecordStore.
absl::Span<const RecordStoreCase> RecordStoreConformance();

}  // namespace privet::testing

#endif  // PRIVET_TESTING_CONFORMANCE_H_
