// SPDX-License-Identifier: Apache-2.0
//
// Records that the policy declares for want of a .proto: what is refused before
// anything is bound.

#include <string>

#include "policy/check_cases.h"
#include "support/catch.h"

namespace privet::policy {
namespace {

using Case = CheckedText;

// A record of these fields, from line 2 on.
std::string Of(const std::string& fields, const std::string& roles = "") {
  return "record { type: \"T\" " + roles + "\n" + fields + "}";
}

// A public field, on a line of its own.
std::string Field(const std::string& path, const std::string& type, int number,
                  const std::string& more = "") {
  return "field { path: \"" + path + "\" type: " + type +
         " number: " + std::to_string(number) + " public: true " + more +
         " }\n";
}

std::string Message(const std::string& path, int number,
                    const std::string& more = "") {
  return "field { path: \"" + path +
         "\" type: MESSAGE number: " + std::to_string(number) + " " + more +
         " }\n";
}

TEST_CASE("Whatever a declared record can hold is in order",
          "[policy][check]") {
  CheckCase(GENERATE(values<Case>({
      {"every type",
       Of(Field("s", "STRING", 1) + Field("b", "BYTES", 2) +
          Field("i", "INT64", 3) + Field("d", "DOUBLE", 4) +
          Field("f", "BOOL", 5) + Field("t", "TIMESTAMP", 6) +
          Field("e", "DECIMAL", 7)),
       ""},
      {"messages in messages, in any order, with numbers of their own",
       Of(Field("m.n.x", "STRING", 1) + Message("m.n", 1, "repeated: true") +
          Message("m", 1) + Field("x", "STRING", 2, "repeated: true")),
       ""},
      {"the highest numbers",
       Of(Field("a", "STRING", 18'999) + Field("b", "STRING", 20'000) +
          Field("c", "STRING", 536'870'911)),
       ""},
      {"roles",
       Of(Message("who", 1) + Field("who.id", "INT64", 1) +
              Field("when", "TIMESTAMP", 2),
          "subject: \"who.id\" created: \"when\""),
       ""},
      {"an index on whatever is a key",
       Of(Field("s", "STRING", 1, "index { name: \"s\" unique: true }") +
          Field("b", "BYTES", 2, "index { name: \"b\" }") +
          Field("i", "INT64", 3, "index { name: \"i\" }") +
          Field("e", "DECIMAL", 4, "repeated: true index { name: \"e\" }")),
       ""},
      {"the tag of a message holds for what has none of its own",
       Of(Message("m", 1, "categories: [\"log\"]") +
          "field { path: \"m.x\" type: STRING number: 1 }\n" +
          Message("m.n", 2) +
          "field { path: \"m.n.y\" type: STRING number: 1 }\n"),
       ""},
  })));
}

TEST_CASE("A declared field has a type and a number of its own",
          "[policy][check][error]") {
  CheckCase(GENERATE(values<Case>({
      {"numbers and types",
       "record { type: \"T\"\n"
       " field { path: \"a\" type: STRING public: true }\n"
       " field { path: \"b\" type: STRING number: 19000 public: true }\n"
       " field { path: \"c\" number: 3 public: true }\n"
       " field { path: \"d\" type: STRING number: 3 public: true } }",
       "p:2:2: the field `a` has no number; write a number of its own, from 1 "
       "on, and never change it (protobuf keeps 19000 to 19999 for itself)\n"
       "p:3:41: the field `b` has a number out of range; write a number of its "
       "own, from 1 on, and never change it (protobuf keeps 19000 to 19999 for "
       "itself)\n"
       "p:4:2: the field `c` of a declared record has no type; write `type: "
       "STRING`, or what it holds\n"
       "p:5:41: the number 3 of the field `d` is that of `c` already; give "
       "each field its own\n"},
      {"the last reserved number, and one too high",
       Of(Field("a", "STRING", 19'999) + Field("b", "STRING", 536'870'912)),
       "p:2:40: the field `a` has a number out of range; write a number of its "
       "own, from 1 on, and never change it (protobuf keeps 19000 to 19999 for "
       "itself)\n"
       "p:3:40: the field `b` has a number out of range; write a number of its "
       "own, from 1 on, and never change it (protobuf keeps 19000 to 19999 for "
       "itself)\n"},
      {"one number twice in a message",
       Of(Message("m", 1) + Field("m.x", "STRING", 1) +
          Field("m.y", "STRING", 1)),
       "p:4:42: the number 1 of the field `m.y` is that of `m.x` already; give "
       "each field its own\n"},
      {"a type that does not exist",
       "record { type: \"T\" field { path: \"a\" number: 3 public: true } }",
       "p:1:46: only the fields of a declared record have this; give each "
       "field of the record a `type`, or remove it\n"},
  })));
}

TEST_CASE("A declared field lies in a declared message",
          "[policy][check][error]") {
  std::string deep = "a";
  for (int i = 1; i < 30; ++i) deep += ".a";
  CheckCase(GENERATE_COPY(values<Case>({
      {"in nothing", Of(Field("m.x", "STRING", 1)),
       "p:2:15: the field `m.x` lies in `m`, which the record does not "
       "declare; write `field { path: \"m\"  type: MESSAGE  number: … }`\n"},
      {"in a text", Of(Field("m", "STRING", 1) + Field("m.x", "STRING", 1)),
       "p:3:15: the field `m.x` lies in `m`, which is of type STRING; only a "
       "MESSAGE has fields; make it one, or correct the path\n"},
      {"in what has no type, which is said once",
       Of("field { path: \"m\" number: 1 public: true }\n" +
          Field("m.x", "STRING", 1)),
       "p:2:1: the field `m` of a declared record has no type; write `type: "
       "STRING`, or what it holds\n"},
      {"a message of nothing", Of(Message("m", 1)),
       "p:2:1: the message `m` has no fields; declare one, `field { path: "
       "\"m.…\" … }`, or remove it\n"},
      {"an extension", Of(Field("m.[a.b]", "STRING", 1)),
       "p:2:15: `m.[a.b]` names an extension; give the field a plain name: a "
       "declared record has none\n"},
      {"too deep", Of(Field(deep + ".a", "STRING", 1)),
       "p:2:15: `" + deep + ".a` lies too deep; declare at most 30 levels\n"},
      {"a name that begins with a digit", Of(Field("1a", "STRING", 1)),
       "p:2:15: the name `1a` begins with a digit; begin it with a letter\n"},
      {"names that JSON cannot tell apart",
       Of(Field("a_b", "STRING", 1) + Field("aB", "STRING", 2)),
       "p:3:15: the fields `a_b` and `aB` differ by `_` and capitals only; "
       "rename one: protobuf has one JSON name for both\n"},
      {"but two messages may have one each",
       Of(Field("a_b", "STRING", 1) + Message("m", 2) +
          Field("m.aB", "STRING", 1)),
       ""},
      {"a field twice, which is said once",
       Of(Field("a", "STRING", 1) + Field("a", "STRING", 2)),
       "p:3:15: the field `a` is declared twice; remove one\n"},
  })));
}

TEST_CASE("A declared field has a tag, and a tag has a field",
          "[policy][check][error]") {
  CheckCase(GENERATE(values<Case>({
      {"tags",
       "record { type: \"T\"\n"
       " field { path: \"a\" }\n"
       " field { path: \"b\" public: true categories: [\"log\"] }\n"
       " field { path: \"b\" public: true }\n"
       " field { path: \"c..d\" public: true number: 4 } }",
       "p:2:2: the field `a` has no category; write `categories: [\"…\"]`, or "
       "`public: true` if it is not personal\n"
       "p:3:28: the field `b` has categories and is public; remove one of "
       "them\n"
       "p:4:16: the field `b` is declared twice; remove one\n"
       "p:5:16: `c..d` is no path of a field; write names with dots between, "
       "such as `items.note`\n"
       "p:5:44: only the fields of a declared record have this; give each "
       "field "
       "of the record a `type`, or remove it\n"},
      {"none, nor around it",
       Of(Message("m", 1) + "field { path: \"m.x\" type: STRING number: 1 }"),
       "p:3:1: the field `m.x` has no category; write `categories: [\"…\"]`, "
       "or `public: true` if it is not personal\n"},
      {"of a message in which each has its own",
       Of(Message("m", 1, "categories: [\"log\"]") + Field("m.x", "STRING", 1)),
       "p:2:56: the tag of `m` decides nothing: each field in it has its own; "
       "remove it\n"},
      {"or a nearer one",
       Of(Message("m", 1, "public: true") +
          Message("m.n", 1, "categories: [\"log\"]") +
          "field { path: \"m.n.x\" type: STRING number: 1 }"),
       "p:2:51: the tag of `m` decides nothing: each field in it has its own; "
       "remove it\n"},
  })));
}

TEST_CASE("An index and a role of a declared record fit its fields",
          "[policy][check][error]") {
  CheckCase(GENERATE(values<Case>({
      {"an index on what is no key",
       Of(Field("a", "DOUBLE", 1, "index { name: \"a\" }") +
          Field("b", "TIMESTAMP", 2, "index { name: \"b\" }")),
       "p:2:55: the field `a`, of type DOUBLE, cannot be indexed; remove "
       "`index`: it is for STRING, BYTES, INT64 and DECIMAL\n"
       "p:3:58: the field `b`, of type TIMESTAMP, cannot be indexed; remove "
       "`index`: it is for STRING, BYTES, INT64 and DECIMAL\n"},
      {"an index without a name", Of(Field("a", "STRING", 1, "index {}")),
       "p:2:55: the index of the public field `a` has no name; write `name: "
       "\"…\"`: there is no category to call it by\n"},
      {"an index without a category",
       Of(Message("m", 1, "categories: [\"log\"]") +
          "field { path: \"m.x\" type: STRING number: 1 index {} }"),
       "p:3:44: the field `m.x` has an index and no category of its own; write "
       "its `categories`\n"},
      {"a unique index on several values",
       Of(Message("m", 1, "repeated: true") +
          Field("m.x", "STRING", 1, "index { name: \"x\" unique: true }")),
       "p:3:83: a record may have several values of `m.x`; remove `unique`\n"},
      {"a subject that names nobody",
       Of(Field("a", "BOOL", 1), "subject: \"a\""),
       "p:1:29: the subject `a` is of type BOOL; name a field of type STRING, "
       "BYTES, INT64 or DECIMAL\n"},
      {"several subjects",
       Of(Field("a", "STRING", 1, "repeated: true"), "subject: \"a\""),
       "p:1:29: a record may have several values of `a`; name a field that is "
       "not repeated, nor in a message that is\n"},
      {"a time that is none", Of(Field("a", "INT64", 1), "created: \"a\""),
       "p:1:29: the time of creation `a` is of type INT64; name a field of "
       "type TIMESTAMP\n"},
      {"roles that are not there",
       Of(Field("a", "INT64", 1), "subject: \"b\" created: \"c\""),
       "p:1:29: the record has no field `b`; declare it with `field { path: "
       "\"…\" … }`\n"
       "p:1:42: the record has no field `c`; declare it with `field { path: "
       "\"…\" … }`\n"},
  })));
}

}  // namespace
}  // namespace privet::policy
