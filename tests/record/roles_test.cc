// SPDX-License-Identifier: Apache-2.0
//
// What the library reads out of a record for itself: the subject, the time of
// creation, the values of indexes.

#include <string>
#include <vector>

#include "record/fake_rules.h"
#include "record/index_value.h"
#include "record/pass.h"
#include "record/plan.h"
#include "record/schema.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet::testing {
namespace {

using record::CallView;
using record::IndexSpec;
using record::Normalize;
using record::Pass;
using record::Plan;

std::shared_ptr<const Plan> Bind(const Schema& schema) {
  FakeRules rules;
  rules.Add("a", "a");
  rules.Add("b", "b");
  const auto plan = Plan::Bind(rules, schema.Type("M"), Scanners{});
  REQUIRE_OK(plan);
  return *plan;
}

TEST_CASE("The subject is read before any pass", "[record][roles]") {
  struct Case {
    std::string name, field, text, subject;
  };
  const std::string tag = " [(privet.v1.field).categories = \"a\"];";
  const Case test = GENERATE_COPY(values<Case>({
      {"text", "string id = 7" + tag, "n { x: 'x' } id: 'ada'", "ada"},
      {"bytes", "bytes id = 7" + tag, "id: '\\001\\377'", "\x01\xff"},
      {"a number", "int64 id = 7" + tag, "id: -12", "-12"},
      {"a large one", "uint64 id = 7" + tag, "id: 18446744073709551615",
       "18446744073709551615"},
      {"zigzag", "sint32 id = 7" + tag, "id: -3", "-3"},
      {"fixed", "fixed32 id = 7" + tag, "id: 4294967295", "4294967295"},
      {"absent", "string id = 7" + tag, "n { x: 'x' }", ""},
  }));

  DYNAMIC_SECTION(test.name) {
    Schema schema(
        "message N { string x = 1" + tag +
        "} message M { option (privet.v1.record).subject = \"id\"; N n = 2; " +
        test.field + "}");
    const auto plan = Bind(schema);
    const auto subject = plan->ReadSubject(schema.Bytes("M", test.text));
    REQUIRE_OK(subject);
    CHECK(*subject == test.subject);
  }
}

TEST_CASE("Subject and creation may lie in messages", "[record][roles]") {
  const std::string tag = " [(privet.v1.field).categories = \"a\"];";
  Schema schema("message I { string id = 3" + tag +
                "google.protobuf.Timestamp at = 4" + tag +
                "} message H { I i = 2; } message M { option "
                "(privet.v1.record) = { subject: \"h.i.id\" created: "
                "\"h.i.at\" }; H h = 1; }");
  const auto plan = Bind(schema);
  const std::string bytes = schema.Bytes(
      "M", "h { i { id: 'ada' at { seconds: 1775131200 nanos: 5 } } }");
  const auto subject = plan->ReadSubject(bytes);
  REQUIRE_OK(subject);
  CHECK(*subject == "ada");
  const auto created = plan->ReadCreated(bytes);
  REQUIRE_OK(created);
  CHECK(*created ==
        absl::FromUnixSeconds(1'775'131'200) + absl::Nanoseconds(5));

  SECTION("absent ones") {
    CHECK(*plan->ReadSubject("") == "");
    CHECK(*plan->ReadCreated("") == absl::InfinitePast());
  }
  SECTION("malformed bytes on the way") {
    REQUIRE_ERROR(plan->ReadSubject("\x0a\x05x"),
                  absl::StatusCode::kInvalidArgument,
                  "the bytes around field `h.i.id` are no protobuf");
  }
  SECTION("two of one, of which nobody could say which counts") {
    const std::string other = schema.Bytes(
        "M", "h { i { id: 'bob' at { seconds: 1775131201 nanos: 5 } } }");
    for (const std::string& twice : {bytes + other, bytes + bytes}) {
      REQUIRE_ERROR(plan->ReadSubject(twice),
                    absl::StatusCode::kInvalidArgument, "have it twice");
      REQUIRE_ERROR(plan->ReadCreated(twice),
                    absl::StatusCode::kInvalidArgument, "have it twice");
    }
  }
  SECTION("a time out of range") {
    REQUIRE_ERROR(plan->ReadCreated(schema.Bytes(
                      "M", "h { i { at { seconds: 1775131200 nanos: -5 } } }")),
                  absl::StatusCode::kInvalidArgument, "field `h.i.at`");
  }
}

TEST_CASE("A pass tells the values to index", "[record][roles]") {
  Schema schema(
      "message M {"
      "  string mail = 1 [(privet.v1.field) = { categories: \"a\" index { "
      "normalize: EMAIL } }];"
      "  repeated int32 n = 2 [(privet.v1.field) = { categories: \"b\" index { "
      "name: \"numbers\" bits: 20 } }];"
      "  string key = 3 [(privet.v1.field) = { public: true index { name: "
      "\"key\" unique: true } }]; }");
  const auto plan = Bind(schema);
  const std::string bytes =
      schema.Bytes("M", "mail: ' Ada@X.org' n: 5 n: -6 key: 'K'");
  CallView call;
  call.permitted = record::CellSet::FirstCells(plan->cells().size());
  Pass pass;

  SECTION("normalized, with the compartment that takes them along") {
    REQUIRE_OK(pass.Split(*plan, call, bytes));
    const auto indexed = IndexValuesOf(*plan, call, pass);
    REQUIRE_OK(indexed);
    const auto& values = *indexed;
    REQUIRE(values.size() == 4);
    CHECK(values[0].value == "ada@x.org");
    CHECK(values[0].field->index.name == "a");
    CHECK(values[0].compartment ==
          plan->compartments()[values[0].field->compartment].id);
    CHECK(values[1].value == "5");
    CHECK(values[2].value == "-6");
    CHECK(values[2].field->index.bits == 20);
    CHECK(values[3].value == "K");
    CHECK(values[3].field->index.unique);
  }
  SECTION("but none that is not stored") {
    for (std::size_t i = 0; i < plan->cells().size(); ++i) {
      if (!plan->cells()[i].categories.empty()) {
        call.permitted.Remove(static_cast<record::CellIndex>(i));
      }
    }
    REQUIRE_OK(pass.Split(*plan, call, bytes));
    const auto values = IndexValuesOf(*plan, call, pass);
    REQUIRE_OK(values);
    REQUIRE(values->size() == 1);
    CHECK(values->front().value == "K");
  }
  SECTION("nor one that may be stored in a form only, though it is there") {
    REQUIRE_OK(pass.Split(*plan, call, bytes));
    CallView decided = call;
    for (std::size_t i = 0; i < plan->cells().size(); ++i) {
      if (!plan->cells()[i].categories.empty()) {
        decided.formed.Add(static_cast<record::CellIndex>(i));
      }
    }
    const auto values = IndexValuesOf(*plan, decided, pass);
    REQUIRE_OK(values);
    REQUIRE(values->size() == 1);
    CHECK(values->front().value == "K");
  }
  SECTION("and no empty one") {
    const auto blank = schema.Bytes("M", "mail: ' ' n: 0");
    REQUIRE_OK(pass.Split(*plan, call, blank));
    const auto values = IndexValuesOf(*plan, call, pass);
    REQUIRE_OK(values);
    REQUIRE(values->size() == 1);
    CHECK(values->front().value == "0");
  }
  SECTION("however long it gets without its case") {
    // U+023A has two bytes, and three in lower case.
    std::string grows;
    for (int i = 0; i < 30'000; ++i) grows += "\u023a";
    const auto longer = schema.Bytes("M", "mail: '" + grows + "'");
    REQUIRE_OK(pass.Split(*plan, call, longer));
    REQUIRE_ERROR(IndexValuesOf(*plan, call, pass),
                  absl::StatusCode::kResourceExhausted, "field `mail`");
  }
}

TEST_CASE("What people take for equal is indexed as equal", "[record][roles]") {
  struct Case {
    std::string name;
    IndexSpec::Normal normal;
    std::string value, normalized;
  };
  const Case test = GENERATE(values<Case>({
      {"exact", IndexSpec::Normal::kExact, " Ada ", " Ada "},
      {"an address", IndexSpec::Normal::kEmail, " Ada@X.ORG\n", "ada@x.org"},
      {"spaces only", IndexSpec::Normal::kEmail, " \t", ""},
      {"case", IndexSpec::Normal::kCaseFold, " Ada ", " ada "},
      {"accents", IndexSpec::Normal::kCaseFold, "\u00c9MILE", "\u00e9mile"},
      {"Greek", IndexSpec::Normal::kCaseFold, "\u03a3\u03c2\u03c3",
       "\u03c3\u03c3\u03c3"},
      {"Cyrillic", IndexSpec::Normal::kCaseFold, "\u0416\u0436",
       "\u0436\u0436"},
      {"sharp s", IndexSpec::Normal::kCaseFold, "\u1e9e", "\u00df"},
      {"Deseret", IndexSpec::Normal::kCaseFold, "\U00010400", "\U00010428"},
      {"every other", IndexSpec::Normal::kCaseFold, "\u0100\u0101",
       "\u0101\u0101"},
      {"what is not UTF-8", IndexSpec::Normal::kCaseFold, "A\xff", "A\xff"},
  }));
  DYNAMIC_SECTION(test.name) {
    CHECK(Normalize(test.normal, test.value) == test.normalized);
    CHECK(Normalize(test.normal, test.normalized) == test.normalized);
  }
}

}  // namespace
}  // namespace privet::testing
