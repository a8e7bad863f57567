// SPDX-License-Identifier: Apache-2.0
//
// What happens in a year, or in some days: the lives of accounts, and the
// requests of a trace spread over them.

#ifndef PRIVET_EXAMPLES_INFERENCE_GATEWAY_LIVES_H_
#define PRIVET_EXAMPLES_INFERENCE_GATEWAY_LIVES_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "absl/time/time.h"
#include "trace.h"
#include "world.h"

namespace gateway {

enum class Happening : std::uint8_t {
  kSignUp,
  kVisit,
  kTopUp,
  kTicket,
  kConsent,   // to analytics, and maybe to experience
  kWithdraw,  // of both
  kObject,    // to improvement
  kUphold,
  kOverride,
  kRestrict,
  kLift,
  kChangeEmail,
  kNotice,      // of a successor
  kSuccession,  // to it
  kCase,        // of an authority, about the account
  kClose,
  kErase,
  kRequest,  // `index` in the trace, by whoever is active
  kPolicy,   // a second version comes into force
  kSweep,
};

struct Event {
  absl::Time at;
  Happening what = Happening::kSweep;
  std::uint32_t index = 0;  // of the account, or of the request
};

// The trace is cut into as many busy times a day, each replayed in its own
// time.
inline constexpr std::size_t kSlicesOfDay = 2;

// Returns the slice of request `index` among `count` in so many days.
inline std::size_t SliceOf(std::size_t index, std::size_t count,
                           std::size_t days) {
  return index * days * kSlicesOfDay / count;
}

// Fills `world` with `count` accounts, none of them active yet, and returns the
// events of `days` days from `start` on, in order.
std::vector<Event> PlanYear(World* world, std::size_t count,
                            const std::vector<Request>& trace, absl::Time start,
                            std::size_t days, std::mt19937_64* random);

}  // namespace gateway

#endif  // PRIVET_EXAMPLES_INFERENCE_GATEWAY_LIVES_H_
