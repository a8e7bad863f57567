// SPDX-License-Identifier: Apache-2.0

#include "privet/diagnostic.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "policy/located.h"
#include "policy/text.h"
#include "privet/v1/policy.pb.h"

namespace privet {
namespace {

constexpr std::size_t kTabWidth = 8;
constexpr std::size_t kMostColumns = 160;   // of a line that is shown
constexpr std::size_t kMostBefore = 1'000;  // bytes of it that are kept, before
constexpr std::size_t kMostAfter = 1'000;   // and after what is meant
constexpr std::size_t kMostDiagnostics = 100;

std::string_view SeverityName(Diagnostic::Severity severity) {
  switch (severity) {
    case Diagnostic::Severity::kWarning:
      return "warning: ";
    case Diagnostic::Severity::kNote:
      return "note: ";
    default:
      return "";
  }
}

// A line as a terminal shows it: `cells` holds text of one column each, and
// `column` says in which one a byte begins.
struct Shown {
  std::vector<std::string> cells;
  std::vector<std::size_t> column;  // by byte, and one behind the last
};

Shown Expand(std::string_view line) {
  Shown shown;
  for (const char c : line) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0) == 0x80 && !shown.cells.empty()) {
      shown.column.push_back(shown.cells.size() - 1);
      shown.cells.back().push_back(c);
      continue;
    }
    shown.column.push_back(shown.cells.size());
    if (c == '\t') {
      do {
        shown.cells.emplace_back(" ");
      } while (shown.cells.size() % kTabWidth != 0);
    } else {
      shown.cells.emplace_back(1, byte < 0x20 || byte == 0x7f ? '?' : c);
    }
  }
  shown.column.push_back(shown.cells.size());
  return shown;
}

std::string Join(const std::vector<std::string>& cells, std::size_t begin,
                 std::size_t end) {
  std::string text;
  for (std::size_t i = begin; i < end; ++i) text += cells[i];
  return text;
}

// The line, cut to a window around what is meant, and a caret below it.
std::string WithCaret(const Diagnostic& diagnostic) {
  const Shown shown = Expand(diagnostic.source_line);
  const std::size_t last = shown.column.size() - 1;
  const std::size_t first_byte = std::min<std::size_t>(
      std::max(diagnostic.column, diagnostic.source_from) -
          diagnostic.source_from,
      last);
  const std::size_t last_byte =
      std::min<std::size_t>(first_byte + diagnostic.length, last);
  const std::size_t caret = shown.column[first_byte];
  const std::size_t width =
      std::max<std::size_t>(shown.column[last_byte] - caret, 1);

  const std::size_t begin =
      caret + width <= kMostColumns
          ? 0
          : caret - std::min<std::size_t>(caret, kMostColumns / 4);
  const std::size_t end = std::min(begin + kMostColumns, shown.cells.size());
  const bool is_cut = begin > 0 || diagnostic.source_from > 1;
  const std::string_view cut_left = is_cut ? "… " : "";
  const std::string_view cut_right = end < shown.cells.size() ? " …" : "";

  std::string number = absl::StrCat(diagnostic.line);
  if (number.size() < 4) number.insert(0, 4 - number.size(), ' ');
  const std::size_t indent = caret - begin + (is_cut ? 2 : 0);
  const std::size_t tildes =
      std::min(width, std::max<std::size_t>(end, caret + 1) - caret) - 1;
  return absl::StrCat(number, " | ", policy::View(cut_left),
                      Join(shown.cells, begin, end), policy::View(cut_right),
                      "\n", std::string(number.size(), ' '), " | ",
                      std::string(indent, ' '), "^", std::string(tildes, '~'));
}

}  // namespace

std::string Diagnostic::Summary() const {
  std::string place = file.empty() ? std::string("policy") : file;
  if (line > 0) {
    absl::StrAppend(&place, ":", line, ":", column);
  } else if (!path.empty()) {
    absl::StrAppend(&place, ":", path);
  }
  return absl::StrCat(place, ": ", policy::View(SeverityName(severity)),
                      message, remedy.empty() ? "" : "; ", remedy);
}

std::string Diagnostic::ToString() const {
  if (line == 0) return Summary();
  return absl::StrCat(Summary(), "\n", WithCaret(*this));
}

namespace policy {
namespace {

bool IsContinuation(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

// Keeps the line, or of a long one what is around the column: a file of one
// line with a thousand errors is shown a thousand times.
void CutLine(std::string_view line, Diagnostic* diagnostic) {
  const std::size_t at = std::min<std::size_t>(diagnostic->column, line.size());
  std::size_t begin = at > kMostBefore ? at - kMostBefore : 0;
  std::size_t end = std::min(at + kMostAfter, line.size());
  while (begin > 0 && IsContinuation(line[begin])) --begin;
  while (end < line.size() && IsContinuation(line[end])) ++end;
  diagnostic->source_line = std::string(line.substr(begin, end - begin));
  diagnostic->source_from = static_cast<std::uint32_t>(begin + 1);
}

Diagnostic AtRange(const SourceText& source, Range range) {
  Diagnostic diagnostic;
  const Place place = source.PlaceOf(range.begin);
  const std::string_view line = source.Line(place.line);
  diagnostic.file = source.name();
  diagnostic.line = place.line;
  diagnostic.column = place.column;
  CutLine(line, &diagnostic);
  const std::size_t rest =
      line.size() >= place.column ? line.size() - place.column + 1 : 0;
  diagnostic.length = static_cast<std::uint32_t>(
      std::min<std::size_t>(range.end - range.begin, rest));
  return diagnostic;
}

}  // namespace

Diagnostic Locate(const TextError& error, const SourceText& source) {
  Diagnostic diagnostic = AtRange(source, error.range);
  diagnostic.message = error.message;
  diagnostic.remedy = error.remedy;
  return diagnostic;
}

Diagnostic Locate(const Finding& finding, const Origin& origin) {
  Diagnostic diagnostic;
  if (origin.source != nullptr) {
    diagnostic = AtRange(*origin.source, origin.tree->RangeOf(finding.path));
  }
  diagnostic.severity = static_cast<Diagnostic::Severity>(finding.severity);
  diagnostic.path = PathText(finding.path, *v1::Policy::descriptor());
  diagnostic.message = finding.message;
  diagnostic.remedy = finding.remedy;
  return diagnostic;
}

std::string PathText(const FieldPath& path,
                     const google::protobuf::Descriptor& type) {
  std::string text;
  const google::protobuf::Descriptor* at = &type;
  for (const FieldStep& step : path) {
    const auto* field =
        at == nullptr ? nullptr : at->FindFieldByNumber(step.number);
    if (field == nullptr) break;
    absl::StrAppend(&text, text.empty() ? "" : ".", std::string(field->name()));
    if (step.index >= 0) absl::StrAppend(&text, "[", step.index, "]");
    at = field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE
             ? field->message_type()
             : nullptr;
  }
  return text;
}

void SortDiagnostics(Diagnostics* diagnostics) {
  const auto key = [](const Diagnostic& d) {
    return std::tie(d.line, d.column, d.severity, d.message);
  };
  std::stable_sort(
      diagnostics->begin(), diagnostics->end(),
      [&](const auto& a, const auto& b) { return key(a) < key(b); });
  const auto same = [&](const Diagnostic& a, const Diagnostic& b) {
    return key(a) == key(b) && (a.line != 0 || a.path == b.path);
  };
  diagnostics->erase(
      std::unique(diagnostics->begin(), diagnostics->end(), same),
      diagnostics->end());
}

std::string ToText(const Diagnostics& diagnostics) {
  std::string text;
  const std::size_t shown = std::min(diagnostics.size(), kMostDiagnostics);
  for (std::size_t i = 0; i < shown; ++i) {
    absl::StrAppend(&text, i == 0 ? "" : "\n", diagnostics[i].ToString());
  }
  if (shown < diagnostics.size()) {
    absl::StrAppend(&text, "\n… and ", diagnostics.size() - shown, " more");
  }
  return text;
}

}  // namespace policy
}  // namespace privet
