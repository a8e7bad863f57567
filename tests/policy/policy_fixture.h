// SPDX-License-Identifier: Apache-2.0
//
// A policy in a test, and questions to it in one line.

#ifndef PRIVET_TESTS_POLICY_POLICY_FIXTURE_H_
#define PRIVET_TESTS_POLICY_POLICY_FIXTURE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "policy/snapshot.h"
#include "privet/v1/policy.pb.h"

namespace privet::testing {

// A request on one field; what is not said is what most tests want.
struct Ask {
  policy::Operation operation = policy::Operation::kUse;
  std::string actor = "web";
  std::string purpose = "service";  // kStore asks none
  std::string recipient = {};
  std::string region = "de";
  std::vector<std::string> categories = {"data"};  // none: a public field
  policy::SubjectState subject = {};
  policy::RequestState request = {};
  absl::CivilDay day = absl::CivilDay(2026, 4, 2);
  std::string record_type = "t.Record";
};

// Parses protobuf text; fails the test if it is none.
std::shared_ptr<const v1::Policy> ParsePolicy(const std::string& text);

// Returns the text of a file of the repository.
std::string ReadTextFile(const std::string& path);

// Compiles, and answers.
class PolicyUnderTest {
 public:
  // Fails the test if the policy does not compile.
  explicit PolicyUnderTest(const std::string& text)
      : PolicyUnderTest(ParsePolicy(text)) {}
  explicit PolicyUnderTest(std::shared_ptr<const v1::Policy> policy);

  const policy::Snapshot& snapshot() const { return *snapshot_; }
  const v1::Policy& message() const { return snapshot_->policy(); }

  const policy::Context& ContextOf(const Ask& ask) const;
  policy::Category CategoryOf(const std::string& name) const;
  // Sorted, as the calls of a snapshot want them.
  std::vector<policy::Category> CategoriesOf(
      const std::vector<std::string>& names) const;
  policy::Word WordOf(const Ask& ask) const;

  // Returns the form in force as text, "whole", or "no".
  std::string Decide(const Ask& ask) const;
  bool Permits(const Ask& ask) const { return Decide(ask) != "no"; }
  policy::Explained Why(const Ask& ask) const;
  // Returns the rule that refused, or "gate " and its name, or "nothing".
  std::string RefusedBy(const Ask& ask) const;

 private:
  std::shared_ptr<const policy::Snapshot> snapshot_;
};

// Returns what is wrong with a policy: the message of each error, one a line.
std::string ErrorsOf(const std::string& text);

// The frame that tests add their rules to: actors `web` (service, ads) and
// `desk` (human; support); purposes of each basis; recipients of each role;
// categories `data`, `other`, `account.email`, `account.secret`.
std::string FramePolicy();

}  // namespace privet::testing

#endif  // PRIVET_TESTS_POLICY_POLICY_FIXTURE_H_
