// SPDX-License-Identifier: Apache-2.0
//
// Which questions a request asks, and which answers it tells apart.

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <numeric>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "policy/functions.h"

namespace privet::policy {
namespace {

void AddTestsOf(const Requirement& requirement, std::vector<Test>* tests) {
  for (const Line& line : requirement.lines) {
    tests->insert(tests->end(), line.any.begin(), line.any.end());
  }
}

void AddTestsOf(const Proviso& proviso, std::vector<Test>* tests) {
  AddTestsOf(*proviso.when, tests);
  for (const Requirement& unless : *proviso.unless) AddTestsOf(unless, tests);
}

// Groups the answers of a question that no test tells apart; answer 0 first.
Var MakeVar(Question question, std::size_t answers,
            const std::vector<const Test*>& tests) {
  Var var;
  var.question = question;
  std::map<std::vector<Truth>, std::uint16_t> classes;
  for (std::uint32_t answer = 0; answer < answers; ++answer) {
    std::vector<Truth> signature;
    signature.reserve(tests.size());
    for (const Test* test : tests) signature.push_back(TruthOf(*test, answer));
    const auto next = static_cast<std::uint16_t>(classes.size());
    const auto [entry, is_new] = classes.emplace(std::move(signature), next);
    if (is_new) var.answer_of.push_back(static_cast<std::uint16_t>(answer));
    var.class_of.push_back(entry->second);
  }
  return var;
}

bool SameTest(const Test& a, const Test& b) {
  return a.question == b.question && a.yes == b.yes && a.no == b.no;
}

}  // namespace

void Functions::AddRuleTests(std::vector<Test>* tests) const {
  const bool is_share = request_.operation == Operation::kShare;
  for (const RuleInfo& rule : model_->rules) {
    if (!Matches(rule.reach, request_) || rule.reach.categories.Empty()) {
      continue;
    }
    if (is_share && !rule.reach.regions.Intersects(
                        model_->recipient[request_.recipient].regions)) {
      continue;
    }
    AddTestsOf(Proviso{&rule.when, &rule.unless}, tests);
    if (rule.effect != Effect::kPermit) continue;
    const std::vector<std::uint32_t> purposes =
        request_.purpose == Names::kNone
            ? rule.reach.purposes.Members()
            : std::vector<std::uint32_t>{request_.purpose};
    for (const std::uint32_t purpose : purposes) {
      AddTestsOf(Requirement{BasisOf(*model_, rule, purpose)}, tests);
    }
  }
}

std::vector<Test> Functions::TestsAsked(
    const std::vector<Proviso>& also) const {
  std::vector<Test> tests;
  bool is_open = true;
  for (const GateTest& gate : GatesOf(*model_, request_)) {
    tests.insert(tests.end(), gate.test.begin(), gate.test.end());
    is_open &= !gate.test.empty();
  }
  for (const Proviso& proviso : also) AddTestsOf(proviso, &tests);
  if (!is_open) return tests;
  if (request_.operation == Operation::kStore) {
    for (const ResidencyInfo& residency : model_->residencies) {
      AddTestsOf(Requirement{residency.subject}, &tests);
    }
  }
  if (request_.operation == Operation::kShare &&
      model_->recipient[request_.recipient].role == v1::Recipient::AUTHORITY) {
    tests.push_back(model_->questions.Holds(model_->listed));
  }
  AddRuleTests(&tests);
  return tests;
}

absl::Status Functions::AddVars(const std::vector<Proviso>& also) {
  const std::vector<Test> tests = TestsAsked(also);
  using Key = std::pair<About, Question>;  // the order of the diagram
  std::map<Key, std::vector<const Test*>> by_question;
  for (const Test& test : tests) {
    auto& known =
        by_question[{model_->questions[test.question].about, test.question}];
    const bool is_new =
        std::none_of(known.begin(), known.end(),
                     [&](const Test* other) { return SameTest(*other, test); });
    if (is_new) known.push_back(&test);
  }
  std::vector<std::uint32_t> sizes;
  for (const auto& [key, asked] : by_question) {
    Var var = MakeVar(key.second, model_->questions[key.second].size(), asked);
    if (var.answer_of.size() == 1) continue;  // told apart by nothing
    var_of_[var.question] = static_cast<std::uint32_t>(vars_.size());
    sizes.push_back(static_cast<std::uint32_t>(var.answer_of.size()));
    vars_.push_back(std::move(var));
  }
  // What is asked most lies together: a cube is over one part of the word.
  std::map<Question, std::size_t> times;
  for (const Test& test : tests) ++times[test.question];
  for (const GateTest& gate : GatesOf(*model_, request_)) {
    // Every decision passes the gates.
    for (const Test& test : gate.test) times[test.question] += tests.size();
  }
  std::vector<std::uint32_t> order(vars_.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) {
                     return times[vars_[a].question] > times[vars_[b].question];
                   });
  std::uint32_t bits = 0, answers = 0;
  for (const std::uint32_t var : order) {
    const std::uint32_t size = sizes[var] - 1;
    if (bits % 64 + size > 64) bits = (bits + 63) / 64 * 64;
    vars_[var].offset = bits;
    bits += size;
    answers += size;
  }
  if (bits > Word::kBits) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "one decision depends on ", answers,
        " answers about the person and the request, more than fit in ",
        Word::kBits,
        " bits; use fewer facts, consents or regions in conditions"));
  }
  diagram_ = std::make_unique<Diagram>(std::move(sizes), model_->limits.nodes);
  return absl::OkStatus();
}

}  // namespace privet::policy
