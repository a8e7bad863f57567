// SPDX-License-Identifier: Apache-2.0

#include "record/reference.h"

#include <algorithm>

#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/unknown_field_set.h"

namespace privet::testing {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::UnknownField;
using google::protobuf::UnknownFieldSet;

bool IsClosedEnum(const FieldDescriptor& field) {
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_ENUM) return false;
// protobuf 3.21 has this header, and its successors another call.
#if !__has_include("google/protobuf/stubs/logging.h")
  return field.legacy_enum_field_treated_as_closed();
#else
  return field.file()->syntax() ==
         google::protobuf::FileDescriptor::SYNTAX_PROTO2;
#endif
}

std::vector<const FieldDescriptor*> FieldsOf(const Descriptor& type) {
  std::vector<const FieldDescriptor*> fields;
  for (int i = 0; i < type.field_count(); ++i) fields.push_back(type.field(i));
  std::vector<const FieldDescriptor*> extensions;
  if (type.extension_range_count() > 0) {
    type.file()->pool()->FindAllExtensions(&type, &extensions);
  }
  fields.insert(fields.end(), extensions.begin(), extensions.end());
  return fields;
}

std::string StepOf(const FieldDescriptor& field) {
  return field.is_extension() ? "[" + std::string(field.full_name()) + "]"
                              : std::string(field.name());
}

template <typename Function>
void ForEachMessage(Message* message, const FieldDescriptor* field,
                    Function function) {
  const Reflection* reflection = message->GetReflection();
  if (!field->is_repeated()) {
    if (reflection->HasField(*message, field)) {
      function(reflection->MutableMessage(message, field));
    }
    return;
  }
  for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
    function(reflection->MutableRepeatedMessage(message, field, i));
  }
}

// Takes element `index` out of a repeated field.
void RemoveElement(Message* message, const FieldDescriptor* field, int index) {
  const Reflection* reflection = message->GetReflection();
  const int size = reflection->FieldSize(*message, field);
  for (int i = index; i + 1 < size; ++i) {
    reflection->SwapElements(message, field, i, i + 1);
  }
  reflection->RemoveLast(message, field);
}

}  // namespace

bool Layout::IsOneValue(const Descriptor& type) {
  const std::string name(type.full_name());
  return name == "google.protobuf.Timestamp" || name == "google.protobuf.Any" ||
         name == "google.protobuf.Struct" || name == "google.protobuf.Value" ||
         name == "google.protobuf.ListValue" || FieldsOf(type).empty();
}

Layout::Layout(const Descriptor* type,
               std::set<const FieldDescriptor*> untagged)
    : untagged_(std::move(untagged)) {
  Walk(type, "", "", {});
}

int Layout::Walk(const Descriptor* type, const std::string& path,
                 const std::string& unit, std::vector<Open> open) {
  for (const Open& o : open) {
    if (o.type == type && o.unit == unit) return o.place;
  }
  const int number = static_cast<int>(places_.size());
  places_.push_back({{type, path, !unit.empty()}, {}});
  open.push_back({type, unit, number});
  for (const FieldDescriptor* field : FieldsOf(*type)) {
    if (untagged_.count(field) != 0) {
      unknown_.insert(field);
      continue;
    }
    const std::size_t leaves_before = leaves_.size();
    Member member;
    member.field = field;
    member.path = path + StepOf(*field);
    member.is_map = field->is_map();
    const Descriptor* inner = field->message_type();
    const std::string inner_unit =
        unit.empty() && field->is_repeated() ? member.path : unit;
    if (member.is_map) {
      const FieldDescriptor* value = inner->map_value();
      leaves_.push_back(
          {member.path + ".key", inner->map_key(), inner_unit, true});
      if (value->message_type() != nullptr &&
          !IsOneValue(*value->message_type())) {
        member.place = Walk(value->message_type(), member.path + ".value.",
                            inner_unit, open);
      } else {
        leaves_.push_back({member.path + ".value", value, inner_unit, false});
      }
    } else if (inner != nullptr && !IsOneValue(*inner)) {
      member.place = Walk(inner, member.path + ".", inner_unit, open);
    } else {
      leaves_.push_back({member.path, field, unit, false});
    }
    // An extension beneath which nothing is tagged is an unknown field.
    if (field->is_extension() && leaves_.size() == leaves_before) {
      unknown_.insert(field);
      continue;
    }
    if (field->is_extension()) known_.insert(field);
    places_[static_cast<std::size_t>(number)].members.push_back(member);
  }
  return number;
}

std::set<const FieldDescriptor*> Layout::UnknownExtensions() const {
  std::set<const FieldDescriptor*> everywhere;
  for (const FieldDescriptor* field : unknown_) {
    if (known_.count(field) == 0) everywhere.insert(field);
  }
  return everywhere;
}

bool Layout::HasHalfKnownExtensions() const {
  return UnknownExtensions().size() != unknown_.size();
}

bool Layout::EveryMessageHasLeaves() const {
  const Keep all = [](const std::string&) { return true; };
  for (std::size_t i = 0; i < places_.size(); ++i) {
    std::set<int> seen;
    if (!PlaceReaches(static_cast<int>(i), all, &seen)) return false;
  }
  return !leaves_.empty();
}

bool Layout::PlaceReaches(int place, const Keep& keep,
                          std::set<int>* seen) const {
  if (!seen->insert(place).second) return false;
  for (const Member& member :
       places_[static_cast<std::size_t>(place)].members) {
    if (member.is_map) {
      if (keep(member.path + ".key")) return true;
      if (member.place < 0 && keep(member.path + ".value")) return true;
    } else if (member.place < 0 && keep(member.path)) {
      return true;
    }
    if (member.place >= 0 && PlaceReaches(member.place, keep, seen)) {
      return true;
    }
  }
  return false;
}

void Layout::DropUnknown(Message* message) {
  message->GetReflection()->MutableUnknownFields(message)->Clear();
  std::vector<const FieldDescriptor*> fields;
  message->GetReflection()->ListFields(*message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->message_type() == nullptr) continue;
    ForEachMessage(message, field, [](Message* m) { DropUnknown(m); });
  }
}

void Layout::KeepUnknownEnums(const PlaceInfo& info, const Keep& keep,
                              Message* message) const {
  UnknownFieldSet* unknown =
      message->GetReflection()->MutableUnknownFields(message);
  UnknownFieldSet kept;
  for (int i = 0; i < unknown->field_count(); ++i) {
    const UnknownField& field = unknown->field(i);
    if (field.type() != UnknownField::TYPE_VARINT) continue;
    for (const Member& member : info.members) {
      if (member.field->number() == field.number() &&
          IsClosedEnum(*member.field) && keep(member.path)) {
        kept.AddVarint(field.number(), field.varint());
      }
    }
  }
  unknown->Swap(&kept);
}

void Layout::Filter(const Keep& keep, Message* message) const {
  FilterAt(0, keep, message);
}

void Layout::FilterAt(int place, const Keep& keep, Message* message) const {
  const PlaceInfo& info = places_[static_cast<std::size_t>(place)];
  const Reflection* reflection = message->GetReflection();
  KeepUnknownEnums(info, keep, message);
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(*message, &fields);
  for (const FieldDescriptor* field : fields) {
    const auto member =
        std::find_if(info.members.begin(), info.members.end(),
                     [&](const Member& m) { return m.field == field; });
    if (member == info.members.end()) {
      reflection->ClearField(message, field);
    } else if (member->is_map) {
      FilterMap(*member, keep, message);
    } else if (member->place < 0) {
      if (!keep(member->path)) {
        reflection->ClearField(message, field);
      } else if (field->message_type() != nullptr) {
        ForEachMessage(message, field, [](Message* m) { DropUnknown(m); });
      }
    } else {
      std::set<int> seen;
      if (!PlaceReaches(member->place, keep, &seen)) {
        reflection->ClearField(message, field);
      } else {
        ForEachMessage(message, field,
                       [&](Message* m) { FilterAt(member->place, keep, m); });
      }
    }
  }
}

void Layout::FilterMap(const Member& member, const Keep& keep,
                       Message* message) const {
  const Reflection* reflection = message->GetReflection();
  const FieldDescriptor* value = member.field->message_type()->map_value();
  if (!keep(member.path + ".key") ||
      (member.place < 0 && !keep(member.path + ".value"))) {
    reflection->ClearField(message, member.field);
    return;
  }
  ForEachMessage(message, member.field, [](Message* entry) {
    entry->GetReflection()->MutableUnknownFields(entry)->Clear();
  });
  if (value->message_type() == nullptr) return;
  std::set<int> seen;
  const bool reaches =
      member.place < 0 || PlaceReaches(member.place, keep, &seen);
  ForEachMessage(message, member.field, [&](Message* entry) {
    Message* inner = entry->GetReflection()->MutableMessage(entry, value);
    if (member.place < 0) {
      DropUnknown(inner);
    } else if (reaches) {
      FilterAt(member.place, keep, inner);
    } else {
      inner->Clear();
    }
  });
}

bool Layout::Reaches(const std::string& path, const Keep& keep) const {
  for (const PlaceInfo& info : places_) {
    for (const Member& member : info.members) {
      if (member.path != path || member.place < 0) continue;
      std::set<int> seen;
      return PlaceReaches(member.place, keep, &seen);
    }
  }
  return false;
}

void Layout::ChangeLeaves(const Change& change, Message* message) const {
  ChangeAt(0, change, message);
}

void Layout::ChangeAt(int place, const Change& change, Message* message) const {
  const PlaceInfo& info = places_[static_cast<std::size_t>(place)];
  const Reflection* reflection = message->GetReflection();
  for (const Member& member : info.members) {
    const FieldDescriptor* field = member.field;
    const bool leaf = member.place < 0 && !member.is_map;
    if (!field->is_repeated()) {
      if (!reflection->HasField(*message, field)) continue;
      if (!leaf) {
        ChangeAt(member.place, change,
                 reflection->MutableMessage(message, field));
      } else if (!change(member.path, message, field, -1)) {
        reflection->ClearField(message, field);
      }
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(*message, field);) {
      bool kept = true;
      if (leaf) {
        kept = change(member.path, message, field, i);
      } else if (!member.is_map) {
        ChangeAt(member.place, change,
                 reflection->MutableRepeatedMessage(message, field, i));
      } else {
        Message* entry = reflection->MutableRepeatedMessage(message, field, i);
        const FieldDescriptor* value = field->message_type()->map_value();
        if (member.place < 0) {
          kept = change(member.path + ".value", entry, value, -1);
        } else {
          ChangeAt(member.place, change,
                   entry->GetReflection()->MutableMessage(entry, value));
        }
      }
      if (kept) {
        ++i;
      } else {
        RemoveElement(message, field, i);
      }
    }
  }
}

}  // namespace privet::testing
