// SPDX-License-Identifier: Apache-2.0

#include "crypto/aead.h"

#include <initializer_list>
#include <string>
#include <string_view>

#include "crypto/random.h"
#include "support/catch.h"

namespace privet::crypto {
namespace {

std::string Random(std::size_t size) {
  std::string bytes(size, '\0');
  RandomBytes(bytes.data(), size);
  return bytes;
}

struct Sealed {
  std::string key = Random(kAeadKeySize), nonce = Random(kAeadNonceSize);
  std::string data = "header", plaintext = "why is the sky blue?", bytes;

  Sealed() : bytes(plaintext.size() + kAeadTagSize, '\0') {
    AeadSeal(key.data(), nonce.data(), data, plaintext, bytes.data());
  }
};

TEST_CASE("What was sealed opens to the same bytes", "[crypto][aead]") {
  const Sealed sealed;
  std::string out(sealed.plaintext.size(), '\0');
  CHECK(AeadOpen(sealed.key.data(), sealed.nonce.data(), sealed.data,
                 sealed.bytes, out.data()));
  CHECK(out == sealed.plaintext);
}

TEST_CASE("Sealing and opening work in place", "[crypto][aead]") {
  const Sealed sealed;
  std::string bytes = sealed.plaintext + std::string(kAeadTagSize, '\0');
  AeadSeal(sealed.key.data(), sealed.nonce.data(), sealed.data,
           std::string_view(bytes).substr(0, sealed.plaintext.size()),
           bytes.data());
  CHECK(bytes == sealed.bytes);
  CHECK(AeadOpen(sealed.key.data(), sealed.nonce.data(), sealed.data, bytes,
                 bytes.data()));
  CHECK(bytes.substr(0, sealed.plaintext.size()) == sealed.plaintext);
}

TEST_CASE("A flipped bit anywhere does not open, and wipes the output",
          "[crypto][aead][error]") {
  const Sealed good;
  auto flipped_opens = [](Sealed sealed, std::string Sealed::*part,
                          std::size_t bit) {
    char& at = (sealed.*part)[bit / 8];
    at = static_cast<char>(at ^ (1 << (bit % 8)));
    std::string out(sealed.plaintext.size(), 'x');
    const bool opens = AeadOpen(sealed.key.data(), sealed.nonce.data(),
                                sealed.data, sealed.bytes, out.data());
    return opens || out != std::string(out.size(), '\0');
  };
  for (auto part :
       {&Sealed::key, &Sealed::nonce, &Sealed::data, &Sealed::bytes}) {
    for (std::size_t bit = 0; bit < 8 * (good.*part).size(); ++bit) {
      if (flipped_opens(good, part, bit))
        FAIL("bit " << bit << " is not bound");
    }
  }
}

TEST_CASE("Truncated bytes do not open", "[crypto][aead][error]") {
  const Sealed sealed;
  std::string out(sealed.plaintext.size(), 'x');
  for (std::size_t size = 0; size < sealed.bytes.size(); ++size) {
    CHECK_FALSE(AeadOpen(sealed.key.data(), sealed.nonce.data(), sealed.data,
                         std::string_view(sealed.bytes).substr(0, size),
                         out.data()));
  }
}

TEST_CASE("Random bytes differ from call to call, in every size",
          "[crypto][random]") {
  CHECK(Random(24) != Random(24));
  CHECK(Random(100000) != Random(100000));
  CHECK(Random(0).empty());
}

}  // namespace
}  // namespace privet::crypto
