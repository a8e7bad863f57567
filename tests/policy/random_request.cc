// SPDX-License-Identifier: Apache-2.0

#include "policy/random_request.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/civil_time.h"
#include "policy/dice.h"
#include "policy/random_policy.h"

namespace privet::testing {
policy::SubjectState RandomSubject(const v1::Policy& policy, Random* random) {
  Dice dice(random);
  policy::SubjectState subject;
  if (dice.Chance(0.8)) subject.region = dice.OneOf(Places());
  if (dice.Chance(0.7)) {
    subject.kind = dice.Chance(0.5) ? "customer" : "visitor";
  }
  for (const v1::Purpose& purpose : policy.purpose()) {
    const bool is_group =
        std::any_of(policy.purpose().begin(), policy.purpose().end(),
                    [&](const v1::Purpose& other) {
                      return other.id().rfind(purpose.id() + ".", 0) == 0;
                    });
    if (!is_group && dice.Chance(0.5)) {
      subject.consents.push_back(purpose.id());
    }
    if (dice.Chance(0.2)) subject.objections.push_back(purpose.id());
  }
  subject.restricted = dice.Chance(0.1);
  if (dice.Chance(0.1)) {
    subject.minor_group = dice.Chance(0.5) ? "child" : "teen";
  }
  for (const char* notice : {"n0", "n1"}) {
    if (dice.Chance(0.5)) subject.notices.push_back(notice);
  }
  for (const v1::Event& event : policy.event()) {
    if (dice.Chance(0.5)) subject.happened.push_back(event.id());
  }
  for (const v1::Fact& fact : policy.fact()) {
    if (fact.about() == v1::Fact::SUBJECT && dice.Chance(0.7)) {
      subject.facts.emplace_back(fact.id(), dice.OneOf(ValuesOf(fact)));
    }
  }
  for (const v1::Recipient& recipient : policy.recipient()) {
    if (dice.Chance(0.5)) {
      subject.notices.push_back("successor:" + recipient.id());
    }
    if (dice.Chance(0.5)) subject.instructed.push_back(recipient.id());
  }
  return subject;
}

policy::RequestState RandomRequestState(const v1::Policy& policy,
                                        Random* random) {
  Dice dice(random);
  policy::RequestState state;
  for (const v1::Fact& fact : policy.fact()) {
    if (fact.about() != v1::Fact::SUBJECT && dice.Chance(0.7)) {
      state.facts.emplace_back(fact.id(), dice.OneOf(ValuesOf(fact)));
    }
  }
  if (dice.Chance(0.8)) state.case_reference = "case 7";
  for (const v1::Category& category : policy.category()) {
    if (dice.Chance(0.7)) state.categories.push_back(category.id());
  }
  return state;
}

NaiveRequest RandomRequest(const NaiveEvaluator& naive,
                           const v1::Policy& policy, Random* random) {
  Dice dice(random);
  NaiveRequest request;
  const std::vector<std::string> recipients = naive.Recipients();
  for (int tries = 0; tries < 20; ++tries) {
    request.operation = static_cast<v1::Selector::Operation>(1 + dice.Below(3));
    if (request.operation == v1::Selector::SHARE && recipients.empty()) {
      request.operation = v1::Selector::USE;
    }
    request.actor = dice.OneOf(naive.Actors());
    request.region = dice.OneOf(Places());
    request.purpose.clear();
    request.recipient.clear();
    if (request.operation == v1::Selector::STORE) {
      request.record_type = dice.Chance(0.9) ? "r.Record" : "r.Other";
      break;
    }
    request.purpose = dice.OneOf(naive.Purposes());
    if (request.operation == v1::Selector::SHARE) {
      request.recipient = dice.OneOf(recipients);
    }
    if (dice.Chance(0.1) || naive.IsFeasible(request)) break;
  }
  std::vector<std::string> categories = naive.Categories();
  std::shuffle(categories.begin(), categories.end(), *random);
  const std::size_t count = dice.Chance(0.05)  ? 0
                            : dice.Chance(0.7) ? 1
                            : dice.Chance(0.7) ? 2
                                               : 3;
  categories.resize(std::min(count, categories.size()));
  request.categories = std::move(categories);
  request.subject = RandomSubject(policy, random);
  request.request = RandomRequestState(policy, random);
  request.day = absl::CivilDay(2026, 1 + dice.Below(7), 15);
  return request;
}

}  // namespace privet::testing
