// SPDX-License-Identifier: Apache-2.0
//
// How large a type may be that is bound.

#include <string>

#include "record/fake_rules.h"
#include "record/plan.h"
#include "record/schema.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet::testing {
namespace {

using record::Plan;

constexpr char kTag[] = " [(privet.v1.field).categories = \"a\"]; ";

// Types M, M1 … of which each but the last holds the next, `wide` times.
std::string Chain(int length, int wide, const std::string& last) {
  std::string body;
  for (int i = 0; i < length; ++i) {
    const std::string type = i == 0 ? "M" : "M" + std::to_string(i);
    body += "message " + type + " { ";
    for (int j = 1; j <= wide; ++j) {
      body += i + 1 == length
                  ? last + " f" + std::to_string(j) + " = " +
                        std::to_string(j) + kTag
                  : "M" + std::to_string(i + 1) + " f" + std::to_string(j) +
                        " = " + std::to_string(j) + "; ";
    }
    body += "} ";
  }
  return body;
}

TEST_CASE("A type is bound up to a size and a depth", "[record][bind][error]") {
  struct Case {
    std::string name, body, error;
  };
  const Case test = GENERATE_COPY(values<Case>({
      // 27 * 27 * 27 texts and the messages around them.
      {"many fields", Chain(3, 27, "string"), "20000 places"},
      {"fewer", Chain(3, 20, "string"), ""},
      // 16,200 fields, and four messages to each.
      {"many values of any shape", Chain(2, 127, "google.protobuf.Struct"),
       "20000 places"},
      {"as deep as records are read", Chain(100, 1, "string"), ""},
      {"deeper", Chain(101, 1, "string"), "more than 100 messages deep"},
      {"by far", Chain(2000, 1, "string"), "more than 100 messages deep"},
  }));
  DYNAMIC_SECTION(test.name) {
    const Schema schema(test.body);
    FakeRules rules;
    rules.Add("a", "a");
    const auto plan = Plan::Bind(rules, schema.Type("M"), Scanners{});
    if (test.error.empty()) {
      REQUIRE_OK(plan);
    } else {
      REQUIRE_ERROR(plan, absl::StatusCode::kInvalidArgument, test.error);
    }
  }
}

}  // namespace
}  // namespace privet::testing
