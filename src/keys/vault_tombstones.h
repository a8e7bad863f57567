// SPDX-License-Identifier: Apache-2.0
//
// What a store of records asks a vault, without any key.

#ifndef PRIVET_KEYS_VAULT_TOMBSTONES_H_
#define PRIVET_KEYS_VAULT_TOMBSTONES_H_

#include <memory>

#include "privet/store.h"
#include "store/tombstones.h"

namespace privet::keys {

// Answers from the rows of `vault`, each time anew.
std::shared_ptr<store::Tombstones> TombstonesOf(std::shared_ptr<Store> vault);

}  // namespace privet::keys

#endif  // PRIVET_KEYS_VAULT_TOMBSTONES_H_
