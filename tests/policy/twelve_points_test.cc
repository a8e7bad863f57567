// SPDX-License-Identifier: Apache-2.0
//
// The points by which a policy decides, one by one (docs/policy_decisions.md).

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "policy/points.h"
#include "policy/policy_fixture.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet::testing {
namespace {

TEST_CASE("Point 1: a request names leaves that the policy declares, no more",
          "[policy][point]") {
  const PolicyUnderTest policy(FramePolicy() + kServe);
  struct Case {
    std::string name;
    Operation operation;
    std::string actor, purpose, recipient, region, message;
  };
  const Case test = GENERATE(values<Case>({
      {"mistyped actor", Operation::kUse, "wep", "service", "", "de",
       "actor `wep` is not declared"},
      {"no actor", Operation::kUse, "", "service", "", "de", "actor ``"},
      {"mistyped purpose", Operation::kUse, "web", "servise", "", "de",
       "did you mean `service`?"},
      {"a group", Operation::kUse, "web", "improve", "", "de",
       "purpose `improve` is a group: name one of those beneath it: "
       "`improve.speed`"},
      {"no recipient to share with", Operation::kShare, "web", "service", "",
       "de", "recipient ``"},
      {"a recipient of a use", Operation::kUse, "web", "service", "host", "de",
       "a use names no recipient"},
      {"a purpose of a store", Operation::kStore, "web", "service", "", "de",
       "a store names no purpose"},
      {"a set of places", Operation::kUse, "web", "service", "", "eea",
       "region `eea` is a set of places"},
      {"no place", Operation::kUse, "web", "service", "", "Deutschland",
       "is neither declared by the policy nor a code"},
  }));
  DYNAMIC_SECTION(test.name) {
    REQUIRE_ERROR(StatusOfFind(policy, test.operation, test.actor, test.purpose,
                               test.recipient, test.region),
                  absl::StatusCode::kInvalidArgument, test.message);
  }
}

TEST_CASE("Point 1: a share is judged in each region of the recipient",
          "[policy][point]") {
  const PolicyUnderTest policy(FramePolicy() + kShare + R"(
    rule { name: "not to japan" forbid { regions: "jp" operations: SHARE } })");
  CHECK(policy.Permits(ShareWith("host")));
  // Its own regions would do; those of its sub-processor do not.
  CHECK(policy.RefusedBy(ShareWith("world")) == "not to japan");
}

TEST_CASE("Point 1: nobody's data has no consent, no objection, no region",
          "[policy][point]") {
  const PolicyUnderTest policy(FramePolicy() + R"(
    rule { name: "ads" permit { categories: "*" purposes: "ads" } }
    rule { name: "serve here" permit { categories: "*" purposes: "service" }
           when { subject_regions: "eea" } }
    rule { name: "improve" permit { categories: "*" purposes: "improve" } })");
  CHECK_FALSE(policy.Permits(UseFor("ads")));
  CHECK_FALSE(policy.Permits(UseFor("service")));
  CHECK(policy.Permits(UseFor("improve.speed")));
}

TEST_CASE("Point 2: an id covers what lies beneath it, and nothing beside",
          "[policy][point]") {
  const PolicyUnderTest policy(FramePolicy() + R"(
    category { id: "accounting" }
    rule { name: "account" permit { categories: "account" purposes: "service" } })");
  Ask ask;
  ask.categories = {"account.email"};
  CHECK(policy.Permits(ask));
  ask.categories = {"accounting"};
  CHECK_FALSE(policy.Permits(ask));
}

TEST_CASE("Point 2: lists that differ are `and`, exceptions take out",
          "[policy][point]") {
  struct Case {
    std::string name, selector, category;
    bool permitted;
  };
  const Case test = GENERATE(values<Case>({
      {"flags narrow", R"(categories: "*" flags: CONTENT)", "other", false},
      {"flags alone select", "flags: CONTENT", "data", true},
      {"flags of a group count", "flags: IDENTIFYING", "account.email", true},
      {"except a category", R"(categories: "*" except_categories: "account")",
       "account.email", false},
      {"except a flag", R"(categories: "*" except_flags: CONTENT)", "data",
       false},
      {"nothing by silence", "", "data", false},
      {"people only", R"(categories: "*" by_humans: true)", "data", false},
      {"another actor", R"(categories: "*" actors: "desk")", "data", false},
      {"another place", R"(categories: "*" regions: "us")", "data", false},
      {"not here", R"(categories: "*" except_regions: "eea")", "data", false},
      {"another operation", R"(categories: "*" operations: STORE)", "data",
       false},
  }));
  DYNAMIC_SECTION(test.name) {
    const PolicyUnderTest policy(
        FramePolicy() + R"(rule { name: "r" permit { purposes: "service" )" +
        test.selector + "} }");
    Ask ask;
    ask.categories = {test.category};
    CHECK(policy.Permits(ask) == test.permitted);
  }
}

TEST_CASE("Point 2: a permit is for use inside, or for shares, never both",
          "[policy][point]") {
  const PolicyUnderTest inside(FramePolicy() + kServe);
  CHECK(inside.Permits(Ask()));
  CHECK_FALSE(inside.Permits(ShareWith("host")));
  const PolicyUnderTest outside(FramePolicy() + kShare);
  CHECK_FALSE(outside.Permits(Ask()));
  CHECK(outside.Permits(ShareWith("host")));
}

TEST_CASE("Point 2: basis comes from the nearest ancestor, kinds from all",
          "[policy][point]") {
  const PolicyUnderTest policy(FramePolicy() + R"(
    purpose { id: "improve.trial" basis: CONSENT }
    rule { name: "improve" permit { categories: "*" purposes: "improve" } }
    rule { name: "no ads" forbid { kinds: ADVERTISING } })");
  Ask ask = UseFor("improve.trial");
  CHECK_FALSE(policy.Permits(ask));
  ask.subject.consents = {"improve.trial"};
  CHECK(policy.Permits(ask));
  CHECK(policy.Permits(UseFor("improve.speed")));
}

TEST_CASE("Point 3: what cannot be known holds for no permit, for each forbid",
          "[policy][point]") {
  struct Case {
    std::string name, rules;
    bool unknown, free, paid;
  };
  const Case test = GENERATE(values<Case>({
      {"permit when",
       R"(rule { name: "r" permit { categories: "*" purposes: "service" }
               when { fact { id: "plan" any_of: "paid" } } })",
       false, false, true},
      {"permit unless",
       R"(rule { name: "r" permit { categories: "*" purposes: "service" }
               unless { fact { id: "plan" any_of: "free" } } })",
       false, false, true},
      {"forbid when",
       R"(rule { name: "s" permit { categories: "*" purposes: "service" } }
          rule { name: "r" forbid { categories: "*" }
               when { fact { id: "plan" any_of: "free" } } })",
       false, false, true},
      {"forbid unless",
       R"(rule { name: "s" permit { categories: "*" purposes: "service" } }
          rule { name: "r" forbid { categories: "*" }
               unless { fact { id: "plan" any_of: "paid" } } })",
       false, false, true},
  }));
  DYNAMIC_SECTION(test.name) {
    const PolicyUnderTest policy(FramePolicy() + test.rules);
    Ask ask;
    CHECK(policy.Permits(ask) == test.unknown);
    ask.subject.facts = {{"plan", "free"}};
    CHECK(policy.Permits(ask) == test.free);
    ask.subject.facts = {{"plan", "paid"}};
    CHECK(policy.Permits(ask) == test.paid);
  }
}

TEST_CASE("Point 3: each line of a condition", "[policy][point]") {
  struct Case {
    std::string line;
    policy::SubjectState yes, no;
  };
  policy::SubjectState adult, teen, child;
  teen.minor_group = "teen";
  child.minor_group = "child";
  const auto with = [](auto set) {
    policy::SubjectState subject;
    set(&subject);
    return subject;
  };
  const auto nobody = policy::SubjectState();
  using S = policy::SubjectState;
  const std::vector<Case> cases = {
      {R"(consent: ["ads", "mail"])", with([](S* s) {
         s->consents = {"mail", "ads"};
       }),
       with([](S* s) { s->consents = {"ads"}; })},
      {R"(objection: "improve")",
       with([](S* s) { s->objections = {"improve.speed"}; }),
       with([](S* s) { s->objections = {"ads"}; })},
      {R"(objection: "improve.speed")",
       with([](S* s) { s->objections = {"improve"}; }), nobody},
      {"minor: YES", teen, adult},
      {"minor: NO", adult, child},
      {R"(minor_groups: "teen")", teen, child},
      {"restricted: YES", with([](S* s) { s->restricted = true; }), nobody},
      {R"(notice: ["a", "b"])", with([](S* s) {
         s->notices = {"b", "a"};
       }),
       with([](S* s) { s->notices = {"a"}; })},
      {R"(subject_kinds: "visitor")", with([](S* s) { s->kind = "visitor"; }),
       with([](S* s) { s->kind = "customer"; })},
      {R"(subject_regions: "eea")", with([](S* s) { s->region = "fr"; }),
       with([](S* s) { s->region = "br"; })},
      {R"(except_subject_regions: "eea")",
       with([](S* s) { s->region = "us-ca"; }),
       with([](S* s) { s->region = "de"; })},
      {R"(happened: "closed")", with([](S* s) { s->happened = {"closed"}; }),
       nobody},
      {R"(not_happened: "closed")", nobody,
       with([](S* s) { s->happened = {"closed"}; })},
  };
  for (const Case& test : cases) {
    // The purpose goes on while restricted, so that minors get to the rule.
    const PolicyUnderTest policy(
        FramePolicy() +
        R"(rule { name: "r" permit { categories: "*" purposes: "claims" } when { )" +
        test.line + "} }");
    Ask ask = UseFor("claims");
    ask.actor = "desk";
    CAPTURE(test.line);
    ask.subject = test.yes;
    CHECK(policy.Permits(ask));
    ask.subject = test.no;
    CHECK_FALSE(policy.Permits(ask));
    CHECK_FALSE(policy.Why(ask).denial.missing.empty());
  }
}

TEST_CASE("Point 4: consent is to this very purpose, or to its consent_with",
          "[policy][point]") {
  const PolicyUnderTest policy(FramePolicy() + R"(
    rule { name: "r" permit { categories: "*" purposes: ["ads", "reminder"] } })");
  Ask ads = UseFor("ads"), reminder = UseFor("reminder");
  CHECK_FALSE(policy.Permits(ads));
  CHECK(policy.Why(ads).denial.missing == "consent to `ads`");
  ads.subject.consents = reminder.subject.consents = {"ads"};
  CHECK(policy.Permits(ads));
  CHECK(policy.Permits(reminder));
  ads.subject.consents = reminder.subject.consents = {"reminder"};
  CHECK_FALSE(policy.Permits(ads));
  CHECK(policy.Permits(reminder));
}

TEST_CASE("Point 4: an objection to the purpose or a group around it",
          "[policy][point]") {
  const PolicyUnderTest policy(FramePolicy() + R"(
    rule { name: "r" permit { categories: "*" purposes: "*" } })");
  struct Case {
    std::string name, actor, purpose, objection;
    bool permitted;
  };
  const Case test = GENERATE(values<Case>({
      {"to the purpose", "web", "improve.speed", "improve.speed", false},
      {"to its group", "web", "improve.speed", "improve", false},
      {"to another", "web", "improve.speed", "service", true},
      {"where the basis knows none", "web", "service", "service", true},
      {"where the purpose says so", "desk", "support", "support", false},
      {"to direct marketing, whatever was consented to", "web", "mail", "mail",
       false},
  }));
  DYNAMIC_SECTION(test.name) {
    Ask ask = UseFor(test.purpose);
    ask.actor = test.actor;
    ask.subject.consents = {"mail"};
    ask.subject.objections = {test.objection};
    CHECK(policy.Permits(ask) == test.permitted);
    ask.subject.objections.clear();
    CHECK(policy.Permits(ask));
  }
}

TEST_CASE("Point 4: the basis of a rule counts for that of its purpose",
          "[policy][point]") {
  const PolicyUnderTest policy(FramePolicy() + R"(
    rule { name: "r" permit { categories: "*" purposes: ["ads", "nothing"] } basis: CONTRACT }
    rule { name: "n" permit { categories: "*" purposes: "nothing" } })");
  CHECK(policy.Permits(UseFor("ads")));
  const PolicyUnderTest without(FramePolicy() + R"(
    rule { name: "n" permit { categories: "*" purposes: "nothing" } })");
  CHECK_FALSE(without.Permits(UseFor("nothing")));
}

TEST_CASE("Point 5: gates come first, in order, and name themselves",
          "[policy][point]") {
  const PolicyUnderTest policy(FramePolicy() + kServe + kShare + R"(
    rule { name: "never anything" forbid { categories: "other" } })");
  struct Case {
    std::string name;
    Ask ask;
    std::string refused_by;
  };
  const auto with = [](Ask ask, auto set) {
    set(&ask);
    return ask;
  };
  const std::vector<Case> cases = {
      {"an actor that may not claim",
       with(Ask(), [](Ask* a) { a->actor = "desk"; }), "gate actor"},
      {"an actor where it does not work",
       with(UseFor("support"),
            [](Ask* a) {
              a->actor = "desk";
              a->region = "us";
            }),
       "gate actor"},
      {"an actor that may not store the type",
       with(StoreOf("data"), [](Ask* a) { a->record_type = "t.Other"; }),
       "gate actor"},
      {"a purpose beyond the recipient",
       with(ShareWith("host"), [](Ask* a) { a->purpose = "ads"; }),
       "gate ceiling"},
      {"a category beyond the recipient", ShareWith("narrow"), "gate ceiling"},
      {"an agreement not begun",
       with(ShareWith("host"),
            [](Ask* a) { a->day = absl::CivilDay(2025, 12, 31); }),
       "gate agreement"},
      {"an agreement on its last day",
       with(ShareWith("host"),
            [](Ask* a) { a->day = absl::CivilDay(2026, 12, 31); }),
       "nothing"},
      {"an agreement ended",
       with(ShareWith("host"),
            [](Ask* a) { a->day = absl::CivilDay(2027, 1, 1); }),
       "gate agreement"},
      {"no agreement", ShareWith("handshake"), "gate agreement"},
      {"no notice", ShareWith("heir"), "gate notice"},
      {"another notice",
       with(ShareWith("heir"),
            [](Ask* a) { a->subject.notices = {"successor:host"}; }),
       "gate notice"},
      {"a notice",
       with(ShareWith("heir"),
            [](Ask* a) { a->subject.notices = {"successor:heir"}; }),
       "nothing"},
      {"no instruction", ShareWith("friend"), "gate instruction"},
      {"an instruction",
       with(ShareWith("friend"),
            [](Ask* a) { a->subject.instructed = {"friend"}; }),
       "nothing"},
      {"a sale", with(ShareWith("buyer"), [](Ask* a) { a->purpose = "sale"; }),
       "gate sale"},
      {"a credential",
       with(ShareWith("host"),
            [](Ask* a) { a->categories = {"account.secret"}; }),
       "gate credential"},
      {"a restricted person",
       with(Ask(), [](Ask* a) { a->subject.restricted = true; }),
       "gate restricted"},
      {"a minor", with(Ask(), [](Ask* a) { a->subject.minor_group = "teen"; }),
       "gate minor"},
      {"a minor of a group that the policy does not name",
       with(Ask(), [](Ask* a) { a->subject.minor_group = "baby"; }),
       "gate minor"},
      {"a store elsewhere",
       with(StoreOf("data"), [](Ask* a) { a->region = "jp"; }),
       "gate residency"},
      {"the first of two gates",
       with(ShareWith("handshake"),
            [](Ask* a) { a->subject.restricted = true; }),
       "gate agreement"},
      {"a gate before a rule",
       with(ShareWith("handshake"), [](Ask* a) { a->categories = {"other"}; }),
       "gate agreement"},
  };
  for (const Case& test : cases) {
    CAPTURE(test.name);
    CHECK(policy.RefusedBy(test.ask) == test.refused_by);
    CHECK(policy.Permits(test.ask) == (test.refused_by == "nothing"));
  }
}

TEST_CASE("Point 5: an authority names its case, and every category",
          "[policy][point]") {
  const PolicyUnderTest policy(FramePolicy() + kShare);
  Ask ask = ShareWith("police");
  ask.actor = "desk";
  ask.purpose = "claims";
  CHECK(policy.RefusedBy(ask) == "gate case");
  ask.request.case_reference = "7 Js 1/26";
  CHECK(policy.RefusedBy(ask) == "gate list");
  ask.request.categories = {"other"};
  CHECK(policy.RefusedBy(ask) == "gate list");
  ask.request.categories = {"other", "data"};
  CHECK(policy.Permits(ask));
  ask.categories = {"account.email", "data"};
  CHECK(policy.RefusedBy(ask) == "gate list");
  ask.categories = {"other", "data"};
  CHECK(policy.Permits(ask));
  ask.categories = {};  // a public field is in no list
  CHECK(policy.Permits(ask));
  ask.request.categories.clear();
  CHECK(policy.Permits(ask));
}

TEST_CASE("Point 5: what goes on while restricted, and storing, does",
          "[policy][point]") {
  const PolicyUnderTest policy(FramePolicy() + kServe + R"(
    rule { name: "claims" permit { categories: "*" purposes: "claims" } })");
  Ask ask = UseFor("claims");
  ask.actor = "desk";
  ask.subject.restricted = true;
  ask.subject.minor_group = "child";
  CHECK(policy.Permits(ask));
  Ask store = StoreOf("data");
  store.subject = ask.subject;
  CHECK(policy.Permits(store));
  CHECK(policy.snapshot().GoesOnWhileRestricted(PurposeId("claims")));
  CHECK_FALSE(policy.snapshot().GoesOnWhileRestricted(PurposeId("service")));
}

TEST_CASE("Point 5: several residencies are their intersection, none is none",
          "[policy][point]") {
  const PolicyUnderTest policy(FramePolicy() + kServe + R"(
    residency { categories: "data" regions: "us" subject_regions: "us" }
    residency { categories: "data" regions: "eea" subject_regions: "eea" })");
  Ask ask = StoreOf("data");
  ask.subject.region = "de";
  CHECK(policy.Permits(ask));
  ask.subject.region = "us";
  CHECK_FALSE(policy.Permits(ask));
  ask.region = "us";
  CHECK(policy.Permits(ask));
  ask.subject.region = "";  // unknown: both may be meant
  CHECK_FALSE(policy.Permits(ask));
  ask.subject.region = "jp";
  CHECK(policy.Permits(ask));
}

}  // namespace
}  // namespace privet::testing
