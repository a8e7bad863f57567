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

// Returns how many bits of a value's hash the index keeps: all 256 if it is
// unique, else those that the policy says, or 32.
std::uint32_t BitsOf(const record::IndexSpec& index);

// Returns the tag of a value that was normalized (record/index_value.h) and has
// at most record::kLongestIndexed bytes. The compartment is the caller's to
// set.
IndexTag TagOf(const keys::Keyring& keyring, const record::IndexSpec& index,
               std::string_view normalized);

}  // namespace privet::engine

#endif  // PRIVET_ENGINE_INDEX_VALUES_H_
