// SPDX-License-Identifier: Apache-2.0
//
// Counts what happens, and shows it in tables.

#ifndef PRIVET_EXAMPLES_INFERENCE_GATEWAY_REPORT_H_
#define PRIVET_EXAMPLES_INFERENCE_GATEWAY_REPORT_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "privet/outcome.h"
#include "privet/sweeper.h"
#include "world.h"

namespace gateway {

// What went through the gateway.
class Report {
 public:
  // Runs `call`, remembers how long it took as one of `name`, returns what it
  // returns. With `items`, for each of them.
  template <typename Call>
  auto Time(const char* name, Call&& call, std::size_t items = 1) {
    const auto start = std::chrono::steady_clock::now();
    auto result = std::forward<Call>(call)();
    const std::chrono::duration<double, std::micro> took =
        std::chrono::steady_clock::now() - start;
    if (items > 0) {
      latencies_[name].push_back(took.count() / static_cast<double>(items));
    }
    return result;
  }

  void CountSealed(RecordType type, std::size_t bytes_in,
                   std::size_t bytes_sealed, const privet::Outcome& outcome);
  void CountShare(const std::string& recipient, const absl::Status& status);
  void CountRead(const absl::Status& status);
  void CountRefused(const std::string& what, const absl::Status& status);
  void CountSweep(const privet::SweepReport& swept);
  void CountEvent(const std::string& what) { ++events_[what]; }

  void Print(std::ostream& out) const;

 private:
  struct Sealed {
    std::size_t records = 0, fields = 0, dropped = 0, unknown = 0;
    std::size_t bytes_in = 0, bytes_sealed = 0;
  };
  struct Swept {
    std::size_t keys = 0, compartments = 0;
  };

  void PrintSealed(std::ostream& out) const;
  void PrintShares(std::ostream& out) const;
  void PrintRefusals(std::ostream& out) const;
  void PrintSwept(std::ostream& out) const;
  void PrintLatencies(std::ostream& out) const;

  std::map<RecordType, Sealed> sealed_;
  std::map<std::string, std::pair<std::size_t, std::size_t>> shares_;
  std::map<std::pair<std::string, std::string>, std::size_t> refusals_;
  std::map<std::string, Swept> swept_;
  std::map<std::string, std::size_t> events_;
  std::map<std::string, std::vector<double>> latencies_;
  std::size_t reads_ = 0, reads_refused_ = 0;
  std::size_t keys_ = 0, records_removed_ = 0, residues_ = 0, groundless_ = 0;
};

// Returns why a call was refused, in the words of its Denial.
std::string ReasonOf(const absl::Status& status);

}  // namespace gateway

#endif  // PRIVET_EXAMPLES_INFERENCE_GATEWAY_REPORT_H_
