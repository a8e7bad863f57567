// SPDX-License-Identifier: Apache-2.0
//
// Pieces of messages about a policy.

#ifndef PRIVET_POLICY_TEXT_H_
#define PRIVET_POLICY_TEXT_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"

namespace privet::policy {

// Debian's absl::string_view is not the standard one.
inline absl::string_view View(std::string_view text) {
  return {text.data(), text.size()};
}

// Returns "`text`"; `more` follows the text inside the quotes. Bytes that
// would move a terminal's cursor become `?`.
std::string Quoted(std::string_view text, std::string_view more = "");

// Returns "`a`, `b` and `c`", or with "or"; of many the first ten.
std::string List(const std::vector<std::string>& names,
                 std::string_view last = "and");

// Returns what a value of `field` looks like: "text in quotes".
std::string Wanted(const google::protobuf::FieldDescriptor& field);

// Returns the names of the fields, or of the values but the one that says
// nothing, in order of declaration.
std::vector<std::string> FieldNames(const google::protobuf::Descriptor& type);
std::vector<std::string> ValueNames(
    const google::protobuf::EnumDescriptor& type);

}  // namespace privet::policy

#endif  // PRIVET_POLICY_TEXT_H_
