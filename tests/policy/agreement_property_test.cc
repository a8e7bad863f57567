// SPDX-License-Identifier: Apache-2.0
//
// The tables and a reading of the rules one by one agree on everything.

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "policy/naive_evaluator.h"
#include "policy/random_policy.h"
#include "policy/random_request.h"
#include "policy/snapshot.h"
#include "support/catch.h"
#include "support/property.h"
#include "support/status_assertions.h"
#include "transform/order.h"

namespace privet::testing {
namespace {

using policy::Category;
using policy::Context;
using policy::Snapshot;
using policy::Word;

struct Decided {
  const Context* context = nullptr;
  std::vector<Category> categories;
  Word word;
  policy::Verdict verdict;
};

Decided DecideByTables(const Snapshot& snapshot, const NaiveRequest& request) {
  Decided decided;
  const auto operation = static_cast<policy::Operation>(request.operation);
  const auto context = snapshot.FindContext(
      operation, ActorId::FromText(request.actor),
      request.purpose.empty() ? PurposeId()
                              : PurposeId::FromText(request.purpose),
      request.recipient.empty() ? RecipientId()
                                : RecipientId::FromText(request.recipient),
      RegionId::FromText(request.region), request.record_type);
  REQUIRE_OK(context);
  decided.context = *context;
  for (const std::string& name : request.categories) {
    const auto category = snapshot.FindCategory(name);
    REQUIRE_OK(category);
    decided.categories.push_back(*category);
  }
  std::sort(decided.categories.begin(), decided.categories.end());
  decided.word = decided.context->MakeWord(snapshot.FactsOf(request.subject),
                                           request.request, request.day);
  decided.verdict = decided.context->Evaluate(
      *decided.context->NodeOf(decided.categories), decided.word);
  return decided;
}

std::string FormText(const v1::Transform& form) {
  return transform::Describe(form);
}

// Fails with everything that is needed to look into it.
void CheckAgreement(const Snapshot& snapshot, const NaiveEvaluator& naive,
                    const NaiveRequest& request) {
  const NaiveVerdict expected = naive.Decide(request);
  const Decided got = DecideByTables(snapshot, request);
  CAPTURE(request.operation, request.actor, request.purpose, request.recipient,
          request.region, request.categories, request.subject.region,
          request.subject.consents, request.subject.objections);
  REQUIRE(got.verdict.permitted == expected.permitted);
  if (expected.permitted) {
    REQUIRE(FormText(snapshot.FormOf(got.verdict.form)) ==
            FormText(expected.form));
  }
  if (got.categories.size() == 1) {
    const policy::Verdict direct =
        got.context->Decide(got.categories.front(), got.word);
    REQUIRE(direct.permitted == got.verdict.permitted);
    REQUIRE(direct.form == got.verdict.form);
  }
  const Explanation why =
      snapshot.Explain(*got.context, got.categories, got.word);
  REQUIRE(why.permitted == got.verdict.permitted);
  if (why.permitted) {
    const v1::Transform& form = snapshot.FormOf(got.verdict.form);
    REQUIRE(why.form == (form.has_whole() ? "" : FormText(form)));
    REQUIRE((!why.rules.empty() || got.categories.empty()));
  } else {
    REQUIRE_FALSE(why.denial.missing.empty());
  }
}

TEST_CASE("Random policies decide the same by tables and rule by rule",
          "[policy][property]") {
  const std::uint64_t seed = PropertySeed(20260402);
  const int runs = PropertyRuns(10'000);
  CAPTURE(seed);
  int permitted = 0, transformed = 0, decided = 0;
  for (int run = 0; run < runs; ++run) {
    Random random(seed + static_cast<std::uint64_t>(run));
    CAPTURE(run);
    RandomPolicyOptions options;
    options.rules = 4 + run % 20;
    options.conditions = 0.2 + 0.1 * (run % 5);
    const auto policy =
        std::make_shared<v1::Policy>(RandomPolicy(options, &random));
    const auto snapshot = Snapshot::Compile(policy);
    REQUIRE_OK(snapshot);
    const NaiveEvaluator naive(*policy);
    for (int i = 0; i < 12; ++i) {
      const NaiveRequest request = RandomRequest(naive, *policy, &random);
      CheckAgreement(**snapshot, naive, request);
      const NaiveVerdict verdict = naive.Decide(request);
      ++decided;
      permitted += verdict.permitted ? 1 : 0;
      transformed += verdict.permitted && !verdict.form.has_whole() ? 1 : 0;
    }
  }
  // The test must not be about denials alone.
  INFO(decided << " decisions, " << permitted << " permitted, " << transformed
               << " transformed");
  CHECK(permitted * 10 > decided);
  CHECK(transformed * 60 > decided);
}

}  // namespace
}  // namespace privet::testing
