// SPDX-License-Identifier: Apache-2.0

#include "canary.h"

#include <random>
#include <string>
#include <vector>

#include "support/catch.h"

namespace gateway {
namespace {

std::vector<std::size_t> PlacesOf(const CanaryBook& book,
                                  const std::string& bytes) {
  std::vector<std::size_t> places;
  book.Scan(bytes,
            [&](const Canary&, std::size_t at) { places.push_back(at); });
  return places;
}

std::string Noise(std::size_t size) {
  std::mt19937_64 random(7);
  std::string noise(size, '\0');
  for (char& c : noise) c = static_cast<char>(random());
  return noise;
}

TEST_CASE("Every canary is found wherever it lies", "[gateway][canary]") {
  CanaryBook book(1);
  std::vector<std::string> texts;
  for (std::uint32_t i = 0; i < 5000; ++i) {
    texts.push_back(book.Make({Text::kPrompt, i, i}));
  }
  std::mt19937_64 random(2);
  for (std::uint32_t i = 0; i < 5000; i += 7) {
    std::string bytes = Noise(200);
    const std::size_t at = random() % (bytes.size() - CanaryBook::kSize + 1);
    bytes.replace(at, CanaryBook::kSize, texts[i]);
    std::size_t found = 0;
    book.Scan(bytes, [&](const Canary& canary, std::size_t place) {
      ++found;
      CHECK(canary.account == i);
      CHECK(place == at);
    });
    REQUIRE(found == 1);
  }
}

TEST_CASE("A canary is found at either end, and a torn one is not",
          "[gateway][canary]") {
  CanaryBook book(1);
  const std::string text = book.Make({});
  CHECK(PlacesOf(book, text) == std::vector<std::size_t>{0});
  CHECK(PlacesOf(book, "x" + text) == std::vector<std::size_t>{1});
  CHECK(PlacesOf(book, text + text) == std::vector<std::size_t>{0, 12});
  CHECK(PlacesOf(book, text.substr(1)).empty());
  CHECK(PlacesOf(book, "").empty());
}

TEST_CASE("Noise holds no canary", "[gateway][canary]") {
  CanaryBook book(1);
  for (std::uint32_t i = 0; i < 20000; ++i) book.Make({});
  CHECK(PlacesOf(book, Noise(1 << 22)).empty());
}

TEST_CASE("The host part of an address is a canary, its network is none",
          "[gateway][canary]") {
  CanaryBook book(1);
  const std::string address = book.MakeAddress({Text::kClientIp, 3, 4});
  CHECK(PlacesOf(book, "from " + address + ".").size() == 1);
  CHECK(PlacesOf(book, address.substr(0, 20) + ":").empty());
}

}  // namespace
}  // namespace gateway
