// SPDX-License-Identifier: Apache-2.0

#include "crypto/aead.h"

#include <string>
#include <string_view>

#include "support/catch.h"

namespace privet::crypto {
namespace {

const std::string kKey(kAeadKeySize, 'k');
const std::string kNonce(kAeadNonceSize, 'n');

std::string Seal(std::string_view ad, std::string_view plaintext) {
  std::string out(plaintext.size() + kAeadTagSize, '\0');
  AeadSeal(kKey.data(), kNonce.data(), ad, plaintext, out.data());
  return out;
}

TEST_CASE("What was sealed opens under the same key, nonce and data",
          "[crypto][aead]") {
  for (std::size_t size : {0, 1, 15, 16, 17, 63, 64, 65, 1000}) {
    const std::string plaintext(size, 'p');
    const std::string sealed = Seal("header", plaintext);
    std::string opened(size, '?');
    REQUIRE(
        AeadOpen(kKey.data(), kNonce.data(), "header", sealed, opened.data()));
    CHECK(opened == plaintext);
  }
}

TEST_CASE("What was altered does not open, and the output is zeros",
          "[crypto][aead][error]") {
  std::string sealed = Seal("header", "plaintext"), key = kKey, nonce = kNonce;
  std::string ad = "header";
  SECTION("the ciphertext") { sealed[0] ^= 1; }
  SECTION("the tag") { sealed.back() ^= 1; }
  SECTION("the key") { key[0] ^= 1; }
  SECTION("the nonce") { nonce[0] ^= 1; }
  SECTION("the associated data") { ad[0] ^= 1; }
  std::string opened(9, '?');
  CHECK_FALSE(AeadOpen(key.data(), nonce.data(), ad, sealed, opened.data()));
  CHECK(opened == std::string(9, '\0'));
}

TEST_CASE("What is shorter than a tag does not open", "[crypto][aead][error]") {
  char out = '?';
  CHECK_FALSE(
      AeadOpen(kKey.data(), kNonce.data(), "", "fifteen bytes!!", &out));
}

}  // namespace
}  // namespace privet::crypto
