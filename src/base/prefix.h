// SPDX-License-Identifier: Apache-2.0
//
// Ranges of rows whose keys begin alike.

#ifndef PRIVET_BASE_PREFIX_H_
#define PRIVET_BASE_PREFIX_H_

#include <string>
#include <string_view>

namespace privet::base {

// Returns the end of the keys that begin with `prefix`, which lie in
// [prefix, EndOfPrefix(prefix)); empty, which a scan takes for no end, if it
// holds but bytes 0xff.
inline std::string EndOfPrefix(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && end.back() == '\xff') end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(end.back() + 1);
  return end;
}

}  // namespace privet::base

#endif  // PRIVET_BASE_PREFIX_H_
