// SPDX-License-Identifier: Apache-2.0
//
// Proofs against brute force: what compiling finds, and nothing else, is wrong.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "policy/naive_evaluator.h"
#include "policy/names.h"
#include "policy/policy_fixture.h"
#include "policy/random_policy.h"
#include "policy/random_request.h"
#include "support/catch.h"
#include "support/property.h"
#include "support/status_assertions.h"
#include "transform/order.h"

namespace privet::testing {
namespace {

std::size_t InvariantsOf(const v1::Policy& policy) {
  return static_cast<std::size_t>(policy.never_size() + policy.always_size() +
                                  policy.only_size());
}

// Every request of a small policy, and a state for each combination of answers
// that it can tell apart.
class BruteForce {
 public:
  explicit BruteForce(const v1::Policy& policy)
      : policy_(policy), naive_(policy) {
    AddStates();
  }

  struct Result {
    std::vector<bool> broken;    // by never, then always, then only
    bool contradiction = false;  // two forms on one category
  };

  Result Run() {
    result_.broken.resize(InvariantsOf(policy_));
    for (const std::string& region : naive_.Codes()) {
      std::vector<NaiveRequest> stores;
      for (const std::string& actor : naive_.Actors()) {
        for (const std::string& purpose : naive_.Purposes()) {
          Visit({Make(v1::Selector::USE, actor, purpose, "", region)});
          const NaiveRequest store =
              Make(v1::Selector::STORE, actor, purpose, "", region);
          if (naive_.IsFeasible(store)) stores.push_back(store);
        }
      }
      // One decision, of all purposes and all who may claim them.
      Visit(std::move(stores));
    }
    for (const std::string& actor : naive_.Actors()) {
      for (const std::string& purpose : naive_.Purposes()) {
        for (const std::string& recipient : naive_.Recipients()) {
          Visit({Make(v1::Selector::SHARE, actor, purpose, recipient, "")});
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

  NaiveRequest Make(v1::Selector::Operation operation, const std::string& actor,
                    const std::string& purpose, const std::string& recipient,
                    const std::string& region) const {
    NaiveRequest request;
    request.operation = operation;
    request.actor = actor;
    request.purpose = purpose;
    request.recipient = recipient;
    request.region = region;
    request.day = states_.front().day;
    return request;
  }

  // Requests of which one decision is made.
  void Visit(std::vector<NaiveRequest> requests) {
    if (requests.empty() || !naive_.IsFeasible(requests.front())) return;
    for (const std::string& category : naive_.Categories()) {
      for (const State& state : states_) {
        for (NaiveRequest& request : requests) {
          request.categories = {category};
          request.subject = state.subject;
          request.request = state.request;
        }
        Look(requests, category);
      }
    }
  }

  void Look(const std::vector<NaiveRequest>& requests,
            const std::string& category) {
    std::vector<NaiveVerdict> verdicts;
    for (const NaiveRequest& request : requests) {
      verdicts.push_back(naive_.Decide(request));
      result_.contradiction |= verdicts.back().contradiction;
    }
    const auto selected = [&](const v1::Invariant& invariant,
                              const NaiveRequest& request, bool certainly) {
      return naive_.SelectorMatches(invariant.over(), request, category) &&
             naive_.ConditionHolds(request, invariant.when(),
                                   invariant.unless(), certainly);
    };
    std::size_t index = 0;
    for (const v1::Invariant& never : policy_.never()) {
      std::vector<v1::Transform> forms;
      for (std::size_t i = 0; i < requests.size(); ++i) {
        if (verdicts[i].permitted && selected(never, requests[i], false)) {
          forms.push_back(verdicts[i].form);
        }
      }
      if (!forms.empty() && !IsEnough(never, category, ShownOf(forms))) {
        result_.broken[index] = true;
      }
      ++index;
    }
    for (const v1::Invariant& always : policy_.always()) {
      for (std::size_t i = 0; i < requests.size(); ++i) {
        if (!verdicts[i].permitted && selected(always, requests[i], true)) {
          result_.broken[index] = true;
        }
      }
      ++index;
    }
    for (const v1::Only& only : policy_.only()) {
      for (std::size_t i = 0; i < requests.size(); ++i) {
        if (verdicts[i].permitted && IsOther(only, requests[i], category)) {
          result_.broken[index] = true;
        }
      }
      ++index;
    }
  }

  // The weakest of the forms; if there is none, the value is whole.
  static v1::Transform ShownOf(const std::vector<v1::Transform>& forms) {
    for (const v1::Transform& form : forms) {
      const bool is_weakest =
          std::all_of(forms.begin(), forms.end(), [&](const auto& other) {
            return transform::AtLeastAsStrong(other, form);
          });
      if (is_weakest) return form;
    }
    v1::Transform whole;
    whole.mutable_whole();
    return whole;
  }

  // Of one `unless_transformed` at most.
  static bool IsEnough(const v1::Invariant& never, const std::string& category,
                       const v1::Transform& shown) {
    for (const v1::Transform& most : never.unless_transformed()) {
      const bool covers =
          most.categories().empty() || CoversAny(most.categories(), category);
      if (covers && transform::AtLeastAsStrong(shown, most)) return true;
    }
    return false;
  }

  template <typename Ids>
  static bool CoversAny(const Ids& ids, const std::string& name) {
    return std::any_of(ids.begin(), ids.end(), [&](const std::string& id) {
      return policy::IdCovers(id, name);
    });
  }

  // Whether the request is one of those that `only` speaks of, for what it does
  // not list.
  static bool IsOther(const v1::Only& only, const NaiveRequest& request,
                      const std::string& category) {
    if (!only.purposes().empty() &&
        !CoversAny(only.purposes(), request.purpose)) {
      return false;
    }
    if (!only.recipients().empty() &&
        (request.recipient.empty() ||
         !CoversAny(only.recipients(), request.recipient))) {
      return false;
    }
    return !CoversAny(only.categories(), category);
  }

  const v1::Policy& policy_;
  const NaiveEvaluator naive_;
  std::vector<State> states_;
  Result result_;
};

// Makes of a `never` that a value is shown in at most so small a form.
void LimitForms(bool of_time, Random* random, v1::Invariant* never) {
  v1::Transform* most = never->add_unless_transformed();
  if (of_time) {
    // Whatever is stored, in any state.
    never->clear_over();
    never->clear_when();
    never->clear_unless();
    never->mutable_over()->add_operations(v1::Selector::STORE);
    most->mutable_time()->set_to(v1::TimePart::DAY);
    return;
  }
  most->mutable_truncate()->set_characters(1 +
                                           static_cast<int>((*random)() % 4));
  if ((*random)() % 2 == 0) most->add_categories("*");
  if ((*random)() % 2 == 0) {
    never->mutable_over()->clear_operations();
    never->mutable_over()->add_operations(v1::Selector::STORE);
  }
}

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
  // Parts of time are partly ordered beneath one that is the weakest.
  const bool of_time = incomparable_forms && (*random)() % 2 == 0;
  for (v1::Rule& rule : *policy.mutable_rule()) {
    for (v1::Transform& form : *rule.mutable_transform()) {
      if (of_time) {
        form.mutable_time()->set_to(
            static_cast<v1::TimePart::To>(2 + (*random)() % 4));
      }
    }
  }
  for (int i = 0; i < 4; ++i) {
    v1::Invariant* invariant =
        i % 2 == 0 ? policy.add_never() : policy.add_always();
    *invariant = RandomInvariant(policy, random);
    trim(invariant->mutable_when());
    for (v1::Condition& unless : *invariant->mutable_unless()) trim(&unless);
    if (i == 0) LimitForms(of_time, random, invariant);
  }
  const auto one_of = [random](const auto& declared) {
    return declared
        .Get(static_cast<int>((*random)() %
                              static_cast<std::uint64_t>(declared.size())))
        .id();
  };
  for (int i = 0; i < 2; ++i) {
    v1::Only* only = policy.add_only();
    if ((*random)() % 4 != 0) only->add_purposes(one_of(policy.purpose()));
    if ((*random)() % 3 == 0) only->add_recipients(one_of(policy.recipient()));
    only->add_categories(one_of(policy.category()));
    only->add_categories(one_of(policy.category()));
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
  std::vector<bool> broken(InvariantsOf(policy));
  *contradiction = false;
  for (const policy::Finding& finding : findings) {
    REQUIRE_FALSE(finding.path.empty());
    const policy::FieldStep& step = finding.path.front();
    if (step.number == v1::Policy::kNeverFieldNumber) {
      broken[static_cast<std::size_t>(step.index)] = true;
    } else if (step.number == v1::Policy::kAlwaysFieldNumber) {
      broken[static_cast<std::size_t>(policy.never_size() + step.index)] = true;
    } else if (step.number == v1::Policy::kOnlyFieldNumber) {
      broken[static_cast<std::size_t>(
          policy.never_size() + policy.always_size() + step.index)] = true;
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
  CompareWithBruteForce(false, std::min(PropertyRuns(60), 10'000));
}

TEST_CASE("Contradicting forms are found exactly where brute force meets them",
          "[policy][property][proof]") {
  CompareWithBruteForce(true, std::min(PropertyRuns(60), 10'000));
}

}  // namespace
}  // namespace privet::testing
