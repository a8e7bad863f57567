// SPDX-License-Identifier: Apache-2.0
//
// Secrets on the stack, which do not outlive their scope.

#ifndef PRIVET_CRYPTO_WIPE_H_
#define PRIVET_CRYPTO_WIPE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace privet::crypto {

// Overwrites `size` bytes with zeros, which no compiler leaves out.
void Wipe(void* bytes, std::size_t size);

// `kSize` bytes that are wiped when they go.
template <std::size_t kSize>
class WipedBytes {
 public:
  WipedBytes() = default;
  ~WipedBytes() { Wipe(bytes_.data(), kSize); }
  WipedBytes(const WipedBytes&) = delete;
  WipedBytes& operator=(const WipedBytes&) = delete;

  std::uint8_t* data() { return bytes_.data(); }
  const std::uint8_t* data() const { return bytes_.data(); }
  static constexpr std::size_t size() { return kSize; }
  std::string_view view() const {
    return {reinterpret_cast<const char*>(bytes_.data()), kSize};
  }

 private:
  std::array<std::uint8_t, kSize> bytes_{};
};

}  // namespace privet::crypto

#endif  // PRIVET_CRYPTO_WIPE_H_
