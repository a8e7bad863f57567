// SPDX-License-Identifier: Apache-2.0

#include "privet/clock.h"

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace privet {
namespace {

class MachineClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
};

}  // namespace

const Clock& SystemClock() {
  static const MachineClock clock;
  return clock;
}

}  // namespace privet
