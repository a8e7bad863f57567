// SPDX-License-Identifier: Apache-2.0

#include "simulation.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "infermesh_policy.h"
#include "progress.h"
#include "steps.h"

namespace gateway {
namespace {

namespace actor = infermesh::actor;
namespace purpose = infermesh::purpose;
namespace recipient = infermesh::recipient;

constexpr std::size_t kWritesOfBatch = 200;
constexpr std::size_t kCallersOfSlice = 4;

}  // namespace

Simulation::Simulation(Host* host, World* world, Report* report,
                       const std::vector<Request>& trace, std::size_t days,
                       std::string next_policy, std::uint64_t seed)
    : host_(host),
      world_(world),
      report_(report),
      trace_(trace),
      days_(days),
      next_policy_(std::move(next_policy)),
      service_(host, world, report),
      maker_(world, seed + 1),
      random_(seed + 2) {}

absl::Status Simulation::Run(const std::vector<Event>& events) {
  Progress progress("a year", events.size());
  const absl::Time start = events.front().at;
  for (std::size_t i = 0; i < events.size(); ++i) {
    host_->clock().MoveTo(events[i].at);
    GATEWAY_STEP(Handle(events[i]));
    if (service_.unwritten() >= kWritesOfBatch) GATEWAY_STEP(service_.Flush());
    progress.Show(
        i, absl::StrCat("day ", absl::ToInt64Hours(events[i].at - start) / 24,
                        ", ", world_->records.size(), " records"));
  }
  GATEWAY_STEP(service_.Flush());
  return host_->outbox().Close();
}

absl::Status Simulation::Handle(const Event& event) {
  switch (event.what) {
    case Happening::kRequest:
      return Ask(event.index);
    case Happening::kSweep:
      return Sweep();
    case Happening::kPolicy:
      GATEWAY_STEP(service_.Flush());
      world_->feedback_forbidden = true;
      report_->CountEvent("policy replaced");
      return report_->Time("SetPolicy",
                           [&] { return host_->SetPolicy(next_policy_); });
    default:
      break;
  }
  // Whoever has left does nothing more, but may still be erased.
  const bool ends = event.what == Happening::kErase;
  const bool begins = event.what == Happening::kSignUp;
  if (!begins && !ends && !world_->accounts[event.index].active) {
    return absl::OkStatus();
  }
  return HandleUse(event);
}

absl::Status Simulation::HandleUse(const Event& event) {
  switch (event.what) {
    case Happening::kSignUp:
      return SignUp(event.index);
    case Happening::kVisit:
      return Visit(event.index);
    case Happening::kTopUp:
      return TopUp(event.index);
    case Happening::kTicket:
      return Ticket(event.index);
    case Happening::kChangeEmail:
      return ChangeEmail(event.index);
    case Happening::kCase:
      return Case(event.index);
    case Happening::kSuccession:
      return Succession(event.index);
    default:
      return HandleRight(event);
  }
}

absl::Status Simulation::SignUp(std::uint32_t account) {
  Activate(account, true);
  report_->CountEvent("signed up");
  privet::Profile profile;
  profile.region = world_->accounts[account].region;
  GATEWAY_STEP(report_->Time("SetProfile", [&] {
    return host_->subjects().SetProfile(SubjectOf(account), profile);
  }));
  const auto message = maker_.MakeAccount(account);
  const auto index = static_cast<std::uint32_t>(world_->records.size());
  GATEWAY_STEP(service_.Store(actor::kAccounts, RecordType::kAccount, account,
                              message, maker_.TakeTexts()));
  if (index < world_->records.size()) {
    world_->accounts[account].profile = index;
  }
  return Visit(account);
}

absl::Status Simulation::Visit(std::uint32_t account) {
  const auto message = maker_.MakeWebSession(account);
  const auto index = static_cast<std::uint32_t>(world_->records.size());
  GATEWAY_STEP(service_.Store(actor::kGateway, RecordType::kWebSession, account,
                              message, maker_.TakeTexts()));
  if (index == world_->records.size()) return absl::OkStatus();
  GATEWAY_STEP(service_.Share(actor::kGateway, index, recipient::kHosting,
                              purpose::kServiceDelivery));
  return service_.Read(actor::kProduct, index, purpose::kExperience);
}

absl::Status Simulation::TopUp(std::uint32_t account) {
  const auto message = maker_.MakePayment(account);
  const auto index = static_cast<std::uint32_t>(world_->records.size());
  GATEWAY_STEP(service_.Store(actor::kPayments, RecordType::kPayment, account,
                              message, maker_.TakeTexts()));
  if (index == world_->records.size()) return absl::OkStatus();
  report_->CountEvent("topped up");
  GATEWAY_STEP(service_.Share(actor::kPayments, index, recipient::kPayment,
                              purpose::kBillingPayment));
  return service_.Read(actor::kAuditor, index, purpose::kBillingAudit);
}

absl::Status Simulation::Ticket(std::uint32_t account) {
  const auto message = maker_.MakeSupportTicket(account);
  const auto index = static_cast<std::uint32_t>(world_->records.size());
  GATEWAY_STEP(service_.Store(actor::kSupportDesk, RecordType::kSupportTicket,
                              account, message, maker_.TakeTexts()));
  if (index == world_->records.size()) return absl::OkStatus();
  report_->CountEvent("wrote a ticket");
  GATEWAY_STEP(service_.Share(actor::kSupportDesk, index, recipient::kHelpdesk,
                              purpose::kServiceSupport));
  return service_.Read(actor::kSupportDesk, index, purpose::kServiceSupport);
}

absl::Status Simulation::ChangeEmail(std::uint32_t account) {
  const std::optional<std::uint32_t> profile =
      world_->accounts[account].profile;
  if (!profile) return absl::OkStatus();
  report_->CountEvent("changed the address");
  const auto changes = maker_.MakeNewEmail(account);
  const auto index = static_cast<std::uint32_t>(world_->records.size());
  GATEWAY_STEP(
      service_.Amend(actor::kAccounts, *profile, changes, maker_.TakeTexts()));
  if (index < world_->records.size()) {
    world_->accounts[account].profile = index;
  }
  return absl::OkStatus();
}

absl::Status Simulation::Case(std::uint32_t account) {
  const std::optional<std::uint32_t> profile =
      world_->accounts[account].profile;
  if (!profile) return absl::OkStatus();
  report_->CountEvent("asked about by an authority");
  privet::RequestOptions options;
  // Without its case it gets nothing.
  GATEWAY_STEP(service_.Share(actor::kLegal, *profile, recipient::kAuthority,
                              purpose::kCompliance, options));
  options.case_reference = absl::StrCat("case-", account);
  options.categories = {infermesh::category::kAccountEmail,
                        infermesh::category::kAccountUsername};
  return service_.Share(actor::kLegal, *profile, recipient::kAuthority,
                        purpose::kCompliance, options);
}

absl::Status Simulation::Succession(std::uint32_t account) {
  const std::optional<std::uint32_t> profile =
      world_->accounts[account].profile;
  if (!profile) return absl::OkStatus();
  return service_.Share(actor::kLegal, *profile, recipient::kSuccessor,
                        purpose::kTransferOfBusiness);
}

absl::Status Simulation::Ask(std::size_t index) {
  if (active_weight_ <= 0) return absl::OkStatus();
  const std::uint32_t account =
      PickCaller(SliceOf(index, trace_.size(), days_));
  const auto message =
      maker_.MakeApiRequest(account, trace_[index], host_->clock().Now());
  // Some clients are newer than our schema.
  std::string more;
  if (Chance(0.01)) more = maker_.MakeUnknownField(account);
  const auto record = static_cast<std::uint32_t>(world_->records.size());
  GATEWAY_STEP(service_.Store(actor::kGateway, RecordType::kApiRequest, account,
                              message, maker_.TakeTexts(), more));
  if (record == world_->records.size()) return absl::OkStatus();
  GATEWAY_STEP(service_.Share(actor::kGateway, record, recipient::kModelHost,
                              purpose::kServiceDelivery, {}, &message));
  return LookAround(record);
}

// What else is done with a request, once in a while.
absl::Status Simulation::LookAround(std::uint32_t record) {
  if (Chance(0.05)) {
    GATEWAY_STEP(service_.Share(actor::kGateway, record, recipient::kHosting,
                                purpose::kServiceDelivery));
  }
  if (Chance(0.1)) {
    GATEWAY_STEP(service_.Share(actor::kProduct, record,
                                recipient::kAnalyticsCo, purpose::kAnalytics));
  }
  if (Chance(0.1)) {
    GATEWAY_STEP(service_.Read(actor::kSupportDesk, record,
                               purpose::kServiceTroubleshooting));
  }
  if (Chance(0.1)) {
    GATEWAY_STEP(service_.Read(actor::kGuard, record, purpose::kSecurityAbuse));
  }
  if (Chance(0.1)) {
    GATEWAY_STEP(service_.Read(actor::kProduct, record, purpose::kImprovement));
  }
  // Old records, too: most of them are due.
  if (Chance(0.1)) {
    const auto old = static_cast<std::uint32_t>(random_() % (record + 1));
    GATEWAY_STEP(
        service_.Read(actor::kSupportDesk, old, purpose::kServiceSupport));
  }
  return Chance(0.01) ? TryMischief(record) : absl::OkStatus();
}

// What nobody should be able to do.
absl::Status Simulation::TryMischief(std::uint32_t record) {
  GATEWAY_STEP(service_.Read(actor::kProduct, record, purpose::kAdvertising));
  GATEWAY_STEP(service_.Read(actor::kGateway, record, purpose::kAnalytics));
  GATEWAY_STEP(service_.Share(actor::kGateway, record, recipient::kAnalyticsCo,
                              purpose::kServiceDelivery));
  return service_.Share(actor::kLegal, record, recipient::kModelHost,
                        purpose::kCompliance);
}

absl::Status Simulation::Sweep() {
  GATEWAY_STEP(service_.Flush());
  auto swept = report_->Time("SweepLocal", [&] { return host_->Sweep(); });
  if (!swept.ok()) return swept.status();
  report_->CountSweep(*swept);
  return absl::OkStatus();
}

bool Simulation::Chance(double part) {
  return static_cast<double>(random_() >> 11) / 9007199254740992.0 < part;
}

std::uint32_t Simulation::PickActive() {
  double rest = active_weight_ *
                (static_cast<double>(random_() >> 11) / 9007199254740992.0);
  std::uint32_t last = 0;
  for (std::uint32_t i = 0; i < world_->accounts.size(); ++i) {
    if (!world_->accounts[i].active) continue;
    last = i;
    rest -= world_->accounts[i].weight;
    if (rest <= 0) break;
  }
  return last;
}

// Programs call, not people: a few of them, many times in a row.
std::uint32_t Simulation::PickCaller(std::size_t slice) {
  if (slice != slice_) callers_.clear();
  slice_ = slice;
  while (callers_.size() < kCallersOfSlice) callers_.push_back(PickActive());
  std::uint32_t& caller = callers_[random_() % callers_.size()];
  if (!world_->accounts[caller].active) caller = PickActive();
  return caller;
}

void Simulation::Activate(std::uint32_t account, bool active) {
  world_->accounts[account].active = active;
  active_weight_ = 0;
  for (const Account& each : world_->accounts) {
    if (each.active) active_weight_ += each.weight;
  }
}

}  // namespace gateway
