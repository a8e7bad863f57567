// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <utility>

#include "keys/vault_tombstones.h"
#include "privet/record_store.h"
#include "privet/store.h"
#include "privet/testing/stores.h"
#include "testing/memory_record_store.h"

namespace privet::testing {

std::shared_ptr<RecordStore> NewMemoryRecordStore(
    std::shared_ptr<Store> vault) {
  return NewMemoryRecords(
      vault == nullptr ? nullptr : keys::TombstonesOf(std::move(vault)));
}

}  // namespace privet::testing
