// SPDX-License-Identifier: Apache-2.0

#include "record/schema.h"

#include "google/protobuf/any.pb.h"
#include "google/protobuf/compiler/parser.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/empty.pb.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/protobuf/wrappers.pb.h"
#include "privet/v1/annotations.pb.h"
#include "support/catch.h"

namespace privet::testing {
namespace {

using google::protobuf::FileDescriptor;
using google::protobuf::FileDescriptorProto;

void AddFile(const FileDescriptor* file,
             google::protobuf::DescriptorPool* pool) {
  if (pool->FindFileByName(std::string(file->name())) != nullptr) return;
  for (int i = 0; i < file->dependency_count(); ++i) {
    AddFile(file->dependency(i), pool);
  }
  FileDescriptorProto proto;
  file->CopyTo(&proto);
  REQUIRE(pool->BuildFile(proto) != nullptr);
}

}  // namespace

Schema::Schema(const std::string& body, const std::string& syntax) {
  std::string text = "syntax = \"" + syntax + "\";\npackage t;\n";
  for (const FileDescriptor* file :
       {privet::v1::FieldTag::descriptor()->file(),
        google::protobuf::Timestamp::descriptor()->file(),
        google::protobuf::Any::descriptor()->file(),
        google::protobuf::Struct::descriptor()->file(),
        google::protobuf::Empty::descriptor()->file(),
        google::protobuf::Int64Value::descriptor()->file()}) {
    AddFile(file, &pool_);
    text += "import \"" + std::string(file->name()) + "\";\n";
  }
  text += body;
  google::protobuf::io::ArrayInputStream stream(text.data(),
                                                static_cast<int>(text.size()));
  google::protobuf::io::Tokenizer tokenizer(&stream, nullptr);
  google::protobuf::compiler::Parser parser;
  FileDescriptorProto file;
  INFO(text);
  REQUIRE(parser.Parse(&tokenizer, &file));
  file.set_name("t.proto");
  REQUIRE(pool_.BuildFile(file) != nullptr);
}

const google::protobuf::Descriptor* Schema::Type(
    const std::string& name) const {
  const auto* type = pool_.FindMessageTypeByName("t." + name);
  REQUIRE(type != nullptr);
  return type;
}

std::unique_ptr<google::protobuf::Message> Schema::Message(
    const std::string& name, const std::string& text) {
  std::unique_ptr<google::protobuf::Message> message(
      factory_.GetPrototype(Type(name))->New());
  INFO(text);
  REQUIRE(google::protobuf::TextFormat::ParseFromString(text, message.get()));
  return message;
}

std::string Schema::Bytes(const std::string& name, const std::string& text) {
  return Message(name, text)->SerializePartialAsString();
}

std::string Schema::Text(const std::string& name, std::string_view bytes) {
  std::unique_ptr<google::protobuf::Message> message(
      factory_.GetPrototype(Type(name))->New());
  if (!message->ParsePartialFromString(std::string(bytes))) return "malformed";
  std::string text;
  google::protobuf::TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  printer.PrintToString(*message, &text);
  if (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

}  // namespace privet::testing
