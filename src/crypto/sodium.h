// SPDX-License-Identifier: Apache-2.0
//
// Starts libsodium, once for a process, before its first use.

#ifndef PRIVET_CRYPTO_SODIUM_H_
#define PRIVET_CRYPTO_SODIUM_H_

namespace privet::crypto {

// Initializes libsodium; a failure ends the process, since nothing can be
// sealed, opened or denied by it then. Cheap after the first call.
void StartSodium();

// Prints `what` to standard error and ends the process: for what only a mistake
// in this library can cause, where going on would use wrong keys.
[[noreturn]] void Die(const char* what);

}  // namespace privet::crypto

#endif  // PRIVET_CRYPTO_SODIUM_H_
