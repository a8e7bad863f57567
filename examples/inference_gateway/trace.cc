// SPDX-License-Identifier: Apache-2.0

#include "trace.h"

#include <cstdio>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"

namespace gateway {
namespace {

constexpr char kHeader[] = "TIMESTAMP,ContextTokens,GeneratedTokens";
constexpr char kTimeFormat[] = "%Y-%m-%d %H:%M:%E*S";
constexpr int kMostTokens = 1 << 20;

// Reads one line; `first` is the time of the first request, set by it.
bool ParseLine(const std::string& line, absl::Time* first, Request* request) {
  const std::vector<std::string> cells = absl::StrSplit(line, ',');
  absl::Time at;
  std::string error;
  if (cells.size() != 3 ||
      !absl::ParseTime(kTimeFormat, cells[0], &at, &error) ||
      !absl::SimpleAtoi(cells[1], &request->context_tokens) ||
      !absl::SimpleAtoi(cells[2], &request->generated_tokens)) {
    return false;
  }
  if (*first == absl::InfinitePast()) *first = at;
  request->at = absl::ToDoubleSeconds(at - *first);
  return request->at >= 0 && request->context_tokens >= 0 &&
         request->context_tokens <= kMostTokens &&
         request->generated_tokens >= 0 &&
         request->generated_tokens <= kMostTokens;
}

}  // namespace

absl::StatusOr<std::vector<Request>> ReadTrace(const std::string& path) {
  std::ifstream file(path);
  if (!file) {
    return absl::NotFoundError(absl::StrCat("cannot read `", path, "`"));
  }
  std::vector<Request> trace;
  absl::Time first = absl::InfinitePast();
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (number == 1 || line.empty()) {
      if (number > 1 || line == kHeader) continue;
      return absl::InvalidArgumentError(
          absl::StrCat(path, ":1: the columns are not `", kHeader, "`"));
    }
    Request request;
    if (!ParseLine(line, &first, &request) ||
        (!trace.empty() && request.at < trace.back().at)) {
      return absl::InvalidArgumentError(absl::StrCat(
          path, ":", number,
          ": not a time, later than the one before, and two token counts"));
    }
    trace.push_back(request);
  }
  if (trace.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": no request"));
  }
  return trace;
}

absl::Status WriteTrace(const std::vector<Request>& trace,
                        const std::string& path) {
  std::ofstream file(path);
  file << kHeader << "\n";
  const absl::Time start =
      absl::FromCivil(absl::CivilSecond(2026, 1, 1), absl::UTCTimeZone());
  for (const Request& request : trace) {
    file << absl::FormatTime("%Y-%m-%d %H:%M:%E6S",
                             start + absl::Seconds(request.at),
                             absl::UTCTimeZone())
         << "," << request.context_tokens << "," << request.generated_tokens
         << "\n";
  }
  file.close();
  if (!file) {
    return absl::UnavailableError(absl::StrCat("cannot write `", path, "`"));
  }
  return absl::OkStatus();
}

}  // namespace gateway
