// SPDX-License-Identifier: Apache-2.0

#include "record/field_kind.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.pb.h"
#include "record/wire.h"

namespace privet::record {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

constexpr const char* kTimestamp = "google.protobuf.Timestamp";

// Returns whether a parser refuses text in it that is not UTF-8.
bool ChecksUtf8(const FieldDescriptor& field) {
// protobuf 3.21 has this header, and its successors another call.
#if !__has_include("google/protobuf/stubs/logging.h")
  return field.requires_utf8_validation();
#else
  return field.type() == FieldDescriptor::TYPE_STRING &&
         field.file()->syntax() ==
             google::protobuf::FileDescriptor::SYNTAX_PROTO3;
#endif
}

Codec CodecOf(const FieldDescriptor& field) {
  switch (field.type()) {
    case FieldDescriptor::TYPE_INT32:
    case FieldDescriptor::TYPE_ENUM:
      return Codec::kInt32;
    case FieldDescriptor::TYPE_INT64:
      return Codec::kInt64;
    case FieldDescriptor::TYPE_UINT32:
      return Codec::kUint32;
    case FieldDescriptor::TYPE_UINT64:
      return Codec::kUint64;
    case FieldDescriptor::TYPE_SINT32:
      return Codec::kSint32;
    case FieldDescriptor::TYPE_SINT64:
      return Codec::kSint64;
    case FieldDescriptor::TYPE_BOOL:
      return Codec::kBool;
    case FieldDescriptor::TYPE_FIXED32:
      return Codec::kFixed32;
    case FieldDescriptor::TYPE_SFIXED32:
      return Codec::kSfixed32;
    case FieldDescriptor::TYPE_FLOAT:
      return Codec::kFloat;
    case FieldDescriptor::TYPE_FIXED64:
      return Codec::kFixed64;
    case FieldDescriptor::TYPE_SFIXED64:
      return Codec::kSfixed64;
    case FieldDescriptor::TYPE_DOUBLE:
      return Codec::kDouble;
    default:
      return Codec::kNone;
  }
}

}  // namespace

bool IsOneValue(const Descriptor& type) {
  static constexpr const char* kValues[] = {
      kTimestamp, "google.protobuf.Any", "google.protobuf.Struct",
      "google.protobuf.Value", "google.protobuf.ListValue"};
  const absl::string_view name = type.full_name();
  if (std::find(std::begin(kValues), std::end(kValues), name) !=
      std::end(kValues)) {
    return true;
  }
  return type.field_count() == 0 && ExtensionsOf(type).empty() &&
         !type.options().message_set_wire_format();
}

bool NeedsOwnTag(const FieldDescriptor& field) {
  return field.message_type() != nullptr &&
         std::string(field.message_type()->full_name()) != kTimestamp;
}

std::vector<const FieldDescriptor*> ExtensionsOf(const Descriptor& type) {
  std::vector<const FieldDescriptor*> extensions;
  if (type.extension_range_count() == 0) return extensions;
  type.file()->pool()->FindAllExtensions(&type, &extensions);
  std::sort(extensions.begin(), extensions.end(),
            [](const FieldDescriptor* a, const FieldDescriptor* b) {
              return a->number() < b->number();
            });
  return extensions;
}

transform::FieldType FieldTypeOf(const FieldDescriptor& field) {
  using transform::FieldType;
  if (field.message_type() != nullptr) {
    return std::string(field.message_type()->full_name()) == kTimestamp &&
                   field.type() == FieldDescriptor::TYPE_MESSAGE
               ? FieldType::kTimestamp
               : FieldType::kMessage;
  }
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return FieldType::kInt32;
    case FieldDescriptor::CPPTYPE_INT64:
      return FieldType::kInt64;
    case FieldDescriptor::CPPTYPE_UINT32:
      return FieldType::kUint32;
    case FieldDescriptor::CPPTYPE_UINT64:
      return FieldType::kUint64;
    case FieldDescriptor::CPPTYPE_FLOAT:
      return FieldType::kFloat;
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return FieldType::kDouble;
    case FieldDescriptor::CPPTYPE_BOOL:
      return FieldType::kBool;
    case FieldDescriptor::CPPTYPE_ENUM:
      return FieldType::kEnum;
    default:
      return field.type() == FieldDescriptor::TYPE_BYTES ? FieldType::kBytes
                                                         : FieldType::kString;
  }
}

void SetActions(const FieldDescriptor& field, Entry* entry) {
  switch (field.type()) {
    case FieldDescriptor::TYPE_GROUP:
      entry->SetAction(kWireStartGroup, Action::kGroup);
      return;
    case FieldDescriptor::TYPE_MESSAGE:
      entry->SetAction(kWireBytes, Action::kMessage);
      return;
    case FieldDescriptor::TYPE_STRING:
      entry->SetAction(kWireBytes,
                       ChecksUtf8(field) ? Action::kText : Action::kBytes);
      return;
    case FieldDescriptor::TYPE_BYTES:
      entry->SetAction(kWireBytes, Action::kBytes);
      return;
    default:
      break;
  }
  entry->codec = CodecOf(field);
  Action packed = Action::kPackedVarint;
  switch (entry->codec) {
    case Codec::kFixed32:
    case Codec::kSfixed32:
    case Codec::kFloat:
      entry->SetAction(kWireFixed32, Action::kFixed32);
      packed = Action::kPackedFixed32;
      break;
    case Codec::kFixed64:
    case Codec::kSfixed64:
    case Codec::kDouble:
      entry->SetAction(kWireFixed64, Action::kFixed64);
      packed = Action::kPackedFixed64;
      break;
    default:
      entry->SetAction(kWireVarint, Action::kVarint);
  }
  if (field.is_repeated()) entry->SetAction(kWireBytes, packed);
}

}  // namespace privet::record
