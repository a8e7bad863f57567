// SPDX-License-Identifier: Apache-2.0

#include "policy/text.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"

namespace privet::policy {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

std::string Quoted(std::string_view text, std::string_view more) {
  std::string quoted = absl::StrCat("`", View(text), View(more), "`");
  for (char& c : quoted) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) c = '?';
  }
  return quoted;
}

std::string List(const std::vector<std::string>& names, std::string_view last) {
  constexpr std::size_t kMost = 10;
  const std::size_t shown = std::min(names.size(), kMost);
  std::string list;
  for (std::size_t i = 0; i < shown; ++i) {
    const bool is_last = i + 1 == names.size();
    if (i > 0)
      absl::StrAppend(&list,
                      is_last ? absl::StrCat(" ", View(last), " ") : ", ");
    absl::StrAppend(&list, Quoted(names[i]));
  }
  if (names.size() > shown) {
    absl::StrAppend(&list, " … (", names.size(), " in all)");
  }
  return list;
}

std::string Wanted(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return "text in quotes";
    case FieldDescriptor::CPPTYPE_BOOL:
      return "`true` or `false`";
    case FieldDescriptor::CPPTYPE_ENUM:
      return absl::StrCat("one of ",
                          List(ValueNames(*field.enum_type()), "or"));
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT:
      return "a number";
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return "a block, `{ … }`";
    default:
      return "a whole number";
  }
}

std::vector<std::string> FieldNames(const Descriptor& type) {
  std::vector<std::string> names;
  names.reserve(static_cast<std::size_t>(type.field_count()));
  for (int i = 0; i < type.field_count(); ++i) {
    names.emplace_back(type.field(i)->name());
  }
  return names;
}

std::vector<std::string> ValueNames(const EnumDescriptor& type) {
  std::vector<std::string> names;
  names.reserve(static_cast<std::size_t>(type.value_count()));
  for (int i = 0; i < type.value_count(); ++i) {
    // By the rule of proto3, 0 is the value that says nothing: but for `Split`.
    const std::string name(type.value(i)->name());
    if (name.find("UNSPECIFIED") == std::string::npos) names.push_back(name);
  }
  return names;
}

}  // namespace privet::policy
