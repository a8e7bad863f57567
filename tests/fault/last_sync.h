// SPDX-License-Identifier: Apache-2.0
//
// Lets a process die at a flush of one of its files: whatever was written until
// then is there, and nothing else.

#ifndef PRIVET_TESTS_FAULT_LAST_SYNC_H_
#define PRIVET_TESTS_FAULT_LAST_SYNC_H_

namespace privet::testing {

// Kills this process with SIGKILL when it, or a library in it, is about to
// flush a file after `syncs` more flushes.
void DieAfterSyncs(int syncs);

}  // namespace privet::testing

#endif  // PRIVET_TESTS_FAULT_LAST_SYNC_H_
