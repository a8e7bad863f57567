// SPDX-License-Identifier: Apache-2.0
//
// What holds for every value, whatever it means: text that is text, in bounds,
// and enum values that exist. The reader saw to some of it; a policy that came
// as a message passed no reader.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "policy/checking.h"
#include "policy/source_text.h"
#include "policy/text.h"

namespace privet::policy {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr std::size_t kMostText = 16'384;
constexpr int kMostDepth = 64;  // of messages in messages

class ValueCheck {
 public:
  explicit ValueCheck(Checking* checking) : checking_(checking) {}

  void CheckMessage(const Message& message, int depth) {
    if (depth > kMostDepth) {
      checking_->Error(path_, "blocks lie too deep", "flatten them");
      return;
    }
    const Reflection* reflection = message.GetReflection();
    if (!reflection->GetUnknownFields(message).empty()) {
      checking_->Error(path_,
                       "the message has fields that this version does not know",
                       "use the library that it was made for, or a newer one");
    }
    std::vector<const FieldDescriptor*> fields;
    reflection->ListFields(message, &fields);
    for (const FieldDescriptor* field : fields) {
      const int size =
          field->is_repeated() ? reflection->FieldSize(message, field) : 0;
      path_.push_back({field->number()});
      if (!field->is_repeated()) CheckField(message, *field, -1, depth);
      for (int i = 0; i < size; ++i) {
        path_.back().index = i;
        CheckField(message, *field, i, depth);
      }
      path_.pop_back();
    }
  }

 private:
  void CheckField(const Message& message, const FieldDescriptor& field, int i,
                  int depth) {
    const Reflection* reflection = message.GetReflection();
    std::string scratch;
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        CheckMessage(i < 0 ? reflection->GetMessage(message, &field)
                           : reflection->GetRepeatedMessage(message, &field, i),
                     depth + 1);
        break;
      case FieldDescriptor::CPPTYPE_STRING:
        CheckText(
            i < 0 ? reflection->GetStringReference(message, &field, &scratch)
                  : reflection->GetRepeatedStringReference(message, &field, i,
                                                           &scratch),
            field);
        break;
      case FieldDescriptor::CPPTYPE_ENUM:
        CheckEnum(i < 0 ? reflection->GetEnumValue(message, &field)
                        : reflection->GetRepeatedEnumValue(message, &field, i),
                  field);
        break;
      default:
        break;
    }
  }

  void CheckText(std::string_view text, const FieldDescriptor& field) {
    const std::string name = Quoted(std::string(field.name()));
    if (text.empty() && field.is_repeated()) {
      checking_->Error(path_, absl::StrCat("an element of ", name, " is empty"),
                       "remove it");
    } else if (text.size() > kMostText) {
      checking_->Error(path_,
                       absl::StrCat(name, " has ", text.size(), " bytes"),
                       absl::StrCat("keep it to ", kMostText));
    } else if (FirstInvalidUtf8(text) != std::string_view::npos) {
      checking_->Error(path_, absl::StrCat(name, " is not UTF-8"),
                       "write it in that encoding");
    } else if (text.find('\0') != std::string_view::npos) {
      checking_->Error(path_, absl::StrCat(name, " holds a zero byte"),
                       "remove it");
    }
  }

  void CheckEnum(int value, const FieldDescriptor& field) {
    const auto* known = field.enum_type()->FindValueByNumber(value);
    if (known != nullptr && (value != 0 || !field.is_repeated())) return;
    const std::string text =
        known == nullptr ? absl::StrCat(value) : std::string(known->name());
    checking_->Error(path_,
                     absl::StrCat(Quoted(text), " is no value of ",
                                  Quoted(std::string(field.name()))),
                     absl::StrCat("write ", Wanted(field)));
  }

  Checking* checking_;
  FieldPath path_;
};

}  // namespace

void CheckValues(Checking* checking) {
  ValueCheck(checking).CheckMessage(checking->policy(), 0);
}

}  // namespace privet::policy
