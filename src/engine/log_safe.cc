// SPDX-License-Identifier: Apache-2.0
//
// Engine::LogSafe: a record as one line that a log may hold.

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

// Whether the plan has the path as a public leaf that no schema redacts.
bool IsPublic(const record::Plan& plan, const std::string& path) {
  for (const record::Field& field : plan.fields()) {
    if (field.path == path && field.is_leaf) {
      return !field.redact && plan.cells()[field.cell].categories.empty();
    }
  }
  return false;
}

bool IsBranch(const record::Plan& plan, const std::string& path) {
  for (const record::Field& field : plan.fields()) {
    if (field.path == path) return !field.is_leaf;
  }
  return false;
}

void Print(const record::Plan& plan, const Message& message,
           const std::string& prefix, std::string* out);

// Appends a value of a field, `index` of a repeated one; else -1.
void PrintValue(const record::Plan& plan, const Message& message,
                const FieldDescriptor* field, const std::string& path,
                int index, std::string* out) {
  if (IsPublic(plan, path)) {
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
        path, out);
  out->append(" }");
}

void Print(const record::Plan& plan, const Message& message,
           const std::string& prefix, std::string* out) {
  const auto* reflection = message.GetReflection();
  std::vector<const FieldDescriptor*> set;
  reflection->ListFields(message, &set);
  for (const FieldDescriptor* field : set) {
    const std::string name = NameOf(*field);
    const std::string path =
        prefix.empty() ? name : absl::StrCat(prefix, ".", name);
    absl::StrAppend(out, " ", name, ": ");
    if (!IsPublic(plan, path) && !IsBranch(plan, path)) {
      out->append("***");
    } else if (!field->is_repeated()) {
      PrintValue(plan, message, field, path, -1, out);
    } else {
      const int size = reflection->FieldSize(message, field);
      for (int i = 0; i < size; ++i) {
        out->append(i == 0 ? "[" : ", ");
        PrintValue(plan, message, field, path, i, out);
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
  if (plan != nullptr) Print(*plan, message, "", &line);
  return line;
}

}  // namespace privet
