// SPDX-License-Identifier: Apache-2.0
//
// Who asks, for what, for whom and where, as numbers; and the gates that every
// request passes before a rule is looked at.

#ifndef PRIVET_POLICY_REQUEST_H_
#define PRIVET_POLICY_REQUEST_H_

#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "policy/decision.h"
#include "policy/model.h"

namespace privet::policy {

// Leaves of the model; Names::kNone where the operation names none. kStore is
// asked as a whole (no actor, no purpose), or for one purpose and one actor
// that may claim it. `region` is a class of data places; of kShare none: the
// recipient's count.
struct Request {
  Operation operation = Operation::kUse;
  std::uint32_t actor = Names::kNone;
  std::uint32_t purpose = Names::kNone;
  std::uint32_t recipient = Names::kNone;
  std::uint32_t region = Names::kNone;
};

// Returns whether a selector, its categories apart, matches.
inline bool Matches(const Reach& reach, const Request& request) {
  const auto covers = [](const Bits& bits, std::uint32_t leaf) {
    return leaf == Names::kNone || bits.Test(leaf);
  };
  return reach.Includes(request.operation) &&
         reach.IncludesRecipient(request.recipient) &&
         covers(reach.purposes, request.purpose) &&
         covers(reach.actors, request.actor) &&
         covers(reach.regions, request.region);
}

// Returns whether a selector reaches one of the regions of a request; those of
// a kShare are the recipient's.
inline bool ReachesRegion(const Model& model, const Reach& reach,
                          const Request& request) {
  return request.operation != Operation::kShare ||
         reach.regions.Intersects(model.recipient[request.recipient].regions);
}

// In the order in which they are asked (POLICY.md 2(5)).
enum class Gate : std::uint8_t {
  kNone,
  kActor,
  kCeiling,
  kAgreement,
  kCase,
  kList,
  kNotice,
  kInstruction,
  kSale,
  kCredential,
  kRestricted,
  kMinor,
  kResidency,
};

// Returns the name of a gate, as a denial gives it.
const char* NameOf(Gate gate);

// A gate that some answer passes; empty `test`: none does.
struct GateTest {
  Gate gate = Gate::kNone;
  std::vector<Test> test;  // at most one
};

// Returns the gates of a request that do not depend on the category and that
// are not passed by every word, in order.
std::vector<GateTest> GatesOf(const Model& model, const Request& request);

// Returns the gate that refuses a category whatever the word, or kNone.
Gate CategoryGate(const Model& model, const Request& request,
                  Category category);

// Returns whether some word passes the gates of the request.
bool IsFeasible(const Model& model, const Request& request);

// Returns how many requests ForEachFeasibleRequest() looks at; if more than
// `most`, some number above it.
std::uint64_t CountRequests(const Model& model, std::uint64_t most);

// Calls `visit` for every feasible request, once for each class of places and
// for each class of actors that the policy tells apart: kUse by actor, purpose
// and region, kShare by actor, purpose and recipient, and then kStore by
// region, the actor that may claim the purpose, and purpose. False from `visit`
// ends it.
void ForEachFeasibleRequest(const Model& model,
                            absl::FunctionRef<bool(const Request&)> visit);

// Returns whether the person may object to what `permit` lets a purpose do
// (GDPR art. 21, and what the policy adds).
bool MayObject(const Model& model, const RuleInfo& permit,
               std::uint32_t purpose);

// Returns the tests of a permit's legal basis for a purpose: one of each line
// must hold. An empty line: it has no basis and never holds.
std::vector<Line> BasisOf(const Model& model, const RuleInfo& permit,
                          std::uint32_t purpose);

}  // namespace privet::policy

#endif  // PRIVET_POLICY_REQUEST_H_
