// SPDX-License-Identifier: Apache-2.0
//
// Everything that may lie where a policy should: each is refused, with a status
// that says what the caller can do, and a text that says where and what then.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "absl/status/status.h"
#include "privet/policy.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet {
namespace {

using absl::StatusCode;

// A file that goes with the test.
class File {
 public:
  explicit File(const std::string& text) {
    char name[] = "/tmp/privet-policy-XXXXXX";
    REQUIRE(::mkdtemp(name) != nullptr);
    folder_ = name;
    std::ofstream(path(), std::ios::binary) << text;
  }
  ~File() { std::filesystem::remove_all(folder_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  std::string path() const { return folder_ + "/policy.textproto"; }

 private:
  std::string folder_;
};

std::string Repeat(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST_CASE("A malformed policy is refused, by its kind",
          "[policy][refusals][error]") {
  struct Case {
    std::string name, text, part;
  };
  const Case test = GENERATE(values<Case>({
      // Nothing, or something else.
      {"empty file", "", "the policy names no controller; write `controller {"},
      {"blank file", "\n\n\t\n", ":1:1: a policy has no name"},
      {"zero bytes", std::string(4096, '\0'), "control characters"},
      {"JSON", "{\"id\": \"shop\"}", ":1:1: `{` begins no field"},
      {"YAML", "id: shop\nrules:\n  - permit\n",
       ":1:5: `id` wants text in quotes; write `\"shop\"`"},
      {"XML", "<?xml version=\"1.0\"?>", ":1:1: `<` begins no field"},
      {"UTF-16", std::string("\xff\xfei\0d\0", 6),
       ":1:1: this byte is not UTF-8; save the file in that encoding"},
      {"binary policy", std::string("\x0a\x04shop\x10\x01\xfa\x01", 10),
       "is not UTF-8"},
      {"another message", "sources { file: \"a\" } target: 3",
       ":1:1: there is no field `sources` in a policy"},
      // Text that was damaged.
      {"invalid UTF-8", "id: \"sh\xc3(op\"", ":1:8: this byte is not UTF-8"},
      {"surrogate", "id: \"\xed\xa0\x80\"", ":1:6: this byte is not UTF-8"},
      {"overlong form", "id: \"\xc0\xaf\"", ":1:6: this byte is not UTF-8"},
      {"cut off in a block", "id: \"shop\"\nrule { name: \"a\"",
       ":2:1: the block `rule` is never closed; write `}` at its end"},
      {"cut off in a text", "id: \"sho",
       "unexpected end of string; close it with the same quote"},
      {"conflict of a merge", "<<<<<<< ours\nid: \"a\"\n=======\nid: \"b\"\n",
       ":1:1: `<` begins no field"},
      // Too much.
      {"deep nesting", Repeat("rule { transform { chain { step { ", 5'000),
       "there is no field `rule` in `step`"},
      {"deep nesting of what may nest",
       "rule { transform { " + Repeat("chain { step { ", 5'000),
       "blocks lie more than 32 deep; flatten them"},
      {"many brackets", Repeat("{", 100'000), "`{` begins no field"},
      {"over 8 MiB", std::string((std::size_t{8} << 20) + 1, '\n'),
       "bytes; keep it to 8388608"},
      {"half a million values", Repeat("rule{}", 500'001),
       "the policy has more than 500000 values; split it"},
      {"long name", "event { id: \"" + std::string(201, 'a') + "\" }",
       "a name of 201 bytes is too long; keep it to 200"},
      {"long text", "title: \"" + std::string(16'385, 'a') + "\"",
       "`title` has 16385 bytes; keep it to 16384"},
      // Values that are none.
      {"number too large", "version: 99999999999999999999",
       "is too large for `version`; the largest is 4294967295"},
      {"value that there is none of", "purpose { basis: 99 }",
       "`99` is no value of `basis`"},
  }));
  DYNAMIC_SECTION(test.name) {
    const File file(test.text);
    REQUIRE_ERROR(Policy::Load(file.path()), StatusCode::kInvalidArgument,
                  test.part);
    const std::string text(Policy::Parse(test.text, "p").status().message());
    CHECK(text.size() < 50'000);
    CHECK(text.find('\0') == std::string::npos);
    CHECK(text.find('\x1b') == std::string::npos);
  }
}

TEST_CASE("A file of one line with many errors costs little",
          "[policy][refusals][error]") {
  Diagnostics errors;
  const auto policy =
      Policy::Parse(Repeat("rule{name:\"a\"}", 10'000), "p", &errors);
  REQUIRE_FALSE(policy.ok());
  CHECK(errors.size() <= 1'000);
  for (const Diagnostic& error : errors) {
    REQUIRE(error.source_line.size() < 3'000);
  }
  CHECK_THAT(errors.back().ToString(), testing::ContainsSubstring("^~~"));
}

// `count` regions, each a set of the next, and a policy that has them.
std::string ChainOfRegions(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    text += "region{id:\"r" + std::to_string(i) + "\" members:\"" +
            (i + 1 == count ? "de" : "r" + std::to_string(i + 1)) + "\"}\n";
  }
  return text;
}

TEST_CASE("What is more than a policy needs is refused at once",
          "[policy][refusals][error]") {
  struct Case {
    std::string name, text, part;
  };
  std::string places = "region { id: \"all\" members: [\"de\"";
  for (int i = 0; i < 10'000; ++i) {
    const char code[] = {static_cast<char>('a' + i / 676),
                         static_cast<char>('a' + i / 26 % 26),
                         static_cast<char>('a' + i % 26), '\0'};
    places += std::string(", \"us-") + code + "\"";
  }
  const Case test = GENERATE_COPY(values<Case>({
      {"rules", Repeat("rule{name:\"a\"}", 200'000),
       "p:1:140001: the policy has 200000 times `rule`; keep it to 10000"},
      {"regions", ChainOfRegions(50'000),
       "p:10001:1: the policy has 50000 times `region`; keep it to 10000"},
      {"sets in sets", ChainOfRegions(10'000),
       "p:1:24: sets of regions lie more than 16 deep in `r0`; name what they "
       "hold instead"},
      {"sets in sets, one too many", ChainOfRegions(18),
       "p:1:24: sets of regions lie more than 16 deep in `r0`"},
      {"places", places + "] }", "the policy names more than 10000 places"},
  }));
  DYNAMIC_SECTION(test.name) {
    REQUIRE_ERROR(Policy::Parse(test.text, "p"), StatusCode::kInvalidArgument,
                  test.part);
  }
}

TEST_CASE("Sets of places that name one another many times cost little",
          "[policy][refusals]") {
  // Forty ways down at each of 16 steps, and no wrong word.
  std::string text = ChainOfRegions(17);
  for (std::size_t at = text.find("members:\"r"); at != std::string::npos;
       at = text.find("members:\"r", at + 1)) {
    const std::size_t end = text.find('"', at + 9) + 1;
    const std::string member = text.substr(at + 8, end - at - 8);
    text.replace(at + 8, member.size(),
                 "[" + Repeat(member + ", ", 39) + member + "]");
  }
  Diagnostics errors;
  REQUIRE_FALSE(Policy::Parse(text, "p", &errors).ok());
  for (const Diagnostic& error : errors) {
    CHECK(error.path.find("region") == std::string::npos);
  }
}

TEST_CASE("A policy that cannot be read is refused, by why",
          "[policy][refusals][error]") {
  REQUIRE_ERROR(Policy::Load("no/such.textproto"), StatusCode::kNotFound,
                "policy `no/such.textproto`: No such file or directory");
  REQUIRE_ERROR(Policy::Load(""), StatusCode::kNotFound, "policy ``");
  REQUIRE_ERROR(Policy::Load("tests"), StatusCode::kUnavailable,
                "policy `tests`: Is a directory");
}

TEST_CASE("What a terminal would obey is not printed",
          "[policy][refusals][error]") {
  const auto policy = Policy::Parse("rule { name: \"\x1b[2J\" naem: 1 }", "p");
  REQUIRE_FALSE(policy.ok());
  CHECK(std::string(policy.status().message()).find('\x1b') ==
        std::string::npos);
}

}  // namespace
}  // namespace privet
