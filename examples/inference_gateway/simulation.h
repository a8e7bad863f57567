// SPDX-License-Identifier: Apache-2.0
//
// Lives a year: does what the plan says, and what a gateway does then.

#ifndef PRIVET_EXAMPLES_INFERENCE_GATEWAY_SIMULATION_H_
#define PRIVET_EXAMPLES_INFERENCE_GATEWAY_SIMULATION_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "host.h"
#include "lives.h"
#include "messages.h"
#include "report.h"
#include "service.h"
#include "trace.h"
#include "world.h"

namespace gateway {

class Simulation {
 public:
  // `next_policy` comes into force in the course of the year.
  Simulation(Host* host, World* world, Report* report,
             const std::vector<Request>& trace, std::size_t days,
             std::string next_policy, std::uint64_t seed);

  // Runs `events`. Stops at the first error that no policy explains.
  absl::Status Run(const std::vector<Event>& events);

 private:
  absl::Status Handle(const Event& event);
  absl::Status HandleUse(const Event& event);
  absl::Status HandleRight(const Event& event);
  absl::Status HandleEnd(const Event& event);

  absl::Status SignUp(std::uint32_t account);
  absl::Status Visit(std::uint32_t account);
  absl::Status TopUp(std::uint32_t account);
  absl::Status Ticket(std::uint32_t account);
  absl::Status ChangeEmail(std::uint32_t account);
  absl::Status Consent(std::uint32_t account);
  absl::Status Withdraw(std::uint32_t account);
  absl::Status Lift(std::uint32_t account);
  absl::Status Case(std::uint32_t account);
  absl::Status Succession(std::uint32_t account);
  absl::Status Erase(std::uint32_t account);
  absl::Status Ask(std::size_t index);
  absl::Status LookAround(std::uint32_t record);
  absl::Status TryMischief(std::uint32_t record);
  absl::Status Sweep();

  bool Chance(double part);
  std::uint32_t PickActive();
  std::uint32_t PickCaller(std::size_t slice);
  void Activate(std::uint32_t account, bool active);
  privet::Subject SubjectOf(std::uint32_t account) const {
    return privet::Subject(world_->accounts[account].id);
  }

  Host* const host_;
  World* const world_;
  Report* const report_;
  const std::vector<Request>& trace_;
  const std::size_t days_;
  const std::string next_policy_;
  Service service_;
  MessageMaker maker_;
  std::mt19937_64 random_;
  double active_weight_ = 0;
  std::size_t slice_ = 0;               // of the callers
  std::vector<std::uint32_t> callers_;  // who asks in this slice
};

}  // namespace gateway

#endif  // PRIVET_EXAMPLES_INFERENCE_GATEWAY_SIMULATION_H_
