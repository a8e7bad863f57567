// SPDX-License-Identifier: Apache-2.0
//
// The contract of the pass, line by line (docs/records.md).
// Long, since a reader follows it beside that page.

#include <map>
#include <string>
#include <vector>

#include "record/fake_rules.h"
#include "record/pass.h"
#include "record/plan.h"
#include "record/schema.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet::testing {
namespace {

using record::CallView;
using record::CellSet;
using record::Pass;
using record::Plan;

// Categories a, b, c with fates of their own, and no forms.
struct Bound {
  explicit Bound(Schema* schema) {
    for (const char* name : {"a", "b", "c"}) rules.Add(name, name);
    const auto made = Plan::Bind(rules, schema->Type("M"), Scanners{});
    REQUIRE_OK(made);
    plan = *made;
  }
  // Returns the call that may see `categories`, one letter each, and public
  // fields.
  CallView Seeing(const std::string& categories) const {
    CallView call;
    for (std::size_t i = 0; i < plan->cells().size(); ++i) {
      bool seen = true;
      for (const policy::Category category : plan->cells()[i].categories) {
        seen &= categories.find("abc"[category]) != std::string::npos;
      }
      if (seen) call.permitted.Add(static_cast<record::CellIndex>(i));
    }
    return call;
  }
  // Returns the index of the compartment of category `letter`.
  std::size_t CompartmentOf(char letter) const {
    for (std::size_t i = 0; i < plan->compartments().size(); ++i) {
      const auto& categories = plan->compartments()[i].categories;
      if (categories.size() == 1 && "abc"[categories[0]] == letter) return i;
    }
    FAIL("no compartment of " << letter);
    return 0;
  }

  FakeRules rules;
  std::shared_ptr<const Plan> plan;
};

std::string Tagged(const std::string& field, const std::string& category) {
  return field + " [(privet.v1.field).categories = \"" + category + "\"];\n";
}

// Writes wire format by hand.
std::string Hex(const std::string& digits) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size();) {
    if (digits[i] == ' ') {
      ++i;
      continue;
    }
    bytes.push_back(
        static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16)));
    i += 2;
  }
  return bytes;
}

constexpr char kAll[] =
    "message N { string s = 1; int32 i = 2; N n = 3; }"
    "message M { option (privet.v1.all).categories = \"a\";"
    "  string s = 1; int64 i = 2; repeated int64 p = 3; N n = 4;"
    "  oneof o { string x = 5; string y = 6; }"
    "  repeated fixed32 f = 7; map<string, N> m = 8; bytes b = 9;"
    "  google.protobuf.Struct st = 10 [(privet.v1.field).categories = \"a\"];"
    "  repeated N r = 11; fixed64 q = 12; repeated bool l = 13; }";

TEST_CASE("Input is what a serializer writes", "[record][contract][error]") {
  struct Case {
    std::string name, hex, message;
  };
  const Case test = GENERATE(values<Case>({
      {"a singular field twice", "0a0161 0a0162",
       "field `s` of `t.M`: a singular field is there twice"},
      {"a singular message twice", "2200 2200",
       "field `n` of `t.M`: a singular field is there twice"},
      {"two members of a oneof", "2a0161 320162",
       "field `y` of `t.M`: a singular field is there twice, or two members"},
      {"one in a nested message twice", "2206 0a0161 0a0162",
       "field `n.s` of `t.M`: a singular field is there twice"},
      {"a map key twice", "4206 0a0161 0a0162",
       "field `m.key` of `t.M`: a singular field is there twice"},
      {"a padded tag", "8a00 0161", "`t.M`: a tag or length is longer than"},
      {"a padded length", "0a8100 61",
       "field `s` of `t.M`: a tag or length is longer than"},
      {"a padded length in a message", "2205 0a8100 6161",
       "field `n.s` of `t.M`: a tag or length is longer than"},
      {"a tag above 32 bits", "8880808010 00", "`t.M`: a tag has more than 32"},
      {"number 0", "0000", "`t.M`: a field has the number 0"},
      {"wire type 6", "0e", "`t.M`: a field has a wire type that does not"},
      {"wire type 7", "0f", "`t.M`: a field has a wire type that does not"},
      {"a group that does not end", "a306 0800",
       "`t.M`: the start and end of a group do not match"},
      {"a group that ends elsewhere", "a306 0800 ac06",
       "`t.M`: the start and end of a group do not match"},
      {"an end without a start", "a406",
       "`t.M`: the start and end of a group do not match"},
      {"a length past the end", "0a0561",
       "field `s` of `t.M`: a value ends past what is around it"},
      {"a length past its parent", "2203 0a0561 616161",
       "field `n.s` of `t.M`: a value ends past what is around it"},
      {"a cut varint", "1080", "field `i` of `t.M`: a value ends past"},
      {"a cut tag", "80", "`t.M`: a value ends past"},
      {"a cut fixed64", "6100000000", "field `q` of `t.M`: a value ends past"},
      {"a varint of 11 bytes", "10 80808080808080808080 01",
       "field `i` of `t.M`: a number has more than 10 bytes"},
      {"a cut packed varint", "1a0180",
       "field `p` of `t.M`: a packed field does not hold a whole number"},
      {"a packed fixed32 of 5 bytes", "3a05 0000000000",
       "field `f` of `t.M`: a packed field does not hold a whole number"},
      {"text that is not UTF-8", "0a01ff",
       "field `s` of `t.M`: a text is not UTF-8"},
      {"an overlong one", "0a02c0af",
       "field `s` of `t.M`: a text is not UTF-8"},
      {"text in a struct", "52070a050a01ff1200",
       "field `st` of `t.M`: a text is not UTF-8"},
      {"a name in a map", "42030a01ff",
       "field `m.key` of `t.M`: a text is not UTF-8"},
  }));

  DYNAMIC_SECTION(test.name) {
    Schema schema(kAll);
    const Bound bound(&schema);
    Pass pass;
    const std::string bytes = Hex(test.hex);
    REQUIRE_ERROR(pass.Minimize(*bound.plan, bound.Seeing("a"), bytes),
                  absl::StatusCode::kInvalidArgument, test.message);
    CHECK(pass.output().empty());
    REQUIRE_ERROR(pass.Split(*bound.plan, bound.Seeing("a"), bytes),
                  absl::StatusCode::kInvalidArgument, test.message);
    CHECK(pass.output().empty());
  }
}

TEST_CASE("An error names the path and never a value",
          "[record][contract][error]") {
  Schema schema(kAll);
  const Bound bound(&schema);
  Pass pass;
  const absl::Status status = pass.Minimize(
      *bound.plan, bound.Seeing("a"), Hex("0a06736563726574 0a06736563726574"));
  CHECK(std::string(status.message()).find("secret") == std::string::npos);
}

TEST_CASE("What is longer than the cap is refused",
          "[record][contract][error]") {
  Schema schema(kAll);
  const Bound bound(&schema);
  Pass pass;
  pass.set_max_bytes(10);
  REQUIRE_OK(pass.Minimize(*bound.plan, bound.Seeing("a"),
                           schema.Bytes("M", "s: '12345678'")));
  REQUIRE_ERROR(pass.Minimize(*bound.plan, bound.Seeing("a"),
                              schema.Bytes("M", "s: '123456789'")),
                absl::StatusCode::kResourceExhausted,
                "record of `t.M` is longer than 10 bytes");
}

TEST_CASE("A hundred levels are read, and not one more",
          "[record][contract][error]") {
  Schema schema(
      "message G { optional int32 i = 1; optional group H = 2 { optional G g = "
      "3; } map<string, G> m = 4; optional G n = 5; }"
      "message M { option (privet.v1.all).categories = \"a\"; optional G g = "
      "1; }",
      "proto2");
  const Bound bound(&schema);
  // Each kind of level, one inside the other, the last one of messages.
  const std::string kind = GENERATE("n", "H", "m");
  const auto nested = [&](int levels) {
    std::string text = "i: 1";
    int depth = 1;
    while (depth < levels) {
      if (kind != "n" && depth + 2 <= levels) {
        text = kind == "H" ? "H { g { " + text + " } }"
                           : "m { key: 'k' value { " + text + " } }";
        depth += 2;
      } else {
        text = "n { " + text + " }";
        ++depth;
      }
    }
    return schema.Bytes("M", "g { " + text + " }");
  };
  Pass pass;
  INFO(kind);
  REQUIRE_OK(pass.Minimize(*bound.plan, bound.Seeing("a"), nested(100)));
  CHECK(schema.Text("M", pass.output()) != "malformed");
  REQUIRE_ERROR(pass.Minimize(*bound.plan, bound.Seeing("a"), nested(101)),
                absl::StatusCode::kInvalidArgument,
                "messages lie in each other more than 100 levels deep");
}

TEST_CASE("What is dropped is skipped by its length, not looked into",
          "[record][contract]") {
  Schema schema("message N { " + Tagged("string s = 1", "b") +
                "} message M { N n = 1; " + Tagged("string s = 2", "b") +
                Tagged("int32 i = 3", "a") + "}");
  const Bound bound(&schema);
  Pass pass;
  // A message that is none, and text that is none.
  const std::string bytes = Hex("0a02ffff 1201ff 1801");
  REQUIRE_OK(pass.Minimize(*bound.plan, bound.Seeing("a"), bytes));
  CHECK(pass.output() == Hex("1801"));
  REQUIRE_ERROR(pass.Minimize(*bound.plan, bound.Seeing("ab"), bytes),
                absl::StatusCode::kInvalidArgument, "`n`");
}

TEST_CASE("What is unknown is dropped and counted", "[record][contract]") {
  struct Case {
    std::string name, hex, left;
    std::size_t unknown;
  };
  const Case test = GENERATE(values<Case>({
      {"a number that is not in the type", "1005 0a0161 a20600", "10050a0161",
       1},
      {"a group of them", "a306 0805 a406 1005", "1005", 1},
      {"in a message", "2207 0a0161 a2060161 1005", "22030a01611005", 1},
      {"in a map entry", "4207 0a0161 1001 1200", "42050a01611200", 1},
      {"in a struct", "5205 a206026161", "5200", 1},
      {"a known number with a wrong wire type", "08 05 1005", "1005", 1},
      {"text where a number is", "1201 61 1005", "1005", 1},
      {"a packed body for what is not repeated", "1202 0102", "", 1},
      {"a group where a message is", "23 24 1005", "1005", 1},
  }));

  DYNAMIC_SECTION(test.name) {
    Schema schema(kAll);
    const Bound bound(&schema);
    Pass pass;
    REQUIRE_OK(pass.Minimize(*bound.plan, bound.Seeing("a"), Hex(test.hex)));
    CHECK(pass.output() == Hex(test.left));
    CHECK(pass.unknown() == test.unknown);
  }
}

TEST_CASE("Packed and unpacked are both taken for repeated numbers",
          "[record][contract]") {
  Schema schema(kAll);
  const Bound bound(&schema);
  Pass pass;
  const std::string hex = GENERATE("1a020102", "1801 1802", "1801 1a0102",
                                   "3d01000000 3a0402000000", "6801 6a0100");
  const std::string bytes = Hex(hex);
  REQUIRE_OK(pass.Minimize(*bound.plan, bound.Seeing("a"), bytes));
  CHECK(pass.output() == bytes);
}

TEST_CASE("Unknown values of closed enums stay with their field",
          "[record][contract]") {
  Schema schema("enum E { Z = 0; } message M { " +
                    Tagged("optional E e = 1", "a") +
                    Tagged("repeated E r = 2", "b") + "}",
                "proto2");
  const Bound bound(&schema);
  Pass pass;
  const std::string bytes = Hex("0807 1009");
  REQUIRE_OK(pass.Minimize(*bound.plan, bound.Seeing("a"), bytes));
  CHECK(pass.output() == Hex("0807"));
  REQUIRE_OK(pass.Minimize(*bound.plan, bound.Seeing("b"), bytes));
  CHECK(pass.output() == Hex("1009"));
}

TEST_CASE("A message appears wherever one of its fields may be",
          "[record][contract]") {
  Schema schema("message N { " + Tagged("string a = 1", "a") +
                Tagged("string b = 2", "b") + "} message M { N n = 1; " +
                Tagged("string c = 2", "c") + "}");
  const Bound bound(&schema);
  Pass pass;
  const std::string bytes = schema.Bytes("M", "n {} c: 'x'");

  SECTION("maybe empty, in every such compartment and no other") {
    REQUIRE_OK(pass.Split(*bound.plan, bound.Seeing("abc"), bytes));
    CHECK(schema.Text("M", pass.output(bound.CompartmentOf('a'))) == "n { }");
    CHECK(schema.Text("M", pass.output(bound.CompartmentOf('b'))) == "n { }");
    CHECK(schema.Text("M", pass.output(bound.CompartmentOf('c'))) ==
          "c: \"x\"");
  }
  SECTION("not where the call permits none of them") {
    REQUIRE_OK(pass.Split(*bound.plan, bound.Seeing("bc"), bytes));
    CHECK(pass.output(bound.CompartmentOf('a')).empty());
    REQUIRE_OK(pass.Minimize(*bound.plan, bound.Seeing("c"), bytes));
    CHECK(schema.Text("M", pass.output()) == "c: \"x\"");
  }
  SECTION("and a default value is not lost") {
    Schema wrapped("message M { " +
                   Tagged("google.protobuf.Int64Value w = 1", "a") + "}");
    const Bound other(&wrapped);
    REQUIRE_OK(pass.Minimize(*other.plan, other.Seeing("a"),
                             wrapped.Bytes("M", "w { value: 0 }")));
    CHECK(pass.output() == Hex("0a00"));
  }
}

TEST_CASE("A repeated message is one unit, opened for any of its fields",
          "[record][contract]") {
  Schema schema("message N { " + Tagged("string a = 1", "a") +
                Tagged("string b = 2", "b") +
                "} message M { repeated N n = 1; }");
  const Bound bound(&schema);
  REQUIRE(bound.plan->compartments().size() == 1);
  Pass pass;
  REQUIRE_OK(pass.Split(*bound.plan, bound.Seeing("ab"),
                        schema.Bytes("M", "n { a: '1' b: '2' } n { b: '3' }")));
  const std::string unit(pass.output());
  const std::string_view parts[] = {unit};
  REQUIRE_OK(pass.Join(*bound.plan, bound.Seeing("a"), parts));
  CHECK(schema.Text("M", pass.output()) == "n { a: \"1\" } n { }");
}

TEST_CASE("A map's key and value stand or fall together",
          "[record][contract]") {
  Schema schema(
      "message N { string x = 1; string y = 2; }"
      "message M { map<string, string> m = 1; map<string, N> n = 2; }");
  FakeRules rules;
  for (const char* name : {"a", "b", "c"}) rules.Add(name, name);
  rules.record.set_type("t.M");
  for (const auto& [path, category] :
       std::map<std::string, std::string>{{"m.key", "a"},
                                          {"m.value", "b"},
                                          {"n.key", "a"},
                                          {"n.value.x", "b"},
                                          {"n.value.y", "c"}}) {
    v1::Field* field = rules.record.add_field();
    field->set_path(path);
    field->add_categories(category);
  }
  const auto plan = Plan::Bind(rules, schema.Type("M"), Scanners{});
  REQUIRE_OK(plan);
  const std::string bytes = schema.Bytes(
      "M", "m { key: 'k' value: 'v' } n { key: 'k' value { x: '1' y: '2' } }");

  struct Case {
    std::string name;
    std::vector<policy::Category> seen;
    std::string text;
  };
  const Case test = GENERATE(values<Case>({
      {"the key alone shows no scalar value",
       {0},
       "n { key: \"k\" value { } }"},
      {"the value alone shows nothing", {1, 2}, ""},
      {"fields inside a message value may be dropped",
       {0, 1},
       "m { key: \"k\" value: \"v\" } n { key: \"k\" value { x: \"1\" } }"},
  }));
  DYNAMIC_SECTION(test.name) {
    CallView call;
    for (std::size_t i = 0; i < (*plan)->cells().size(); ++i) {
      for (const policy::Category category : test.seen) {
        if ((*plan)->cells()[i].categories[0] == category) {
          call.permitted.Add(static_cast<record::CellIndex>(i));
        }
      }
    }
    Pass pass;
    REQUIRE_OK(pass.Minimize(**plan, call, bytes));
    CHECK(schema.Text("M", pass.output()) == test.text);
  }
}

TEST_CASE("Members of a oneof may lie apart", "[record][contract]") {
  Schema schema("message M { oneof o { " + Tagged("string a = 1", "a") +
                Tagged("string b = 2", "b") + "} }");
  const Bound bound(&schema);
  Pass pass;
  REQUIRE_OK(
      pass.Split(*bound.plan, bound.Seeing("ab"), schema.Bytes("M", "b: 'x'")));
  CHECK(pass.output(bound.CompartmentOf('a')).empty());
  CHECK(schema.Text("M", pass.output(bound.CompartmentOf('b'))) == "b: \"x\"");
}

TEST_CASE("Compartments in any order are the record", "[record][contract]") {
  Schema schema("message N { " + Tagged("string a = 1", "a") +
                Tagged("string b = 2", "b") +
                "N n = 3; } message M { N n = 1; " +
                Tagged("string c = 2", "c") + "}");
  const Bound bound(&schema);
  Pass pass;
  const std::string text = "n { a: \"1\" b: \"2\" n { b: \"3\" } } c: \"4\"";
  REQUIRE_OK(
      pass.Split(*bound.plan, bound.Seeing("abc"), schema.Bytes("M", text)));
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < 3; ++i) parts.emplace_back(pass.output(i));
  std::sort(parts.begin(), parts.end());
  do {
    CHECK(schema.Text("M", parts[0] + parts[1] + parts[2]) == text);
  } while (std::next_permutation(parts.begin(), parts.end()));

  SECTION("joined bytes hold a split message twice, and do not pass again") {
    const std::string joined = parts[0] + parts[1] + parts[2];
    REQUIRE_ERROR(pass.Minimize(*bound.plan, bound.Seeing("abc"), joined),
                  absl::StatusCode::kInvalidArgument,
                  "a singular field is there twice");
  }
}

TEST_CASE("A compartment does not tell how long its neighbours were",
          "[record][contract]") {
  Schema schema("message N { " + Tagged("string a = 1", "a") +
                Tagged("string b = 2", "b") + "} message M { N n = 1; }");
  const Bound bound(&schema);
  Pass pass;
  std::string first;
  for (const std::size_t size : {0u, 1u, 126u, 127u, 128u, 20'000u}) {
    REQUIRE_OK(pass.Split(
        *bound.plan, bound.Seeing("ab"),
        schema.Bytes("M", "n { a: 'x' b: '" + std::string(size, 'y') + "' }")));
    const std::string a(pass.output(bound.CompartmentOf('a')));
    if (first.empty()) first = a;
    CHECK(a == first);
  }
}

TEST_CASE("A message of another type than the plan's is read as its own",
          "[record][contract]") {
  // Extensions with a tag are fields, others are unknown.
  Schema schema("message M { extensions 100 to 200; " +
                    Tagged("optional string a = 1", "a") + "} extend M { " +
                    Tagged("optional string b = 100", "b") +
                    "optional string c = 101; }",
                "proto2");
  const Bound bound(&schema);
  Pass pass;
  REQUIRE_OK(pass.Minimize(*bound.plan, bound.Seeing("abc"),
                           schema.Bytes("M", "a: '1' [t.b]: '2' [t.c]: '3'")));
  CHECK(schema.Text("M", pass.output()) == "a: \"1\" [t.b]: \"2\"");
  CHECK(pass.unknown() == 1);
}

TEST_CASE("The outcome says what was there", "[record][contract]") {
  Schema schema("message N { " + Tagged("string b = 1", "b") +
                "} message M { " + Tagged("string a = 1", "a") + "N n = 2; " +
                Tagged("string c = 3", "c") + "}");
  const Bound bound(&schema);
  Pass pass;
  REQUIRE_OK(pass.Minimize(*bound.plan, bound.Seeing("a"),
                           schema.Bytes("M", "a: '' n { b: 'x' }")));
  std::map<std::string, bool> seen;
  for (std::size_t i = 0; i < bound.plan->fields().size(); ++i) {
    seen[bound.plan->fields()[i].path] = pass.Seen(i);
  }
  // `n` was dropped whole, and not looked into.
  CHECK(seen == std::map<std::string, bool>{
                    {"a", false}, {"n", true}, {"n.b", false}, {"c", false}});
}

TEST_CASE("Large records are measured first, and come out the same",
          "[record][contract]") {
  Schema schema("message N { " + Tagged("string a = 1", "a") +
                Tagged("string b = 2", "b") + "} message M { N n = 1; " +
                Tagged("string c = 2", "c") + "}");
  const Bound bound(&schema);
  const std::string big(700'000, 'z');
  const std::string bytes =
      schema.Bytes("M", "n { a: '" + big + "' b: 'x' } c: 'y'");
  Pass pass;
  REQUIRE_OK(pass.Split(*bound.plan, bound.Seeing("abc"), bytes));
  CHECK(schema.Text("M", pass.output(bound.CompartmentOf('b'))) ==
        "n { b: \"x\" }");
  CHECK(pass.output(bound.CompartmentOf('a')).size() > big.size());
  CHECK(schema.Text("M", pass.output(bound.CompartmentOf('c'))) == "c: \"y\"");
}

TEST_CASE("The memory of a pass is wiped", "[record][contract]") {
  Schema schema(kAll);
  const Bound bound(&schema);
  Pass pass;
  REQUIRE_OK(pass.Minimize(*bound.plan, bound.Seeing("a"),
                           schema.Bytes("M", "s: 'secret'")));
  const char* const memory = pass.output().data();
  const std::size_t size = pass.output().size();
  pass.Wipe();
  CHECK(pass.output().empty());
  // The block is kept for the next pass.
  CHECK(std::string(memory, size) == std::string(size, '\0'));
}

}  // namespace
}  // namespace privet::testing
