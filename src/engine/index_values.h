// SPDX-License-Identifier: Apache-2.0
//
// What of a value a blind index is made of.

#ifndef PRIVET_ENGINE_INDEX_VALUES_H_
#define PRIVET_ENGINE_INDEX_VALUES_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "keys/keyring.h"
#include "privet/sealed_record.h"
#include "record/plan.h"

namespace privet::engine {

// Returns the value as the index compares it: as it is; or without the white
// space around it and ASCII letters in lower case (CASE_FOLD, and EMAIL: in
// practice no mail host tells them apart).
std::string Normalize(record::IndexSpec::Normal normal, std::string_view value);

// Returns the tag of a value under an index. The compartment is the caller's
// to set. A unique index keeps all 256 bits; another the first `bits`, 32 if
// the policy does not say.
IndexTag TagOf(const keys::Keyring& keyring, const record::IndexSpec& index,
               std::string_view value);

}  // namespace privet::engine

#endif  // PRIVET_ENGINE_INDEX_VALUES_H_
