// SPDX-License-Identifier: Apache-2.0
//
// Which types bind to a policy, how they are laid out, and which are refused.

#include <string>
#include <vector>

#include "google/protobuf/text_format.h"
#include "privet/v1/policy.pb.h"
#include "record/fake_rules.h"
#include "record/plan.h"
#include "record/schema.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet::testing {
namespace {

using record::Plan;

// Categories a and b share a fate, c has its own, d is kept for bookkeeping.
FakeRules SomeRules() {
  FakeRules rules;
  rules.Add("a", "one");
  rules.Add("b", "one");
  rules.Add("c", "two");
  rules.Add("d", "two", "long", "bookkeeping");
  rules.Add("incomparable", "one");
  const policy::Category text = rules.Add("shaped", "one");
  v1::Transform truncate;
  truncate.mutable_truncate()->set_characters(2);
  rules.AddForm(text, truncate);
  rules.record.set_type("t.M");
  return rules;
}

constexpr char kTag[] = " [(privet.v1.field).categories = \"a\"];\n";

std::string PathsOf(const Plan& plan, const record::Compartment& compartment) {
  std::string paths;
  for (const std::uint16_t field : compartment.fields) {
    paths += (paths.empty() ? "" : " ") + plan.fields()[field].path;
  }
  return paths;
}

// Returns the paths of each compartment, sorted.
std::vector<std::string> LayoutOf(const Plan& plan) {
  std::vector<std::string> layout;
  for (const record::Compartment& compartment : plan.compartments()) {
    layout.push_back((compartment.is_public ? "public: " : "") +
                     PathsOf(plan, compartment));
  }
  std::sort(layout.begin(), layout.end());
  return layout;
}

TEST_CASE("A type that does not bind is refused with path and remedy",
          "[record][bind][error]") {
  struct Case {
    std::string name, body, message;
    std::string syntax = "proto3";
    absl::StatusCode code = absl::StatusCode::kInvalidArgument;
  };
  const std::string tag = kTag;
  const Case test = GENERATE_COPY(values<Case>({
      // Tags.
      {"a field without a tag",
       "message M { string x = 1" + tag + " string y = 2; }",
       "field `y` has no tag: add `[(privet.v1.field).categories"},
      {"a nested one",
       "message N { string z = 1; } message M { repeated N n = 1; }",
       "field `n.z` has no tag"},
      {"an unknown category",
       "message M { string x = 1 [(privet.v1.field).categories = \"q\"]; }",
       "field `x`: category `q` is not declared"},
      {"public and tagged",
       "message M { string x = 1 [(privet.v1.field) = {categories: \"a\" "
       "public: true}]; }",
       "field `x`: is tagged public and with categories; say one of them"},
      {"a tag that decides nothing",
       "message N { string z = 1" + tag + "} message M { N n = 1" + tag + "}",
       "field `n` has a tag that decides nothing"},
      {"forms that contradict each other",
       "message M { string x = 1 [(privet.v1.field) = {categories: "
       "[\"incomparable\", \"shaped\"]}]; }",
       "field `x`: forms contradict each other"},
      // What needs a tag of its own.
      {"a leaf without one, though the message has",
       "message M { option (privet.v1.all).categories = \"a\"; "
       "google.protobuf.Any x = 1; }",
       "field `x` holds anything at all, or nothing, and needs a tag of its "
       "own"},
      {"a struct", "message M { google.protobuf.Struct x = 1; }",
       "field `x` holds anything at all"},
      {"a type without fields", "message M { google.protobuf.Empty x = 1; }",
       "field `x` holds anything at all, or nothing, and needs a tag"},
      {"a type that only holds itself", "message M { M m = 1; }",
       "field `m` is a message without any field that has a tag"},
      // Shapes.
      {"MessageSet",
       "message S { option message_set_wire_format = true; extensions 4 to "
       "max; } message M { optional S s = 1; optional string x = 2" +
           tag + "}",
       "field `s.` is or holds a MessageSet", "proto2"},
      {"a required field", "message M { required string x = 1" + tag + "}",
       "field `x` is `required` and not public", "proto2"},
      {"a required message",
       "message N { optional string y = 1" + tag +
           "} message M { required N n = 1; }",
       "field `n` is `required` and not public", "proto2"},
      // Transforms.
      {"a transform that does not fit",
       "message M { int64 x = 1 [(privet.v1.field).categories = \"shaped\"]; "
       "}",
       "field `x` has categories with a transform that does not fit it: "},
      {"a transform on a map key",
       "message M { map<string, string> m = 1 [(privet.v1.field).categories = "
       "\"shaped\"]; }",
       "field `m.key` is the key of a map and has categories with a transform"},
      // Retention.
      {"a repeated message that an obligation keeps too long",
       "message N { string x = 1 [(privet.v1.field).categories = \"d\"]; "
       "string y = 2" +
           tag + "} message M { repeated N n = 1; }",
       "field `n.y` lies in the repeated `n`, which obligation `bookkeeping` "
       "keeps longer than this field may live; put them in separate messages"},
      // Roles.
      {"a subject that is no field",
       "message M { option (privet.v1.record).subject = \"who\"; string x = 1" +
           tag + "}",
       "`subject: \"who\"` is no field of the type"},
      {"a repeated subject",
       "message M { option (privet.v1.record).subject = \"x\"; repeated string "
       "x = 1" +
           tag + "}",
       "`subject: \"x\"` is repeated"},
      {"a subject of no text",
       "message M { option (privet.v1.record).subject = \"x\"; double x = 1" +
           tag + "}",
       "`subject: \"x\"` is no text, bytes or whole number"},
      {"a subject that may be there twice",
       "message M { option (privet.v1.record).subject = \"x\"; string x = 1" +
           tag + " M m = 2; }",
       "`subject: \"x\"` lies in a message that may hold itself"},
      {"a creation that is no time",
       "message M { option (privet.v1.record).created = \"x\"; int64 x = 1" +
           tag + "}",
       "`created: \"x\"` is no google.protobuf.Timestamp"},
      {"an index on a double",
       "message M { double x = 1 [(privet.v1.field) = {categories: \"a\" index "
       "{}}]; }",
       "field `x`: its index is of a type that"},
      {"a unique index on several values",
       "message M { repeated string x = 1 [(privet.v1.field) = {categories: "
       "\"a\" index {unique: true}}]; }",
       "field `x`: its index is unique, but a record may have several values"},
      {"a unique index of few bits",
       "message M { string x = 1 [(privet.v1.field) = {categories: \"a\" index "
       "{unique: true bits: 8}}]; }",
       "field `x`: its index is unique, and has all bits"},
      {"an index with a name that is none",
       "message M { string x = 1 [(privet.v1.field) = {categories: \"a\" index "
       "{name: \"My Index\"}}]; }",
       "field `x`: its index is called `My Index`, which is no name"},
      {"an index with a name that is too long",
       "message M { string x = 1 [(privet.v1.field) = {categories: \"a\" index "
       "{name: \"" +
           std::string(201, 'x') + "\"}}]; }",
       "200 bytes at most"},
      // What comes later.
      {"padding",
       "message M { string x = 1 [(privet.v1.field) = {categories: \"a\" pad: "
       "true}]; }",
       "field `x`: `pad` is not supported yet", "proto3",
       absl::StatusCode::kUnimplemented},
      {"several people",
       "message M { string x = 1 [(privet.v1.field) = {categories: \"a\" "
       "about: \"y\"}]; }",
       "field `x`: `about` is not supported yet", "proto3",
       absl::StatusCode::kUnimplemented},
  }));

  DYNAMIC_SECTION(test.name) {
    const Schema schema(test.body, test.syntax);
    const FakeRules rules = SomeRules();
    REQUIRE_ERROR(Plan::Bind(rules, schema.Type("M"), Scanners{}), test.code,
                  test.message);
  }
}

TEST_CASE("Every fault of a type is said at once", "[record][bind][error]") {
  const Schema schema("message M { string x = 1; string y = 2; }");
  const auto plan = Plan::Bind(SomeRules(), schema.Type("M"), Scanners{});
  REQUIRE_ERROR(plan, absl::StatusCode::kInvalidArgument, "field `x`");
  REQUIRE_ERROR(plan, absl::StatusCode::kInvalidArgument, "field `y`");
}

TEST_CASE("Compartments are what shares a fate", "[record][bind]") {
  struct Case {
    std::string name, body;
    std::vector<std::string> layout;
  };
  const std::string a = kTag;
  const std::string c = " [(privet.v1.field).categories = \"c\"];\n";
  const std::string open = " [(privet.v1.field).public = true];\n";
  const Case test = GENERATE_COPY(values<Case>({
      {"equal fates share, public is apart",
       "message M { string x = 1" + a +
           "string y = 2 [(privet.v1.field).categories = \"b\"]; string z = "
           "3" +
           c + "string p = 4" + open + "}",
       {"public: p", "x y", "z"}},
      {"a singular message is split",
       "message N { string x = 1" + a + "string z = 2" + c +
           "} message M { N n = 1; string x = 2" + a + "}",
       {"n.x x", "n.z"}},
      {"a repeated message is one unit",
       "message N { string x = 1" + a + "string z = 2" + c +
           "} message M { repeated N n = 1; string x = 2" + a + "}",
       {"n.x n.z", "x"}},
      {"and so is a map",
       "message N { string x = 1" + a + "string p = 2" + open +
           "} message M { map<string, N> m = 1" + a + "}",
       {"m.key m.value.x m.value.p"}},
      {"a tag on a message covers what lies in it",
       "message N { string x = 1; string y = 2; } message M { N n = 1" + a +
           "}",
       {"n.x n.y"}},
      {"and so does one for all fields of a type",
       "message M { option (privet.v1.all).categories = \"a\"; string x = 1; "
       "string z = 2" +
           c + "}",
       {"x", "z"}},
      {"a type that holds itself is listed once",
       "message M { string x = 1" + a + "M m = 2; }",
       {"x"}},
      {"but again in the unit that holds it",
       "message M { string x = 1" + a + "repeated M m = 2; string z = 3" + c +
           "}",
       {"m.x m.z", "x", "z"}},
      {"leaves are one field",
       "message M { google.protobuf.Struct s = 1" + a +
           "google.protobuf.Any n = 2" + a + "google.protobuf.Timestamp t = 3" +
           a + "}",
       {"s n t"}},
      {"wrappers are messages",
       "message M { google.protobuf.Int64Value w = 1" + a + "}",
       {"w.value"}},
  }));

  DYNAMIC_SECTION(test.name) {
    const Schema schema(test.body);
    const auto plan = Plan::Bind(SomeRules(), schema.Type("M"), Scanners{});
    REQUIRE_OK(plan);
    CHECK(LayoutOf(**plan) == test.layout);
  }
}

TEST_CASE("Splitting by retention joins what differs in permission only",
          "[record][bind]") {
  const Schema schema(
      "message M { option (privet.v1.record).split = BY_RETENTION; string x = "
      "1 [(privet.v1.field).categories = \"a\"]; string z = 2 "
      "[(privet.v1.field).categories = \"c\"]; string d = 3 "
      "[(privet.v1.field).categories = \"d\"]; }");
  const auto plan = Plan::Bind(SomeRules(), schema.Type("M"), Scanners{});
  REQUIRE_OK(plan);
  CHECK(LayoutOf(**plan) == std::vector<std::string>{"d", "x z"});
}

TEST_CASE("A foreign type binds by the paths of the policy", "[record][bind]") {
  const Schema schema(
      "message N { optional string note = 1; }"
      "message E { extensions 100 to 200; }"
      "extend E { optional N extra = 100; optional string other = 101; }"
      "message M { repeated N items = 1; map<string, string> labels = 2; "
      "optional E ext = 3; optional string id = 4; }",
      "proto2");
  FakeRules rules = SomeRules();
  const auto add = [&rules](const std::string& path, const char* category) {
    v1::Field* field = rules.record.add_field();
    field->set_path(path);
    field->add_categories(category);
  };
  add("items.note", "a");
  add("labels.key", "a");
  add("labels.value", "shaped");
  add("ext.[t.extra].note", "c");

  SECTION("all of it") {
    add("id", "a");
    rules.record.set_subject("id");
    const auto plan = Plan::Bind(rules, schema.Type("M"), Scanners{});
    REQUIRE_OK(plan);
    CHECK(LayoutOf(**plan) ==
          std::vector<std::string>{"ext.[t.extra].note",
                                   "items.note labels.key labels.value id"});
    CHECK((*plan)->subject_path() == "id");
  }
  SECTION("a path that leads nowhere is refused") {
    add("id", "a");
    add("items.nose", "a");
    REQUIRE_ERROR(Plan::Bind(rules, schema.Type("M"), Scanners{}),
                  absl::StatusCode::kInvalidArgument,
                  "field `items.nose` is tagged by the policy, but");
  }
  SECTION("a field that no path names is refused") {
    REQUIRE_ERROR(Plan::Bind(rules, schema.Type("M"), Scanners{}),
                  absl::StatusCode::kInvalidArgument, "field `id` has no tag");
  }
}

TEST_CASE("Option and policy must agree where both speak",
          "[record][bind][error]") {
  const Schema schema(std::string("message M { string x = 1") + kTag + "}");
  FakeRules rules = SomeRules();
  v1::Field* field = rules.record.add_field();
  field->set_path("x");
  field->add_categories("a");
  REQUIRE_OK(Plan::Bind(rules, schema.Type("M"), Scanners{}));
  field->add_categories("b");
  REQUIRE_ERROR(Plan::Bind(rules, schema.Type("M"), Scanners{}),
                absl::StatusCode::kInvalidArgument,
                "field `x`: the policy and the option of the field disagree");
}

TEST_CASE("The kind of people is one that the policy declares",
          "[record][bind][error]") {
  struct Case {
    std::string name, option, block, error;
  };
  const std::string unknown =
      "`subject_kind` of the type: subject kind `applicant` is not declared";
  const Case test = GENERATE_COPY(values<Case>({
      {"an option", "customer", "", ""},
      {"both", "customer", "customer", ""},
      {"an option that says another", "applicant", "", unknown},
      {"a policy that says another", "", "applicant", unknown},
  }));

  DYNAMIC_SECTION(test.name) {
    const Schema schema(
        "message M { option (privet.v1.record).subject_kind = \"" +
        test.option + "\"; string x = 1" + kTag + "}");
    FakeRules rules = SomeRules();
    rules.record.set_subject_kind(test.block);
    const auto plan = Plan::Bind(rules, schema.Type("M"), Scanners{});
    if (test.error.empty()) {
      REQUIRE_OK(plan);
      CHECK((*plan)->subject_kind() == "customer");
    } else {
      REQUIRE_ERROR(plan, absl::StatusCode::kInvalidArgument, test.error);
    }
  }
}

TEST_CASE("So must they on the index", "[record][bind][error]") {
  struct Case {
    std::string name, option, policy, error;
  };
  const std::string disagree =
      "field `x`: the policy and the option of the field disagree";
  const Case test = GENERATE_COPY(values<Case>({
      {"the option alone", "index { unique: true }", "", ""},
      {"the policy alone", "", "unique: true", ""},
      {"both the same", "index { bits: 8 }", "bits: 8", ""},
      {"unique or not", "index {}", "unique: true", disagree},
      {"bits", "index { bits: 8 }", "bits: 9", disagree},
      {"case", "index { normalize: EMAIL }", "normalize: EXACT", disagree},
      {"name", "index { name: \"y\" }", "name: \"z\"", disagree},
  }));
  DYNAMIC_SECTION(test.name) {
    const Schema schema(
        "message M { string x = 1 [(privet.v1.field) = { categories: \"a\" " +
        test.option + " }]; }");
    FakeRules rules = SomeRules();
    v1::Field* field = rules.record.add_field();
    field->set_path("x");
    field->add_categories("a");
    if (!test.policy.empty()) {
      REQUIRE(google::protobuf::TextFormat::ParseFromString(
          test.policy, field->mutable_index()));
    }
    const auto plan = Plan::Bind(rules, schema.Type("M"), Scanners{});
    if (!test.error.empty()) {
      REQUIRE_ERROR(plan, absl::StatusCode::kInvalidArgument, test.error);
      return;
    }
    REQUIRE_OK(plan);
    CHECK((*plan)->fields()[0].has_index);
  }
}

TEST_CASE("A compartment's id is that of its paths, under the oldest name",
          "[record][bind]") {
  const Schema schema(std::string("message M { string x = 1") + kTag + "}");
  FakeRules rules = SomeRules();
  const auto now = Plan::Bind(rules, schema.Type("M"), Scanners{});
  REQUIRE_OK(now);
  // id4(info("privet/1/fields", "t.M", 01000000)).
  CHECK((*now)->compartments()[0].id == 0x097c7e2du);
  rules.record.add_was("t.Old");
  const auto renamed = Plan::Bind(rules, schema.Type("M"), Scanners{});
  REQUIRE_OK(renamed);
  CHECK((*renamed)->sealed_type() == "t.Old");
  CHECK((*renamed)->compartments()[0].id != (*now)->compartments()[0].id);
}

TEST_CASE("A catalogue row tells a later policy what a compartment holds",
          "[record][bind]") {
  const std::string body =
      "message N { string x = 1; string y = 2; } message M { N n = 1 "
      "[(privet.v1.field).categories = \"a\"]; string z = 2 "
      "[(privet.v1.field).categories = \"b\"]; }";
  const Schema schema(body);
  const auto old_plan = Plan::Bind(SomeRules(), schema.Type("M"), Scanners{});
  REQUIRE_OK(old_plan);
  REQUIRE((*old_plan)->compartments().size() == 1);
  const std::string row = (*old_plan)->CatalogueRow(0);

  FakeRules later;
  later.Add("a", "one");
  later.Add("b", "split off");
  const auto new_plan = Plan::Bind(later, schema.Type("M"), Scanners{});
  REQUIRE_OK(new_plan);
  REQUIRE((*new_plan)->compartments().size() == 2);
  CHECK((*new_plan)->FindCompartment((*old_plan)->compartments()[0].id) == -1);
  const auto cells = (*new_plan)->CellsOf(row);
  REQUIRE_OK(cells);
  CHECK(*cells == record::CellSet::FirstCells(2));

  SECTION("a damaged row is refused") {
    for (std::size_t size = 0; size < row.size(); ++size) {
      if (size == 2 || size == 12 || size == 22) continue;  // whole rows
      REQUIRE_ERROR((*new_plan)->CellsOf(row.substr(0, size)),
                    absl::StatusCode::kDataLoss, "is damaged");
    }
  }
}

TEST_CASE("A residue is a plan of its own", "[record][bind]") {
  const Schema schema(
      "message M { int64 n = 1 [(privet.v1.field).categories = \"a\"]; string "
      "x = 2 [(privet.v1.field).categories = \"c\"]; string p = 3 "
      "[(privet.v1.field).public = true]; }");
  FakeRules rules = SomeRules();
  const policy::Category statistics = rules.Add("statistics", "s");
  record::ResidueRule* rule = rules.AddResidue("log");
  v1::Transform bucket;
  bucket.mutable_bucket()->set_width(100);
  rule->steps.push_back({&bucket, statistics, true});
  rules.Leave(0, rule, 0);

  SECTION("of the fields that leave something") {
    const auto plan = Plan::Bind(rules, schema.Type("M"), Scanners{});
    REQUIRE_OK(plan);
    const Plan* residue = (*plan)->residue();
    REQUIRE(residue != nullptr);
    CHECK(residue->sealed_type() == "t.M#log");
    CHECK((*plan)->residue_retention() == "log");
    CHECK(LayoutOf(*residue) == std::vector<std::string>{"n"});
    CHECK(residue->cells()[0].categories ==
          std::vector<policy::Category>{statistics});
    CHECK(residue->ResidueTransformsOf(policy::kWhole) != nullptr);
  }
  SECTION("it must end: what it becomes counts from creation") {
    rule->steps[0].from_creation = false;
    REQUIRE_ERROR(Plan::Bind(rules, schema.Type("M"), Scanners{}),
                  absl::StatusCode::kInvalidArgument,
                  "field `n` becomes `statistics`, which no retention ends "
                  "that counts from creation");
  }
  SECTION("of one retention only") {
    record::ResidueRule* second = rules.AddResidue("other");
    v1::Transform whole;
    whole.mutable_whole();
    second->steps.push_back({&whole, statistics, true});
    rules.Leave(2, second, 0);
    REQUIRE_ERROR(Plan::Bind(rules, schema.Type("M"), Scanners{}),
                  absl::StatusCode::kInvalidArgument,
                  "retentions `log` and `other` both leave a residue");
  }
}

}  // namespace
}  // namespace privet::testing
