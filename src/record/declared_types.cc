// SPDX-License-Identifier: Apache-2.0

#include "record/declared_types.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/text.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "policy/record_paths.h"
#include "privet/v1/policy.pb.h"

namespace privet::record {
namespace {

using base::View;
using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::DescriptorProto;
using google::protobuf::FieldDescriptor;
using google::protobuf::FieldDescriptorProto;
using google::protobuf::FileDescriptorProto;
using google::protobuf::Timestamp;

FieldDescriptorProto::Type TypeOf(v1::Field::Type type) {
  switch (type) {
    case v1::Field::BYTES:
      return FieldDescriptorProto::TYPE_BYTES;
    case v1::Field::INT64:
      return FieldDescriptorProto::TYPE_INT64;
    case v1::Field::DOUBLE:
      return FieldDescriptorProto::TYPE_DOUBLE;
    case v1::Field::BOOL:
      return FieldDescriptorProto::TYPE_BOOL;
    case v1::Field::TIMESTAMP:
    case v1::Field::MESSAGE:
      return FieldDescriptorProto::TYPE_MESSAGE;
    default:  // STRING and DECIMAL
      return FieldDescriptorProto::TYPE_STRING;
  }
}

// Writes the .proto that the record has none of.
class FileMaker {
 public:
  FileMaker(const v1::Record& record, FileDescriptorProto* file)
      : record_(record), file_(*file) {}

  void Make() {
    const std::string& type = record_.type();
    file_.set_name(absl::StrCat(type, ".policy"));
    file_.set_package(std::string(policy::ParentOf(type)));
    file_.set_syntax("proto3");
    file_.add_dependency(std::string(Timestamp::descriptor()->file()->name()));
    DescriptorProto* const root = file_.add_message_type();
    root->set_name(std::string(policy::NameOf(type)));
    messages_[""] = {root, type};
    AddMessages();
    for (const v1::Field& field : record_.field()) AddField(field);
  }

 private:
  struct Message {
    DescriptorProto* proto = nullptr;
    std::string full_name;
  };

  // Outer ones first, wherever they are declared.
  void AddMessages() {
    std::vector<std::string_view> paths;
    for (const v1::Field& field : record_.field()) {
      if (field.type() == v1::Field::MESSAGE) paths.push_back(field.path());
    }
    std::sort(paths.begin(), paths.end());
    for (const std::string_view path : paths) {
      const Message around = messages_[policy::ParentOf(path)];
      DescriptorProto* const proto = around.proto->add_nested_type();
      proto->set_name(absl::StrCat(View(policy::NameOf(path)), "_"));
      messages_[path] = {proto,
                         absl::StrCat(around.full_name, ".", proto->name())};
    }
  }

  void AddField(const v1::Field& field) {
    const std::string name(policy::NameOf(field.path()));
    DescriptorProto& message = *messages_[policy::ParentOf(field.path())].proto;
    FieldDescriptorProto& made = *message.add_field();
    made.set_name(name);
    made.set_number(static_cast<int>(field.number()));
    made.set_type(TypeOf(field.type()));
    made.set_label(field.repeated() ? FieldDescriptorProto::LABEL_REPEATED
                                    : FieldDescriptorProto::LABEL_OPTIONAL);
    if (field.type() == v1::Field::MESSAGE) {
      made.set_type_name(absl::StrCat(".", messages_[field.path()].full_name));
    } else if (field.type() == v1::Field::TIMESTAMP) {
      made.set_type_name(
          absl::StrCat(".", std::string(Timestamp::descriptor()->full_name())));
    } else if (!field.repeated()) {
      made.set_proto3_optional(true);
      made.set_oneof_index(message.oneof_decl_size());
      message.add_oneof_decl()->set_name(absl::StrCat("_", name));
    }
  }

  const v1::Record& record_;
  FileDescriptorProto& file_;
  absl::flat_hash_map<std::string_view, Message> messages_;  // by path
};

bool IsTimestamp(const FieldDescriptor& field) {
  return field.message_type() != nullptr &&
         field.message_type()->full_name() ==
             Timestamp::descriptor()->full_name();
}

// What a field holds, in the words of protobuf.
std::string WordOf(const FieldDescriptor& field) {
  return absl::StrCat(
      field.is_repeated() ? "repeated " : "",
      IsTimestamp(field) ? "Timestamp" : std::string(field.type_name()));
}

void FindChanges(const Descriptor& before, const Descriptor& after,
                 const std::string& around, std::string* changes) {
  for (int i = 0; i < before.field_count(); ++i) {
    const FieldDescriptor& old = *before.field(i);
    const FieldDescriptor* const now = after.FindFieldByNumber(old.number());
    if (now == nullptr) continue;
    const std::string was = WordOf(old), is = WordOf(*now);
    const std::string path = absl::StrCat(around, std::string(now->name()));
    if (was != is) {
      absl::StrAppend(changes, changes->empty() ? "" : "\n  ", "field `", path,
                      "` (", is, ") has the number ", now->number(),
                      " under which records hold `", around,
                      std::string(old.name()), "` (", was, ")");
    } else if (old.message_type() != nullptr && !IsTimestamp(old)) {
      FindChanges(*old.message_type(), *now->message_type(), path + ".",
                  changes);
    }
  }
}

}  // namespace

DeclaredTypes::DeclaredTypes() = default;
DeclaredTypes::~DeclaredTypes() = default;
DeclaredTypes::DeclaredTypes(DeclaredTypes&&) noexcept = default;
DeclaredTypes& DeclaredTypes::operator=(DeclaredTypes&&) noexcept = default;

absl::StatusOr<const Descriptor*> DeclaredTypes::Add(const v1::Record& record) {
  // The pool knows Timestamp by a copy of its own: what lies over another pool
  // is for protobuf's internal use.
  auto pool = std::make_unique<DescriptorPool>();
  FileDescriptorProto timestamp, file;
  Timestamp::descriptor()->file()->CopyTo(&timestamp);
  FileMaker(record, &file).Make();
  if (pool->BuildFile(timestamp) == nullptr ||
      pool->BuildFile(file) == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(
        "record type `", record.type(),
        "` is a name that protobuf has for itself; rename the type"));
  }
  const auto* const type = pool->FindMessageTypeByName(record.type());
  pools_.push_back(std::move(pool));
  return type;
}

bool DeclaredTypes::Has(const Descriptor& type) const {
  return std::any_of(pools_.begin(), pools_.end(), [&](const auto& pool) {
    return pool.get() == type.file()->pool();
  });
}

absl::Status CheckNumbersKept(const Descriptor& before,
                              const Descriptor& after) {
  std::string changes;
  FindChanges(before, after, "", &changes);
  if (changes.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "record type `", std::string(after.full_name()), "`: ", changes,
      "; a number means one thing for ever: give what is new a number of its "
      "own"));
}

}  // namespace privet::record
