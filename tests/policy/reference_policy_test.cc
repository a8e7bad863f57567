// SPDX-License-Identifier: Apache-2.0
//
// The reference policy: it compiles, everything that it claims of itself holds,
// and a careless edit does not pass.

#include <memory>
#include <string>
#include <vector>

#include "policy/naive_evaluator.h"
#include "policy/policy_fixture.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet::testing {
namespace {

using policy::Operation;

std::string ReferenceText() {
  return ReadTextFile("examples/infermesh/policy.textproto");
}

Ask AskOf(const v1::Expect& expect) {
  Ask ask;
  ask.operation = static_cast<Operation>(expect.operation());
  ask.actor = expect.actor();
  ask.purpose = expect.purpose();
  ask.recipient = expect.recipient();
  if (!expect.region().empty()) ask.region = expect.region();
  if (!expect.date().empty()) {
    REQUIRE(absl::ParseCivilTime(expect.date(), &ask.day));
  }
  const auto list = [](const auto& from) {
    return std::vector<std::string>(from.begin(), from.end());
  };
  const v1::Expect::Subject& subject = expect.subject();
  ask.subject.consents = list(subject.consents());
  ask.subject.objections = list(subject.objections());
  ask.subject.restricted = subject.restricted();
  ask.subject.minor_group = subject.minor_group();
  ask.subject.notices = list(subject.notices());
  ask.subject.region = subject.region();
  ask.subject.kind = subject.kind();
  ask.subject.happened = list(subject.happened());
  for (const v1::FactIs& fact : expect.fact()) {
    ask.request.facts.emplace_back(fact.id(), fact.any_of(0));
  }
  return ask;
}

v1::Expect::Seen::As SeenAs(const std::string& decision) {
  if (decision == "no" || decision == "drop { }") {
    return v1::Expect::Seen::NOT_AT_ALL;
  }
  return decision == "whole" ? v1::Expect::Seen::WHOLE
                             : v1::Expect::Seen::TRANSFORMED;
}

TEST_CASE("Every expectation of the reference policy holds",
          "[policy][reference]") {
  const PolicyUnderTest policy(ReferenceText());
  REQUIRE(policy.message().expect_size() == 6);
  for (const v1::Expect& expect : policy.message().expect()) {
    for (const v1::Expect::Seen& seen : expect.seen()) {
      CAPTURE(expect.name(), seen.category());
      Ask ask = AskOf(expect);
      ask.categories = {seen.category()};
      CHECK(SeenAs(policy.Decide(ask)) == seen.as());
    }
  }
}

// What an author may do in a hurry, and what must stop it.
TEST_CASE("A careless edit of the reference policy does not load",
          "[policy][reference]") {
  struct Case {
    std::string name, added, broken;
  };
  const Case test = GENERATE(values<Case>({
      {"content for advertising",
       R"(rule { name: "x" permit { categories: "content" purposes: "experience" } })",
       "`only` `analytics`"},
      {"a wider help desk",
       R"(rule { name: "x" permit { categories: "billing" purposes: "service.support" recipients: "helpdesk" } })",
       "`only` `support`"},
      {"content for the police",
       R"(rule { name: "x" permit { categories: "*" purposes: "compliance" roles: AUTHORITY } })",
       "`never` `authorities never see content`"},
      {"analytics on another basis",
       R"(rule { name: "x" permit { categories: "service_log" purposes: "analytics" } basis: CONTRACT })",
       "`never` `no consent, no analytics`"},
      {"a residency elsewhere",
       R"(region { id: "jp" } recipient { id: "x" role: THIRD_PARTY purposes: "service.notice" regions: "jp" }
          rule { name: "x" permit { categories: "account.email" purposes: "service.notice" recipients: "x" } })",
       "`never` `nothing is at rest, or goes, elsewhere`"},
      {"no way in", R"(rule { name: "x" forbid { categories: "account" } })",
       "`always` `people can sign in`"},
  }));
  DYNAMIC_SECTION(test.name) {
    CHECK_THAT(ErrorsOf(ReferenceText() + test.added),
               ContainsSubstring(test.broken + " does not hold"));
  }
}

TEST_CASE("A finding of a proof has a request, what matters of it, the rules",
          "[policy][reference]") {
  policy::Findings findings;
  const auto snapshot =
      policy::Snapshot::Compile(ParsePolicy(ReferenceText() + R"(
        rule { name: "too much" permit { categories: "account.email" purposes: "analytics" } })"),
                                &findings);
  REQUIRE_FALSE(snapshot.ok());
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].message ==
        "`only` `analytics` does not hold: actor `product` may store "
        "`account.email` for `analytics` in `at`, with consent to `analytics` "
        "(rule `too much`)");
  CHECK(findings[0].path ==
        policy::FieldPath{{v1::Policy::kOnlyFieldNumber, 8}});
}

// Every leaf, actor, purpose and recipient, in a few states.
TEST_CASE("Tables and rules agree on every request of the reference policy",
          "[policy][reference]") {
  const PolicyUnderTest policy(ReferenceText());
  const NaiveEvaluator naive(policy.message());
  std::vector<policy::SubjectState> states(5);
  states[1].consents = {"analytics", "experience", "advertising", "sale"};
  states[1].notices = {"successor:successor"};
  states[2].objections = {"security", "improvement"};
  states[3].restricted = true;
  states[4].minor_group = "minor";
  std::vector<std::string> recipients = naive.Recipients();
  recipients.push_back("");
  int permitted = 0;
  for (const std::string& actor : naive.Actors()) {
    for (const std::string& purpose : naive.Purposes()) {
      for (const std::string& recipient : recipients) {
        for (std::size_t s = 0; s < states.size(); ++s) {
          Ask ask;
          ask.operation =
              recipient.empty() ? Operation::kUse : Operation::kShare;
          ask.actor = actor;
          ask.purpose = purpose;
          ask.recipient = recipient;
          ask.subject = states[s];
          ask.request.case_reference = "1";
          ask.request.categories = naive.Categories();
          NaiveRequest request;
          request.operation =
              static_cast<v1::Selector::Operation>(ask.operation);
          request.actor = actor;
          request.purpose = purpose;
          request.recipient = recipient;
          request.region = ask.region;
          request.subject = ask.subject;
          request.request = ask.request;
          request.day = ask.day;
          const policy::Context& context = policy.ContextOf(ask);
          const policy::Word word = policy.WordOf(ask);
          for (const std::string& category : naive.Categories()) {
            request.categories = {category};
            const NaiveVerdict expected = naive.Decide(request);
            const policy::Verdict got =
                context.Decide(policy.CategoryOf(category), word);
            if (got.permitted != expected.permitted) {
              CAPTURE(actor, purpose, recipient, category, s);
              CHECK(got.permitted == expected.permitted);
            }
            permitted += got.permitted ? 1 : 0;
          }
        }
      }
    }
  }
  CHECK(permitted > 400);
}

}  // namespace
}  // namespace privet::testing
