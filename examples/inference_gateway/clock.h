// SPDX-License-Identifier: Apache-2.0
//
// The clock of the simulation: it goes when it is told to.

#ifndef PRIVET_EXAMPLES_INFERENCE_GATEWAY_CLOCK_H_
#define PRIVET_EXAMPLES_INFERENCE_GATEWAY_CLOCK_H_

#include <atomic>
#include <cstdint>

#include "absl/time/time.h"
#include "privet/clock.h"

namespace gateway {

class SimulatedClock final : public privet::Clock {
 public:
  explicit SimulatedClock(absl::Time start)
      : milliseconds_(absl::ToUnixMillis(start)) {}

  absl::Time Now() const override {
    return absl::FromUnixMillis(milliseconds_.load());
  }

  // Moves on to `time`; never back.
  void MoveTo(absl::Time time) {
    const std::int64_t to = absl::ToUnixMillis(time);
    if (to > milliseconds_.load()) milliseconds_.store(to);
  }

 private:
  std::atomic<std::int64_t> milliseconds_;
};

}  // namespace gateway

#endif  // PRIVET_EXAMPLES_INFERENCE_GATEWAY_CLOCK_H_
