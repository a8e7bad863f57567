// SPDX-License-Identifier: Apache-2.0
//
// How a benchmark program measures and hands in its figures.

#ifndef PRIVET_BENCHMARKS_SUPPORT_BAR_H_
#define PRIVET_BENCHMARKS_SUPPORT_BAR_H_

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
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

// Returns the seconds of a processor that `work` takes on this thread: what
// else the machine does is not in it.
template <typename Work>
double ProcessorSeconds(Work&& work) {
  const auto now = [] {
    timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) +
           static_cast<double>(time.tv_nsec) * 1e-9;
  };
  const double start = now();
  std::forward<Work>(work)();
  return now() - start;
}

inline double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

// Returns the median over `rounds` of the processor's time of `ours` over that
// of `floor`, each pair measured back to back, so that what else the machine
// does falls on both.
template <typename Ours, typename Floor>
double MedianRatio(int rounds, Ours&& ours, Floor&& floor) {
  std::vector<double> ratios;
  for (int i = 0; i < rounds; ++i) {
    const bool ours_first = i % 2 == 0;
    double a = ours_first ? ProcessorSeconds(ours) : 0;
    const double b = ProcessorSeconds(floor);
    if (!ours_first) a = ProcessorSeconds(ours);
    ratios.push_back(a / b);
  }
  return Median(std::move(ratios));
}

}  // namespace privet::benchmarks

#endif  // PRIVET_BENCHMARKS_SUPPORT_BAR_H_
