// SPDX-License-Identifier: Apache-2.0
//
// Runs the driver and kills it.

#ifndef PRIVET_TESTS_FAULT_CRASH_RUNNER_H_
#define PRIVET_TESTS_FAULT_CRASH_RUNNER_H_

#include <cstdint>
#include <random>
#include <string>
#include <utility>

#include "absl/time/time.h"

namespace privet::testing {

class CrashRunner {
 public:
  CrashRunner(std::string folder, std::uint64_t seed)
      : folder_(std::move(folder)), random_(seed) {}

  // Starts the driver at the time `now`, has it killed at a random point, and
  // returns what it said. Half of the points are moments, of any operation or
  // of an erasure; the others are steps from one flush of a file to the next in
  // an erasure, or in what follows it, so that the order in which files are
  // written shows however fast or slow this machine is.
  std::string RunAndKill(absl::Time now);

 private:
  const std::string folder_;
  std::mt19937_64 random_;
};

}  // namespace privet::testing

#endif  // PRIVET_TESTS_FAULT_CRASH_RUNNER_H_
