// SPDX-License-Identifier: Apache-2.0
//
// Cuts the text of a policy into tokens, by protobuf's own tokenizer.

#ifndef PRIVET_POLICY_LEXER_H_
#define PRIVET_POLICY_LEXER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "policy/source_text.h"

namespace privet::policy {

// An error of the text, before there is a message to point into.
struct TextError {
  Range range;
  std::string message;
  std::string remedy;
};

// Errors of one text; after kMost no more are kept, so that a file of the wrong
// kind costs little.
class TextErrors {
 public:
  static constexpr std::size_t kMost = 100;

  void Add(Range range, std::string message, std::string remedy = "");

  bool empty() const { return errors_.empty(); }
  bool full() const { return errors_.size() >= kMost; }

  // Returns if an error begins in `range`.
  bool AnyIn(Range range) const;

  // Returns the errors, sorted by their place.
  std::vector<TextError> Sorted() const;

 private:
  std::vector<TextError> errors_;
};

enum class TokenKind : std::uint8_t {
  kEnd,
  kIdentifier,
  kInteger,
  kFloat,
  kString,
  kSymbol
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  Range range;
};

struct TokenStream {
  std::vector<Token> tokens;    // the last one is kEnd, at the end of the text
  std::vector<Range> comments;  // each from its `#`, without the end of line
};

// Returns the tokens of `source`, which must be valid UTF-8. What is no token
// is an error and is passed over.
TokenStream Lex(const SourceText& source, TextErrors* errors);

}  // namespace privet::policy

#endif  // PRIVET_POLICY_LEXER_H_
