// SPDX-License-Identifier: Apache-2.0
//
// Transforms inside the pass, and residues.

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "google/protobuf/text_format.h"
#include "record/fake_rules.h"
#include "record/pass.h"
#include "record/plan.h"
#include "record/schema.h"
#include "record/tripler.h"
#include "support/catch.h"
#include "support/status_assertions.h"
#include "transform/transform.h"

namespace privet::testing {
namespace {

using record::CallView;
using record::Pass;
using record::Plan;

v1::Transform Form(const std::string& text) {
  v1::Transform form;
  REQUIRE(google::protobuf::TextFormat::ParseFromString(text, &form));
  return form;
}

// Two categories, `x` and `y`, that leave in a form, and `a` that leaves as it
// is.
struct Formed {
  Formed(Schema* schema, const std::string& form) {
    const policy::Category x = rules.Add("x", "x");
    rules.Add("a", "a");
    const policy::Category y = rules.Add("y", "y");
    number = rules.AddForm(x, Form(form));
    const policy::Form other = rules.AddForm(y, Form(form));
    const Scanners scanners{{"triple", tripler}};
    const auto made = Plan::Bind(rules, schema->Type("M"), scanners);
    REQUIRE_OK(made);
    plan = *made;
    call.permitted = record::CellSet::FirstCells(plan->cells().size());
    for (std::size_t i = 0; i < plan->cells().size(); ++i) {
      const auto& categories = plan->cells()[i].categories;
      const bool is_y = categories == std::vector<policy::Category>{y};
      if (!is_y && categories != std::vector<policy::Category>{x}) continue;
      const record::FormRow* row = plan->TransformsOf(is_y ? other : number);
      const auto cell = static_cast<record::CellIndex>(i);
      call.formed.Add(cell);
      call.transforms[cell] = row->transforms.data();
    }
  }

  FakeRules rules;
  std::shared_ptr<Tripler> tripler = std::make_shared<Tripler>();
  policy::Form number = 0;
  std::shared_ptr<const Plan> plan;
  CallView call;
};

constexpr char kX[] = " [(privet.v1.field).categories = \"x\"]; ";
constexpr char kA[] = " [(privet.v1.field).categories = \"a\"]; ";

TEST_CASE("A form applies to each value of its fields", "[record][forms]") {
  struct Case {
    std::string name, body, form, in, out;
  };
  const std::string x = kX, a = kA;
  const Case test = GENERATE_COPY(values<Case>({
      {"text", "message M { string s = 1" + x + "string t = 2" + a + "}",
       "truncate { characters: 2 }", "s: 'abc' t: 'abc'",
       "s: \"ab\" t: \"abc\""},
      {"each of a repeated one", "message M { repeated string s = 1" + x + "}",
       "truncate { characters: 1 }", "s: 'ab' s: '' s: 'cd'",
       "s: \"a\" s: \"\" s: \"c\""},
      {"in a nested message, whose length changes",
       "message N { string s = 1" + x + "string t = 2" + a +
           "} message M { N n = 1; string u = 2" + a + "}",
       "truncate { characters: 1 }", "n { s: 'abcdef' t: 't' } u: 'u'",
       "n { s: \"a\" t: \"t\" } u: \"u\""},
      {"numbers of every kind",
       "message M { int64 a = 1" + x + "sint64 b = 2" + x + "sfixed64 c = 3" +
           x + "}",
       "bucket { width: 10 }", "a: -5 b: -15 c: 27", "a: -10 b: -20 c: 20"},
      {"and of 32 bits",
       "message M { int32 a = 1" + x + "sint32 b = 2" + x + "sfixed32 c = 3" +
           x + "uint32 d = 4" + x + "fixed32 e = 5" + x + "}",
       "bucket { width: 10 }", "a: -5 b: -15 c: 27 d: 99 e: 4000000009",
       "a: -10 b: -20 c: 20 d: 90 e: 4000000000"},
      {"packed ones", "message M { repeated int32 a = 1" + x + "}",
       "bucket { width: 10 }", "a: 5 a: 25 a: -1", "a: 0 a: 20 a: -10"},
      {"a point in time",
       "message M { google.protobuf.Timestamp t = 1" + x + "}",
       "time { to: DAY }", "t { seconds: 90000 nanos: 5 }",
       "t { seconds: 86400 }"},
      {"what is in a wrapper",
       "message M { google.protobuf.Int64Value w = 1" + x + "}",
       "bucket { width: 10 }", "w { value: 25 }", "w { value: 20 }"},
      {"a member of a oneof",
       "message M { oneof o { string s = 1" + x + "string t = 2" + a + "} }",
       "truncate { characters: 1 }", "s: 'ab'", "s: \"a\""},
  }));

  DYNAMIC_SECTION(test.name) {
    Schema schema(test.body);
    const Formed formed(&schema, test.form);
    Pass pass;
    REQUIRE_OK(
        pass.Minimize(*formed.plan, formed.call, schema.Bytes("M", test.in)));
    CHECK(schema.Text("M", pass.output()) == test.out);
  }
}

TEST_CASE("A value that its form drops is gone", "[record][forms]") {
  struct Case {
    std::string name, body, in, out;
  };
  const std::string x = kX, a = kA;
  const Case test = GENERATE_COPY(values<Case>({
      {"a singular one",
       "message M { string s = 1" + x + "string t = 2" + a + "}",
       "s: 'none' t: 't'", "t: \"t\""},
      {"one of several", "message M { repeated string s = 1" + x + "}",
       "s: 'a@b' s: 'none' s: 'c@d'", "s: \"@b\" s: \"@d\""},
      {"the last of a message, which stays",
       "message N { string s = 1" + x + "} message M { N n = 1; }",
       "n { s: 'none' }", "n { }"},
  }));

  DYNAMIC_SECTION(test.name) {
    Schema schema(test.body);
    const Formed formed(&schema, "email_domain {}");
    Pass pass;
    REQUIRE_OK(
        pass.Minimize(*formed.plan, formed.call, schema.Bytes("M", test.in)));
    CHECK(schema.Text("M", pass.output()) == test.out);
    for (std::size_t i = 0; i < formed.plan->fields().size(); ++i) {
      const record::Field& field = formed.plan->fields()[i];
      const bool shaped = field.path == "s" || field.path == "n.s";
      CHECK(pass.DroppedByForm(i) == shaped);
    }
  }
}

TEST_CASE("A map's entry goes with its value", "[record][forms]") {
  Schema schema("message M { map<string, string> m = 1; string t = 2; }");
  FakeRules rules;
  const policy::Category x = rules.Add("x", "x");
  rules.Add("a", "a");
  const policy::Form form = rules.AddForm(x, Form("email_domain {}"));
  rules.record.set_type("t.M");
  for (const auto& [path, category] : std::map<std::string, std::string>{
           {"m.key", "a"}, {"m.value", "x"}, {"t", "a"}}) {
    v1::Field* field = rules.record.add_field();
    field->set_path(path);
    field->add_categories(category);
  }
  const auto plan = Plan::Bind(rules, schema.Type("M"), Scanners{});
  REQUIRE_OK(plan);
  CallView call;
  call.permitted = record::CellSet::FirstCells(2);
  for (std::size_t i = 0; i < 2; ++i) {
    if ((*plan)->cells()[i].categories[0] != x) continue;
    const auto cell = static_cast<record::CellIndex>(i);
    call.formed.Add(cell);
    call.transforms[cell] = (*plan)->TransformsOf(form)->transforms.data();
  }
  Pass pass;
  const std::string entry = schema.Bytes("M", "m { key: 'k' value: 'a@b' }");

  SECTION("a value of that form keeps it") {
    REQUIRE_OK(pass.Minimize(**plan, call, entry));
    CHECK(schema.Text("M", pass.output()) == "m { key: \"k\" value: \"@b\" }");
  }
  SECTION("a value that is dropped takes the key along") {
    REQUIRE_OK(pass.Minimize(
        **plan, call,
        entry + schema.Bytes("M", "m { key: 'l' value: 'none' }") + entry +
            schema.Bytes("M", "t: 't'")));
    CHECK(schema.Text("M", pass.output()) ==
          "m { key: \"k\" value: \"@b\" } m { key: \"k\" value: \"@b\" } t: "
          "\"t\"");
  }
  SECTION("in whatever order they stand") {
    REQUIRE_OK(pass.Minimize(**plan, call, "\x0a\x09\x12\x04none\x0a\x01k"));
    CHECK(pass.output().empty());
  }
  SECTION("a value that is not written is the default, and has a form too") {
    REQUIRE_OK(pass.Minimize(**plan, call, "\x0a\x03\x0a\x01k" + entry));
    CHECK(schema.Text("M", pass.output()) == "m { key: \"k\" value: \"@b\" }");
  }
}

TEST_CASE("A transform that grows its value makes room for it",
          "[record][forms]") {
  const std::string x = kX, a = kA;
  Schema schema("message N { string s = 1" + x + "string t = 2" + a +
                "N n = 3; repeated string r = 4" + x +
                "} message M { N n = 1; string u = 2" + a + "}");
  const Formed formed(&schema, "scan { scanner: 'triple' }");
  Pass pass;
  const std::size_t size = GENERATE(1u, 42u, 43u, 5'461u, 5'462u, 400'000u);
  const auto text = [](std::size_t s) {
    const std::string value(s, 'v');
    return "n { s: \"" + value + "\" t: \"t\" n { s: \"" + value + "\" r: \"" +
           value + "\" r: \"w\" } } u: \"u\"";
  };
  std::string tripled = text(3 * size);
  tripled.replace(tripled.find("\"w\""), 3, "\"www\"");
  const std::string bytes = schema.Bytes("M", text(size));

  SECTION("in one output") {
    REQUIRE_OK(pass.Minimize(*formed.plan, formed.call, bytes));
    CHECK((schema.Text("M", pass.output()) == tripled));
  }
  SECTION("in one of several") {
    REQUIRE_OK(pass.Split(*formed.plan, formed.call, bytes));
    const std::string all =
        std::string(pass.output(0)) + std::string(pass.output(1));
    CHECK((schema.Text("M", all) == tripled));
  }
  CHECK(formed.tripler->calls == 4);  // exactly once for each value
}

TEST_CASE("What a growing form has moved out of its way is wiped too",
          "[record][forms]") {
  const std::string x = kX;
  const std::string y = " [(privet.v1.field).categories = \"y\"]; ";
  Schema schema("message M { repeated string s = 1" + x +
                "repeated string t = 2" + y + "}");
  const Formed formed(&schema, "scan { scanner: 'triple' }");
  REQUIRE(formed.plan->compartments().size() == 2);
  // What is behind the first output has been written when that one grows;
  // which of the two is first, their numbers decide.
  const std::string few(4000, 'f'), many(5000, 'm');
  const auto ordered = [&](const char* first, const char* then) {
    return schema.Bytes("M", first + (": '" + few + "'")) +
           schema.Bytes("M", then + (": '" + many + "'"));
  };
  const std::string bytes =
      GENERATE(true, false) ? ordered("s", "t") : ordered("t", "s");
  Pass pass;
  REQUIRE_OK(pass.Split(*formed.plan, formed.call, bytes));
  REQUIRE(pass.output(0).size() + pass.output(1).size() > 3 * 9000);
  const char* const begin = pass.output(0).data();
  const char* const end = pass.output(1).data() + pass.output(1).size();
  REQUIRE(end > begin);
  pass.Wipe();
  // The block is kept for the next pass.
  CHECK(std::count(begin, end, '\0') == end - begin);
}

TEST_CASE("A transform that fails ends the pass", "[record][forms][error]") {
  Schema schema(std::string("message M { string s = 1") + kX + "}");
  Pass pass;

  SECTION("text of it must be UTF-8 too") {
    const Formed formed(&schema, "scan { scanner: 'triple' }");
    // The transform layer drops what a scanner breaks.
    REQUIRE_OK(pass.Minimize(*formed.plan, formed.call,
                             schema.Bytes("M", "s: 'break'")));
    CHECK(pass.output().empty());
  }
  SECTION("a pseudonym needs its key") {
    const Formed formed(&schema, "pseudonym {}");
    REQUIRE_ERROR(
        pass.Minimize(*formed.plan, formed.call, schema.Bytes("M", "s: 's'")),
        absl::StatusCode::kUnavailable,
        "field `s` of `t.M`: the key of its pseudonym is not at hand");
    CHECK(pass.output().empty());
  }
  SECTION("a malformed Timestamp is not looked over") {
    Schema times(std::string("message M { google.protobuf.Timestamp t = 1") +
                 kX + "}");
    const Formed formed(&times, "time { to: DAY }");
    REQUIRE_ERROR(pass.Minimize(*formed.plan, formed.call,
                                std::string("\x0a\x04\x08\x01\x08\x01", 6)),
                  absl::StatusCode::kInvalidArgument,
                  "field `t` of `t.M`: a singular field is there twice");
  }
}

TEST_CASE("A field that its form does not fit is dropped", "[record][forms]") {
  Schema schema(std::string("message M { string s = 1") + kX + "}");
  const Formed formed(&schema, "truncate { characters: 1 }");
  CallView call = formed.call;
  const transform::Transform* none[] = {nullptr};
  for (auto& row : call.transforms) row = none;
  Pass pass;
  REQUIRE_OK(pass.Minimize(*formed.plan, call, schema.Bytes("M", "s: 's'")));
  CHECK(pass.output().empty());
}

TEST_CASE("A residue is made by a pass of its own plan", "[record][forms]") {
  const std::string a = kA;
  Schema schema(
      "message N { int64 i = 1" + a + "string s = 2" + a +
      "} message M { N n = 1; string s = 2 [(privet.v1.field).categories = "
      "\"b\"]; string t = 3 [(privet.v1.field).categories = \"c\"]; "
      "google.protobuf.Timestamp w = 4 [(privet.v1.field).categories = "
      "\"time\"]; string p = 5 [(privet.v1.field).public = true]; }");
  FakeRules rules;
  const policy::Category of_a = rules.Add("a", "a");
  const policy::Category of_b = rules.Add("b", "b");
  rules.Add("c", "c");
  const policy::Category of_time = rules.Add("time", "d");
  const policy::Category statistics = rules.Add("statistics", "s");
  record::ResidueRule* rule = rules.AddResidue("log");
  const v1::Transform replace = Form("drop {}"), whole = Form("whole {}"),
                      day = Form("time { to: DAY }");
  rule->steps = {{&replace, statistics, true},
                 {&whole, statistics, true},
                 {&day, statistics, true}};
  rules.Leave(of_a, rule, 0);
  rules.Leave(of_b, rule, 1);
  rules.Leave(of_time, rule, 2);
  const auto plan = Plan::Bind(rules, schema.Type("M"), Scanners{});
  REQUIRE_OK(plan);
  const Plan* residue = (*plan)->residue();
  REQUIRE(residue != nullptr);

  const record::FormRow* row = residue->ResidueTransformsOf(policy::kWhole);
  REQUIRE(row != nullptr);
  CallView call;
  call.permitted = call.formed = row->cells;
  for (auto& transforms : call.transforms) {
    transforms = row->transforms.data();
  }
  Pass pass;
  REQUIRE_OK(pass.Split(
      *residue, call,
      schema.Bytes("M",
                   "n { i: 5 s: 'n' } s: 's' t: 't' w { seconds: 90000 } p: "
                   "'p'")));
  REQUIRE(residue->compartments().size() == 1);
  CHECK(schema.Text("M", pass.output(0)) ==
        "n { } s: \"s\" w { seconds: 86400 }");
}

}  // namespace
}  // namespace privet::testing
