// SPDX-License-Identifier: Apache-2.0
//
// A bar on a terminal; nothing where there is none.

#ifndef PRIVET_EXAMPLES_INFERENCE_GATEWAY_PROGRESS_H_
#define PRIVET_EXAMPLES_INFERENCE_GATEWAY_PROGRESS_H_

#include <chrono>
#include <cstddef>
#include <string>

namespace gateway {

class Progress {
 public:
  // `label` is written before the bar, which is full at `total`.
  Progress(std::string label, std::size_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Shows that `done` of the total are done, and `note` behind the bar; at most
  // ten times a second.
  void Show(std::size_t done, const std::string& note);

 private:
  const std::string label_;
  const std::size_t total_;
  const bool terminal_;
  std::chrono::steady_clock::time_point shown_;
};

}  // namespace gateway

#endif  // PRIVET_EXAMPLES_INFERENCE_GATEWAY_PROGRESS_H_
