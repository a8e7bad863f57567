// SPDX-License-Identifier: Apache-2.0
//
// Google's Wycheproof vectors, where the file is present: it is not part of
// the project. PRIVET_WYCHEPROOF_DIR says where it lies, else beside the
// project.

#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

#include "absl/strings/escaping.h"
#include "crypto/aead.h"
#include "support/catch.h"

#if __has_include(<nlohmann/json.hpp>)
#include <nlohmann/json.hpp>

namespace privet::crypto {
namespace {

std::string FileName() {
  const char* const dir = std::getenv("PRIVET_WYCHEPROOF_DIR");
  return std::string(dir != nullptr ? dir : "../shared/data/wycheproof") +
         "/xchacha20_poly1305_test.json";
}

std::string Bytes(const nlohmann::json& test, const char* name) {
  return absl::HexStringToBytes(test.at(name).get<std::string>());
}

// Says what is wrong with our answer to `test`; empty if nothing is.
std::string Fault(const nlohmann::json& test) {
  const std::string key = Bytes(test, "key"), nonce = Bytes(test, "iv"),
                    data = Bytes(test, "aad"), message = Bytes(test, "msg"),
                    sealed = Bytes(test, "ct") + Bytes(test, "tag");
  std::string opened(message.size(), '\0');
  // A nonce of another size has no place in the format: its parser refuses it.
  if (nonce.size() != kAeadNonceSize) {
    return test.at("result") == "invalid" ? "" : "has a nonce of another size";
  }
  const bool opens =
      AeadOpen(key.data(), nonce.data(), data, sealed, opened.data());
  if (test.at("result") == "invalid") return opens ? "opens" : "";
  if (!opens || opened != message) return "does not open";
  std::string out(sealed.size(), '\0');
  AeadSeal(key.data(), nonce.data(), data, message, out.data());
  return out == sealed ? "" : "seals to other bytes";
}

TEST_CASE("The cipher answers every Wycheproof vector as it should",
          "[crypto][aead]") {
  std::ifstream file(FileName());
  if (!file) {
    WARN("skipped: there is no `" << FileName() << "`");
    return;
  }
  const nlohmann::json vectors = nlohmann::json::parse(file);
  int count = 0;
  for (const nlohmann::json& group : vectors.at("testGroups")) {
    for (const nlohmann::json& test : group.at("tests")) {
      INFO("vector " << test.at("tcId"));
      CHECK(Fault(test) == "");
      ++count;
    }
  }
  CHECK(count == vectors.at("numberOfTests").get<int>());
}

}  // namespace
}  // namespace privet::crypto

#else

TEST_CASE("The cipher answers every Wycheproof vector as it should",
          "[crypto][aead]") {
  WARN("skipped: nlohmann-json is not installed");
}

#endif
