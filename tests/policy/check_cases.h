// SPDX-License-Identifier: Apache-2.0
//
// Tables of policies that are wrong, with what the check says of them.

#ifndef PRIVET_TESTS_POLICY_CHECK_CASES_H_
#define PRIVET_TESTS_POLICY_CHECK_CASES_H_

#include <algorithm>
#include <cstdint>
#include <string>

#include "policy/check.h"
#include "policy/located.h"
#include "policy/reader.h"
#include "privet/v1/policy.pb.h"
#include "support/catch.h"

namespace privet::policy {

// A policy without an error, to which each case adds one.
inline constexpr char kGood[] = R"(
id: "shop" version: 1 effective: "2026-01-01"
controller { id: "shop" contact: "privacy@shop.example" }
subject_kind { id: "customer" }
region { id: "eea" members: ["de", "fr"] }
region { id: "cloud" }
category { id: "account" }
category { id: "account.email" }
category { id: "account.secret" flags: CREDENTIAL }
category { id: "log" }
category { id: "stats" flags: DEIDENTIFIED }
purpose { id: "service" basis: CONTRACT }
purpose { id: "ads" basis: CONSENT }
purpose { id: "sale" basis: CONSENT kinds: SALE }
actor { id: "web" purposes: ["service", "ads"] stores: ["shop.v1.Order"] }
recipient { id: "host" role: PROCESSOR purposes: ["service"] regions: ["eea"] }
fact { id: "plan" about: SUBJECT values: ["free", "paid"] }
event { id: "closed" }
obligation { id: "tax" law: "tax law" }
record { type: "shop.v1.Order" subject: "account" }
rule { name: "run" permit { categories: ["account"] purposes: ["service"] } }
retention { id: "all" categories: ["*"] keep: "30d" then: DELETE }
minors { id: "teen" under: 16 }
)";

// Returns the findings for the good policy and `more`, with lines counted from
// the first of `more`.
inline std::string Errors(const std::string& more) {
  const std::string good(kGood + 1);
  const SourceText source("p", good + more);
  TextErrors errors;
  const SyntaxTree tree = Read(source, *v1::Policy::descriptor(), &errors);
  v1::Policy policy;
  SetMessage(tree, &policy, &errors);
  REQUIRE(errors.empty());
  const auto lines =
      static_cast<std::uint32_t>(std::count(good.begin(), good.end(), '\n'));
  Diagnostics diagnostics;
  for (const Finding& finding : Check(policy)) {
    diagnostics.push_back(Locate(finding, {&source, &tree}));
    diagnostics.back().line -= lines;
  }
  SortDiagnostics(&diagnostics);
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics) {
    text += diagnostic.Summary() + "\n";
  }
  return text;
}

struct CheckedText {
  std::string name, more, errors;
};

inline void CheckCase(const CheckedText& test) {
  DYNAMIC_SECTION(test.name) { CHECK(Errors(test.more) == test.errors); }
}

}  // namespace privet::policy

#endif  // PRIVET_TESTS_POLICY_CHECK_CASES_H_
