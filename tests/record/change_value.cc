// SPDX-License-Identifier: Apache-2.0

#include "record/change_value.h"

#include <cstddef>
#include <cstdint>
#include <string>

#include "google/protobuf/unknown_field_set.h"

namespace privet::testing {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Returns whether the form keeps the value.
bool Apply(const transform::Transform& form, std::string* value) {
  std::string out(form.MaxOut(value->size()), 0);
  std::size_t size = 0;
  if (form.ApplyBytes(*value, nullptr, out.data(), &size) !=
      transform::Applied::kKept) {
    return false;
  }
  *value = out.substr(0, size);
  return true;
}

bool ChangeText(const transform::Transform& form, Message* holder,
                const FieldDescriptor* field, int index) {
  const auto* reflection = holder->GetReflection();
  std::string text = index < 0
                         ? reflection->GetString(*holder, field)
                         : reflection->GetRepeatedString(*holder, field, index);
  if (!Apply(form, &text)) return false;
  index < 0 ? reflection->SetString(holder, field, text)
            : reflection->SetRepeatedString(holder, field, index, text);
  return true;
}

bool ChangeNumber(const transform::Transform& form, Message* holder,
                  const FieldDescriptor* field, int index) {
  const auto* reflection = holder->GetReflection();
  auto value = static_cast<std::uint64_t>(
      index < 0 ? reflection->GetInt64(*holder, field)
                : reflection->GetRepeatedInt64(*holder, field, index));
  const bool kept = form.ApplyNumber(&value) == transform::Applied::kKept;
  const auto changed = static_cast<std::int64_t>(value);
  index < 0 ? reflection->SetInt64(holder, field, changed)
            : reflection->SetRepeatedInt64(holder, field, index, changed);
  return kept;
}

Message* Inner(Message* holder, const FieldDescriptor* field, int index) {
  const auto* reflection = holder->GetReflection();
  return index < 0 ? reflection->MutableMessage(holder, field)
                   : reflection->MutableRepeatedMessage(holder, field, index);
}

bool ChangeMessage(const transform::Transform& form, Message* message) {
  std::string bytes = message->SerializePartialAsString();
  return Apply(form, &bytes) && message->ParsePartialFromString(bytes);
}

}  // namespace

bool ChangeValue(const transform::Transform& form, Message* holder,
                 const FieldDescriptor* field, int index) {
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return ChangeText(form, holder, field, index);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return ChangeMessage(form, Inner(holder, field, index));
    default:
      return ChangeNumber(form, holder, field, index);
  }
}

bool HasUnknown(Message* holder, const FieldDescriptor* field, int index) {
  const Message& message = *Inner(holder, field, index);
  return !message.GetReflection()->GetUnknownFields(message).empty();
}

}  // namespace privet::testing
