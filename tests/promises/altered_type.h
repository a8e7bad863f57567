// SPDX-License-Identifier: Apache-2.0
//
// A record type of the reference policy with one more field, as a developer
// adds it who has not heard of tags.

#ifndef PRIVET_TESTS_PROMISES_ALTERED_TYPE_H_
#define PRIVET_TESTS_PROMISES_ALTERED_TYPE_H_

#include <string>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "infermesh.pb.h"
#include "support/catch.h"

namespace privet::testing {

class AlteredType {
 public:
  // `type` of the package infermesh.v1, with a string field `name` numbered 99.
  AlteredType(const std::string& type, const std::string& name) {
    const auto* original = infermesh::v1::Payment::descriptor()->file();
    google::protobuf::FileDescriptorProto file;
    original->CopyTo(&file);
    CopyDependencies(*original);
    for (auto& message : *file.mutable_message_type()) {
      if (message.name() != type) continue;
      auto* field = message.add_field();
      field->set_name(name);
      field->set_number(99);
      field->set_label(google::protobuf::FieldDescriptorProto::LABEL_OPTIONAL);
      field->set_type(google::protobuf::FieldDescriptorProto::TYPE_STRING);
    }
    const auto* built = pool_.BuildFile(file);
    REQUIRE(built != nullptr);
    descriptor_ = built->FindMessageTypeByName(type);
    REQUIRE(descriptor_ != nullptr);
  }

  const google::protobuf::Descriptor* descriptor() const { return descriptor_; }

 private:
  void CopyDependencies(const google::protobuf::FileDescriptor& file) {
    for (int i = 0; i < file.dependency_count(); ++i) {
      const auto* dependency = file.dependency(i);
      CopyDependencies(*dependency);
      if (pool_.FindFileByName(std::string(dependency->name())) != nullptr) {
        continue;
      }
      google::protobuf::FileDescriptorProto copy;
      dependency->CopyTo(&copy);
      REQUIRE(pool_.BuildFile(copy) != nullptr);
    }
  }

  google::protobuf::DescriptorPool pool_;
  const google::protobuf::Descriptor* descriptor_ = nullptr;
};

}  // namespace privet::testing

#endif  // PRIVET_TESTS_PROMISES_ALTERED_TYPE_H_
