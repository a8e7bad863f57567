// SPDX-License-Identifier: Apache-2.0
//
// Between std::string_view and Abseil's own, which Debian 12 keeps apart.

#ifndef PRIVET_BASE_TEXT_H_
#define PRIVET_BASE_TEXT_H_

#include <string_view>

#include "absl/strings/string_view.h"

namespace privet::base {

// Returns `text` as absl::StrCat() and its kin take it.
inline absl::string_view View(std::string_view text) {
  return absl::string_view(text.data(), text.size());
}

}  // namespace privet::base

#endif  // PRIVET_BASE_TEXT_H_
