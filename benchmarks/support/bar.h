// SPDX-License-Identifier: Apache-2.0
//
// How a benchmark program measures and hands in its figures.

#ifndef PRIVET_BENCHMARKS_SUPPORT_BAR_H_
#define PRIVET_BENCHMARKS_SUPPORT_BAR_H_

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <utility>
#include <vector>

namespace privet::benchmarks {

// Hands in one figure: a line `name value` on the standard output, which
// scripts/bench collects. Anything else that a program has to say goes to the
// standard error.
inline void Report(const char* name, double value) {
  std::printf("%s %.6g\n", name, value);
  std::fflush(stdout);
}

// Keeps the compiler from dropping the work that made `value`.
template <typename T>
inline void DoNotOptimize(const T& value) {
  asm volatile("" : : "r,m"(value) : "memory");
}

// Returns the seconds that `work` takes.
template <typename Work>
double Seconds(Work&& work) {
  const auto start = std::chrono::steady_clock::now();
  std::forward<Work>(work)();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
      .count();
}

inline double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

// Returns the median over `rounds` of the time of `ours` over the time of
// `floor`, each pair measured back to back, so that what else the machine does
// falls on both.
template <typename Ours, typename Floor>
double MedianRatio(int rounds, Ours&& ours, Floor&& floor) {
  std::vector<double> ratios;
  for (int i = 0; i < rounds; ++i) {
    const bool ours_first = i % 2 == 0;
    double a = ours_first ? Seconds(ours) : 0;
    const double b = Seconds(floor);
    if (!ours_first) a = Seconds(ours);
    ratios.push_back(a / b);
  }
  return Median(std::move(ratios));
}

}  // namespace privet::benchmarks

#endif  // PRIVET_BENCHMARKS_SUPPORT_BAR_H_
