// SPDX-License-Identifier: Apache-2.0
//
// Points 6 to 12 of how decisions are made; twelve_points_test.cc has the rest.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "policy/points.h"
#include "policy/policy_fixture.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet::testing {
namespace {

TEST_CASE("Point 6: forbid wins, and what nothing permits is denied",
          "[policy][point]") {
  const PolicyUnderTest policy(FramePolicy() + R"(
    rule { name: "no content" forbid { flags: CONTENT } unless { fact { id: "urgent" } } }
    rule { name: "serve" permit { categories: ["data", "other"] purposes: "service" } })");
  Ask ask;
  CHECK(policy.RefusedBy(ask) == "no content");
  CHECK(policy.Why(ask).denial.missing == "fact `urgent` with value `yes`");
  ask.request.facts = {{"urgent", "yes"}};
  CHECK(policy.Permits(ask));
  CHECK(policy.Why(ask).rules == std::vector<std::string>{"serve"});
  ask.categories = {"account.email"};
  CHECK(policy.RefusedBy(ask) == "silence");
  CHECK(policy.Why(ask).denial.missing ==
        "a rule that permits `account.email`");
}

TEST_CASE("Point 6: a field needs the permission of each of its categories",
          "[policy][point]") {
  const PolicyUnderTest policy(FramePolicy() + R"(
    rule { name: "r" permit { categories: ["data", "account"] purposes: "service" } })");
  Ask ask;
  ask.categories = {"data", "account.email"};
  CHECK(policy.Permits(ask));
  ask.categories = {"data", "other"};
  CHECK_FALSE(policy.Permits(ask));
  CHECK(policy.Why(ask).denial.category == "other");
}

TEST_CASE("Point 6: a public field passes wherever the gates do",
          "[policy][point]") {
  const PolicyUnderTest policy(FramePolicy() +
                               R"(rule { name: "no" forbid {} })");
  Ask ask;
  ask.categories = {};
  CHECK(policy.Permits(ask));
  ask.subject.restricted = true;
  CHECK(policy.RefusedBy(ask) == "gate restricted");
  Ask store = StoreOf("data");
  store.categories = {};
  CHECK(policy.Permits(store));
}

TEST_CASE("Point 7: the strongest form of all that apply", "[policy][point]") {
  const PolicyUnderTest policy(FramePolicy() + R"(
    rule { name: "four" permit { categories: "*" purposes: "service" } transform { truncate { characters: 4 } } }
    rule { name: "whole" permit { categories: "*" purposes: "service" } }
    rule { name: "two" require { categories: "data" } when { fact { id: "urgent" } } transform { truncate { characters: 2 } } }
    rule { name: "gone" require { categories: "account" } transform { drop {} } })");
  Ask ask;
  ask.categories = {"other"};
  CHECK(policy.Decide(ask) == "truncate { characters: 4 }");
  ask.request.facts = {{"urgent", "no"}};
  ask.categories = {"data"};
  CHECK(policy.Decide(ask) == "truncate { characters: 4 }");
  ask.request.facts = {};  // unknown: the requirement may be meant
  CHECK(policy.Decide(ask) == "truncate { characters: 2 }");
  CHECK(policy.Why(ask).rules ==
        std::vector<std::string>{"four", "whole", "two"});
  ask.categories = {"account.email", "data"};
  CHECK(policy.Decide(ask) == "drop { }");
}

TEST_CASE("Point 7: inside one rule the most specific id counts",
          "[policy][point]") {
  const PolicyUnderTest policy(FramePolicy() + R"(
    rule { name: "r" permit { categories: "*" purposes: "service" }
      transform { truncate { characters: 1 } }
      transform { categories: "account" truncate { characters: 3 } }
      transform { categories: "account.email" whole {} } })");
  Ask ask;
  CHECK(policy.Decide(ask) == "truncate { characters: 1 }");
  ask.categories = {"account.secret"};
  CHECK(policy.Decide(ask) == "truncate { characters: 3 }");
  ask.categories = {"account.email"};
  CHECK(policy.Decide(ask) == "whole");
}

TEST_CASE("Point 7: what a recipient's own transform makes smaller",
          "[policy][point]") {
  const PolicyUnderTest policy(FramePolicy() + kShare);
  CHECK(policy.Decide(ShareWith("masked")) == "truncate { characters: 2 }");
}

TEST_CASE("Point 7: incomparable forms on a reachable request do not load",
          "[policy][point]") {
  const std::string mask =
      R"(rule { name: "masked" permit { categories: "data" purposes: "service" } transform { mask { keep_first: 1 } } })";
  const std::string cut =
      R"(rule { name: "cut" require { categories: "data" } transform { time { to: DAY } } )";
  CHECK_THAT(
      ErrorsOf(FramePolicy() + mask + cut + "}"),
      ContainsSubstring("rule `masked` and rule `cut` give `data` the forms") &&
          ContainsSubstring("actor `web` may use `data` for `service`"));
  SECTION("where they never meet they may differ") {
    CHECK(ErrorsOf(FramePolicy() + R"(
      rule { name: "masked" permit { categories: "data" purposes: "service" } when { restricted: NO } transform { mask { keep_first: 1 } } }
      rule { name: "cut" permit { categories: "data" purposes: "service" } when { restricted: YES } transform { time { to: DAY } } })") ==
          "");
  }
  SECTION("where a stronger one covers both they may differ") {
    CHECK(ErrorsOf(
              FramePolicy() + mask + cut +
              R"(} rule { name: "gone" require {} transform { drop {} } })") ==
          "");
  }
  SECTION("a field of two categories is looked at when it binds") {
    const PolicyUnderTest policy(FramePolicy() + mask + R"(
      rule { name: "timed" permit { categories: "other" purposes: "service" } transform { time { to: DAY } } })");
    REQUIRE_ERROR(
        policy.snapshot().CheckField(policy.CategoriesOf({"data", "other"})),
        absl::StatusCode::kInvalidArgument, "rule `masked` and rule `timed`");
    REQUIRE_OK(policy.snapshot().CheckField(policy.CategoriesOf({"data"})));
    Ask both;
    both.categories = {"data", "other"};
    CHECK_FALSE(policy.Permits(both));  // and shows nothing, if nobody asked
  }
}

TEST_CASE("Point 8: a field is stored if some one purpose may use all of it",
          "[policy][point]") {
  const PolicyUnderTest policy(FramePolicy() + R"(
    rule { name: "one" permit { categories: "data" purposes: "service" } }
    rule { name: "two" permit { categories: "other" purposes: "improve" } }
    rule { name: "ads" permit { categories: "account" purposes: "ads" } }
    rule { name: "looked at" permit { categories: "account.email" purposes: "support" operations: USE } })");
  CHECK(policy.Permits(StoreOf("data")));
  CHECK(policy.Permits(StoreOf("other")));
  Ask both = StoreOf("data");
  both.categories = {"data", "other"};
  CHECK_FALSE(policy.Permits(both));  // no one purpose needs both
  Ask email = StoreOf("account.email");
  CHECK_FALSE(policy.Permits(email));
  CHECK(policy.Why(email).denial.missing == "consent to `ads`");
  email.subject.consents = {"ads"};
  CHECK(policy.Permits(email));
}

TEST_CASE("Point 8: for the actor that may claim, not the one that stores",
          "[policy][point]") {
  const PolicyUnderTest policy(FramePolicy() + R"(
    rule { name: "people" permit { categories: "data" purposes: "support" by_humans: true } }
    rule { name: "nobody" permit { categories: "other" purposes: "support" actors: "web" } })");
  CHECK(policy.Permits(StoreOf("data")));
  CHECK_FALSE(policy.Permits(StoreOf("other")));  // `web` may not claim it
}

TEST_CASE("Point 8: whole if a purpose uses it whole, else in the weakest form",
          "[policy][point]") {
  const std::string four =
      R"(rule { name: "four" permit { categories: "data" purposes: "service" } transform { truncate { characters: 4 } } })";
  const std::string two =
      R"(rule { name: "two" permit { categories: "data" purposes: "improve" } transform { truncate { characters: 2 } } })";
  const std::string day =
      R"(rule { name: "day" permit { categories: "data" purposes: "support" } transform { time { to: DAY } } })";
  const std::string whole =
      R"(rule { name: "ads" permit { categories: "data" purposes: "ads" } })";
  Ask ask = StoreOf("data");
  CHECK(PolicyUnderTest(FramePolicy() + two).Decide(ask) ==
        "truncate { characters: 2 }");
  CHECK(PolicyUnderTest(FramePolicy() + four + two).Decide(ask) ==
        "truncate { characters: 4 }");
  CHECK(PolicyUnderTest(FramePolicy() + four + day).Decide(ask) == "whole");
  const PolicyUnderTest some(FramePolicy() + four + two + whole);
  CHECK(some.Decide(ask) == "truncate { characters: 4 }");
  ask.subject.consents = {"ads"};
  CHECK(some.Decide(ask) == "whole");
}

TEST_CASE("Point 9: ground is lost with the consent that it rested on",
          "[policy][point]") {
  const PolicyUnderTest policy(FramePolicy() + R"(
    retention { id: "books" categories: "account.email" keep: "7y" obligation: "tax" then: DELETE }
    rule { name: "ads" permit { categories: ["data", "account"] purposes: "ads" } }
    rule { name: "paid" permit { categories: "other" purposes: "service" } when { fact { id: "plan" any_of: "paid" } } }
    rule { name: "improve" permit { categories: "data" purposes: "improve" } })");
  const auto has_ground = [&](const std::string& category,
                              const policy::SubjectState& subject) {
    return policy.snapshot().HasGround(policy.CategoriesOf({category}),
                                       policy.snapshot().FactsOf(subject));
  };
  policy::SubjectState subject;
  CHECK(has_ground("data", subject));
  CHECK_FALSE(has_ground("account.secret", subject));
  CHECK(has_ground("account.email", subject));  // the books need it
  subject.objections = {"improve"};
  CHECK_FALSE(has_ground("data", subject));
  subject.consents = {"ads"};
  CHECK(has_ground("data", subject));
  CHECK(has_ground("account.secret", subject));
  subject.restricted = true;  // comes to an end
  CHECK(has_ground("data", subject));
  CHECK(has_ground("other", subject));  // the plan is not known
  subject.facts = {{"plan", "free"}};
  CHECK_FALSE(has_ground("other", subject));
  CHECK(policy.snapshot().HasGround({}, policy.snapshot().FactsOf(subject)));
}

TEST_CASE("Point 9: a request that only a share would serve is a ground",
          "[policy][point]") {
  const PolicyUnderTest policy(FramePolicy() + R"(
    rule { name: "police" permit { categories: "data" purposes: "claims" recipients: "police" } }
    rule { name: "host" permit { categories: "other" purposes: "ads" recipients: "host" } })");
  const policy::SubjectFacts facts = policy.snapshot().FactsOf({});
  CHECK(policy.snapshot().HasGround(policy.CategoriesOf({"data"}), facts));
  CHECK_FALSE(
      policy.snapshot().HasGround(policy.CategoriesOf({"other"}), facts));
}

TEST_CASE("Point 12: what is stored is proved of all purposes together",
          "[policy][point]") {
  struct Case {
    std::string name, over, enough, message;
  };
  const Case test = GENERATE(values<Case>({
      {"neither form is the weaker: the value is whole", "operations: STORE",
       "time { to: DAY }",
       "may store `seen` for `count` in `de`, with whatever is known of the "
       "person (rules `by week` and `by month`)"},
      {"one purpose alone", "operations: STORE purposes: \"count\"",
       "time { to: DAY }", ""},
      {"what one of them needs is too much by itself",
       "operations: STORE purposes: \"bill\"", "time { to: WEEK }",
       "may store `seen` for `bill` in `fr`, with whatever is known of the "
       "person (rule `by month`)"},
      {"a weaker form beside", "operations: STORE regions: \"fr\"",
       "time { to: DAY }", ""},
      {"whole is enough", "operations: STORE", "whole {}", ""},
  }));
  DYNAMIC_SECTION(test.name) {
    const std::string errors =
        ErrorsOf(R"(id: "p" category { id: "seen" }
      purpose { id: "count" basis: CONTRACT }
      purpose { id: "bill" basis: CONTRACT }
      purpose { id: "trace" basis: CONTRACT }
      actor { id: "web" purposes: "*" }
      residency { categories: "*" regions: ["de", "fr"] }
      rule { name: "by week" permit { categories: "seen" purposes: "count" }
             transform { time { to: WEEK } } }
      rule { name: "by month" permit { categories: "seen" purposes: "bill" }
             transform { time { to: MONTH } } }
      rule { name: "by day" permit { categories: "seen" purposes: "trace" regions: "fr" }
             transform { time { to: DAY } } }
      never { name: "n" over { )" +
                 test.over + " } unless_transformed { " + test.enough + " } }");
    if (test.message.empty()) {
      CHECK(errors.empty());
    } else {
      CHECK_THAT(errors, ContainsSubstring(test.message));
    }
  }
}

TEST_CASE("Point 12: never, always and only hold, or name what breaks them",
          "[policy][point]") {
  struct Case {
    std::string name, rules, message;
  };
  const Case test = GENERATE(values<Case>({
      {"never holds", R"(never { name: "n" over { purposes: "ads" } })", ""},
      {"never is broken", R"(never { name: "n" over { categories: "data" } })",
       "`never` `n` does not hold: actor `web` may"},
      {"never, but in a lawful state",
       R"(rule { name: "ads" permit { categories: "*" purposes: "ads" } }
          never { name: "n" over { purposes: "ads" } unless { consent: "ads" } })",
       ""},
      {"never, in a state that the rule lets through",
       R"(rule { name: "ads" permit { categories: "*" purposes: "ads" } }
          never { name: "n" over { purposes: "ads" } when { subject_kinds: "visitor" } })",
       "a person of kind `visitor`"},
      {"never raw",
       R"(never { name: "n" over { operations: USE }
          unless_transformed { truncate { characters: 4 } } })",
       "`never` `n` does not hold"},
      {"always holds",
       R"(always { name: "a" over { categories: "data" purposes: "service" operations: USE } when { restricted: NO minor: NO } })",
       ""},
      {"always is broken by a gate",
       R"(always { name: "a" over { categories: "data" purposes: "service" operations: USE } when { minor: NO } })",
       "`always` `a` does not hold: it is refused that actor `web` may use"},
      {"only holds",
       R"(only { name: "o" purposes: "service" categories: ["data", "other", "account"] })",
       ""},
      {"only is broken",
       R"(only { name: "o" purposes: "service" categories: "data" })",
       "`only` `o` does not hold"},
      {"nothing elsewhere",
       R"(never { name: "n" over { except_regions: "service" operations: STORE } })",
       ""},
  }));
  DYNAMIC_SECTION(test.name) {
    const std::string errors = ErrorsOf(FramePolicy() + kServe + test.rules);
    if (test.message.empty()) {
      CHECK(errors == "");
    } else {
      CHECK_THAT(errors, ContainsSubstring(test.message));
    }
  }
}

}  // namespace
}  // namespace privet::testing
