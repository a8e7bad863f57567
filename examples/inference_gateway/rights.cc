// SPDX-License-Identifier: Apache-2.0
//
// The part of the simulation in which people use their rights, and leave.

#include <string>

#include "absl/strings/str_cat.h"
#include "infermesh_policy.h"
#include "privet/subjects.h"
#include "simulation.h"
#include "steps.h"

namespace gateway {
namespace {

namespace purpose = infermesh::purpose;

}  // namespace

absl::Status Simulation::HandleRight(const Event& event) {
  const privet::Subjects subjects = host_->subjects();
  const privet::Subject subject = SubjectOf(event.index);
  Account& account = world_->accounts[event.index];
  switch (event.what) {
    case Happening::kConsent:
      return Consent(event.index);
    case Happening::kWithdraw:
      return Withdraw(event.index);
    case Happening::kObject:
      report_->CountEvent("objected");
      account.objects = true;
      return report_->Time("Object", [&] {
        return subjects.Object(subject, purpose::kImprovement);
      });
    case Happening::kUphold:
      return subjects.ResolveObjection(subject, purpose::kImprovement,
                                       privet::ObjectionResult::kUpheld);
    case Happening::kOverride:
      report_->CountEvent("objection overridden");
      account.objects = false;
      return subjects.ResolveObjection(subject, purpose::kImprovement,
                                       privet::ObjectionResult::kOverridden,
                                       "balance-7");
    case Happening::kRestrict:
      report_->CountEvent("restricted");
      account.restricted = true;
      return report_->Time("Restrict", [&] {
        return subjects.Restrict(subject,
                                 privet::RestrictionGround::kAccuracyContested,
                                 absl::StrCat("case-", event.index));
      });
    case Happening::kLift:
      return Lift(event.index);
    case Happening::kNotice:
      report_->CountEvent("told of a successor");
      account.successor_notice = true;
      return report_->Time("RecordNotice", [&] {
        return subjects.RecordNotice(subject, "successor:successor", "email");
      });
    default:
      return HandleEnd(event);
  }
}

absl::Status Simulation::Consent(std::uint32_t account) {
  const privet::Subjects subjects = host_->subjects();
  report_->CountEvent("consented");
  world_->accounts[account].analytics = true;
  GATEWAY_STEP(report_->Time("GiveConsent", [&] {
    return subjects.GiveConsent(SubjectOf(account), purpose::kAnalytics,
                                "banner-3");
  }));
  if (!Chance(0.5)) return absl::OkStatus();
  world_->accounts[account].experience = true;
  return report_->Time("GiveConsent", [&] {
    return subjects.GiveConsent(SubjectOf(account), purpose::kExperience,
                                "banner-3");
  });
}

absl::Status Simulation::Withdraw(std::uint32_t account) {
  const privet::Subjects subjects = host_->subjects();
  report_->CountEvent("withdrew consent");
  world_->accounts[account].analytics = false;
  world_->accounts[account].experience = false;
  for (const privet::PurposeId each :
       {purpose::kAnalytics, purpose::kExperience}) {
    GATEWAY_STEP(report_->Time("WithdrawConsent", [&] {
      return subjects.WithdrawConsent(SubjectOf(account), each);
    }));
  }
  return absl::OkStatus();
}

absl::Status Simulation::Lift(std::uint32_t account) {
  if (!world_->accounts[account].restricted) return absl::OkStatus();
  const privet::Subjects subjects = host_->subjects();
  GATEWAY_STEP(subjects.RecordNotice(SubjectOf(account), "lifted", "email"));
  world_->accounts[account].restricted = false;
  return report_->Time("Lift", [&] {
    return subjects.Lift(SubjectOf(account),
                         privet::RestrictionGround::kAccuracyContested,
                         "lifted");
  });
}

absl::Status Simulation::HandleEnd(const Event& event) {
  if (event.what == Happening::kErase) return Erase(event.index);
  report_->CountEvent("closed the account");
  world_->accounts[event.index].closed = host_->clock().Now();
  Activate(event.index, false);
  return report_->Time("RecordEvent", [&] {
    return host_->subjects().RecordEvent(SubjectOf(event.index),
                                         infermesh::event::kAccountClosed);
  });
}

absl::Status Simulation::Erase(std::uint32_t account) {
  GATEWAY_STEP(service_.Flush());
  report_->CountEvent("erased");
  auto receipt = report_->Time(
      "Erase", [&] { return host_->subjects().Erase(SubjectOf(account)); });
  if (!receipt.ok()) return receipt.status();
  world_->accounts[account].erased = host_->clock().Now();
  Activate(account, false);
  return absl::OkStatus();
}

}  // namespace gateway
