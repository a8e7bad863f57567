// SPDX-License-Identifier: Apache-2.0
//
// decide_ns: one decision through a resolved context, over a shuffled list of
// 4,096 pairs of category and word whose verdicts are summed and checked
// against the naive evaluator; on the reference policy and on one of 1,000
// categories and 5,000 rules, in a context of each operation: the largest.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "google/protobuf/text_format.h"
#include "policy/large_policy.h"
#include "policy/naive_evaluator.h"
#include "policy/random_request.h"
#include "policy/snapshot.h"
#include "support/bar.h"
#include "transform/order.h"

namespace privet::benchmarks {
namespace {

using policy::Category;
using policy::Context;
using policy::Operation;
using policy::Snapshot;
using policy::Word;
using testing::NaiveEvaluator;
using testing::NaiveRequest;

constexpr std::size_t kPairs = 4096;
constexpr std::size_t kPeople = 256;

[[noreturn]] void Fail(const std::string& message) {
  std::fprintf(stderr, "decide_benchmark: %s\n", message.c_str());
  std::exit(1);
}

template <typename T>
T Must(absl::StatusOr<T> value) {
  if (!value.ok()) Fail(std::string(value.status().message()));
  return *std::move(value);
}

std::shared_ptr<const v1::Policy> ReferencePolicy() {
  std::ifstream file("examples/infermesh/policy.textproto");
  std::stringstream text;
  text << file.rdbuf();
  auto policy = std::make_shared<v1::Policy>();
  if (!file || !google::protobuf::TextFormat::ParseFromString(text.str(),
                                                              policy.get())) {
    Fail("examples/infermesh/policy.textproto: run this from the root");
  }
  return policy;
}

struct Asked {
  const char* name;
  v1::Selector::Operation operation;
  std::string actor, purpose, recipient, record_type;
  bool too_slow_for_naive = false;
};

struct Pair {
  Category category;
  const Word* word;
};

// Sums forms and permissions, so that no decision can be left out.
std::uint64_t DecideAll(const Context& context,
                        const std::vector<Pair>& pairs) {
  std::uint64_t sum = 0;
  for (const Pair& pair : pairs) {
    const policy::Verdict verdict = context.Decide(pair.category, *pair.word);
    sum += verdict.permitted ? 1u + verdict.form : 0u;
  }
  return sum;
}

// What DecideAll() adds for a verdict of the naive evaluator.
std::uint64_t ByRules(const Snapshot& snapshot, const NaiveEvaluator& naive,
                      const NaiveRequest& request) {
  const testing::NaiveVerdict verdict = naive.Decide(request);
  if (!verdict.permitted) return 0;
  for (std::size_t i = 0; i < snapshot.form_count(); ++i) {
    const auto f = static_cast<policy::Form>(i);
    if (transform::Compare(snapshot.FormOf(f), verdict.form) ==
        transform::Order::kEqual) {
      return 1u + f;
    }
  }
  Fail("the naive evaluator gives a form that the snapshot does not have");
}

// The same by the explanation, which reads rule by rule as well: a STORE under
// 5,000 rules, for every purpose and actor, takes the naive evaluator seconds.
std::uint64_t Explained(const Snapshot& snapshot, const Context& context,
                        Category category, const Word& word) {
  const Explanation why = snapshot.Explain(context, {&category, 1}, word);
  if (!why.permitted) return 0;
  for (std::size_t i = 0; i < snapshot.form_count(); ++i) {
    const auto f = static_cast<policy::Form>(i);
    const std::string text =
        f == policy::kWhole ? "" : transform::Describe(snapshot.FormOf(f));
    if (text == why.form) return 1u + f;
  }
  Fail("the explanation gives a form that the snapshot does not have");
}

// Returns nanoseconds for a decision.
double Measure(const Snapshot& snapshot, const NaiveEvaluator& naive,
               const Asked& asked) {
  testing::Random random(11);
  const Context& context = *Must(snapshot.FindContext(
      static_cast<Operation>(asked.operation), ActorId::FromText(asked.actor),
      asked.purpose.empty() ? PurposeId() : PurposeId::FromText(asked.purpose),
      asked.recipient.empty() ? RecipientId()
                              : RecipientId::FromText(asked.recipient),
      RegionId("de"), asked.record_type));
  const absl::CivilDay day(2026, 4, 2);
  std::vector<NaiveRequest> requests;
  std::vector<Word> words;
  for (std::size_t i = 0; i < kPeople; ++i) {
    NaiveRequest request;
    request.operation = asked.operation;
    request.actor = asked.actor;
    request.purpose = asked.purpose;
    request.recipient = asked.recipient;
    request.record_type = asked.record_type;
    request.region = "de";
    request.subject = testing::RandomSubject(snapshot.policy(), &random);
    request.request = testing::RandomRequestState(snapshot.policy(), &random);
    request.day = day;
    words.push_back(context.MakeWord(snapshot.FactsOf(request.subject),
                                     request.request, day));
    requests.push_back(std::move(request));
  }
  const std::vector<std::string> categories = naive.Categories();
  std::vector<Pair> pairs;
  std::uint64_t expected = 0;
  std::size_t permitted = 0;
  for (std::size_t i = 0; i < kPairs; ++i) {
    const std::size_t person = random() % kPeople;
    const std::string& name = categories[random() % categories.size()];
    const Category category = Must(snapshot.FindCategory(name));
    pairs.push_back({category, &words[person]});
    requests[person].categories = {name};
    const std::uint64_t one =
        asked.too_slow_for_naive
            ? Explained(snapshot, context, category, words[person])
            : ByRules(snapshot, naive, requests[person]);
    expected += one;
    permitted += one != 0 ? 1 : 0;
  }
  if (DecideAll(context, pairs) != expected) {
    Fail(std::string("the tables disagree with the rules in ") + asked.name);
  }
  constexpr std::size_t kRounds = 31, kTimes = 20;
  std::vector<double> times;
  times.reserve(kRounds);
  std::uint64_t sum = 0;
  for (std::size_t round = 0; round < kRounds; ++round) {
    times.push_back(Seconds([&] {
      for (std::size_t i = 0; i < kTimes; ++i) sum += DecideAll(context, pairs);
    }));
  }
  if (sum != kRounds * kTimes * expected) Fail("verdicts changed");
  const double ns = Median(times) * 1e9 / (double{kTimes} * kPairs);
  std::fprintf(stderr, "  %-28s %6.2f ns, %4.1f %% permitted\n", asked.name, ns,
               100.0 * static_cast<double>(permitted) / kPairs);
  return ns;
}

double MeasurePolicy(std::shared_ptr<const v1::Policy> message,
                     const std::vector<Asked>& all) {
  const NaiveEvaluator naive(*message);
  std::shared_ptr<const Snapshot> snapshot;
  const double compile =
      Seconds([&] { snapshot = Must(Snapshot::Compile(message)); });
  std::fprintf(stderr, "%s: compiled in %.1f ms\n", message->id().c_str(),
               compile * 1e3);
  double largest = 0;
  for (const Asked& asked : all) {
    const double first = Seconds([&] {
      (void)snapshot->FindContext(
          static_cast<Operation>(asked.operation),
          ActorId::FromText(asked.actor),
          asked.purpose.empty() ? PurposeId()
                                : PurposeId::FromText(asked.purpose),
          asked.recipient.empty() ? RecipientId()
                                  : RecipientId::FromText(asked.recipient),
          RegionId("de"), asked.record_type);
    });
    std::fprintf(stderr, "  %-28s %6.2f ms at first use\n", asked.name,
                 first * 1e3);
    largest = std::max(largest, Measure(*snapshot, naive, asked));
  }
  return largest;
}

int Run() {
  using v1::Selector;
  const double reference = MeasurePolicy(
      ReferencePolicy(),
      {{"use, fraud", Selector::USE, "guard", "security.fraud", "", ""},
       {"store of an account", Selector::STORE, "accounts", "", "",
        "infermesh.v1.Account"},
       {"share, analytics", Selector::SHARE, "product", "analytics",
        "analytics_co", ""}});
  const double large = MeasurePolicy(
      std::make_shared<v1::Policy>(testing::LargePolicy(1000, 5000, 1)),
      {{"use, the busiest purpose", Selector::USE, "a0", "p0.0", "", ""},
       {"store", Selector::STORE, "a0", "", "", "r.Record", true},
       {"share", Selector::SHARE, "a0", "p0.0", "r20", ""}});
  Report("decide_ns", std::max(reference, large));
  return 0;
}

}  // namespace
}  // namespace privet::benchmarks

int main() { return privet::benchmarks::Run(); }
