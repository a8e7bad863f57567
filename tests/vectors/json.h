// SPDX-License-Identifier: Apache-2.0
//
// JSON as the vectors write it: one line for each.

#ifndef PRIVET_TESTS_VECTORS_JSON_H_
#define PRIVET_TESTS_VECTORS_JSON_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"

namespace privet {

inline std::string Hex(std::string_view bytes) {
  return absl::StrCat(
      "\"",
      absl::BytesToHexString(absl::string_view(bytes.data(), bytes.size())),
      "\"");
}

inline std::string Text(std::string_view text) {
  return absl::StrCat("\"", absl::string_view(text.data(), text.size()), "\"");
}

// `"name": value, …` in braces.
inline std::string Object(
    const std::vector<std::pair<std::string, std::string>>& members) {
  return absl::StrCat("{",
                      absl::StrJoin(members, ", ",
                                    [](std::string* out, const auto& member) {
                                      absl::StrAppend(out, "\"", member.first,
                                                      "\": ", member.second);
                                    }),
                      "}");
}

inline std::string List(const std::vector<std::string>& items) {
  return absl::StrCat("[\n  ", absl::StrJoin(items, ",\n  "), "\n ]");
}

inline std::string Number(std::uint64_t number) { return absl::StrCat(number); }

// Bytes that are told apart at a glance: `first`, `first` + 1, …
inline std::string Bytes(std::uint8_t first, std::size_t size) {
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i) {
    bytes.push_back(static_cast<char>(first + i));
  }
  return bytes;
}

}  // namespace privet

#endif  // PRIVET_TESTS_VECTORS_JSON_H_
