// SPDX-License-Identifier: Apache-2.0
//
// policy_load_ms: the reference policy read, checked, compiled and proved.

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "privet/policy.h"
#include "support/bar.h"

namespace privet::benchmarks {
namespace {

int Run() {
  std::ifstream file("examples/infermesh/policy.textproto");
  std::stringstream text;
  text << file.rdbuf();
  constexpr std::size_t kRounds = 51;
  std::vector<double> times;
  times.reserve(kRounds);
  for (std::size_t i = 0; i < kRounds; ++i) {
    times.push_back(Seconds([&] {
      const auto policy = Policy::Parse(text.str(), "policy.textproto");
      if (policy.ok()) return;
      std::fprintf(stderr, "policy_load_benchmark: %s\n",
                   std::string(policy.status().message()).c_str());
      std::exit(1);
    }));
  }
  Report("policy_load_ms", Median(times) * 1e3);
  return 0;
}

}  // namespace
}  // namespace privet::benchmarks

int main() { return privet::benchmarks::Run(); }
