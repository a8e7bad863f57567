// SPDX-License-Identifier: Apache-2.0
//
// A fuzz target: run by libFuzzer where PRIVET_BUILD_FUZZERS is on, and else by
// mutate_main.cc over mutations of its own seeds, in every run of the tests.

#ifndef PRIVET_TESTS_FUZZ_FUZZ_TARGET_H_
#define PRIVET_TESTS_FUZZ_FUZZ_TARGET_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

// Runs the target once; ends the process if a property does not hold.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size);

// Returns inputs to start from.
std::vector<std::string> FuzzSeeds();

#endif  // PRIVET_TESTS_FUZZ_FUZZ_TARGET_H_
