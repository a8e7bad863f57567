// SPDX-License-Identifier: Apache-2.0

#include "policy/record_paths.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "absl/strings/ascii.h"
#include "privet/v1/policy.pb.h"

namespace privet::policy {

bool IsFieldPath(std::string_view path) {
  bool in_brackets = false, at_start = true;
  for (const char c : path) {
    if (c == '[') {
      if (in_brackets || !at_start) return false;
      in_brackets = true;
    } else if (c == ']') {
      if (!in_brackets || at_start) return false;
      in_brackets = false;
    } else if (c == '.') {
      if (at_start) return false;
      at_start = true;
    } else if (absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_') {
      at_start = false;
    } else {
      return false;
    }
  }
  return !at_start && !in_brackets;
}

std::string_view ParentOf(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  return dot == std::string_view::npos ? std::string_view()
                                       : path.substr(0, dot);
}

std::string_view NameOf(std::string_view path) {
  return path.substr(path.rfind('.') + 1);
}

bool LiesTooDeep(std::string_view path) {
  return std::count(path.begin(), path.end(), '.') >= kMostLevels;
}

bool DeclaresFields(const v1::Record& record) {
  return std::any_of(record.field().begin(), record.field().end(),
                     [](const v1::Field& field) {
                       return field.type() != v1::Field::TYPE_UNSPECIFIED;
                     });
}

bool IsTagged(const v1::Field& field) {
  return field.public_() || field.categories_size() > 0;
}

const v1::Field* FindTagAround(const FieldsByPath& fields,
                               std::string_view path) {
  if (LiesTooDeep(path)) return nullptr;
  for (std::string_view up = ParentOf(path); !up.empty(); up = ParentOf(up)) {
    const auto around = fields.find(up);
    if (around != fields.end() && IsTagged(*around->second)) {
      return around->second;
    }
  }
  return nullptr;
}

}  // namespace privet::policy
