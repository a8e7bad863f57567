// SPDX-License-Identifier: Apache-2.0
//
// What is derived from a key without a vault: docs/wire_format.md has the
// formulas.

#ifndef PRIVET_KEYS_DERIVATIONS_H_
#define PRIVET_KEYS_DERIVATIONS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "keys/keyring.h"

namespace privet::keys {

// Derives compartment key ‖ commitment; an empty `epoch_key` is that of no
// epoch.
void DeriveCompartment(std::string_view subject_key, std::string_view epoch_key,
                       std::string_view type, std::uint32_t compartment,
                       CompartmentKey* out);

// Returns the 16 bytes by which `recipient` knows `value`.
std::string PseudonymUnder(std::string_view key, std::string_view recipient,
                           std::uint32_t generation, std::string_view category,
                           std::string_view value);

// Returns the 32 bytes by which a normalized value is found; an index keeps the
// first bits of them.
std::string IndexValueUnder(std::string_view store_key, std::string_view index,
                            std::uint32_t generation,
                            std::string_view normalized);

// Returns the 16 bytes by which a row of the state is known to be ours.
std::string StateMacUnder(std::string_view state_key, std::string_view row_name,
                          std::string_view value);

}  // namespace privet::keys

#endif  // PRIVET_KEYS_DERIVATIONS_H_
