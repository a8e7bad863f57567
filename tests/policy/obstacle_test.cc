// SPDX-License-Identifier: Apache-2.0
//
// What stands in the way: nobody's permission, a rule or a gate, or only what
// the person said.

#include <string>
#include <vector>

#include "policy/points.h"
#include "policy/policy_fixture.h"
#include "support/catch.h"

namespace privet::testing {
namespace {

using Obstacle = policy::Explained::Obstacle;
constexpr Obstacle kSilence = policy::Explained::kSilence;
constexpr Obstacle kPolicy = policy::Explained::kPolicy;
constexpr Obstacle kSubject = policy::Explained::kSubject;

struct Case {
  std::string name;
  std::string rule;
  Ask ask;
  Obstacle obstacle;
};

Ask With(Ask ask, const policy::SubjectState& subject) {
  ask.subject = subject;
  return ask;
}

std::vector<Case> ByGate() {
  policy::SubjectState restricted, minor;
  restricted.restricted = true;
  minor.minor_group = "teen";
  Ask may_not_claim = UseFor("support");
  Ask elsewhere = StoreOf("data");
  elsewhere.region = "jp";
  return {
      {"an actor", "", may_not_claim, kPolicy},
      {"no agreement", "", ShareWith("handshake"), kPolicy},
      {"no notice", "", ShareWith("heir"), kSubject},
      {"no instruction", "", ShareWith("friend"), kSubject},
      {"a restricted person", "", With(Ask(), restricted), kSubject},
      {"a minor", "", With(Ask(), minor), kSubject},
      {"an agreement, before a restriction", "",
       With(ShareWith("handshake"), restricted), kPolicy},
      {"a store elsewhere", "", elsewhere, kPolicy},
  };
}

std::vector<Case> ByRule() {
  policy::SubjectState objecting;
  objecting.objections = {"improve"};
  const std::string ads =
      R"(rule { name: "r" permit { categories: "*" purposes: "ads" } )";
  const std::string serve =
      R"(rule { name: "r" permit { categories: "*" purposes: "service" } )";
  return {
      {"silence", "", Ask(), kSilence},
      {"no consent", ads + "}", UseFor("ads"), kSubject},
      {"an objection",
       R"(rule { name: "r" permit { categories: "*" purposes: "improve" } })",
       With(UseFor("improve.speed"), objecting), kSubject},
      {"an event that has not happened",
       serve + R"(when { happened: "closed" } })", Ask(), kSubject},
      {"a fact of the person",
       serve + R"(when { fact { id: "plan" any_of: "paid" } } })", Ask(),
       kSubject},
      {"a fact of the request", serve + R"(when { fact { id: "urgent" } } })",
       Ask(), kPolicy},
      {"a fact of the request, and consent",
       ads + R"(when { fact { id: "urgent" } } })", UseFor("ads"), kPolicy},
      {"an exception of the request",
       serve + R"(unless { fact { id: "urgent" } } })", Ask(), kPolicy},
      {"a rule that forbids",
       serve + R"(} rule { name: "f" forbid { categories: "data" } })", Ask(),
       kPolicy},
  };
}

TEST_CASE("A refusal tells what stands in the way", "[policy][explain]") {
  std::vector<Case> cases = ByGate();
  for (Case& test : ByRule()) cases.push_back(test);
  for (const Case& test : cases) {
    CAPTURE(test.name);
    const PolicyUnderTest policy(FramePolicy() + test.rule);
    const policy::Explained why = policy.Why(test.ask);
    CHECK_FALSE(why.permitted);
    CHECK(why.obstacle == test.obstacle);
  }
}

}  // namespace
}  // namespace privet::testing
