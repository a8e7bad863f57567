// SPDX-License-Identifier: Apache-2.0
//
// The text of a policy, and how offsets in it are told to people.

#ifndef PRIVET_POLICY_SOURCE_TEXT_H_
#define PRIVET_POLICY_SOURCE_TEXT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace privet::policy {

// The bytes [begin, end) of a text.
struct Range {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

// Where an offset is, for people: both count from 1, columns in bytes.
struct Place {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

// A named text of less than 4 GiB. Immutable.
class SourceText {
 public:
  SourceText(std::string name, std::string text);

  const std::string& name() const { return name_; }
  std::string_view text() const { return text_; }

  // Returns the bytes of `range`.
  std::string_view At(Range range) const {
    return text().substr(range.begin, range.end - range.begin);
  }

  // Returns the place of an offset; the end of the text is a place too.
  Place PlaceOf(std::uint32_t offset) const;

  // Returns a line, counted from 1, without its end.
  std::string_view Line(std::uint32_t line) const;

  // Returns the offset at which a line, counted from 0, begins; that of the
  // end for a line behind the last.
  std::uint32_t LineStart(std::uint32_t line) const;

 private:
  std::string name_;
  std::string text_;
  std::vector<std::uint32_t> starts_;
};

// Returns the offset of the first byte of `text` that is not part of
// well-formed UTF-8 (no surrogates, no overlong form), or npos.
std::size_t FirstInvalidUtf8(std::string_view text);

}  // namespace privet::policy

#endif  // PRIVET_POLICY_SOURCE_TEXT_H_
