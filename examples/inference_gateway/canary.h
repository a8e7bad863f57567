// SPDX-License-Identifier: Apache-2.0
//
// Twelve random characters in each text, so that a text which turns up
// somewhere is recognized, and by no chance.

#ifndef PRIVET_EXAMPLES_INFERENCE_GATEWAY_CANARY_H_
#define PRIVET_EXAMPLES_INFERENCE_GATEWAY_CANARY_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "texts.h"

namespace gateway {

// One canary: where it was put.
struct Canary {
  Text text = Text::kUnknown;
  std::uint32_t account = 0;
  std::uint32_t record = 0;  // index of the record; of texts that an account
                             // has in all its records, kEveryRecord
};
inline constexpr std::uint32_t kEveryRecord = 0xffffffff;

// All canaries, and a search for all of them at once: every window of twelve
// bytes is looked up in a hash table.
class CanaryBook {
 public:
  static constexpr std::size_t kSize = 12;

  explicit CanaryBook(std::uint64_t seed) : random_(seed) {}

  // Returns twelve characters of an alphabet of 64, at random.
  std::string Make(const Canary& canary);

  // Takes the last twelve bytes of `text`, which are random enough, as they
  // are: for texts such as an address, which has no room for others.
  void Adopt(std::string_view text, const Canary& canary);

  // Returns a new address: its network is real, its host part random.
  std::string MakeAddress(const Canary& canary);

  // Calls `found` with each canary in `bytes` and the place where it begins.
  void Scan(std::string_view bytes,
            absl::FunctionRef<void(const Canary&, std::size_t)> found) const;

  std::size_t size() const { return canaries_.size(); }

 private:
  using Window = std::array<char, kSize>;

  static std::uint64_t HashOf(const char* window);
  void Insert(const Window& window, const Canary& canary);
  void Grow();

  std::mt19937_64 random_;
  std::vector<Canary> canaries_;
  std::vector<Window> windows_;
  std::vector<std::uint32_t> slots_;   // index + 1 into both; a power of two
  std::vector<std::uint64_t> filter_;  // a bit for each hash that is there
};

}  // namespace gateway

#endif  // PRIVET_EXAMPLES_INFERENCE_GATEWAY_CANARY_H_
