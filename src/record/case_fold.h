// SPDX-License-Identifier: Apache-2.0
//
// Letters without their case.

#ifndef PRIVET_RECORD_CASE_FOLD_H_
#define PRIVET_RECORD_CASE_FOLD_H_

#include <cstdint>

namespace privet::record {

// Returns the simple case folding of a code point: `É` gives `é`.
std::uint32_t FoldCase(std::uint32_t code_point);

}  // namespace privet::record

#endif  // PRIVET_RECORD_CASE_FOLD_H_
