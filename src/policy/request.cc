// SPDX-License-Identifier: Apache-2.0

#include "policy/request.h"

#include <utility>
#include <vector>

namespace privet::policy {
namespace {

bool ActorMay(const Model& model, const Request& request) {
  const ActorInfo& actor = model.actor[request.actor];
  if (!actor.purposes.Test(request.purpose)) return false;
  // Where the data will be is, for a use, where the actor is.
  return request.operation != Operation::kUse ||
         request.region == Names::kNone || actor.regions.Test(request.region);
}

void AddRecipientGates(const Model& model, const Request& request,
                       std::vector<GateTest>* gates) {
  const RecipientInfo& recipient = model.recipient[request.recipient];
  const auto add = [&](Gate gate, Question question) {
    gates->push_back({gate, {model.questions.Holds(question)}});
  };
  if (!recipient.purposes.Test(request.purpose) ||
      recipient.role == v1::Recipient::ROLE_UNSPECIFIED ||
      recipient.regions.Empty()) {
    gates->push_back({Gate::kCeiling, {}});
  }
  switch (recipient.role) {
    case v1::Recipient::PROCESSOR:
    case v1::Recipient::JOINT_CONTROLLER:
      if (recipient.has_agreement) {
        add(Gate::kAgreement, recipient.question);
      } else {
        gates->push_back({Gate::kAgreement, {}});
      }
      break;
    case v1::Recipient::AUTHORITY:
      add(Gate::kCase, model.has_case);
      break;
    case v1::Recipient::SUCCESSOR:
      add(Gate::kNotice, recipient.question);
      break;
    case v1::Recipient::DIRECTED:
      add(Gate::kInstruction, recipient.question);
      break;
    default:
      break;
  }
}

void VisitShares(const Model& model, Request request, bool* go_on,
                 absl::FunctionRef<bool(const Request&)> visit) {
  request.operation = Operation::kShare;
  for (std::uint32_t i = 0; i < model.recipient.size() && *go_on; ++i) {
    if (!model.recipient[i].purposes.Test(request.purpose)) continue;
    request.recipient = i;
    if (IsFeasible(model, request)) *go_on = visit(request);
  }
}

// Calls `visit` for every purpose that an actor may claim, once for actors that
// nothing tells apart. False from it ends it.
void ForEachClaim(
    const Model& model,
    absl::FunctionRef<bool(std::uint32_t actor, std::uint32_t purpose)> visit) {
  std::vector<Bits> claimed(model.actor_class_count,
                            Bits(model.purpose.size()));
  for (std::uint32_t actor = 0; actor < model.actor.size(); ++actor) {
    Bits& by_class = claimed[model.actor_class[actor]];
    Bits own = model.actor[actor].purposes;
    own.Remove(by_class);
    by_class.Add(own);
    for (const std::uint32_t purpose : own.Members()) {
      if (!visit(actor, purpose)) return;
    }
  }
}

v1::Basis::Kind BasisKindOf(const RuleInfo& permit,
                            const PurposeInfo& purpose) {
  return permit.basis == v1::Basis::BASIS_UNSPECIFIED ? purpose.basis
                                                      : permit.basis;
}

}  // namespace

const char* NameOf(Gate gate) {
  static constexpr const char* kNames[] = {
      "",           "actor",  "ceiling",     "agreement", "case",
      "list",       "notice", "instruction", "sale",      "credential",
      "restricted", "minor",  "residency"};
  return kNames[static_cast<unsigned>(gate)];
}

std::vector<GateTest> GatesOf(const Model& model, const Request& request) {
  std::vector<GateTest> gates;
  if (request.purpose == Names::kNone) return gates;  // kStore as a whole
  const PurposeInfo& purpose = model.purpose[request.purpose];
  if (!ActorMay(model, request)) gates.push_back({Gate::kActor, {}});
  if (request.operation == Operation::kShare) {
    AddRecipientGates(model, request, &gates);
  }
  if (purpose.Is(v1::Purpose::SALE)) gates.push_back({Gate::kSale, {}});
  if (request.operation != Operation::kStore &&
      !purpose.goes_on_while_restricted) {
    gates.push_back(
        {Gate::kRestricted,
         {Questions::Not(model.questions.Holds(model.restricted))}});
    gates.push_back(
        {Gate::kMinor, {Questions::Not(model.questions.Holds(model.minor))}});
  }
  return gates;
}

Gate CategoryGate(const Model& model, const Request& request,
                  Category category) {
  if (request.operation != Operation::kShare) return Gate::kNone;
  if (!model.recipient[request.recipient].categories.Test(category)) {
    return Gate::kCeiling;
  }
  return model.HasFlag(category, v1::Category::CREDENTIAL) ? Gate::kCredential
                                                           : Gate::kNone;
}

bool IsFeasible(const Model& model, const Request& request) {
  for (const GateTest& gate : GatesOf(model, request)) {
    if (gate.test.empty()) return false;
  }
  return true;
}

std::uint64_t CountRequests(const Model& model, std::uint64_t most) {
  std::vector<std::uint64_t> recipients(model.purpose.size(), 0);
  for (const RecipientInfo& recipient : model.recipient) {
    for (const std::uint32_t p : recipient.purposes.Members()) ++recipients[p];
  }
  std::uint64_t count = 0;
  ForEachClaim(model, [&](std::uint32_t, std::uint32_t purpose) {
    count += 2 * model.data_regions.count() + recipients[purpose];
    return count <= most;
  });
  return count;
}

void ForEachFeasibleRequest(const Model& model,
                            absl::FunctionRef<bool(const Request&)> visit) {
  const auto regions = static_cast<std::uint32_t>(model.data_regions.count());
  std::vector<Request> claims;
  bool go_on = true;
  ForEachClaim(model, [&](std::uint32_t actor, std::uint32_t purpose) {
    Request request;
    request.actor = actor;
    request.purpose = purpose;
    claims.push_back(request);
    for (std::uint32_t i = 0; i < regions && go_on; ++i) {
      request.region = i;
      if (IsFeasible(model, request)) go_on = visit(request);
    }
    request.region = Names::kNone;
    VisitShares(model, request, &go_on, visit);
    return go_on;
  });
  for (std::uint32_t region = 0; region < regions && go_on; ++region) {
    for (Request& request : claims) {
      request.operation = Operation::kStore;
      request.region = region;
      if (go_on && IsFeasible(model, request)) go_on = visit(request);
    }
  }
}

bool MayObject(const Model& model, const RuleInfo& permit,
               std::uint32_t purpose_index) {
  const PurposeInfo& purpose = model.purpose[purpose_index];
  if (purpose.objectable || purpose.Is(v1::Purpose::DIRECT_MARKETING)) {
    return true;
  }
  switch (BasisKindOf(permit, purpose)) {
    case v1::Basis::LEGITIMATE_INTERESTS:
    case v1::Basis::PUBLIC_TASK:
    case v1::Basis::OPT_OUT:
      return true;
    default:
      return false;
  }
}

std::vector<Line> BasisOf(const Model& model, const RuleInfo& permit,
                          std::uint32_t purpose_index) {
  const PurposeInfo& purpose = model.purpose[purpose_index];
  std::vector<Line> lines;
  switch (BasisKindOf(permit, purpose)) {
    case v1::Basis::CONSENT:
    case v1::Basis::EXPLICIT_CONSENT: {
      Line line;
      for (const Question question : purpose.consents) {
        line.any.push_back(model.questions.Holds(question));
      }
      lines.push_back(std::move(line));
      break;
    }
    case v1::Basis::LEGITIMATE_INTERESTS:
    case v1::Basis::PUBLIC_TASK:
    case v1::Basis::OPT_OUT:
    case v1::Basis::CONTRACT:
    case v1::Basis::LEGAL_OBLIGATION:
    case v1::Basis::VITAL_INTERESTS:
    case v1::Basis::NONE_NEEDED:
      break;
    default:
      lines.emplace_back();  // no basis, no permit
      break;
  }
  if (!MayObject(model, permit, purpose_index)) return lines;
  for (const Question question : purpose.objections) {
    lines.push_back({{Questions::Not(model.questions.Holds(question))}});
  }
  return lines;
}

}  // namespace privet::policy
