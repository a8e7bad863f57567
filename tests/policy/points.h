// SPDX-License-Identifier: Apache-2.0
//
// What the tests of the twelve points of decisions ask.

#ifndef PRIVET_TESTS_POLICY_POINTS_H_
#define PRIVET_TESTS_POLICY_POINTS_H_

#include <string>

#include "absl/status/status.h"
#include "policy/policy_fixture.h"

namespace privet::testing {

using policy::Operation;

inline constexpr char kServe[] =
    R"(rule { name: "serve" permit { categories: "*" purposes: "service" } })";
inline constexpr char kShare[] =
    R"(rule { name: "share" permit { categories: "*" purposes: "*" recipients: "*" } })";

inline Ask ShareWith(const std::string& recipient) {
  Ask ask;
  ask.operation = Operation::kShare;
  ask.recipient = recipient;
  return ask;
}

inline Ask StoreOf(const std::string& category) {
  Ask ask;
  ask.operation = Operation::kStore;
  ask.categories = {category};
  return ask;
}

inline Ask UseFor(const std::string& purpose) {
  Ask ask;
  ask.purpose = purpose;
  return ask;
}

inline absl::Status StatusOfFind(const PolicyUnderTest& policy,
                                 Operation operation, const std::string& actor,
                                 const std::string& purpose,
                                 const std::string& recipient,
                                 const std::string& region) {
  const auto id = [](const std::string& text, auto empty) {
    return text.empty() ? empty : decltype(empty)::FromText(text);
  };
  return policy.snapshot()
      .FindContext(operation, id(actor, ActorId()), id(purpose, PurposeId()),
                   id(recipient, RecipientId()), id(region, RegionId()),
                   "t.Record")
      .status();
}

}  // namespace privet::testing

#endif  // PRIVET_TESTS_POLICY_POINTS_H_
