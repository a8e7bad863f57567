// SPDX-License-Identifier: Apache-2.0

#include "trace.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/status_assertions.h"

namespace gateway {
namespace {

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

// A file that goes with the test.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& text)
      : path_("/tmp/gateway_trace_" + std::to_string(getpid()) + ".csv") {
    std::ofstream(path_) << text;
  }
  ~TemporaryFile() { std::remove(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
};

TEST_CASE("A trace is read in its own time", "[gateway][trace]") {
  const TemporaryFile file(
      "TIMESTAMP,ContextTokens,GeneratedTokens\r\n"
      "2023-11-16 18:15:46.6805900,374,44\r\n"
      "2023-11-16 18:15:50.9951690,396,109\r\n");
  const auto trace = ReadTrace(file.path());
  REQUIRE_OK(trace);
  REQUIRE(trace->size() == 2);
  CHECK((*trace)[0].at == 0);
  CHECK((*trace)[1].at > 4.3145);
  CHECK((*trace)[1].at < 4.3146);
  CHECK((*trace)[1].context_tokens == 396);
  CHECK((*trace)[1].generated_tokens == 109);
}

struct Bad {
  std::string text, message;
};

TEST_CASE("A line that is none is named", "[gateway][trace][error]") {
  const std::string header = "TIMESTAMP,ContextTokens,GeneratedTokens\n";
  const auto bad = GENERATE_COPY(values<Bad>({
      {"time,a,b\n", ":1: the columns are not"},
      {header, "no request"},
      {header + "2023-11-16 18:15:46.68,374\n", ":2: not a time"},
      {header + "yesterday,374,44\n", ":2: not a time"},
      {header + "2023-11-16 18:15:46.68,-1,44\n", ":2: not a time"},
      {header + "2023-11-16 18:15:46.68,1,99999999999\n", ":2: not a time"},
      {header + "2023-11-16 18:15:46.68,1,1\n2023-11-16 18:15:45,1,1\n",
       ":3: not a time, later than the one before"},
  }));
  const TemporaryFile file(bad.text);
  REQUIRE_ERROR(ReadTrace(file.path()), kInvalid, bad.message);
}

TEST_CASE("A trace that is not there is not found", "[gateway][trace][error]") {
  REQUIRE_ERROR(ReadTrace("/nowhere/trace.csv"), absl::StatusCode::kNotFound,
                "cannot read `/nowhere/trace.csv`");
}

TEST_CASE("The model's requests look like those of the trace",
          "[gateway][trace]") {
  std::vector<Request> trace = GenerateTrace(20000, 1);
  CHECK(GenerateTrace(10, 1)[9].at == trace[9].at);
  CHECK(GenerateTrace(10, 2)[9].at != trace[9].at);
  const auto median = [&trace](int Request::*tokens) {
    std::vector<int> all;
    for (const Request& request : trace) all.push_back(request.*tokens);
    std::nth_element(all.begin(), all.begin() + 10000, all.end());
    return all[10000];
  };
  CHECK(std::abs(median(&Request::context_tokens) - 1020) < 20);
  CHECK(std::abs(median(&Request::generated_tokens) - 129) < 10);
  CHECK(std::abs(trace.back().at / 20000 - 0.181) < 0.006);
}

TEST_CASE("A trace that was written is read again", "[gateway][trace]") {
  const TemporaryFile file("");
  const std::vector<Request> made = GenerateTrace(100, 3);
  REQUIRE_OK(WriteTrace(made, file.path()));
  const auto read = ReadTrace(file.path());
  REQUIRE_OK(read);
  REQUIRE(read->size() == 100);
  CHECK((*read)[99].context_tokens == made[99].context_tokens);
  CHECK(std::abs((*read)[99].at - made[99].at) < 1e-5);
}

}  // namespace
}  // namespace gateway
