// SPDX-License-Identifier: Apache-2.0

#include "crypto/random.h"

#include <sys/random.h>

#include <cerrno>
#include <cstddef>

#include "crypto/sodium.h"

namespace privet::crypto {

void RandomBytes(void* out, std::size_t size) {
  auto* at = static_cast<unsigned char*>(out);
  while (size > 0) {
    const ssize_t got = getrandom(at, size, 0);
    if (got < 0 && errno != EINTR) Die("the kernel gives no randomness");
    if (got <= 0) continue;
    at += got;
    size -= static_cast<std::size_t>(got);
  }
}

}  // namespace privet::crypto
