// SPDX-License-Identifier: Apache-2.0

#include "policy/reader.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/tokenizer.h"
#include "policy/lexer.h"
#include "policy/nearest.h"
#include "policy/text.h"

namespace privet::policy {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

// A policy of 1,000 categories and 5,000 rules has about 60,000.
constexpr std::size_t kMostNodes = 500'000;

bool IsMessage(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
}

// A block that is open: where its fields go, and what it was opened by.
struct OpenBlock {
  std::uint32_t node = 0;
  const Descriptor* type = nullptr;
  char close = '\0';  // '\0': the file
};

class Parser {
 public:
  Parser(const SourceText& source, std::vector<Token> tokens,
         TextErrors* errors)
      : source_(source), tokens_(std::move(tokens)), errors_(errors) {}

  void Run(const Descriptor& type, SyntaxTree* tree) {
    SyntaxNode& root = nodes_.emplace_back();
    root.kind = ValueKind::kMessage;
    root.value = {0, tokens_.back().range.end};
    open_.push_back({0, &type, '\0'});
    ParseFields();
    tree->nodes = std::move(nodes_);
    tree->cut = cut_;
  }

 private:
  // ---- tokens
  const Token& Peek(std::size_t ahead = 0) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
  }
  std::string_view TextOf(const Token& token) const {
    return source_.At(token.range);
  }
  bool Is(char symbol, std::size_t ahead = 0) const {
    const Token& token = Peek(ahead);
    return token.kind == TokenKind::kSymbol &&
           source_.text()[token.range.begin] == symbol;
  }
  bool IsOpening(std::size_t ahead = 0) const {
    return Is('{', ahead) || Is('<', ahead);
  }
  bool IsClosing() const { return Is('}') || Is('>'); }
  bool AtEnd() const { return Peek().kind == TokenKind::kEnd; }
  void Next() { at_ = std::min(at_ + 1, tokens_.size() - 1); }
  bool Take(char symbol) {
    const bool is = Is(symbol);
    if (is) Next();
    return is;
  }

  // `name:` or `name {`: here a field begins, whatever was open before it.
  bool StartsField() const {
    return Peek().kind == TokenKind::kIdentifier &&
           (Is(':', 1) || IsOpening(1));
  }

  bool FirstOnItsLine(std::size_t at) const {
    const std::uint32_t begin = tokens_[at].range.begin;
    const Place place = source_.PlaceOf(begin);
    const std::string_view before =
        source_.text().substr(begin - (place.column - 1), place.column - 1);
    return before.find_first_not_of(" \t") == std::string_view::npos;
  }

  // ---- errors
  Range Previous() const { return at_ == 0 ? Range{} : tokens_[at_ - 1].range; }

  // Reports an error of structure, unless this line or the one before already
  // has one: it would be the same.
  void Complain(Range range, std::string message, std::string remedy) {
    const Place last = source_.PlaceOf(Previous().begin);
    const std::uint32_t line = source_.LineStart(last.line - 1);
    if (errors_->AnyIn({line, range.end + 1})) return;
    errors_->Add(range, std::move(message), std::move(remedy));
  }

  // Returns how the next token is called in a message.
  std::string Found() const {
    return AtEnd() ? "the end of the file"
                   : Quoted(TextOf(Peek()).substr(0, 40));
  }

  // ---- nodes
  std::uint32_t AddNode(const FieldDescriptor& field, Range name) {
    const std::uint32_t parent = open_.back().node;
    const auto at = static_cast<std::uint32_t>(nodes_.size());
    SyntaxNode& node = nodes_.emplace_back();
    node.field = &field;
    node.name = name;
    node.value = Peek().range;
    node.parent = parent;
    if (field.is_repeated()) {
      node.index = counts_[{parent, field.number()}]++;
    }
    SyntaxNode& above = nodes_[parent];
    if (above.last_child == 0) {
      above.first_child = at;
    } else {
      nodes_[above.last_child].next_sibling = at;
    }
    above.last_child = at;
    return at;
  }

  bool TooMany() {
    if (nodes_.size() < kMostNodes) return false;
    cut_ = true;
    ended_early_ = true;
    errors_->Add(
        Peek().range,
        absl::StrCat("the policy has more than ", kMostNodes, " values"),
        "split it");
    at_ = tokens_.size() - 1;
    return true;
  }

  // ---- grammar
  // Reads the fields of the innermost open block, and its closing bracket.
  void ParseFields() {
    const std::size_t depth = open_.size();
    while (open_.size() == depth) {
      if (AtEnd()) return CloseAtEnd();
      if (IsClosing()) {
        if (Close()) return;
      } else if (Peek().kind == TokenKind::kIdentifier) {
        ParseField();
      } else {
        ParseNoField();
      }
    }
  }

  void CloseAtEnd() {
    const OpenBlock block = open_.back();
    open_.pop_back();
    if (block.close == '\0') return;
    nodes_[block.node].value.end = Peek().range.end;
    if (std::exchange(ended_early_, true)) return;  // told of the inner one
    Complain(
        nodes_[block.node].name,
        absl::StrCat("the block ", Quoted(source_.At(nodes_[block.node].name)),
                     " is never closed"),
        absl::StrCat("write ", Quoted({&block.close, 1}), " at its end"));
  }

  // Takes a closing bracket; returns if it closed the innermost block.
  bool Close() {
    const OpenBlock block = open_.back();
    const Range range = Peek().range;
    if (block.close == '\0') {
      Complain(range, absl::StrCat(Found(), " closes nothing"), "remove it");
      Next();
      return false;
    }
    if (!Is(block.close)) {
      Complain(range,
               absl::StrCat(Found(), " does not close ",
                            Quoted(source_.At(nodes_[block.node].name))),
               absl::StrCat("write ", Quoted({&block.close, 1})));
    }
    nodes_[block.node].value.end = range.end;
    Next();
    open_.pop_back();
    return true;
  }

  void ParseNoField() {
    std::string remedy = "write `name: value` or `name { … }`";
    if (Is('/')) remedy = "begin comments with `#`";
    if (Is('[')) remedy = "the policy language has no extensions; remove it";
    Complain(Peek().range, absl::StrCat(Found(), " begins no field"),
             std::move(remedy));
    Next();
    SkipToNextField();
  }

  void ParseField() {
    if (TooMany()) return;
    const OpenBlock& block = open_.back();
    const Range name = Peek().range;
    const FieldDescriptor* field =
        block.type->FindFieldByName(std::string(TextOf(Peek())));
    if (field == nullptr) return ParseUnknown();
    Next();
    const bool has_colon = Take(':');
    if (Is('[')) {
      ParseList(*field, name, has_colon);
    } else if (IsMessage(*field)) {
      ParseBlock(*field, name);
    } else if (IsOpening()) {
      const std::uint32_t at = AddNode(*field, name);
      Complain(name, absl::StrCat(Quoted(source_.At(name)), " is no block"),
               absl::StrCat("write ", Quoted(source_.At(name), ": "), " and ",
                            Wanted(*field)));
      SkipBalanced(name);
      nodes_[at].value.end = Previous().end;
    } else {
      if (!has_colon) ComplainOfColon(name);
      ParseScalar(*field, name);
    }
    if (!Take(',')) Take(';');
  }

  void ComplainOfColon(Range name) {
    Complain(name, absl::StrCat("no `:` after ", Quoted(source_.At(name))),
             absl::StrCat("write ", Quoted(source_.At(name), ":")));
  }

  void ParseUnknown() {
    const Range name = Peek().range;
    const std::string text(TextOf(Peek()));
    if (UnwindFrom(text)) return;
    const Descriptor& type = *open_.back().type;
    std::vector<std::string_view> names;
    std::vector<std::string> storage = FieldNames(type);
    names.assign(storage.begin(), storage.end());
    std::string remedy = DidYouMean(text, names);
    if (remedy.empty() && names.size() <= 12) {
      remedy = absl::StrCat("it has ", List(storage));
    }
    if (remedy.empty()) remedy = "see privet/v1/policy.proto";
    errors_->Add(
        name,
        absl::StrCat("there is no field ", Quoted(text), " in ", BlockName()),
        std::move(remedy));
    Next();
    Take(':');
    SkipValue(name);
    if (!Take(',')) Take(';');
  }

  // How the innermost block is called: by its name, or as the policy.
  std::string BlockName() const {
    const std::uint32_t node = open_.back().node;
    return node == 0 ? "a policy" : Quoted(source_.At(nodes_[node].name));
  }

  // If `name` is no field here, but one of a block around this, and begins a
  // line no further right than this block does, then a bracket is missing:
  // closes the blocks between and returns true.
  bool UnwindFrom(const std::string& name) {
    if (open_.size() < 2 || !FirstOnItsLine(at_)) return false;
    const std::uint32_t column = source_.PlaceOf(Peek().range.begin).column;
    for (std::size_t outer = open_.size() - 1; outer-- > 0;) {
      if (open_[outer].type->FindFieldByName(name) == nullptr) continue;
      const SyntaxNode& opened = nodes_[open_[outer + 1].node];
      if (column > source_.PlaceOf(opened.name.begin).column) return false;
      const SyntaxNode& inner = nodes_[open_.back().node];
      if (!errors_->AnyIn({opened.name.begin, Peek().range.begin})) {
        const Place place = source_.PlaceOf(inner.name.begin);
        errors_->Add(
            Peek().range,
            absl::StrCat("the block ", Quoted(source_.At(inner.name)),
                         " of line ", place.line, " is still open here"),
            absl::StrCat("close it with ", Quoted({&open_.back().close, 1}),
                         " before ", Quoted(name)));
      }
      while (open_.size() > outer + 1) {
        nodes_[open_.back().node].value.end = Previous().end;
        open_.pop_back();
      }
      return true;
    }
    return false;
  }

  void ParseBlock(const FieldDescriptor& field, Range name) {
    const std::uint32_t at = AddNode(field, name);
    if (!IsOpening()) {
      Complain(name, absl::StrCat(Quoted(source_.At(name)), " is a block"),
               absl::StrCat("write ", Quoted(source_.At(name), " { … }")));
      if (!StartsField() && !IsClosing()) SkipValue(name);
      return;
    }
    if (open_.size() > static_cast<std::size_t>(kMostDepth)) {
      errors_->Add(name,
                   absl::StrCat("blocks lie more than ", kMostDepth, " deep"),
                   "flatten them");
      SkipBalanced(name);
      return;
    }
    nodes_[at].kind = ValueKind::kMessage;
    open_.push_back({at, field.message_type(), Is('{') ? '}' : '>'});
    Next();
    ParseFields();
  }

  void ParseList(const FieldDescriptor& field, Range name, bool has_colon) {
    if (!has_colon && !IsMessage(field)) ComplainOfColon(name);
    if (!field.is_repeated()) {
      AddNode(field, name);
      Complain(name,
               absl::StrCat(Quoted(source_.At(name)),
                            " holds one value, not a list"),
               "write it without `[` and `]`");
      SkipBalanced(name);
      return;
    }
    Next();
    if (Take(']')) return;
    while (!TooMany()) {
      if (!ParseElement(field, name)) return;
      if (Take(']')) return;
      if (!EndsElement()) return;
    }
  }

  // Reads one element; returns false if none is here and the list is over.
  bool ParseElement(const FieldDescriptor& field, Range name) {
    if (Is(']') || AtEnd() || Is('}') || Is('>') || StartsField()) {
      const bool closed = Is(']');
      Complain(Peek().range,
               absl::StrCat("an element is missing before ", Found()),
               closed ? "remove the `,`" : "close the list with `]`");
      Take(']');
      return false;
    }
    if (IsMessage(field)) {
      const std::size_t depth = open_.size();
      ParseBlock(field, name);
      return open_.size() == depth;
    }
    ParseScalar(field, name);
    return true;
  }

  // Takes the comma between two elements; returns false if the list ends here
  // without a bracket.
  bool EndsElement() {
    if (Take(',')) return true;
    const bool over = AtEnd() || IsClosing() || StartsField();
    Complain(Peek().range,
             over ? absl::StrCat("the list is still open before ", Found())
                  : absl::StrCat("no `,` before ", Found()),
             over ? "close it with `]`" : "write `,` between elements");
    if (!over && Peek().kind == TokenKind::kSymbol) Next();
    return !over && !AtEnd();
  }

  void ParseScalar(const FieldDescriptor& field, Range name) {
    const std::uint32_t at = AddNode(field, name);
    const Range first = Peek().range;
    const bool negative = Take('-');
    const TokenKind kind = Peek().kind;
    if (kind == TokenKind::kSymbol || kind == TokenKind::kEnd ||
        StartsField()) {
      Complain(Peek().range,
               absl::StrCat(Quoted(source_.At(name)), " has no value before ",
                            Found()),
               absl::StrCat("write ", Wanted(field)));
      if (!StartsField() && !IsClosing() && !Is(']')) SkipToNextField();
      return;
    }
    SyntaxNode& node = nodes_[at];
    node.negative = negative;
    if (kind == TokenKind::kString) {
      if (negative) {
        Complain(first, "text in quotes has no sign", "remove the `-`");
      }
      node.kind = ValueKind::kString;
      node.text = TakeString();
    } else {
      node.kind = kind == TokenKind::kInteger ? ValueKind::kInteger
                  : kind == TokenKind::kFloat ? ValueKind::kFloat
                                              : ValueKind::kIdentifier;
      node.text = std::string(TextOf(Peek()));
      Next();
    }
    node.value = {first.begin, Previous().end};
  }

  // Strings that follow each other are one.
  std::string TakeString() {
    std::string text;
    for (; Peek().kind == TokenKind::kString; Next()) {
      const std::string token(TextOf(Peek()));
      google::protobuf::io::Tokenizer::ParseStringAppend(token, &text);
    }
    return text;
  }

  // ---- recovery
  void SkipValue(Range name) {
    if (IsOpening() || Is('[')) return SkipBalanced(name);
    Take('-');
    if (Peek().kind == TokenKind::kString) {
      TakeString();
    } else if (Peek().kind != TokenKind::kSymbol && !StartsField()) {
      Next();
    }
  }

  // Skips what the bracket here opens. It may be unclosed: a line that begins
  // no further right than `name`, with a field, is beyond it.
  void SkipBalanced(Range name) {
    const std::uint32_t column = source_.PlaceOf(name.begin).column;
    int depth = 0;
    do {
      if (IsOpening() || Is('[')) ++depth;
      if (IsClosing() || Is(']')) --depth;
      Next();
      if (StartsField() && FirstOnItsLine(at_) &&
          source_.PlaceOf(Peek().range.begin).column <= column) {
        return;
      }
    } while (depth > 0 && !AtEnd());
  }

  void SkipToNextField() {
    int depth = 0;
    for (; !AtEnd(); Next()) {
      if (depth == 0 && (IsClosing() || StartsField())) return;
      if (IsOpening() || Is('[')) ++depth;
      if ((IsClosing() || Is(']')) && depth > 0) --depth;
    }
  }

  const SourceText& source_;
  const std::vector<Token> tokens_;
  TextErrors* errors_;
  bool ended_early_ = false;
  bool cut_ = false;
  std::size_t at_ = 0;
  std::vector<SyntaxNode> nodes_;
  std::vector<OpenBlock> open_;
  absl::flat_hash_map<std::pair<std::uint32_t, int>, int> counts_;
};

// Returns if the text may be looked at at all.
bool IsReadable(const SourceText& source, TextErrors* errors) {
  const std::string_view text = source.text();
  if (text.size() > kMostBytes) {
    errors->Add({}, absl::StrCat("the policy has ", text.size(), " bytes"),
                absl::StrCat("keep it to ", kMostBytes));
    return false;
  }
  const std::size_t bad = FirstInvalidUtf8(text);
  if (bad == std::string_view::npos) return true;
  const auto at = static_cast<std::uint32_t>(bad);
  errors->Add({at, at + 1}, "this byte is not UTF-8",
              "save the file in that encoding");
  return false;
}

}  // namespace

SyntaxTree Read(const SourceText& source, const Descriptor& type,
                TextErrors* errors) {
  if (!IsReadable(source, errors)) {
    SyntaxTree empty;
    empty.nodes.emplace_back().kind = ValueKind::kMessage;
    empty.cut = true;
    return empty;
  }
  TokenStream stream = Lex(source, errors);
  SyntaxTree tree;
  tree.comments = std::move(stream.comments);
  Parser(source, std::move(stream.tokens), errors).Run(type, &tree);
  return tree;
}

}  // namespace privet::policy
