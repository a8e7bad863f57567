// SPDX-License-Identifier: Apache-2.0
//
// H(n, key, info(…)) part by part, so that a secret part is never gathered on
// the heap.

#ifndef PRIVET_CRYPTO_INFO_HASH_H_
#define PRIVET_CRYPTO_INFO_HASH_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace privet::crypto {

// Hashes info(parts…) under a key, as HashInto() does of base::Info(). Does not
// allocate; its state is wiped when it goes.
//
// Use: InfoHash(size, key) (Part | Int)* Finish
class InfoHash {
 public:
  // `size` and `key` as HashInto() takes them.
  InfoHash(std::size_t size, std::string_view key);
  ~InfoHash();
  InfoHash(const InfoHash&) = delete;
  InfoHash& operator=(const InfoHash&) = delete;

  // Adds LP(part), of at most 65,535 bytes: more ends the process.
  InfoHash& Part(std::string_view part);

  // Adds LP of the little-endian bytes of `value`.
  template <typename T>
  InfoHash& Int(T value) {
    static_assert(static_cast<T>(-1) > 0, "unsigned integers only");
    char bytes[sizeof(T)];
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      bytes[i] =
          static_cast<char>(static_cast<unsigned char>(value >> (8 * i)));
    }
    return Part({bytes, sizeof(T)});
  }

  // Writes the digest, `size` bytes, to `out`.
  void Finish(void* out);

 private:
  static constexpr std::size_t kStateSize = 384;

  std::size_t size_;
  alignas(64) unsigned char state_[kStateSize];
};

}  // namespace privet::crypto

#endif  // PRIVET_CRYPTO_INFO_HASH_H_
