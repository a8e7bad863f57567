// SPDX-License-Identifier: Apache-2.0
//
// Engine::LogSafe: a record as one line that a log may hold.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "engine/core.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"
#include "privet/engine.h"
#include "record/plan.h"

namespace privet {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// The name of a field in a path of the plan, and in text. An extension may have
// the short name of a field, or of another extension.
std::string NameOf(const FieldDescriptor& field) {
  return field.is_extension()
             ? absl::StrCat("[", std::string(field.full_name()), "]")
             : std::string(field.name());
}

// A field, from the record on. A message of the host's own pool may have
// another field under the name: only number and name together are the plan's.
struct Place {
  std::string path;
  std::vector<std::uint32_t> numbers;

  Place Below(const FieldDescriptor& field) const {
    Place below{
        path.empty() ? NameOf(field) : absl::StrCat(path, ".", NameOf(field)),
        numbers};
    below.numbers.push_back(static_cast<std::uint32_t>(field.number()));
    return below;
  }
};

const record::Field* Find(const record::Plan& plan, const Place& place) {
  for (const record::Field& field : plan.fields()) {
    if (field.path != place.path) continue;
    return field.numbers == place.numbers ? &field : nullptr;
  }
  return nullptr;
}

// Whether it is a public leaf that no schema redacts.
bool IsPublic(const record::Plan& plan, const record::Field& field) {
  return field.is_leaf && !field.redact &&
         plan.cells()[field.cell].categories.empty();
}

void Print(const record::Plan& plan, const Message& message, const Place& place,
           std::string* out);

// Appends a value of a field, `index` of a repeated one; else -1.
void PrintValue(const record::Plan& plan, const Message& message,
                const FieldDescriptor* field, const Place& place, int index,
                bool is_public, std::string* out) {
  if (is_public) {
    std::string value;
    google::protobuf::TextFormat::Printer printer;
    printer.SetSingleLineMode(true);
    printer.SetHideUnknownFields(true);  // nobody has tagged those
    printer.PrintFieldValueToString(message, field, index, &value);
    out->append(value);
    return;
  }
  const auto* reflection = message.GetReflection();
  out->append("{");
  Print(plan,
        index < 0 ? reflection->GetMessage(message, field)
                  : reflection->GetRepeatedMessage(message, field, index),
        place, out);
  out->append(" }");
}

void Print(const record::Plan& plan, const Message& message, const Place& place,
           std::string* out) {
  const auto* reflection = message.GetReflection();
  std::vector<const FieldDescriptor*> set;
  reflection->ListFields(message, &set);
  for (const FieldDescriptor* field : set) {
    const Place at = place.Below(*field);
    absl::StrAppend(out, " ", NameOf(*field), ": ");
    const record::Field* const known = Find(plan, at);
    const bool is_public = known != nullptr && IsPublic(plan, *known);
    const bool is_branch =
        known != nullptr && !known->is_leaf &&
        field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (!is_public && !is_branch) {
      out->append("***");
    } else if (!field->is_repeated()) {
      PrintValue(plan, message, field, at, -1, is_public, out);
    } else {
      const int size = reflection->FieldSize(message, field);
      for (int i = 0; i < size; ++i) {
        out->append(i == 0 ? "[" : ", ");
        PrintValue(plan, message, field, at, i, is_public, out);
      }
      out->append("]");
    }
  }
}

}  // namespace

std::string Engine::LogSafe(const Message& message) const {
  const std::string type(message.GetDescriptor()->full_name());
  std::string line = type;
  const record::Plan* plan = core_->generation().types().Find(type);
  if (plan != nullptr) Print(*plan, message, Place(), &line);
  return line;
}

}  // namespace privet
