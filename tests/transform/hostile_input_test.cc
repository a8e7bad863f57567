// SPDX-License-Identifier: Apache-2.0
//
// Every form, over bytes that nobody meant: the room is kept, text stays text.

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "support/catch.h"
#include "transform/apply.h"
#include "transform/utf8.h"

namespace privet::transform {
namespace {

using ::privet::testing::ApplyToBytes;
using ::privet::testing::CompileOrDie;
using ::privet::testing::FormOrDie;

const std::vector<std::string>& TextForms() {
  static const auto* const kForms = new std::vector<std::string>{
      "replace { text: 'é' }",
      "truncate { characters: 3 }",
      "mask { keep_first: 2 keep_last: 1 with: '🌳' skip: 'a.é' }",
      "ip_prefix { v4: 20 v6: 44 }",
      "email_domain {}",
      "pseudonym {}",
      "chain { step { mask { with: '🌳' } } step { truncate { characters: 2 } }"
      " step { mask { keep_first: 1 with: 'é' } } }",
      "chain { step { email_domain {} } step { pseudonym {} } }"};
  return *kForms;
}

// Mostly pieces that some form takes for its own, cut and joined anywhere.
std::string RandomText(std::mt19937_64* random) {
  static const std::vector<std::string> pieces = {"a",
                                                  "é",
                                                  "🌳",
                                                  "\xC3",
                                                  "\xF0\x9F",
                                                  "\xED\xA0\x80",
                                                  "@",
                                                  ".",
                                                  "x.org",
                                                  "::",
                                                  "192.0.2.1",
                                                  "ffff:",
                                                  "%eth0",
                                                  "\x80",
                                                  "\xFF",
                                                  "2001:db8::",
                                                  std::string(1, '\0'),
                                                  std::string(60, 'z')};
  std::string text;
  for (std::size_t n = (*random)() % 8; n > 0; --n) {
    std::string piece = pieces[(*random)() % pieces.size()];
    if ((*random)() % 8 == 0) piece.resize((*random)() % (piece.size() + 1));
    text += piece;
  }
  return text;
}

TEST_CASE(
    "A form of text makes text of any bytes, in the room that it asked for",
    "[transform][property]") {
  std::mt19937_64 random(20261124);
  for (const std::string& written : TextForms()) {
    const auto form = CompileOrDie(FormOrDie(written), FieldType::kString);
    for (int run = 0; run < 3000; ++run) {
      const std::string text = RandomText(&random);
      const std::optional<std::string> result = ApplyToBytes(*form, text);
      if (!result) continue;
      CAPTURE(written, text, *result);
      REQUIRE(CountCodePoints(*result).has_value());
    }
  }
}

TEST_CASE("Forms of other types keep to their room over any bytes",
          "[transform][property]") {
  std::mt19937_64 random(20261125);
  const auto time =
      CompileOrDie(FormOrDie("time { to: WEEK }"), FieldType::kTimestamp);
  const auto bytes =
      CompileOrDie(FormOrDie("ip_prefix { v4: 9 v6: 99 }"), FieldType::kBytes);
  for (int run = 0; run < 20000; ++run) {
    std::string in(random() % 24, '\0');
    for (char& c : in)
      c = static_cast<char>(random() % 4 ? random() % 20 : random());
    const std::optional<std::string> result = ApplyToBytes(*time, in);
    if (result) {
      google::protobuf::Timestamp parsed;
      REQUIRE(parsed.ParseFromString(*result));
      REQUIRE(parsed.SerializeAsString() == *result);
    }
    ApplyToBytes(*bytes, in);
  }
}

}  // namespace
}  // namespace privet::transform
