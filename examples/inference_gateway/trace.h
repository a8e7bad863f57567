// SPDX-License-Identifier: Apache-2.0
//
// The requests that people make: when, and how long.

#ifndef PRIVET_EXAMPLES_INFERENCE_GATEWAY_TRACE_H_
#define PRIVET_EXAMPLES_INFERENCE_GATEWAY_TRACE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace gateway {

// One request to a model.
struct Request {
  double at = 0;             // seconds after the first one
  int context_tokens = 0;    // of the prompt
  int generated_tokens = 0;  // of the answer
};

// Reads a CSV file with the columns TIMESTAMP, ContextTokens, GeneratedTokens,
// in the order of time. InvalidArgument names the line that is none.
absl::StatusOr<std::vector<Request>> ReadTrace(const std::string& path);

// Returns `count` requests as like to those of the public trace as
// docs/trace_model.md says; the same for the same seed.
std::vector<Request> GenerateTrace(std::size_t count, std::uint64_t seed);

// Writes what ReadTrace() reads.
absl::Status WriteTrace(const std::vector<Request>& trace,
                        const std::string& path);

}  // namespace gateway

#endif  // PRIVET_EXAMPLES_INFERENCE_GATEWAY_TRACE_H_
