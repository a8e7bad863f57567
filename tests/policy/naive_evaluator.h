// SPDX-License-Identifier: Apache-2.0
//
// The second opinion: decides by reading a v1::Policy rule by rule, name by
// name, as docs/policy_decisions.md and policy.proto state it. Slow and
// obvious; it shares no code with src/policy.

#ifndef PRIVET_TESTS_POLICY_NAIVE_EVALUATOR_H_
#define PRIVET_TESTS_POLICY_NAIVE_EVALUATOR_H_

#include <set>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "policy/subject_state.h"
#include "privet/v1/policy.pb.h"

namespace privet::testing {

// One request on one field, in names.
struct NaiveRequest {
  v1::Selector::Operation operation = v1::Selector::USE;
  std::string actor, purpose, recipient, region, record_type;
  std::vector<std::string> categories;  // of the field; empty: public
  policy::SubjectState subject;
  policy::RequestState request;
  absl::CivilDay day;
};

struct NaiveVerdict {
  bool permitted = false;
  bool contradiction = false;  // two forms, neither the stronger: not permitted
  v1::Transform form;          // without a `how`: whole
};

class NaiveEvaluator {
 public:
  // The policy must outlive the evaluator.
  explicit NaiveEvaluator(const v1::Policy& policy);

  // Decides. kStore: for some one purpose and some actor that may claim it, or
  // for those of the request if it names them.
  NaiveVerdict Decide(const NaiveRequest& request) const;

  // Returns whether an invariant's condition holds as that of a forbid does
  // (`certainly` false), or as that of a permit.
  bool ConditionHolds(
      const NaiveRequest& request, const v1::Condition& when,
      const google::protobuf::RepeatedPtrField<v1::Condition>& unless,
      bool certainly) const;
  // Returns whether a selector matches a request on one category; of kShare:
  // for some region of the recipient.
  bool SelectorMatches(const v1::Selector& selector,
                       const NaiveRequest& request,
                       const std::string& category) const;

  // Returns whether every gate that no word can change is passed.
  bool IsFeasible(const NaiveRequest& request) const;

  // Leaves, in order of declaration.
  std::vector<std::string> Categories() const;
  std::vector<std::string> Purposes() const;
  std::vector<std::string> Actors() const;
  std::vector<std::string> Recipients() const;
  // Every code that the policy names, and "elsewhere" (spelled `zz`).
  const std::set<std::string>& Codes() const { return codes_; }

 private:
  enum Answer { kNo, kUnknown, kYes };

  bool RegionInside(const std::string& code, const std::string& region,
                    int depth) const;
  template <typename Regions>
  bool InsideAny(const std::string& code, const Regions& regions) const;
  std::set<std::string> RegionsOf(const std::string& recipient,
                                  std::set<std::string>* seen) const;

  bool Matches(const v1::Selector& selector, bool is_permit,
               const NaiveRequest& request, const std::string& category,
               const std::string& region) const;
  Answer Evaluate(const v1::Condition& condition,
                  const NaiveRequest& request) const;
  bool BasisHolds(const v1::Rule& rule, const NaiveRequest& request) const;
  bool Objected(const NaiveRequest& request, const std::string& purpose) const;
  bool Gates(const NaiveRequest& request) const;
  bool RecipientGates(const NaiveRequest& request) const;
  bool ResidencyHolds(const NaiveRequest& request,
                      const std::string& category) const;
  // Decides one category in one region by the rules alone; adds forms.
  bool ByRules(const NaiveRequest& request, const std::string& category,
               const std::string& region,
               std::vector<v1::Transform>* forms) const;
  NaiveVerdict DecideOne(const NaiveRequest& request) const;
  NaiveVerdict DecideStore(const NaiveRequest& request) const;

  const v1::Policy& policy_;
  std::set<std::string> codes_;
};

}  // namespace privet::testing

#endif  // PRIVET_TESTS_POLICY_NAIVE_EVALUATOR_H_
