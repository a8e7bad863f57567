// SPDX-License-Identifier: Apache-2.0
//
// Tables of refusals: what was called, its status code, the words that matter.

#ifndef PRIVET_TESTS_ENGINE_STATUS_TABLE_H_
#define PRIVET_TESTS_ENGINE_STATUS_TABLE_H_

#include <cctype>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "support/catch.h"

namespace privet::testing {

struct Refusal {
  std::string name;  // a noun: what is wrong
  std::function<absl::Status()> call;
  absl::StatusCode code = absl::StatusCode::kOk;
  std::vector<std::string> words;  // all of them stand in the message
};

// Whether `text` is one that an operator reads: something, in lower case (but
// for an operation), on one line, without a final period.
inline bool ReadsWell(const std::string& text) {
  const std::string first = text.substr(0, text.find(' '));
  const bool is_operation =
      first == "STORE" || first == "USE" || first == "SHARE";
  return !text.empty() && text.back() != '.' &&
         text.find('\n') == std::string::npos &&
         (is_operation ||
          std::isupper(static_cast<unsigned char>(text[0])) == 0);
}

// Makes the call, and checks its status. None of `values`, which are of
// people's data, may stand in the message.
inline void CheckRefusal(const Refusal& refusal,
                         const std::vector<std::string>& values) {
  const absl::Status status = refusal.call();
  const std::string text(status.message());
  INFO(refusal.name << ": " << status.ToString());
  CHECK(status.code() == refusal.code);
  for (const std::string& word : refusal.words) {
    INFO("word: " << word);
    CHECK(text.find(word) != std::string::npos);
  }
  for (const std::string& value : values) {
    INFO("value: " << value);
    CHECK(status.ToString().find(value) == std::string::npos);
  }
  CHECK((status.ok() || ReadsWell(text)));
}

}  // namespace privet::testing

#endif  // PRIVET_TESTS_ENGINE_STATUS_TABLE_H_
