// SPDX-License-Identifier: Apache-2.0

#include "progress.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <string>
#include <utility>

namespace gateway {
namespace {

constexpr std::size_t kWidth = 40;
constexpr auto kBetween = std::chrono::milliseconds(100);

}  // namespace

Progress::Progress(std::string label, std::size_t total)
    : label_(std::move(label)),
      total_(std::max<std::size_t>(1, total)),
      terminal_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (terminal_) std::cerr << "\r\033[K" << std::flush;
}

void Progress::Show(std::size_t done, const std::string& note) {
  const auto now = std::chrono::steady_clock::now();
  if (!terminal_ || now - shown_ < kBetween) return;
  shown_ = now;
  const std::size_t full = std::min(kWidth, kWidth * done / total_);
  std::string bar;
  for (std::size_t i = 0; i < kWidth; ++i) bar += i < full ? "█" : "░";
  std::cerr << "\r\033[K" << label_ << " " << bar << " " << 100 * done / total_
            << " %  " << note << std::flush;
}

}  // namespace gateway
