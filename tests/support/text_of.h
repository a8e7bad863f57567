// SPDX-License-Identifier: Apache-2.0

#ifndef PRIVET_TESTS_SUPPORT_TEXT_OF_H_
#define PRIVET_TESTS_SUPPORT_TEXT_OF_H_

#include <string>

#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"

namespace privet::testing {

// Returns the message on one line. DebugString() differs between releases of
// protobuf, and from run to run, so that nobody relies on it.
inline std::string TextOf(const google::protobuf::Message& message) {
  google::protobuf::TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  std::string text;
  printer.PrintToString(message, &text);
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

}  // namespace privet::testing

#endif  // PRIVET_TESTS_SUPPORT_TEXT_OF_H_
