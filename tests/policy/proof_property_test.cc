// SPDX-License-Identifier: Apache-2.0
//
// Proofs against brute force: what compiling finds, and nothing else, is wrong.

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "policy/naive_evaluator.h"
#include "policy/policy_fixture.h"
#include "policy/random_policy.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet::testing {
namespace {

// Every request of a small policy, and a state for each combination of answers
// that it can tell apart.
class BruteForce {
 public:
  explicit BruteForce(const v1::Policy& policy)
      : policy_(policy), naive_(policy) {
    AddStates();
  }

  struct Result {
    std::vector<bool> broken;    // by never, then by always
    bool contradiction = false;  // two forms on one category
  };

  Result Run() {
    result_.broken.resize(
        static_cast<std::size_t>(policy_.never_size() + policy_.always_size()));
    for (const std::string& actor : naive_.Actors()) {
      for (const std::string& purpose : naive_.Purposes()) {
        for (const std::string& region : naive_.Codes()) {
          Visit(v1::Selector::USE, actor, purpose, "", region);
          Visit(v1::Selector::STORE, actor, purpose, "", region);
        }
        for (const std::string& recipient : naive_.Recipients()) {
          Visit(v1::Selector::SHARE, actor, purpose, recipient, "");
        }
      }
    }
    return result_;
  }

 private:
  struct State {
    policy::SubjectState subject;
    policy::RequestState request;
    absl::CivilDay day;
  };

  template <typename Options, typename Set>
  void Multiply(const Options& options, const Set& set) {
    std::vector<State> more;
    for (const State& state : states_) {
      for (const auto& option : options) {
        more.push_back(state);
        set(&more.back(), option);
      }
    }
    states_ = std::move(more);
  }

  void AddStates() {
    states_ = {State{{}, {}, absl::CivilDay(2026, 3, 1)}};
    for (const std::string& purpose : naive_.Purposes()) {
      Multiply(std::vector<bool>{false, true}, [&](State* state, bool yes) {
        if (yes) state->subject.consents.push_back(purpose);
      });
      Multiply(std::vector<bool>{false, true}, [&](State* state, bool yes) {
        if (yes) state->subject.objections.push_back(purpose);
      });
    }
    Multiply(std::vector<std::string>{"", "child", "teen", "unnamed"},
             [](State* state, const std::string& group) {
               state->subject.minor_group = group;
             });
    std::vector<std::string> regions(naive_.Codes().begin(),
                                     naive_.Codes().end());
    regions.emplace_back();
    Multiply(regions, [](State* state, const std::string& region) {
      state->subject.region = region;
    });
    Multiply(std::vector<std::string>{"", "yes", "no"},
             [&](State* state, const std::string& value) {
               if (!value.empty()) state->subject.facts = {{"f0", value}};
             });
    // The rest is drawn with all its combinations at once, in a few states.
    Multiply(std::vector<int>{0, 1, 2, 3}, [&](State* state, int bits) {
      state->subject.restricted = (bits & 1) != 0;
      if ((bits & 2) != 0) {
        state->subject.happened = {"e0"};
      }
    });
    for (State& state : states_) {
      state.request.case_reference = "1";
      state.request.categories = naive_.Categories();
      for (const std::string& recipient : naive_.Recipients()) {
        state.subject.notices.push_back("successor:" + recipient);
        state.subject.instructed.push_back(recipient);
      }
    }
  }

  void Visit(v1::Selector::Operation operation, const std::string& actor,
             const std::string& purpose, const std::string& recipient,
             const std::string& region) {
    NaiveRequest request;
    request.operation = operation;
    request.actor = actor;
    request.purpose = purpose;
    request.recipient = recipient;
    request.region = region;
    request.day = states_.front().day;
    if (!naive_.IsFeasible(request)) return;
    for (const std::string& category : naive_.Categories()) {
      request.categories = {category};
      for (const State& state : states_) {
        request.subject = state.subject;
        request.request = state.request;
        Look(request, category);
      }
    }
  }

  void Look(const NaiveRequest& request, const std::string& category) {
    const NaiveVerdict verdict = naive_.Decide(request);
    result_.contradiction |= verdict.contradiction;
    const auto selected = [&](const v1::Invariant& invariant, bool certainly) {
      return naive_.SelectorMatches(invariant.over(), request, category) &&
             naive_.ConditionHolds(request, invariant.when(),
                                   invariant.unless(), certainly);
    };
    std::size_t index = 0;
    for (const v1::Invariant& never : policy_.never()) {
      if (verdict.permitted && selected(never, false)) {
        result_.broken[index] = true;
      }
      ++index;
    }
    for (const v1::Invariant& always : policy_.always()) {
      if (!verdict.permitted && selected(always, true)) {
        result_.broken[index] = true;
      }
      ++index;
    }
  }

  const v1::Policy& policy_;
  const NaiveEvaluator naive_;
  std::vector<State> states_;
  Result result_;
};

// A policy so small that brute force ends.
v1::Policy SmallPolicy(Random* random, bool incomparable_forms) {
  RandomPolicyOptions options;
  options.categories = 3;
  options.purposes = 2;
  options.actors = 1;
  options.recipients = 2;
  options.rules = 5;
  options.facts = 1;
  options.events = 1;
  options.incomparable_forms = incomparable_forms;
  options.transforms = incomparable_forms ? 0.9 : 0.2;
  v1::Policy policy = RandomPolicy(options, random);
  // Values that brute force does not go through are not asked for.
  policy.mutable_fact(0)->clear_values();
  const auto trim = [](v1::Condition* condition) {
    condition->clear_notice();
    condition->clear_subject_kinds();
    for (v1::FactIs& is : *condition->mutable_fact()) is.clear_any_of();
  };
  for (v1::Rule& rule : *policy.mutable_rule()) {
    trim(rule.mutable_when());
    for (v1::Condition& unless : *rule.mutable_unless()) trim(&unless);
  }
  for (int i = 0; i < 4; ++i) {
    v1::Invariant* invariant =
        i % 2 == 0 ? policy.add_never() : policy.add_always();
    *invariant = RandomInvariant(policy, random);
    trim(invariant->mutable_when());
    for (v1::Condition& unless : *invariant->mutable_unless()) trim(&unless);
  }
  // Agreements are in force on the day of all states.
  for (v1::Recipient& recipient : *policy.mutable_recipient()) {
    if (recipient.has_agreement()) recipient.clear_agreement();
    recipient.mutable_agreement();
  }
  return policy;
}

std::vector<bool> BrokenByProof(const v1::Policy& policy, bool* contradiction) {
  policy::Findings findings;
  const auto snapshot = policy::Snapshot::Compile(
      std::make_shared<v1::Policy>(policy), &findings);
  CHECK(snapshot.ok() == findings.empty());
  std::vector<bool> broken(
      static_cast<std::size_t>(policy.never_size() + policy.always_size()));
  *contradiction = false;
  for (const policy::Finding& finding : findings) {
    REQUIRE_FALSE(finding.path.empty());
    const policy::FieldStep& step = finding.path.front();
    if (step.number == v1::Policy::kNeverFieldNumber) {
      broken[static_cast<std::size_t>(step.index)] = true;
    } else if (step.number == v1::Policy::kAlwaysFieldNumber) {
      broken[static_cast<std::size_t>(policy.never_size() + step.index)] = true;
    } else {
      *contradiction = true;
    }
  }
  return broken;
}

void CompareWithBruteForce(bool incomparable_forms, int runs) {
  const std::uint64_t seed = PropertySeed(71);
  CAPTURE(seed);
  int broken = 0, held = 0, contradictions = 0;
  for (int run = 0; run < runs; ++run) {
    Random random(seed + static_cast<std::uint64_t>(run));
    CAPTURE(run);
    const v1::Policy policy = SmallPolicy(&random, incomparable_forms);
    const BruteForce::Result expected = BruteForce(policy).Run();
    bool contradiction = false;
    const std::vector<bool> got = BrokenByProof(policy, &contradiction);
    CAPTURE(policy.DebugString());
    REQUIRE(contradiction == expected.contradiction);
    // A request that contradicts is neither permitted nor sure to be refused.
    if (contradiction) {
      ++contradictions;
      continue;
    }
    REQUIRE(got == expected.broken);
    broken += static_cast<int>(std::count(got.begin(), got.end(), true));
    held += static_cast<int>(std::count(got.begin(), got.end(), false));
  }
  INFO(broken << " broken, " << held << " held, " << contradictions
              << " contradictions");
  CHECK(broken * 20 > runs);
  CHECK(held * 20 > runs);
  if (incomparable_forms) CHECK(contradictions * 40 > runs);
}

TEST_CASE("Proofs find what brute force finds, and no more",
          "[policy][property][proof]") {
  CompareWithBruteForce(false, std::min(PropertyRuns(20), 10'000));
}

TEST_CASE("Contradicting forms are found exactly where brute force meets them",
          "[policy][property][proof]") {
  CompareWithBruteForce(true, std::min(PropertyRuns(20), 10'000));
}

}  // namespace
}  // namespace privet::testing
