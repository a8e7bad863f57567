// SPDX-License-Identifier: Apache-2.0

#include "crypto/hash.h"

#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "absl/strings/escaping.h"
#include "base/bytes.h"
#include "crypto/info_hash.h"
#include "support/catch.h"

namespace privet::crypto {
namespace {

std::string Counting(int size) {
  std::string bytes;
  for (int i = 0; i < size; ++i) bytes.push_back(static_cast<char>(i));
  return bytes;
}

// The expected digests are those of Python's hashlib.blake2b.
TEST_CASE("H is BLAKE2b of any digest length, keyed or not", "[crypto][hash]") {
  struct Case {
    std::string name;
    std::size_t size;
    std::string key, input, want;
  };
  const Case test = GENERATE(values<Case>({
      {"64 bytes, no key", 64, "", "abc",
       "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
       "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923"},
      {"16 bytes, no key", 16, "", "account.email",
       "8f0e933775c6575d062d3567f800db22"},
      {"32 bytes, a key of 32", 32, Counting(32), "abc",
       "d63a32d3e44738d7907f964316c241adaba0abfeabc32349677578a15a203f7f"},
      {"64 bytes, a key of 64, no input", 64, Counting(64), "",
       "10ebb67700b1868efb4417987acf4690ae9d972fb7a590c2f02871799aaa4786"
       "b5e996e8f0f4eb981fc214b005f42d2ff4233499391653df7aefcbc13fc51568"},
  }));
  DYNAMIC_SECTION(test.name) {
    CHECK(absl::BytesToHexString(H(test.size, test.key, test.input)) ==
          test.want);
  }
}

TEST_CASE("Id4 is the first four bytes of a digest of 16, little-endian",
          "[crypto][hash]") {
  CHECK(Id4("privet") == 0x103c43dbu);
}

TEST_CASE("Parts are separated: moving a byte over a border changes the hash",
          "[crypto][hash]") {
  std::set<std::string> digests;
  digests.insert(H(16, "", base::Info("ab", "c")));
  digests.insert(H(16, "", base::Info("a", "bc")));
  digests.insert(H(16, "", base::Info("abc")));
  digests.insert(H(16, "", base::Info("", "abc")));
  digests.insert(H(16, "", base::Info("abc", "")));
  CHECK(digests.size() == 5);
}

TEST_CASE("An integer part has its own width", "[crypto][hash]") {
  const std::string narrow = base::Info(std::uint8_t{1});
  const std::string wide = base::Info(std::uint32_t{1});
  CHECK(narrow != wide);
  CHECK(wide == std::string("\x04\x00\x01\x00\x00\x00", 6));
}

TEST_CASE("Hashing part by part is hashing the whole", "[crypto][hash]") {
  const std::string key = GENERATE(std::string(), Counting(32));
  const std::string long_part(65535, 'x');
  std::string digest(64, '\0');
  InfoHash(64, key)
      .Part("privet/1/compartment")
      .Int(std::uint8_t{1})
      .Part("")
      .Int(std::uint32_t{77})
      .Part(long_part)
      .Finish(digest.data());
  CHECK(digest == H(64, key,
                    base::Info("privet/1/compartment", std::uint8_t{1}, "",
                               std::uint32_t{77}, long_part)));
}

TEST_CASE("Comparison in constant time is equality", "[crypto][hash]") {
  CHECK(EqualInConstantTime("", ""));
  CHECK(EqualInConstantTime("same", "same"));
  CHECK_FALSE(EqualInConstantTime("same", "sane"));
  CHECK_FALSE(EqualInConstantTime("same", "same longer"));
}

}  // namespace
}  // namespace privet::crypto
