// SPDX-License-Identifier: Apache-2.0

#include "record/oddities.h"

#include <cstdint>
#include <map>
#include <set>

#include "google/protobuf/unknown_field_set.h"

namespace privet::testing {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::UnknownField;
using google::protobuf::UnknownFieldSet;

// How a single value of the field is written.
UnknownField::Type WireTypeOf(const FieldDescriptor& field) {
  switch (field.type()) {
    case FieldDescriptor::TYPE_DOUBLE:
    case FieldDescriptor::TYPE_FIXED64:
    case FieldDescriptor::TYPE_SFIXED64:
      return UnknownField::TYPE_FIXED64;
    case FieldDescriptor::TYPE_FLOAT:
    case FieldDescriptor::TYPE_FIXED32:
    case FieldDescriptor::TYPE_SFIXED32:
      return UnknownField::TYPE_FIXED32;
    case FieldDescriptor::TYPE_STRING:
    case FieldDescriptor::TYPE_BYTES:
    case FieldDescriptor::TYPE_MESSAGE:
      return UnknownField::TYPE_LENGTH_DELIMITED;
    case FieldDescriptor::TYPE_GROUP:
      return UnknownField::TYPE_GROUP;
    default:
      return UnknownField::TYPE_VARINT;
  }
}

const FieldDescriptor* FindField(const Descriptor& type, int number) {
  const FieldDescriptor* field = type.FindFieldByNumber(number);
  return field != nullptr
             ? field
             : type.file()->pool()->FindExtensionByNumber(&type, number);
}

// Returns the key of a map's entry as text. (Those of random types are texts or
// of 32 bits.)
std::string KeyOf(const Descriptor& entry, const UnknownFieldSet& fields) {
  const UnknownField::Type wire_type = WireTypeOf(*entry.map_key());
  const bool is_text = wire_type == UnknownField::TYPE_LENGTH_DELIMITED;
  std::string key = is_text ? "" : "0";
  for (int i = 0; i < fields.field_count(); ++i) {
    const UnknownField& field = fields.field(i);
    if (field.number() != 1 || field.type() != wire_type) continue;
    key = is_text ? std::string(field.length_delimited())
                  : std::to_string(static_cast<std::int32_t>(field.varint()));
  }
  return key;
}

class Finder {
 public:
  void Look(const Descriptor& type, const std::string& bytes) {
    UnknownFieldSet fields;
    if (!fields.ParseFromString(bytes)) return;
    std::string again;
    if (!fields.SerializeToString(&again) || again != bytes) {
      found_.padded = true;
    }
    Look(type, fields);
  }

  const Oddities& found() const { return found_; }

 private:
  void Look(const Descriptor& type, const UnknownFieldSet& fields) {
    std::set<const void*> seen;
    std::map<int, std::set<std::string>> keys;
    for (int i = 0; i < fields.field_count(); ++i) {
      const UnknownField& value = fields.field(i);
      const FieldDescriptor* field = FindField(type, value.number());
      if (field == nullptr || WireTypeOf(*field) != value.type()) continue;
      const void* const alone =
          field->containing_oneof() != nullptr
              ? static_cast<const void*>(field->containing_oneof())
              : field;
      if (!field->is_repeated() && !seen.insert(alone).second) {
        found_.singular_twice = true;
      }
      const Descriptor* inner = field->message_type();
      if (inner == nullptr) continue;
      if (value.type() == UnknownField::TYPE_GROUP) {
        Look(*inner, value.group());
        continue;
      }
      const std::string body(value.length_delimited());
      Look(*inner, body);
      UnknownFieldSet entry;
      if (!field->is_map() || !entry.ParseFromString(body)) continue;
      if (!keys[field->number()].insert(KeyOf(*inner, entry)).second) {
        found_.map_key_twice = true;
      }
    }
  }

  Oddities found_;
};

}  // namespace

Oddities FindOddities(const Descriptor& type, const std::string& bytes) {
  Finder finder;
  finder.Look(type, bytes);
  return finder.found();
}

}  // namespace privet::testing
