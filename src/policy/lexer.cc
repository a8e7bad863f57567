// SPDX-License-Identifier: Apache-2.0

#include "policy/lexer.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace privet::policy {
namespace {

using google::protobuf::io::Tokenizer;

// The tokenizer counts a tab as up to eight columns; we count bytes.
constexpr std::uint32_t kTabWidth = 8;

// Turns the tokenizer's (line, column), which only grow, into offsets: each
// byte is walked over once.
class OffsetFinder {
 public:
  explicit OffsetFinder(const SourceText& source) : source_(source) {}

  std::uint32_t Find(std::uint32_t line, std::uint32_t column) {
    if (line != line_ || column < column_) {
      line_ = line;
      column_ = 0;
      offset_ = source_.LineStart(line);
    }
    const std::string_view text = source_.text();
    for (; column_ < column && offset_ < text.size(); ++offset_) {
      column_ += text[offset_] == '\t' ? kTabWidth - column_ % kTabWidth : 1;
    }
    return offset_;
  }

 private:
  const SourceText& source_;
  std::uint32_t line_ = 0;
  std::uint32_t column_ = 0;
  std::uint32_t offset_ = 0;
};

// An error of the tokenizer, by a part of its message; `message`, if it is
// there, says the same in words that do not change with protobuf's release.
struct KnownError {
  std::string_view part, message, remedy;
};
constexpr KnownError kKnownErrors[] = {
    {"cross line", "text in quotes goes on past its line",
     "close it with the same quote"},
    {"strings are not allowed", "text in quotes goes on past its line",
     "close it with the same quote"},
    {"Unexpected end of string", "",
     "close it with the same quote on its line"},
    {"escape sequence", "", "write `\\\\` for a backslash"},
    {"leading zero", "", "write the number without it"},
    {"Need space", "", "put a space, or quotes around the text"},
};

KnownError Find(std::string_view message) {
  for (const KnownError& known : kKnownErrors) {
    if (message.find(known.part) != std::string_view::npos) return known;
  }
  return {};
}

class Collector : public google::protobuf::io::ErrorCollector {
 public:
  Collector(const SourceText& source, TextErrors* errors)
      : source_(source), finder_(source), errors_(errors) {}

  // The first is protobuf's name for it up to release 25, the second after.
  void AddError(  // NOLINT(modernize-use-override)
      int line, google::protobuf::io::ColumnNumber column,
      const std::string& message) {
    Record(line, column, message);
  }
  void RecordError(  // NOLINT(modernize-use-override)
      int line, google::protobuf::io::ColumnNumber column,
      absl::string_view message) {
    Record(line, column, std::string(message));
  }

 private:
  void Record(int line, int column, std::string message) {
    if (errors_->full()) return;
    const std::uint32_t at = finder_.Find(static_cast<std::uint32_t>(line),
                                          static_cast<std::uint32_t>(column));
    if (message.find("non ascii") != std::string::npos) {
      // One error for each byte; the one at the first of a character is enough.
      const auto byte = static_cast<unsigned char>(source_.text()[at]);
      if (byte >= 0xc0) {
        errors_->Add({at, at + 1}, "a character that is not ASCII stands here",
                     "put the text in straight quotes, `\"`");
      }
      return;
    }
    const KnownError known = Find(message);
    if (!known.message.empty()) message = std::string(known.message);
    while (!message.empty() && message.back() == '.') message.pop_back();
    if (!message.empty())
      message[0] = absl::ascii_tolower(static_cast<unsigned char>(message[0]));
    errors_->Add({at, at + 1}, std::move(message), std::string(known.remedy));
  }

  const SourceText& source_;
  OffsetFinder finder_;
  TextErrors* errors_;
};

TokenKind KindOf(Tokenizer::TokenType type) {
  switch (type) {
    case Tokenizer::TYPE_IDENTIFIER:
      return TokenKind::kIdentifier;
    case Tokenizer::TYPE_INTEGER:
      return TokenKind::kInteger;
    case Tokenizer::TYPE_FLOAT:
      return TokenKind::kFloat;
    case Tokenizer::TYPE_STRING:
      return TokenKind::kString;
    default:
      return TokenKind::kSymbol;
  }
}

// Between two tokens there is nothing but white space and comments.
void AddComments(std::string_view text, std::uint32_t begin, std::uint32_t end,
                 std::vector<Range>* comments) {
  while (true) {
    const std::size_t hash = text.substr(0, end).find('#', begin);
    if (hash == std::string_view::npos) return;
    const std::size_t stop = std::min(text.find('\n', hash), text.size());
    comments->push_back(
        {static_cast<std::uint32_t>(hash), static_cast<std::uint32_t>(stop)});
    begin = static_cast<std::uint32_t>(stop);
    if (begin >= end) return;
  }
}

}  // namespace

void TextErrors::Add(Range range, std::string message, std::string remedy) {
  if (full()) return;
  errors_.push_back({range, std::move(message), std::move(remedy)});
}

bool TextErrors::AnyIn(Range range) const {
  return std::any_of(errors_.begin(), errors_.end(),
                     [&](const TextError& error) {
                       return error.range.begin >= range.begin &&
                              error.range.begin < range.end;
                     });
}

std::vector<TextError> TextErrors::Sorted() const {
  std::vector<TextError> sorted = errors_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const TextError& a, const TextError& b) {
                     return a.range.begin < b.range.begin;
                   });
  return sorted;
}

TokenStream Lex(const SourceText& source, TextErrors* errors) {
  const std::string_view text = source.text();
  google::protobuf::io::ArrayInputStream input(text.data(),
                                               static_cast<int>(text.size()));
  Collector collector(source, errors);
  Tokenizer tokenizer(&input, &collector);
  tokenizer.set_comment_style(Tokenizer::SH_COMMENT_STYLE);
  tokenizer.set_allow_f_after_float(true);

  TokenStream stream;
  OffsetFinder finder(source);
  std::uint32_t last = 0;
  while (tokenizer.Next()) {
    const Tokenizer::Token& token = tokenizer.current();
    const std::uint32_t begin =
        finder.Find(static_cast<std::uint32_t>(token.line),
                    static_cast<std::uint32_t>(token.column));
    const auto end = begin + static_cast<std::uint32_t>(token.text.size());
    AddComments(text, last, begin, &stream.comments);
    last = end;
    if (static_cast<unsigned char>(token.text[0]) >= 0x80) continue;
    stream.tokens.push_back({KindOf(token.type), {begin, end}});
  }
  const auto end = static_cast<std::uint32_t>(text.size());
  AddComments(text, last, end, &stream.comments);
  stream.tokens.push_back({TokenKind::kEnd, {end, end}});
  return stream;
}

}  // namespace privet::policy
