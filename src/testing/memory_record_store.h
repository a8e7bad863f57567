// SPDX-License-Identifier: Apache-2.0
//
// The store of records in memory, below what knows the vault's rows.

#ifndef PRIVET_TESTING_MEMORY_RECORD_STORE_H_
#define PRIVET_TESTING_MEMORY_RECORD_STORE_H_

#include <memory>

#include "privet/record_store.h"
#include "store/tombstones.h"

namespace privet::testing {

// Makes an empty store whose puts ask `tombstones`; null: nothing is erased.
std::shared_ptr<RecordStore> NewMemoryRecords(
    std::shared_ptr<store::Tombstones> tombstones);

}  // namespace privet::testing

#endif  // PRIVET_TESTING_MEMORY_RECORD_STORE_H_
