// SPDX-License-Identifier: Apache-2.0
//
// Runs a fuzz target without libFuzzer: PROGRAM RUNS [SEED]. Prints the seed of
// the run first, so that a failure can be repeated.

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "fuzz/fuzz_target.h"

namespace {

using Random = std::mt19937_64;

std::size_t Below(Random& random, std::size_t limit) {
  return static_cast<std::size_t>(random() % limit);
}

std::string Mutate(Random& random, std::string input) {
  for (std::size_t changes = 1 + Below(random, 4); changes > 0; --changes) {
    const std::size_t at = Below(random, input.size() + 1);
    switch (Below(random, 5)) {
      case 0:
        input.resize(at);
        break;
      case 1: {
        // One after the other: compilers differ in which argument comes first.
        const std::size_t count = 1 + Below(random, 9);
        input.insert(at, count, static_cast<char>(random()));
        break;
      }
      case 2:
        input.erase(at, 1 + Below(random, 9));
        break;
      default:
        if (at < input.size()) {
          input[at] = static_cast<char>(input[at] ^ (1 << Below(random, 8)));
        }
    }
  }
  return input;
}

void RunOnce(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()),
                         input.size());
}

}  // namespace

int main(int argc, char** argv) {
  const long runs = argc > 1 ? std::atol(argv[1]) : 100000;
  const std::uint64_t seed =
      argc > 2 ? std::strtoull(argv[2], nullptr, 10) : std::random_device()();
  std::cout << runs << " runs from seed " << seed << std::endl;
  Random random(seed);
  const std::vector<std::string> seeds = FuzzSeeds();
  for (const std::string& one : seeds) RunOnce(one);
  for (long i = 0; i < runs; ++i) {
    RunOnce(Mutate(random, seeds[Below(random, seeds.size())]));
  }
  return 0;
}
