// SPDX-License-Identifier: Apache-2.0
//
// Bytes that must not be seen: a root key, a passphrase.

#ifndef PRIVET_SECRET_H_
#define PRIVET_SECRET_H_

#include <cstddef>
#include <string_view>

namespace privet {

// Owns secret bytes in memory of their own, between guard pages, locked where
// the limits of the process allow it and left out of core dumps; they are wiped
// when the Secret goes. It has no text form and does not print.
//
// Movable, not copyable: a secret has one owner. Const use is thread-safe. Each
// takes a few pages, so use it for few and short-lived secrets.
class Secret {
 public:
  // Constructs an empty secret.
  Secret() = default;

  // Constructs `size` zero bytes, to be filled through data(). Ends the process
  // if there is no memory.
  explicit Secret(std::size_t size);

  // Copies `bytes`; wiping the original is up to the caller.
  static Secret CopyOf(std::string_view bytes);

  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  // Returns the bytes to write to; null if empty.
  unsigned char* data() { return data_; }

  // Returns the number of bytes.
  std::size_t size() const { return size_; }

  // Returns the bytes as they are, in the clear: valid as long as this object.
  // Do not copy them to a std::string, which is not wiped.
  std::string_view Reveal() const;

 private:
  unsigned char* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace privet

#endif  // PRIVET_SECRET_H_
