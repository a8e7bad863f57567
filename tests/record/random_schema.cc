// SPDX-License-Identifier: Apache-2.0

#include "record/random_schema.h"

#include <algorithm>
#include <set>
#include <vector>

#include "google/protobuf/any.pb.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/struct.pb.h"
#if __has_include("google/protobuf/stubs/logging.h")
#include "google/protobuf/stubs/logging.h"
#endif
#include "google/protobuf/timestamp.pb.h"
#include "google/protobuf/wrappers.pb.h"

namespace privet::testing {

void QuietProtobuf() {
#if __has_include("google/protobuf/stubs/logging.h")
  google::protobuf::SetLogHandler(nullptr);
#endif
}

namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::DescriptorProto;
using google::protobuf::FieldDescriptor;
using google::protobuf::FieldDescriptorProto;
using google::protobuf::FileDescriptorProto;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::UnknownFieldSet;

const char* const kKnown[] = {
    ".google.protobuf.Timestamp",  ".google.protobuf.Any",
    ".google.protobuf.Struct",     ".google.protobuf.Value",
    ".google.protobuf.Int64Value", ".google.protobuf.StringValue"};

class SchemaWriter {
 public:
  SchemaWriter(Random* random, FileDescriptorProto* file)
      : random_(random), file_(file), proto2_(OneIn(random, 2)) {}

  void Write() {
    file_->set_name("random.proto");
    file_->set_package("r");
    file_->set_syntax(proto2_ ? "proto2" : "proto3");
    for (const char* name : {"timestamp", "any", "struct", "wrappers"}) {
      file_->add_dependency("google/protobuf/" + std::string(name) + ".proto");
    }
    auto* values = file_->add_enum_type();
    values->set_name("E");
    for (int i = 0; i < 3; ++i) {
      auto* value = values->add_value();
      value->set_name("E" + std::to_string(i));
      value->set_number(i);
    }
    message_count_ = 1 + Pick(random_, 5);
    for (std::size_t i = 0; i < message_count_; ++i) {
      file_->add_message_type()->set_name("M" + std::to_string(i));
    }
    for (std::size_t i = 0; i < message_count_; ++i) {
      WriteMessage(file_->mutable_message_type(static_cast<int>(i)), i == 0);
    }
  }

 private:
  int Number(std::set<int>* used) {
    for (;;) {
      int number = 1 + static_cast<int>(Pick(random_, 15));
      if (OneIn(random_, 6)) number = 1 + static_cast<int>(Pick(random_, 3000));
      if (OneIn(random_, 30)) {
        number = 1 + static_cast<int>(Pick(random_, (1u << 29) - 1));
      }
      if (number >= 19'000 && number <= 19'999) continue;
      if (used->insert(number).second) return number;
    }
  }

  void WriteMessage(DescriptorProto* message, bool is_root) {
    std::set<int> used;
    int count = static_cast<int>(Pick(random_, 8)) + (is_root ? 2 : 0);
    const int nested = count;
    if (OneIn(random_, 40)) count += 70;  // more bits than one word has
    const bool extensible = proto2_ && OneIn(random_, 4);
    if (extensible) {
      auto* range = message->add_extension_range();
      range->set_start(5'000);
      range->set_end(5'100);
      for (int i = 5'000; i < 5'100; ++i) used.insert(i);
    }
    int oneof = -1;
    for (int i = 0; i < count; ++i) {
      FieldDescriptorProto* field = message->add_field();
      field->set_name("f" + std::to_string(i));
      field->set_number(Number(&used));
      // The members of a oneof stand together.
      const bool goes_on = oneof >= 0 && OneIn(random_, 2);
      WriteType(message, field, goes_on, i < nested);
      const bool begins =
          !goes_on && OneIn(random_, 8) &&
          field->label() != FieldDescriptorProto::LABEL_REPEATED;
      if (begins) {
        oneof = message->oneof_decl_size();
        message->add_oneof_decl()->set_name("o" + std::to_string(oneof));
      } else if (!goes_on) {
        oneof = -1;
      }
      if (oneof >= 0) field->set_oneof_index(oneof);
    }
    if (extensible) WriteExtensions(message->name());
  }

  void WriteExtensions(const std::string& of) {
    for (int i = 0; i < 3; ++i) {
      FieldDescriptorProto* field = file_->add_extension();
      field->set_name("x" + of + std::to_string(i));
      field->set_extendee(".r." + of);
      field->set_number(5'000 + i);
      WriteType(nullptr, field, false);
    }
  }

  void WriteType(DescriptorProto* message, FieldDescriptorProto* field,
                 bool singular, bool may_nest = true) {
    static constexpr FieldDescriptorProto::Type kScalars[] = {
        FieldDescriptorProto::TYPE_DOUBLE,
        FieldDescriptorProto::TYPE_FLOAT,
        FieldDescriptorProto::TYPE_INT64,
        FieldDescriptorProto::TYPE_UINT64,
        FieldDescriptorProto::TYPE_INT32,
        FieldDescriptorProto::TYPE_FIXED64,
        FieldDescriptorProto::TYPE_FIXED32,
        FieldDescriptorProto::TYPE_BOOL,
        FieldDescriptorProto::TYPE_STRING,
        FieldDescriptorProto::TYPE_STRING,
        FieldDescriptorProto::TYPE_BYTES,
        FieldDescriptorProto::TYPE_UINT32,
        FieldDescriptorProto::TYPE_SFIXED32,
        FieldDescriptorProto::TYPE_SFIXED64,
        FieldDescriptorProto::TYPE_SINT32,
        FieldDescriptorProto::TYPE_SINT64,
        FieldDescriptorProto::TYPE_INT64,
        FieldDescriptorProto::TYPE_STRING};
    const bool repeated = !singular && OneIn(random_, 4);
    field->set_label(repeated ? FieldDescriptorProto::LABEL_REPEATED
                              : FieldDescriptorProto::LABEL_OPTIONAL);
    const std::size_t kind = may_nest ? Pick(random_, 12) : 11;
    if (kind < 3) {
      field->set_type(FieldDescriptorProto::TYPE_MESSAGE);
      field->set_type_name(".r.M" +
                           std::to_string(Pick(random_, message_count_)));
    } else if (kind == 3 && message != nullptr && proto2_) {
      WriteGroup(message, field);
    } else if (kind == 4 && message != nullptr && !singular) {
      WriteMap(message, field);
    } else if (kind == 5) {
      field->set_type(FieldDescriptorProto::TYPE_MESSAGE);
      field->set_type_name(kKnown[Pick(random_, std::size(kKnown))]);
    } else if (kind == 6) {
      field->set_type(FieldDescriptorProto::TYPE_ENUM);
      field->set_type_name(".r.E");
    } else {
      field->set_type(kScalars[Pick(random_, std::size(kScalars))]);
    }
    if (field->label() == FieldDescriptorProto::LABEL_REPEATED &&
        field->type() != FieldDescriptorProto::TYPE_MESSAGE &&
        field->type() != FieldDescriptorProto::TYPE_GROUP &&
        field->type() != FieldDescriptorProto::TYPE_STRING &&
        field->type() != FieldDescriptorProto::TYPE_BYTES &&
        OneIn(random_, 2)) {
      field->mutable_options()->set_packed(proto2_);
    }
  }

  void WriteGroup(DescriptorProto* message, FieldDescriptorProto* field) {
    const std::string name = "G" + std::to_string(++nested_);
    field->set_type(FieldDescriptorProto::TYPE_GROUP);
    field->set_type_name(".r." + message->name() + "." + name);
    std::string lower = name;
    lower[0] = 'g';
    field->set_name(lower);
    DescriptorProto* group = message->add_nested_type();
    group->set_name(name);
    for (int i = 0; i < 2; ++i) {
      FieldDescriptorProto* inner = group->add_field();
      inner->set_name("g" + std::to_string(i));
      inner->set_number(i + 1);
      WriteType(nullptr, inner, false);
    }
  }

  static void SetText(FieldDescriptorProto* field) {
    field->set_type(FieldDescriptorProto::TYPE_STRING);
    field->clear_type_name();
  }

  void WriteMap(DescriptorProto* message, FieldDescriptorProto* field) {
    std::string name = field->name();
    name[0] = 'F';
    DescriptorProto* entry = message->add_nested_type();
    entry->set_name(name + "Entry");
    entry->mutable_options()->set_map_entry(true);
    FieldDescriptorProto* key = entry->add_field();
    key->set_name("key");
    key->set_number(1);
    key->set_label(FieldDescriptorProto::LABEL_OPTIONAL);
    key->set_type(OneIn(random_, 2) ? FieldDescriptorProto::TYPE_STRING
                                    : FieldDescriptorProto::TYPE_INT32);
    FieldDescriptorProto* value = entry->add_field();
    do {
      value->Clear();
      value->set_name("value");
      value->set_number(2);
      WriteType(nullptr, value, true);
      // Often a text, which may have a form.
      if (OneIn(random_, 3)) SetText(value);
      // The parser keeps a whole entry aside for an unknown closed value.
    } while (value->type() == FieldDescriptorProto::TYPE_ENUM);
    field->set_label(FieldDescriptorProto::LABEL_REPEATED);
    field->set_type(FieldDescriptorProto::TYPE_MESSAGE);
    field->set_type_name(".r." + message->name() + "." + name + "Entry");
  }

  Random* random_;
  FileDescriptorProto* file_;
  const bool proto2_;
  std::size_t message_count_ = 0;
  int nested_ = 0;
};

template <typename Type>
void AddFile(DescriptorPool* pool) {
  FileDescriptorProto file;
  Type::descriptor()->file()->CopyTo(&file);
  if (pool->FindFileByName(std::string(file.name())) == nullptr) {
    static_cast<void>(pool->BuildFile(file));
  }
}

// Returns a text of up to 400 KB: its length takes up to three bytes, and the
// outputs must make room where it grows.
std::string LongText(Random* random, std::string text) {
  if (text.empty()) text = "a";
  const std::size_t most = std::size_t{400'000} >> Pick(random, 6);
  while (2 * text.size() <= most) text += std::string(text);
  return text;
}

std::string RandomText(Random* random) {
  static const char* const kPieces[] = {
      "a", "xyz", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", " "};
  // A form drops the first two, and has something to show of the third.
  static const char* const kWhole[] = {"drop", "break", "ada@example.org"};
  if (OneIn(random, 12)) return kWhole[Pick(random, std::size(kWhole))];
  std::string text;
  std::size_t pieces = Pick(random, 5);
  if (OneIn(random, 20)) pieces = 40 + Pick(random, 200);
  for (std::size_t i = 0; i < pieces; ++i) {
    text += kPieces[Pick(random, std::size(kPieces))];
  }
  return OneIn(random, 200) ? LongText(random, text) : text;
}

// Sets or adds one value that is no message.
void SetScalar(Random* random, Message* message, const FieldDescriptor* field) {
  const Reflection* r = message->GetReflection();
  const bool add = field->is_repeated();
  std::uint64_t bits = (*random)() >> Pick(random, 64);
  if (OneIn(random, 5)) bits = 0;
  switch (field->cpp_type()) {
#define PRIVET_SET(Kind, Name, value)          \
  case FieldDescriptor::CPPTYPE_##Kind:        \
    add ? r->Add##Name(message, field, value)  \
        : r->Set##Name(message, field, value); \
    break
    PRIVET_SET(INT32, Int32, static_cast<std::int32_t>(bits));
    PRIVET_SET(INT64, Int64, static_cast<std::int64_t>(bits));
    PRIVET_SET(UINT32, UInt32, static_cast<std::uint32_t>(bits));
    PRIVET_SET(UINT64, UInt64, bits);
    PRIVET_SET(DOUBLE, Double, static_cast<double>(bits) / 3);
    PRIVET_SET(FLOAT, Float, static_cast<float>(bits) / 3);
    PRIVET_SET(BOOL, Bool, (bits & 1) != 0);
    PRIVET_SET(ENUM, EnumValue, static_cast<int>(bits % 3));
#undef PRIVET_SET
    default: {
      const std::string text = field->type() == FieldDescriptor::TYPE_BYTES
                                   ? std::to_string(bits)
                                   : RandomText(random);
      add ? r->AddString(message, field, text)
          : r->SetString(message, field, text);
    }
  }
}

// Keys of one map differ, as a serializer writes them.
void SetKey(int index, Message* entry) {
  const FieldDescriptor* key = entry->GetDescriptor()->map_key();
  if (key->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    entry->GetReflection()->SetString(
        entry, key, std::string(static_cast<std::size_t>(index), 'k'));
  } else if (key->cpp_type() == FieldDescriptor::CPPTYPE_INT32) {
    entry->GetReflection()->SetInt32(entry, key, index - 1);
  }
}

}  // namespace

RandomSchema::RandomSchema(std::uint64_t seed,
                           const std::set<std::string>& without) {
  QuietProtobuf();
  AddFile<google::protobuf::Timestamp>(&pool_);
  AddFile<google::protobuf::Any>(&pool_);
  AddFile<google::protobuf::Struct>(&pool_);
  AddFile<google::protobuf::Int64Value>(&pool_);
  Random random(seed);
  FileDescriptorProto file;
  SchemaWriter(&random, &file).Write();
  for (int i = file.extension_size(); i-- > 0;) {
    if (without.count(file.extension(i).name()) != 0) {
      file.mutable_extension()->DeleteSubrange(i, 1);
    }
  }
  file_ = pool_.BuildFile(file);
  if (file_ != nullptr) root_ = file_->message_type(0);
}

std::unique_ptr<Message> RandomSchema::New() {
  return std::unique_ptr<Message>(factory_.GetPrototype(root_)->New());
}

void RandomSchema::Fill(Random* random, Message* message, int depth) {
  const Reflection* reflection = message->GetReflection();
  const Descriptor* type = message->GetDescriptor();
  std::vector<const FieldDescriptor*> fields;
  for (int i = 0; i < type->field_count(); ++i)
    fields.push_back(type->field(i));
  std::vector<const FieldDescriptor*> extensions;
  pool_.FindAllExtensions(type, &extensions);
  fields.insert(fields.end(), extensions.begin(), extensions.end());
  for (const FieldDescriptor* field : fields) {
    if (OneIn(random, 3)) continue;
    const std::size_t count = field->is_repeated() ? 1 + Pick(random, 3) : 1;
    for (std::size_t i = 0; i < count; ++i) {
      if (field->message_type() == nullptr) {
        SetScalar(random, message, field);
        continue;
      }
      if (depth > 4 || (depth > 1 && OneIn(random, 2))) continue;
      Message* inner =
          field->is_repeated()
              ? reflection->AddMessage(message, field, &factory_)
              : reflection->MutableMessage(message, field, &factory_);
      Fill(random, inner, depth + 1);
      if (field->is_map()) SetKey(static_cast<int>(i), inner);
    }
  }
  if (OneIn(random, 8)) {
    UnknownFieldSet* unknown = reflection->MutableUnknownFields(message);
    unknown->AddVarint(4'242, 7);
    unknown->AddLengthDelimited(4'243, "unknown");
    unknown->AddGroup(4'244)->AddFixed32(1, 9);
  }
}

std::string Deterministic(const Message& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    static_cast<void>(message.SerializePartialToCodedStream(&coded));
  }
  return bytes;
}

std::string Mutate(Random* random, std::string bytes) {
  const std::size_t times = 1 + (OneIn(random, 4) ? Pick(random, 3) : 0);
  for (std::size_t i = 0; i < times; ++i) {
    const std::size_t at = Pick(random, bytes.size() + 1);
    const std::size_t from = Pick(random, bytes.size() + 1);
    const std::size_t size =
        std::min<std::size_t>(bytes.size() - from, 1 + Pick(random, 12));
    switch (Pick(random, 6)) {
      case 0:
        if (at < bytes.size()) {
          bytes[at] = static_cast<char>(bytes[at] ^ (1 << Pick(random, 8)));
        }
        break;
      case 1:
        if (at < bytes.size()) bytes[at] = static_cast<char>((*random)());
        break;
      case 2:
        bytes.erase(from, size);
        break;
      case 3:
        bytes.insert(at, 1, static_cast<char>((*random)()));
        break;
      case 4:
        bytes.insert(at, bytes.substr(from, size));
        break;
      default:  // a whole again behind itself: every singular field twice
        bytes += bytes.substr(from);
    }
  }
  return bytes;
}

}  // namespace privet::testing
