// SPDX-License-Identifier: Apache-2.0
//
// Where the time comes from.

#ifndef PRIVET_CLOCK_H_
#define PRIVET_CLOCK_H_

#include "absl/time/time.h"

namespace privet {

// A source of wall-clock time. Implementations must be safe to call from any
// thread, must not block, and are called once or twice for each record.
class Clock {
 public:
  virtual ~Clock() = default;

  // Returns the time now, to the millisecond or better.
  virtual absl::Time Now() const = 0;
};

// Returns the clock of the machine. It lives for ever.
const Clock& SystemClock();

}  // namespace privet

#endif  // PRIVET_CLOCK_H_
