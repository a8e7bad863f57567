// SPDX-License-Identifier: Apache-2.0
//
// The reference policy with a few words changed, for tests that try to break
// what it promises.

#ifndef PRIVET_TESTS_SUPPORT_EDITED_POLICY_H_
#define PRIVET_TESTS_SUPPORT_EDITED_POLICY_H_

#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "privet/policy.h"
#include "support/catch.h"
#include "support/infermesh.h"

namespace privet::testing {

// What to find, once, and what to put in its place.
using PolicyEdit = std::pair<std::string, std::string>;

inline std::string ReferencePolicyText() {
  std::ifstream file(kReferencePolicy);
  REQUIRE(file.good());
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Returns the text with each edit made; fails the test if one does not apply.
inline std::string Edited(const std::vector<PolicyEdit>& edits) {
  std::string text = ReferencePolicyText();
  for (const auto& [from, to] : edits) {
    const std::size_t at = text.find(from);
    INFO("the reference policy no longer says: " << from);
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), to);
  }
  return text;
}

// Adds blocks at the end.
inline PolicyEdit Adding(const std::string& blocks) {
  const std::string first = "id: \"infermesh\"";
  return {first, blocks + "\n" + first};
}

// Returns the message of the refusal, or "" if the edited policy loads.
inline std::string WhyItDoesNotLoad(const std::vector<PolicyEdit>& edits) {
  const auto policy = Policy::Parse(Edited(edits), "edited.textproto");
  if (policy.ok()) return "";
  CHECK(policy.status().code() == absl::StatusCode::kInvalidArgument);
  return std::string(policy.status().message());
}

}  // namespace privet::testing

#endif  // PRIVET_TESTS_SUPPORT_EDITED_POLICY_H_
