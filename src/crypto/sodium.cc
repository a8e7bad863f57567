// SPDX-License-Identifier: Apache-2.0

#include "crypto/sodium.h"

#include <sodium.h>

#include <cstdio>
#include <cstdlib>

namespace privet::crypto {

void StartSodium() {
  static const bool started = sodium_init() >= 0;
  if (!started) Die("libsodium does not start");
}

void Die(const char* what) {
  std::fprintf(stderr, "privet: %s\n", what);
  std::abort();
}

}  // namespace privet::crypto
