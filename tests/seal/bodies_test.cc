// SPDX-License-Identifier: Apache-2.0

#include "seal/bodies.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/sealed_header.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet::seal {
namespace {

using Commitment = std::array<std::uint8_t, 32>;

constexpr std::string_view kText = "why is the sky blue?";

// A record of one compartment, under a key of one byte's value.
std::string SealUnder(std::uint8_t key, std::uint8_t commitment,
                      std::optional<std::string_view> residue = {}) {
  std::vector<base::Descriptor> descriptors(1);
  descriptors[0].retention_class = 7;
  descriptors[0].commitment.fill(commitment);
  base::HeaderFields fields;
  fields.flags = residue.has_value() ? base::kHasResidue : std::uint8_t{0};
  fields.policy = "p";
  fields.type = "t";
  fields.descriptors = descriptors;
  const Commitment bytes = [key] {
    Commitment filled;
    filled.fill(key);
    return filled;
  }();
  const BodyInput body = {kText, bytes.data()};
  return SealBodies(fields, absl::MakeConstSpan(&body, 1), residue);
}

bool Opens(std::string_view sealed, std::uint8_t key, std::uint8_t commitment,
           std::string* text) {
  const auto header = base::SealedHeader::Parse(sealed);
  REQUIRE_OK(header);
  Commitment key_bytes, commitment_bytes;
  key_bytes.fill(key);
  commitment_bytes.fill(commitment);
  text->assign(kText.size(), '?');
  return OpenBody(*header, 0, key_bytes.data(), commitment_bytes, text->data());
}

TEST_CASE("A body opens under its key and commitment", "[seal][bodies]") {
  std::string text;
  CHECK(Opens(SealUnder(1, 2), 1, 2, &text));
  CHECK(text == kText);
}

TEST_CASE("A commitment to another key is refused before anything is decrypted",
          "[seal][bodies][error]") {
  // Whoever sealed it holds the key: so only the commitment is in the way of a
  // record that opens differently under two keys.
  std::string text;
  CHECK_FALSE(Opens(SealUnder(1, 3), 1, 2, &text));
  CHECK(text == std::string(kText.size(), '?'));
}

TEST_CASE("Another key is refused, and leaves zeros", "[seal][bodies][error]") {
  std::string text;
  CHECK_FALSE(Opens(SealUnder(1, 2), 4, 2, &text));
  CHECK(text == std::string(kText.size(), '\0'));
}

TEST_CASE("The size is known before the bytes are", "[seal][bodies]") {
  const std::string plain = SealUnder(1, 2);
  CHECK(plain.size() == 77 + 4 + 2 + 72 + kText.size());
  CHECK(SealUnder(1, 2, "").size() == plain.size() + 4);
  CHECK(SealUnder(1, 2, "residue").size() == plain.size() + 4 + 7);
}

}  // namespace
}  // namespace privet::seal
