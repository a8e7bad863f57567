// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <string>

#include "privet/policy.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet {
namespace {

constexpr char kGood[] = R"(
id: "shop" version: 1
controller { id: "shop" contact: "privacy@shop.example" }
category { id: "account.email" }
category { id: "account.name" }
category { id: "log" }
purpose { id: "service" basis: CONTRACT }
purpose { id: "mail" basis: CONSENT }
actor { id: "web" purposes: ["service", "mail"] }
recipient { id: "host" role: PROCESSOR purposes: ["service"] regions: ["de"]
  agreement { reference: "A" } }
event { id: "closed" }
rule { name: "run" permit { categories: ["account"] purposes: ["service"] } }
residency { categories: ["*"] regions: ["de"] }
retention { id: "all" categories: ["*"] keep: "30d" then: DELETE }
)";

// The warnings for the good policy and `more`, lines counted from its first.
std::string Warnings(const std::string& more) {
  const std::string good(kGood + 1);
  const auto policy = Policy::Parse(good + more, "p");
  REQUIRE_OK(policy);
  const auto lines =
      static_cast<std::uint32_t>(std::count(good.begin(), good.end(), '\n'));
  std::string text;
  for (Diagnostic diagnostic : policy->Lint()) {
    if (diagnostic.severity != Diagnostic::Severity::kWarning) continue;
    diagnostic.line -= lines;
    text += diagnostic.Summary() + "\n";
  }
  return text;
}

TEST_CASE("A policy without fault has no warning", "[policy][lint]") {
  CHECK(Warnings("") == "");
}

TEST_CASE("What changes nothing, or is likely not meant, is a warning",
          "[policy][lint]") {
  struct Case {
    std::string name, more, warnings;
  };
  const Case test = GENERATE(values<Case>({
      {"redundant permit",
       "rule { name: \"again\" permit { categories: [\"account.email\"] "
       "purposes: [\"service\"] } }",
       "p:1:1: warning: rule `again` is redundant: without it, every decision "
       "is the same; remove it\n"},
      {"overridden permit",
       "rule { name: \"log\" permit { categories: [\"log\"] purposes: "
       "[\"service\"] } }\n"
       "rule { name: \"no log\" forbid { categories: [\"log\"] } }",
       "p:1:1: warning: rule `log` is overridden: all that it permits is "
       "refused; except it from the rule that forbids, or remove it\n"},
      {"shadowed forbid",
       "rule { name: \"no log\" forbid { categories: [\"log\"] } }",
       "p:1:1: warning: rule `no log` is shadowed: what it forbids is refused "
       "without it; remove it, or correct what it selects\n"},
      {"shadowed require",
       "rule { name: \"a\" require { categories: [\"account\"] } transform { "
       "truncate { characters: 3 } } }\n"
       "rule { name: \"b\" require { categories: [\"account.name\"] } "
       "transform "
       "{ truncate { characters: 5 } } }",
       "p:2:1: warning: rule `b` is shadowed: what it shapes is refused, or "
       "shaped as strongly by others; remove it, or correct what it selects\n"},
      {"vacuous forbid",
       "purpose { id: \"ads\" basis: CONSENT }\n"
       "rule { name: \"no ads\" forbid { purposes: [\"ads\"] } }\n"
       "never { name: \"none\" over { purposes: [\"ads\"] } }",
       "p:2:1: warning: rule `no ads` decides nothing: no request that an "
       "actor "
       "may make meets it; keep it if it guards against what may come\n"
       "p:3:1: warning: `none` says nothing today: no request that an actor "
       "may "
       "make meets it; keep it if it guards against what may come\n"},
      {"kept for ever",
       "category { id: \"note\" }\n"
       "retention { id: \"n\" categories: [\"note\"] keep: \"1d\" after: "
       "\"closed\" then: DELETE }\n"
       "retention { id: \"other\" categories: [\"note\"] keep: \"1d\" then: "
       "DELETE subject_regions: [\"fr\"] }",
       ""},
      {"lists",
       "rule { name: \"r\" permit { categories: [\"log\", \"*\"] "
       "except_categories: [\"account.name\"] purposes: [\"mail\", \"mail\"] } "
       "}\n"
       "rule { name: \"s\" permit { categories: [\"account\"] "
       "except_categories: [\"log\"] purposes: [\"mail\"] } }",
       "p:1:40: warning: `log` is covered by `*` in the same list; remove it\n"
       "p:1:107: warning: `mail` is covered by `mail` in the same list; remove "
       "it\n"
       "p:2:71: warning: `log` excepts nothing: no id of the list covers it; "
       "remove it\n"},
      {"no agreement", "recipient { id: \"r\" role: PROCESSOR }",
       "p:1:27: warning: recipient `r` has no agreement: nothing is shared "
       "with "
       "it; write `agreement { reference: \"…\" }`\n"},
      {"no interest",
       "purpose { id: \"p\" basis: LEGITIMATE_INTERESTS }\n"
       "purpose { id: \"q\" basis: LEGAL_OBLIGATION }",
       "p:1:26: warning: purpose `p` rests on an interest that it does not "
       "name; "
       "write `interest: \"…\"`: people must be told which\n"
       "p:2:26: warning: purpose `q` rests on a duty that it does not name; "
       "write `obligation: \"…\"`: without it, it opens nothing that is kept "
       "by "
       "law\n"},
  }));
  DYNAMIC_SECTION(test.name) { CHECK(Warnings(test.more) == test.warnings); }
}

TEST_CASE("A permit whose star reaches what the law guards most is a warning",
          "[policy][lint]") {
  constexpr char kGuarded[] =
      "category { id: \"health\" flags: SPECIAL }"
      "category { id: \"health.weight\" }"
      "purpose { id: \"score\" basis: CONTRACT kinds: AUTOMATED_DECISION }"
      "purpose { id: \"sort\" basis: CONTRACT kinds: AUTOMATED_DECISION }"
      "actor { id: \"judge\" purposes: \"score\" }\n";
  constexpr char kReachesHealth[] =
      "`*` reaches special categories: `health.weight`; except what is not "
      "meant by `except_categories`, or name what is";
  constexpr char kReachesScore[] =
      "`*` reaches automated decisions: `score`; except what is not meant by "
      "`except_purposes`, or name what is";
  struct Case {
    std::string permit;
    bool health, score;
  };
  const Case test = GENERATE(values<Case>({
      {R"(categories: "*" purposes: "*")", true, true},
      {R"(categories: "*" purposes: "score")", true, false},
      {R"(categories: "log" purposes: "*")", false, true},
      {R"(categories: "*" except_categories: "health" purposes: "score")",
       false, false},
      {R"(categories: "*" except_flags: SPECIAL purposes: "score")", false,
       false},
      {R"(categories: "log" purposes: "*" except_purposes: "score")", false,
       false},
      // What no actor that is meant may claim is not reached.
      {R"(categories: "log" purposes: "*" actors: "web")", false, false},
      // What is named is meant.
      {R"(categories: "health" purposes: "score")", false, false},
  }));
  CAPTURE(test.permit);
  const std::string warnings = Warnings(
      kGuarded + ("rule { name: \"r\" permit { " + test.permit + " } }"));
  CHECK((warnings.find(kReachesHealth) != std::string::npos) == test.health);
  CHECK((warnings.find(kReachesScore) != std::string::npos) == test.score);
  CHECK((warnings.find("`*` reaches") != std::string::npos) ==
        (test.health || test.score));
}

TEST_CASE("Data that waits for an event alone is kept for ever",
          "[policy][lint]") {
  const auto policy = Policy::Parse(R"(id: "p" version: 1
controller { id: "p" contact: "c" }
category { id: "a" } category { id: "b" } category { id: "c" } category { id: "d" }
event { id: "closed" }
residency { categories: "*" regions: "de" }
retention { id: "x" categories: ["a", "b"] keep: "1d" after: "closed" then: DELETE }
retention { id: "y" categories: ["b"] keep: "9y" then: DELETE }
retention { id: "z" categories: ["c"] keep: "1d" subject_regions: "fr" then: DELETE }
retention { id: "w" categories: ["d"] keep: "1d" after: "created" then: DELETE }
)",
                                    "p");
  REQUIRE_OK(policy);
  std::string text;
  for (const Diagnostic& d : policy->Lint()) {
    if (d.severity == Diagnostic::Severity::kWarning)
      text += d.Summary() + "\n";
  }
  CHECK(
      text ==
      "p:6:62: warning: `a` is kept for ever while `closed` does not happen; "
      "add a retention that counts from creation, as long as you need it\n"
      "p:8:67: warning: `c` is kept for ever for people from elsewhere; add a "
      "retention that counts from creation, as long as you need it\n");
}

TEST_CASE("What is not acted on yet is named", "[policy][lint]") {
  const auto policy = Policy::Load("examples/infermesh/policy.textproto");
  REQUIRE_OK(policy);
  std::string notes;
  for (const Diagnostic& diagnostic : policy->Lint()) {
    if (diagnostic.severity != Diagnostic::Severity::kNote) continue;
    notes += diagnostic.path + " ";
    CHECK_THAT(diagnostic.message,
               testing::ContainsSubstring("declared, not acted on yet"));
  }
  CHECK(notes ==
        "controller[0] rights[0] cookie[0] minors[0] changes keep expect[0] ");
}

TEST_CASE("A field that is not acted on yet is named", "[policy][lint]") {
  const auto policy = Policy::Parse(R"(id: "p" version: 1
controller { id: "p" contact: "c" }
category { id: "a" }
purpose { id: "q" special_condition: "a" }
recipient { id: "r" role: AUTHORITY jurisdiction: "de" transfer { to: "us" by: ADEQUACY } }
record { type: "t.R" controller: "p" field { path: "x" categories: "a" index { population: 9 } } }
retention { id: "x" categories: "a" keep: "1d" then: DELETE }
)",
                                    "p");
  REQUIRE_OK(policy);
  std::string notes;
  for (const Diagnostic& diagnostic : policy->Lint()) {
    if (diagnostic.severity != Diagnostic::Severity::kNote) continue;
    notes += diagnostic.path + " ";
  }
  CHECK(notes ==
        "controller[0] purpose[0].special_condition recipient[0].jurisdiction "
        "recipient[0].transfer[0] record[0].controller "
        "record[0].field[0].index.population ");
}

}  // namespace
}  // namespace privet
