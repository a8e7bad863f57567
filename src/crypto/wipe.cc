// SPDX-License-Identifier: Apache-2.0

#include "crypto/wipe.h"

#include <sodium.h>

#include <cstddef>

namespace privet::crypto {

void Wipe(void* bytes, std::size_t size) {
  if (size > 0) sodium_memzero(bytes, size);
}

}  // namespace privet::crypto
