// SPDX-License-Identifier: Apache-2.0

#include "policy/reader.h"

#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"
#include "policy/located.h"
#include "privet/v1/policy.pb.h"
#include "support/catch.h"
#include "support/property.h"

namespace privet::policy {
namespace {

using google::protobuf::TextFormat;
using google::protobuf::util::MessageDifferencer;

// Protobuf's own parser, quiet about what it refuses.
bool ParseByProtobuf(const std::string& text, v1::Policy* policy) {
  class Quiet : public google::protobuf::io::ErrorCollector {
   public:
    void AddError(int, google::protobuf::io::ColumnNumber,  // NOLINT
                  const std::string&) {}
    void RecordError(int, google::protobuf::io::ColumnNumber,  // NOLINT
                     absl::string_view) {}
  };
  Quiet quiet;
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&quiet);
  return parser.ParseFromString(text, policy);
}

struct ReadResult {
  v1::Policy message;
  SyntaxTree tree;
  Diagnostics errors;
};

ReadResult ReadText(const std::string& text) {
  const SourceText source("p", text);
  TextErrors errors;
  ReadResult result;
  result.tree = Read(source, *v1::Policy::descriptor(), &errors);
  SetMessage(result.tree, &result.message, &errors);
  for (const TextError& error : errors.Sorted()) {
    result.errors.push_back(Locate(error, source));
  }
  return result;
}

std::string Summaries(const Diagnostics& diagnostics) {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics) {
    text += diagnostic.Summary() + "\n";
  }
  return text;
}

TEST_CASE("A valid text reads as protobuf's own parser reads it",
          "[policy][reader]") {
  const std::string text = GENERATE(
      as<std::string>{},  //
      "", "# a comment\n", "id: \"x\"",
      "id: 'x' version: 0x1F, title: \"a\" 'b'\n\"c\";",
      "category { id: \"a\\n\\x41\\101\\u00e9\" flags: [SPECIAL, 4] flags: "
      "CONTENT }",
      "category: < id: \"a\" > category: [{id:\"b\"}, <id:\"c\">] category []",
      "record { field [{ number: 1 index { population: -9223372036854775808 "
      "bits: -2147483648 } }] }",
      "rule { permit { categories: [] purposes: [\"*\"] by_humans: true } }",
      "actor { human: t } actor { human: False } actor { human: 1 }",
      "rule { transform { bucket { bounds: [0, -1, 1e3, 1.5f, .5, inf, "
      "-Infinity] width: 3 } } }",
      "rule { transform { custom { parameters { key: \"k\" value: \"v\" } "
      "parameters: {key: \"l\"} } } }",
      "rule{transform{chain{step{chain{step{drop{}}}}step:{whole<>}}}}",
      "\tid:\t\"x\" # tabs\r\n\tversion: 007");
  CAPTURE(text);
  v1::Policy expected;
  REQUIRE(ParseByProtobuf(text, &expected));
  const ReadResult result = ReadText(text);
  CHECK(Summaries(result.errors) == "");
  CHECK(MessageDifferencer::Equals(result.message, expected));
}

TEST_CASE("Every error of a text is told, with its place and a way out",
          "[policy][reader][error]") {
  struct Case {
    std::string name, text, errors;
  };
  const Case test = GENERATE(values<Case>({
      {"unknown field", "categry { id: \"a\" }\nid: \"x\"",
       "p:1:1: there is no field `categry` in a policy; did you mean "
       "`category`?\n"},
      {"unknown field of a block", "event { idd: \"a\" keep: 1 }",
       "p:1:9: there is no field `idd` in `event`; did you mean `id`?\n"
       "p:1:18: there is no field `keep` in `event`; it has `id`, `was`, "
       "`title` and `renews`\n"},
      {"text without quotes", "id: infermesh",
       "p:1:5: `id` wants text in quotes; write `\"infermesh\"`\n"},
      {"a number in quotes", "version: \"4\"",
       "p:1:10: `version` wants a whole number; replace `4`\n"},
      {"a number that is too large", "version: 4294967296",
       "p:1:10: `4294967296` is too large for `version`; the largest is "
       "4294967295\n"},
      {"a negative number", "version: -4",
       "p:1:10: `version` wants a whole number; replace `-4`\n"},
      {"mistyped value", "purpose { basis: CONSNT }",
       "p:1:18: `CONSNT` is no value of `basis`; did you mean `CONSENT`?\n"},
      {"unknown number of a value", "purpose { basis: 99 }",
       "p:1:18: `99` is no value of `basis`; write one of `CONSENT`, "
       "`EXPLICIT_CONSENT`, `CONTRACT`, `LEGAL_OBLIGATION`, "
       "`VITAL_INTERESTS`, `PUBLIC_TASK`, `LEGITIMATE_INTERESTS`, `OPT_OUT` "
       "or `NONE_NEEDED`\n"},
      {"element in the middle of a list",
       "category { flags: [SPECIAL,\n  SPECAIL, CONTENT] }",
       "p:2:3: `SPECAIL` is no value of `flags`; did you mean `SPECIAL`?\n"},
      {"no colon", "id \"x\" version 4",
       "p:1:1: no `:` after `id`; write `id:`\n"},
      {"no value", "id:\nversion: 4",
       "p:2:1: `id` has no value before `version`; write text in quotes\n"},
      {"a sign before text", "event { was: [- \"a\" 'b', \"c\"] }",
       "p:1:15: text in quotes has no sign; remove the `-`\n"},
      {"twice", "id: \"a\"\nid: \"b\"",
       "p:2:1: `id` is written twice; keep one\n"},
      {"two effects", "rule { permit {} forbid {} }",
       "p:1:18: `forbid` and `permit` exclude each other; keep one\n"},
      {"a list for one value", "id: [\"a\"] version: 4",
       "p:1:1: `id` holds one value, not a list; write it without `[` and "
       "`]`\n"},
      {"a value for a block", "rule: \"x\" id: \"x\"",
       "p:1:1: `rule` is a block; write `rule { … }`\n"},
      {"a block for a value", "id { a: 1 } version: 4",
       "p:1:1: `id` is no block; write `id: ` and text in quotes\n"},
      {"no comma", "event { was: [\"a\" \"b\"] was: [\"c\", 'd' , ] }",
       "p:1:41: an element is missing before `]`; remove the `,`\n"},
      {"C comments", "// hello there\nid: \"a\"",
       "p:1:1: `/` begins no field; begin comments with `#`\n"},
      {"a list that is not closed",
       "event { was: [\"a\", \"b\"\n  id: \"x\" }\nid: \"y\"",
       "p:2:3: the list is still open before `id`; close it with `]`\n"},
      {"text that is not closed", "id: \"abc\nversion: 4",
       "p:1:9: text in quotes goes on past its line; close it with the same "
       "quote\n"},
      {"a bracket too many", "event { id: \"a\" } }\nid: \"x\"",
       "p:1:19: `}` closes nothing; remove it\n"},
      {"the wrong bracket", "event { id: \"a\" >\nid: \"x\"",
       "p:1:17: `>` does not close `event`; write `}`\n"},
      {"a block that is not closed", "event { id: \"a\"\nid: \"x\"\nrule {}",
       "p:2:1: `id` is written twice; keep one\n"
       "p:3:1: the block `event` of line 1 is still open here; close it with "
       "`}` before `rule`\n"},
      {"a block that is not closed at the end", "event { id: \"a\"",
       "p:1:1: the block `event` is never closed; write `}` at its end\n"},
      {"curly quotes", "id: \xe2\x80\x9cx\xe2\x80\x9d",
       "p:1:5: a character that is not ASCII stands here; put the text in "
       "straight quotes, `\"`\n"
       "p:1:9: a character that is not ASCII stands here; put the text in "
       "straight quotes, `\"`\n"},
      {"an extension", "[foo.bar]: 1 id: \"x\"",
       "p:1:1: `[` begins no field; the policy language has no extensions; "
       "remove it\n"},
      {"invalid UTF-8", "id: \"a\xff\"",
       "p:1:7: this byte is not UTF-8; save the file in that encoding\n"},
      {"invalid UTF-8 by an escape", "id: \"a\\xff\"",
       "p:1:5: `id` is not UTF-8; write the characters themselves, without "
       "escapes\n"},
      {"columns are bytes", "title: \"\xc3\xa9\" \tfoo: 1",
       "p:1:14: there is no field `foo` in a policy; see "
       "privet/v1/policy.proto\n"},
  }));
  DYNAMIC_SECTION(test.name) {
    CHECK(Summaries(ReadText(test.text).errors) == test.errors);
  }
}

TEST_CASE("Nine faults of one file are found in one go", "[policy][reader]") {
  const ReadResult result = ReadText(R"(id: infermesh
version: "4"
categry { id: "a" }
category { id: "b" flags: [SPECAIL] }
purpose { id: "c" basis: 99 }
event { id: "e" id: "f" }
rule { permit { purposes: ["x", } }
rule { forbid { purposes: "x" }
retention { keep "90d" }
minors { under: "x" }
)");
  std::vector<std::uint32_t> lines;
  for (const Diagnostic& error : result.errors) lines.push_back(error.line);
  CHECK(lines == std::vector<std::uint32_t>{1, 2, 3, 4, 5, 6, 7, 9, 10});
}

TEST_CASE("The caret stands below what is meant", "[policy][diagnostic]") {
  const ReadResult result =
      ReadText("# one\ncategory {\ttitle: \"\xc3\xa9\" flags: SPECAIL }");
  REQUIRE(result.errors.size() == 1);
  CHECK(result.errors[0].ToString() ==
        "p:2:31: `SPECAIL` is no value of `flags`; did you mean `SPECIAL`?\n"
        "   2 | category {      title: \"\xc3\xa9\" flags: SPECAIL }\n"
        "     |                                   ^~~~~~~");
}

TEST_CASE("Deep nesting and too much text are refused",
          "[policy][reader][error]") {
  std::string deep = "rule { transform { ";
  for (int i = 0; i < 100'000; ++i) deep += "chain { step { ";
  CHECK_THAT(Summaries(ReadText(deep).errors),
             testing::ContainsSubstring("blocks lie more than 32 deep"));
  const std::string large(kMostBytes + 1, ' ');
  CHECK_THAT(Summaries(ReadText(large).errors),
             testing::ContainsSubstring("the policy has 8388609 bytes"));
}

TEST_CASE("Every value has its own place, and comments are kept",
          "[policy][reader]") {
  const std::string text =
      "# head\nrule { permit { purposes: [\"a\", # of a\n  \"b\"] } }";
  const SourceText source("p", text);
  TextErrors errors;
  const SyntaxTree tree = Read(source, *v1::Policy::descriptor(), &errors);
  const FieldPath second{{v1::Policy::kRuleFieldNumber, 0},
                         v1::Rule::kPermitFieldNumber,
                         {v1::Selector::kPurposesFieldNumber, 1}};
  CHECK(source.At(tree.RangeOf(second)) == "\"b\"");
  CHECK(source.PlaceOf(tree.RangeOf(second).begin).line == 3);
  const FieldPath absent{{v1::Policy::kRuleFieldNumber, 0},
                         v1::Rule::kNameFieldNumber};
  CHECK(source.At(tree.RangeOf(absent)) == "rule");
  REQUIRE(tree.comments.size() == 2);
  CHECK(source.At(tree.comments[0]) == "# head");
  CHECK(source.At(tree.comments[1]) == "# of a");
}

// ---- random messages: what TextFormat prints, both read alike.

class RandomMessage {
 public:
  explicit RandomMessage(std::uint64_t seed) : random_(seed) {}

  void Fill(google::protobuf::Message* message, int depth) {
    const auto* type = message->GetDescriptor();
    const auto* reflection = message->GetReflection();
    for (int i = 0; i < type->field_count(); ++i) {
      const auto* field = type->field(i);
      if (Below(3) != 0) continue;
      const std::uint64_t count = field->is_repeated() ? Below(4) : 1;
      for (std::uint64_t n = 0; n < count; ++n) {
        FillField(message, reflection, field, depth);
      }
    }
  }

 private:
  std::uint64_t Below(std::uint64_t bound) { return random_() % bound; }

  std::string Text() {
    static const char* const kPieces[] = {"a",  "\"", "'",        "\\",
                                          "\n", "\t", "\xc3\xa9", "{",
                                          "}",  "#",  "\x01",     ":"};
    std::string text;
    for (std::uint64_t n = Below(6); n > 0; --n) text += kPieces[Below(12)];
    return text;
  }

  void FillField(google::protobuf::Message* message,
                 const google::protobuf::Reflection* reflection,
                 const google::protobuf::FieldDescriptor* field, int depth) {
    using FD = google::protobuf::FieldDescriptor;
    const bool many = field->is_repeated();
    switch (field->cpp_type()) {
      case FD::CPPTYPE_MESSAGE:
        if (depth >= 6) return;
        return Fill(many ? reflection->AddMessage(message, field)
                         : reflection->MutableMessage(message, field),
                    depth + 1);
      case FD::CPPTYPE_STRING:
        return many ? reflection->AddString(message, field, Text())
                    : reflection->SetString(message, field, Text());
      case FD::CPPTYPE_BOOL:
        return reflection->SetBool(message, field, true);
      case FD::CPPTYPE_ENUM: {
        const auto* type = field->enum_type();
        const auto* value = type->value(static_cast<int>(
            Below(static_cast<std::uint64_t>(type->value_count()))));
        return many ? reflection->AddEnum(message, field, value)
                    : reflection->SetEnum(message, field, value);
      }
      case FD::CPPTYPE_DOUBLE: {
        const double value = static_cast<double>(Below(1000)) / 7 - 50;
        return many ? reflection->AddDouble(message, field, value)
                    : reflection->SetDouble(message, field, value);
      }
      case FD::CPPTYPE_INT32:
        return reflection->SetInt32(message, field,
                                    static_cast<std::int32_t>(random_()));
      case FD::CPPTYPE_UINT32:
        return reflection->SetUInt32(message, field,
                                     static_cast<std::uint32_t>(random_()));
      default:
        return reflection->SetInt64(message, field,
                                    static_cast<std::int64_t>(random_()));
    }
  }

  std::mt19937_64 random_;
};

TEST_CASE("Random policies read as protobuf's own parser reads them",
          "[policy][reader][property]") {
  const auto runs = static_cast<std::uint64_t>(testing::PropertyRuns(300));
  for (std::uint64_t seed = 0; seed < runs; ++seed) {
    CAPTURE(seed);
    v1::Policy policy;
    RandomMessage(seed).Fill(&policy, 0);
    TextFormat::Printer printer;
    printer.SetSingleLineMode(seed % 2 == 0);
    printer.SetUseShortRepeatedPrimitives(seed % 3 == 0);
    std::string text;
    REQUIRE(printer.PrintToString(policy, &text));
    v1::Policy expected;
    REQUIRE(ParseByProtobuf(text, &expected));
    const ReadResult result = ReadText(text);
    REQUIRE(Summaries(result.errors) == "");
    REQUIRE(MessageDifferencer::Equals(result.message, expected));
  }
}

TEST_CASE("Texts that protobuf refuses are refused, whatever was cut out",
          "[policy][reader][property]") {
  const auto runs = static_cast<std::uint64_t>(testing::PropertyRuns(300));
  for (std::uint64_t seed = 0; seed < runs; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    v1::Policy policy;
    RandomMessage(seed).Fill(&policy, 0);
    std::string text;
    REQUIRE(TextFormat::PrintToString(policy, &text));
    if (text.empty()) continue;
    const std::size_t at = random() % text.size();
    text.erase(at, 1 + random() % 8);
    v1::Policy expected;
    const bool valid = ParseByProtobuf(text, &expected);
    const ReadResult result = ReadText(text);
    if (!valid) {
      REQUIRE_FALSE(result.errors.empty());
    } else if (result.errors.empty()) {
      REQUIRE(MessageDifferencer::Equals(result.message, expected));
    }
  }
}

}  // namespace
}  // namespace privet::policy
