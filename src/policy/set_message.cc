// SPDX-License-Identifier: Apache-2.0
//
// From the tree to the message, by reflection.

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/message.h"
#include "policy/nearest.h"
#include "policy/reader.h"
#include "policy/text.h"

namespace privet::policy {
namespace {

using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::io::Tokenizer;

class Setter {
 public:
  Setter(const SyntaxTree& tree, TextErrors* errors)
      : tree_(tree), errors_(errors) {}

  void SetFields(const SyntaxNode& block, Message* message) {
    std::vector<const SyntaxNode*> first;  // of each singular field
    for (std::uint32_t at = block.first_child; at != 0;
         at = tree_.nodes[at].next_sibling) {
      const SyntaxNode& node = tree_.nodes[at];
      if (!node.field->is_repeated() && IsSecond(node, &first)) continue;
      SetField(node, message);
    }
  }

 private:
  // Reports a field that is there already, itself or by another of its oneof.
  bool IsSecond(const SyntaxNode& node, std::vector<const SyntaxNode*>* first) {
    for (const SyntaxNode* other : *first) {
      if (other->field == node.field) {
        Fail(node.name, absl::StrCat(Name(node), " is written twice"),
             "keep one");
        return true;
      }
      const auto* oneof = node.field->containing_oneof();
      if (oneof != nullptr && oneof == other->field->containing_oneof()) {
        Fail(node.name,
             absl::StrCat(Name(node), " and ", Name(*other),
                          " exclude each other"),
             "keep one");
        return true;
      }
    }
    first->push_back(&node);
    return false;
  }

  void SetField(const SyntaxNode& node, Message* message) {
    const Reflection& reflection = *message->GetReflection();
    const FieldDescriptor* field = node.field;
    const bool many = field->is_repeated();
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return SetBlock(node, message);
      case FieldDescriptor::CPPTYPE_STRING:
        return many ? reflection.AddString(message, field, StringOf(node))
                    : reflection.SetString(message, field, StringOf(node));
      case FieldDescriptor::CPPTYPE_BOOL:
        return many ? reflection.AddBool(message, field, BoolOf(node))
                    : reflection.SetBool(message, field, BoolOf(node));
      case FieldDescriptor::CPPTYPE_ENUM:
        return many ? reflection.AddEnum(message, field, EnumOf(node))
                    : reflection.SetEnum(message, field, EnumOf(node));
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return many ? reflection.AddDouble(message, field, DoubleOf(node))
                    : reflection.SetDouble(message, field, DoubleOf(node));
      default:
        return SetInteger(node, message);
    }
  }

  void SetInteger(const SyntaxNode& node, Message* message) {
    const Reflection& reflection = *message->GetReflection();
    const FieldDescriptor* field = node.field;
    const bool many = field->is_repeated();
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32: {
        const auto value = IntegerOf<std::int32_t>(node);
        return many ? reflection.AddInt32(message, field, value)
                    : reflection.SetInt32(message, field, value);
      }
      case FieldDescriptor::CPPTYPE_UINT32: {
        const auto value = IntegerOf<std::uint32_t>(node);
        return many ? reflection.AddUInt32(message, field, value)
                    : reflection.SetUInt32(message, field, value);
      }
      case FieldDescriptor::CPPTYPE_INT64: {
        const auto value = IntegerOf<std::int64_t>(node);
        return many ? reflection.AddInt64(message, field, value)
                    : reflection.SetInt64(message, field, value);
      }
      default:
        // No schema of ours has fields of other types.
        Fail(node.name, "a field of this type cannot be written", "remove it");
    }
  }

  void SetBlock(const SyntaxNode& node, Message* message) {
    const Reflection* reflection = message->GetReflection();
    Message* block = node.field->is_repeated()
                         ? reflection->AddMessage(message, node.field)
                         : reflection->MutableMessage(message, node.field);
    SetFields(node, block);
  }

  std::string StringOf(const SyntaxNode& node) {
    if (node.kind != ValueKind::kString) {
      // Curly quotes were told of, just before.
      const std::uint32_t begin = node.value.begin;
      const bool known = errors_->AnyIn({begin < 4 ? 0 : begin - 4, begin});
      if (node.kind != ValueKind::kNone && !known) {
        Fail(node.value, absl::StrCat(Name(node), " wants text in quotes"),
             absl::StrCat("write `\"", node.negative ? "-" : "", node.text,
                          "\"`"));
      }
      return "";
    }
    if (FirstInvalidUtf8(node.text) == std::string_view::npos) return node.text;
    Fail(node.value, absl::StrCat(Name(node), " is not UTF-8"),
         "write the characters themselves, without escapes");
    return "";
  }

  bool BoolOf(const SyntaxNode& node) {
    const std::string& text = node.text;
    const bool is_word = node.kind == ValueKind::kIdentifier && !node.negative;
    if (is_word && (text == "true" || text == "True" || text == "t")) {
      return true;
    }
    if (is_word && (text == "false" || text == "False" || text == "f")) {
      return false;
    }
    std::uint64_t number = 0;
    if (node.kind == ValueKind::kInteger && !node.negative &&
        Tokenizer::ParseInteger(text, 1, &number)) {
      return number == 1;
    }
    Misfit(node);
    return false;
  }

  const EnumValueDescriptor* EnumOf(const SyntaxNode& node) {
    const auto& type = *node.field->enum_type();
    const EnumValueDescriptor* value = nullptr;
    std::uint64_t number = 0;
    if (node.kind == ValueKind::kIdentifier && !node.negative) {
      value = type.FindValueByName(node.text);
    } else if (node.kind == ValueKind::kInteger && !node.negative &&
               Tokenizer::ParseInteger(node.text,
                                       std::numeric_limits<std::int32_t>::max(),
                                       &number)) {
      value = type.FindValueByNumber(static_cast<int>(number));
    }
    if (value != nullptr) return value;
    if (node.kind != ValueKind::kNone) {
      const std::vector<std::string> names = ValueNames(type);
      const std::string near =
          DidYouMean(node.text, {names.begin(), names.end()});
      Fail(node.value,
           absl::StrCat(Quoted(Shown(node)), " is no value of ", Name(node)),
           near.empty() ? absl::StrCat("write ", Wanted(*node.field)) : near);
    }
    return type.value(0);
  }

  double DoubleOf(const SyntaxNode& node) {
    double number = 0;
    const std::string word = absl::AsciiStrToLower(node.text);
    std::uint64_t whole = 0;
    if (node.kind == ValueKind::kFloat) {
      number = Tokenizer::ParseFloat(node.text);
    } else if (node.kind == ValueKind::kInteger && IsDecimal(node.text) &&
               Tokenizer::ParseInteger(
                   node.text, std::numeric_limits<std::uint64_t>::max(),
                   &whole)) {
      number = static_cast<double>(whole);
    } else if (node.kind == ValueKind::kIdentifier &&
               (word == "inf" || word == "infinity")) {
      number = std::numeric_limits<double>::infinity();
    } else if (node.kind == ValueKind::kIdentifier && word == "nan") {
      number = std::numeric_limits<double>::quiet_NaN();
    } else {
      Misfit(node);
    }
    return node.negative ? -number : number;
  }

  // Protobuf takes no octal and no hexadecimal number for a double.
  static bool IsDecimal(const std::string& text) {
    return text.size() == 1 || text[0] != '0';
  }

  template <typename T>
  T IntegerOf(const SyntaxNode& node) {
    const auto most =
        static_cast<std::uint64_t>(std::numeric_limits<T>::max()) +
        (node.negative ? 1 : 0);
    std::uint64_t number = 0;
    if (node.kind != ValueKind::kInteger ||
        (node.negative && !std::numeric_limits<T>::is_signed)) {
      Misfit(node);
      return 0;
    }
    if (!Tokenizer::ParseInteger(node.text, most, &number)) {
      Fail(node.value,
           absl::StrCat(Quoted(Shown(node)), " is too large for ", Name(node)),
           absl::StrCat("the largest is ", std::numeric_limits<T>::max()));
      return 0;
    }
    return static_cast<T>(node.negative ? 0 - number : number);
  }

  void Misfit(const SyntaxNode& node) {
    if (node.kind == ValueKind::kNone) return;  // was reported when it was read
    Fail(node.value, absl::StrCat(Name(node), " wants ", Wanted(*node.field)),
         absl::StrCat("replace ", Quoted(Shown(node))));
  }

  static std::string Shown(const SyntaxNode& node) {
    return absl::StrCat(node.negative ? "-" : "", node.text.substr(0, 40));
  }
  static std::string Name(const SyntaxNode& node) {
    return Quoted(std::string(node.field->name()));
  }

  void Fail(Range range, std::string message, std::string remedy) {
    errors_->Add(range, std::move(message), std::move(remedy));
  }

  const SyntaxTree& tree_;
  TextErrors* errors_;
};

}  // namespace

void SetMessage(const SyntaxTree& tree, Message* message, TextErrors* errors) {
  Setter(tree, errors).SetFields(tree.nodes[0], message);
}

}  // namespace privet::policy
