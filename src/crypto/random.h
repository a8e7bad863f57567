// SPDX-License-Identifier: Apache-2.0
//
// Randomness from the kernel, never pooled: a pool would be shared after fork.

#ifndef PRIVET_CRYPTO_RANDOM_H_
#define PRIVET_CRYPTO_RANDOM_H_

#include <cstddef>

namespace privet::crypto {

// Writes `size` fresh random bytes to `out`: one system call up to 256 bytes. A
// kernel that has none ends the process.
void RandomBytes(void* out, std::size_t size);

}  // namespace privet::crypto

#endif  // PRIVET_CRYPTO_RANDOM_H_
