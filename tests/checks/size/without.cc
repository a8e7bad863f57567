// SPDX-License-Identifier: Apache-2.0
//
// The same program for a host without Privet; it has Abseil's statuses already.

#include <iostream>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "chat.pb.h"

int main(int, char** argv) {
  absl::StatusOr<std::string> prompt =
      argv[1] == nullptr
          ? absl::StatusOr<std::string>(absl::InvalidArgumentError("no prompt"))
          : absl::StatusOr<std::string>(absl::StrCat(argv[1], "?"));
  if (!prompt.ok()) return 1;
  chat::v1::Question question;
  question.set_prompt(*prompt);
  std::cout << question.model() << "\n";
}
