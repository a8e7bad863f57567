// SPDX-License-Identifier: Apache-2.0

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "privet/testing/engine.h"

namespace privet::testing {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Shorter values stand somewhere by chance.
constexpr std::size_t kShortest = 4;

void Check(const Message& record, const std::string& prefix,
           std::string_view bytes, std::string* leaks) {
  const auto* reflection = record.GetReflection();
  std::vector<const FieldDescriptor*> set;
  reflection->ListFields(record, &set);
  for (const FieldDescriptor* field : set) {
    const std::string path = absl::StrCat(prefix, std::string(field->name()));
    const int count =
        field->is_repeated() ? reflection->FieldSize(record, field) : 1;
    for (int i = 0; i < count; ++i) {
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        Check(field->is_repeated()
                  ? reflection->GetRepeatedMessage(record, field, i)
                  : reflection->GetMessage(record, field),
              path + ".", bytes, leaks);
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
        const std::string value =
            field->is_repeated()
                ? reflection->GetRepeatedString(record, field, i)
                : reflection->GetString(record, field);
        if (value.size() < kShortest ||
            bytes.find(value) == std::string_view::npos) {
          continue;
        }
        absl::StrAppend(leaks, leaks->empty() ? "" : ", ", path);
      }
    }
  }
}

}  // namespace

std::string LeaksOf(const Message& record, std::string_view bytes) {
  std::string leaks;
  Check(record, "", bytes, &leaks);
  return leaks;
}

}  // namespace privet::testing
