// SPDX-License-Identifier: Apache-2.0
//
// What is wrong with a policy, where, and what would be right.

#ifndef PRIVET_DIAGNOSTIC_H_
#define PRIVET_DIAGNOSTIC_H_

#include <cstdint>
#include <string>
#include <vector>

namespace privet {

// One thing to say about a policy. A plain value.
//
// Example, as ToString() prints it:
//
//   shop.textproto:12:13: purpose `billin` is not declared; did you mean
//   `billing`?
//     12 |   purposes: "billin"
//        |             ^~~~~~~~
struct Diagnostic {
  enum class Severity : std::uint8_t {
    kError,    // the policy does not load
    kWarning,  // it loads, and is likely not what its author meant
    kNote,     // declared, and not acted on yet
  };

  Severity severity = Severity::kError;
  std::string file;               // as it was named to Load() or Parse()
  std::uint32_t line = 0;         // from 1; 0: the policy came as a message
  std::uint32_t column = 0;       // from 1, in bytes
  std::uint32_t length = 0;       // of what is meant, in bytes, on that line
  std::string path;               // `rule[3].permit.purposes[0]`
  std::string message;            // what is wrong
  std::string remedy;             // what would be right; may be empty
  std::string source_line;        // the line of the file, of a long one a part
  std::uint32_t source_from = 1;  // the column at which that begins

  // Returns `file:line:column: message; remedy`, without an end of line. A
  // warning and a note say so after the place. A policy without a file has its
  // path in place of line and column.
  std::string Summary() const;

  // Returns Summary() and, below it, the line of the file and a caret.
  std::string ToString() const;
};

using Diagnostics = std::vector<Diagnostic>;

}  // namespace privet

#endif  // PRIVET_DIAGNOSTIC_H_
