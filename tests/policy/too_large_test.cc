// SPDX-License-Identifier: Apache-2.0
//
// What is too large to be decided or proved is an error, and never an answer.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "policy/functions.h"
#include "policy/limits.h"
#include "policy/model.h"
#include "policy/policy_fixture.h"
#include "policy/request.h"
#include "policy/snapshot.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet::testing {
namespace {

using policy::Limits;
using policy::Model;
using policy::Operation;
using policy::Snapshot;

Limits OfNodes(std::size_t nodes) {
  Limits limits;
  limits.nodes = nodes;
  return limits;
}

std::string Fact(char letter, int i) { return letter + std::to_string(i); }

// Facts of which those of one letter come before those of the next, so that a
// decision on many pairs of them remembers all of the first.
std::string Facts(const std::string& letters, int count) {
  std::string text;
  for (const char letter : letters) {
    for (int i = 0; i < count; ++i) {
      text += "fact { id: \"" + Fact(letter, i) + "\" about: SUBJECT }\n";
    }
  }
  return text;
}

// Permits a category to `service` where both facts of some pair hold.
std::string PermitByPairs(const std::string& category, char one, char other,
                          int count,
                          const std::string& operations = "[STORE, USE]") {
  std::string text;
  for (int i = 0; i < count; ++i) {
    text += "rule { name: \"" + category + std::to_string(i) +
            "\" permit { categories: \"" + category +
            "\" purposes: \"service\" operations: " + operations +
            " } when { fact { id: \"" + Fact(one, i) + "\" } fact { id: \"" +
            Fact(other, i) + "\" } } }\n";
  }
  return text;
}

// `data` alone and `other` alone take some 500 nodes, both together thousands.
std::string TwoThatFitAlone() {
  return FramePolicy() + Facts("fhgk", 6) + PermitByPairs("data", 'f', 'g', 6) +
         PermitByPairs("other", 'h', 'k', 6) +
         R"(rule { name: "email" permit { categories: "account.email" purposes: "service" } })";
}

policy::SubjectState Person(const std::string& letters, const char* answer) {
  policy::SubjectState person;
  for (const char letter : letters) {
    for (int i = 0; i < 6; ++i)
      person.facts.push_back({Fact(letter, i), answer});
  }
  return person;
}

TEST_CASE("A decision that is too large is no decision",
          "[policy][too_large]") {
  const auto compiled = Snapshot::Compile(ParsePolicy(TwoThatFitAlone()),
                                          nullptr, OfNodes(2'000));
  REQUIRE_OK(compiled);
  const Snapshot& snapshot = **compiled;
  const policy::Category data = *snapshot.FindCategory("data");
  const policy::Category other = *snapshot.FindCategory("other");
  const policy::Category email = *snapshot.FindCategory("account.email");
  const policy::SubjectFacts refused = snapshot.FactsOf(Person("fhgk", "no"));
  const policy::SubjectFacts permitted =
      snapshot.FactsOf(Person("fhgk", "yes"));
  const auto use =
      snapshot.FindContext(Operation::kUse, ActorId("web"),
                           PurposeId("service"), RecipientId(), RegionId("de"));
  REQUIRE_OK(use);

  // In any order, and again and again.
  for (int round = 0; round < 2; ++round) {
    CAPTURE(round);
    REQUIRE_ERROR((*use)->NodeOf({data, other}),
                  absl::StatusCode::kResourceExhausted,
                  "the rules on `data` and `other` for `service` depend on "
                  "each other in too many ways");
    REQUIRE_ERROR(snapshot.CheckField({data, other}),
                  absl::StatusCode::kInvalidArgument,
                  "the rules on `data` and `other`");
    CHECK(snapshot.HasGround({data, other}, refused));

    // What shares the tables stays right.
    CHECK_FALSE(snapshot.HasGround({data}, refused));
    CHECK(snapshot.HasGround({other}, permitted));
    REQUIRE_OK(snapshot.CheckField({data, email}));
    const auto both = (*use)->NodeOf({data, email});
    REQUIRE_OK(both);
    const absl::CivilDay day(2026, 4, 2);
    CHECK((*use)
              ->Evaluate(*both, (*use)->MakeWord(permitted, {}, day))
              .permitted);
    CHECK_FALSE(
        (*use)->Evaluate(*both, (*use)->MakeWord(refused, {}, day)).permitted);
  }
}

TEST_CASE("What is too large is so each time, and nothing else is",
          "[policy][too_large]") {
  Model model(ParsePolicy(FramePolicy() + Facts("fg", 10) +
                          PermitByPairs("data", 'f', 'g', 10) +
                          PermitByPairs("other", 'f', 'g', 3)),
              OfNodes(1'000));
  policy::Request request;
  request.actor = *model.actors.FindLeaf("web");
  request.purpose = *model.purposes.FindLeaf("service");
  const auto functions = policy::Functions::Make(&model, request, {});
  REQUIRE_OK(functions);
  const policy::Category data = *model.categories.FindLeaf("data");
  const policy::Category other = *model.categories.FindLeaf("other");
  const auto before = (*functions)->Decision({other});
  REQUIRE_OK(before);
  const std::size_t size = (*functions)->diagram().size();
  for (int round = 0; round < 2; ++round) {
    CAPTURE(round);
    REQUIRE_ERROR((*functions)->Decision({data}),
                  absl::StatusCode::kResourceExhausted, "on `data`");
    CHECK((*functions)->diagram().size() == size);
    const auto after = (*functions)->Decision({other});
    REQUIRE_OK(after);
    CHECK(*after == *before);
  }
}

TEST_CASE("What is too large with small tables is decided with larger ones",
          "[policy][too_large]") {
  const PolicyUnderTest policy(TwoThatFitAlone());
  const auto both = policy.CategoriesOf({"data", "other"});
  REQUIRE_OK(policy.snapshot().CheckField(both));
  CHECK_FALSE(policy.snapshot().HasGround(
      both, policy.snapshot().FactsOf(Person("fhgk", "no"))));
}

TEST_CASE("A policy that could never decide some request does not load",
          "[policy][too_large]") {
  struct Case {
    std::string operation, message;
  };
  const Case test = GENERATE(values<Case>({
      {"USE", "the rules on `data` for `service` depend on each other in"},
      {"STORE", "the rules on `data` depend on each other in too many ways"},
  }));
  CAPTURE(test.operation);
  const std::string text = FramePolicy() + Facts("fg", 10) +
                           PermitByPairs("data", 'f', 'g', 10, test.operation);
  REQUIRE_ERROR(Snapshot::Compile(ParsePolicy(text), nullptr, OfNodes(1'000)),
                absl::StatusCode::kInvalidArgument, test.message);
  REQUIRE_OK(Snapshot::Compile(ParsePolicy(text)));
}

TEST_CASE("A proof that grows too large is an error, and no proof",
          "[policy][too_large]") {
  // The invariant asks the rest of what the rule asks: together too much.
  std::string text = FramePolicy() + Facts("fhgk", 6) +
                     PermitByPairs("data", 'f', 'g', 6) +
                     "never { name: \"n\" over { categories: \"data\" "
                     "operations: USE }";
  for (int i = 0; i < 6; ++i) {
    text += " unless { fact { id: \"" + Fact('h', i) + "\" } fact { id: \"" +
            Fact('k', i) + "\" } }";
  }
  text += " }";
  policy::Findings findings;
  REQUIRE_ERROR(Snapshot::Compile(ParsePolicy(text), &findings, OfNodes(2'000)),
                absl::StatusCode::kInvalidArgument, "too many ways");
  CHECK(findings.size() == 1);  // and no invariant that is said to be broken
}

// Actors of which one is called by a rule, and purposes that all may claim.
std::string ManyRequests(int actors, int purposes) {
  std::string text = R"(
    id: "many" version: 1 category { id: "data" }
    recipient { id: "host" role: THIRD_PARTY purposes: "*" regions: "de" }
    rule { name: "one" permit { categories: "data" purposes: "*" actors: "a1" } })";
  for (int i = 0; i < actors; ++i) {
    text += "actor { id: \"a" + std::to_string(i) + "\" purposes: \"*\" }";
  }
  for (int i = 0; i < purposes; ++i) {
    text += "purpose { id: \"p" + std::to_string(i) + "\" basis: CONTRACT }";
  }
  return text;
}

TEST_CASE("Requests that nothing tells apart are looked at once",
          "[policy][too_large]") {
  const auto visits = [](int actors) {
    const Model model(ParsePolicy(ManyRequests(actors, 3)));
    std::uint64_t count = 0;
    policy::ForEachFeasibleRequest(model, [&](const policy::Request&) {
      ++count;
      return true;
    });
    CHECK(policy::CountRequests(model, 1'000) == count);
    return count;
  };
  const std::uint64_t two = visits(2);
  CHECK(two == 2 * visits(1));
  CHECK(visits(50) == two);
}

TEST_CASE("A policy with more requests than can be proved does not load",
          "[policy][too_large]") {
  Limits limits;
  const Model model(ParsePolicy(ManyRequests(2, 5)));
  limits.requests = policy::CountRequests(model, 1'000);
  REQUIRE_OK(
      Snapshot::Compile(ParsePolicy(ManyRequests(2, 5)), nullptr, limits));
  REQUIRE_ERROR(
      Snapshot::Compile(ParsePolicy(ManyRequests(2, 6)), nullptr, limits),
      absl::StatusCode::kInvalidArgument, "too large to prove");
}

}  // namespace
}  // namespace privet::testing
