// SPDX-License-Identifier: Apache-2.0
//
// The command line.

#ifndef PRIVET_EXAMPLES_INFERENCE_GATEWAY_ARGUMENTS_H_
#define PRIVET_EXAMPLES_INFERENCE_GATEWAY_ARGUMENTS_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace gateway {

struct Arguments {
  std::string trace;             // file; empty: generate
  std::size_t requests = 10000;  // to generate
  std::size_t accounts = 0;      // 0: by the number of requests
  std::size_t days = 365;
  std::uint64_t seed = 1;
  std::string policy;       // file; empty: the reference policy
  std::string keep;         // folder; empty: a temporary one
  std::string write_trace;  // file; empty: simulate
  bool help = false;

  // InvalidArgument for what it does not know.
  static absl::StatusOr<Arguments> Parse(int argc, char** argv);
  static const char* Help();
};

}  // namespace gateway

#endif  // PRIVET_EXAMPLES_INFERENCE_GATEWAY_ARGUMENTS_H_
