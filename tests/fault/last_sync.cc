// SPDX-License-Identifier: Apache-2.0

#include "fault/last_sync.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>

namespace privet::testing {
namespace {

std::atomic<int> left{-1};  // negative: no end in sight

void CountDown() {
  if (left.load() >= 0 && left.fetch_sub(1) == 0) ::raise(SIGKILL);
}

}  // namespace

void DieAfterSyncs(int syncs) { left.store(syncs); }

}  // namespace privet::testing

// Those of the program come before those of the C library, also where SQLite
// calls them.
extern "C" {
int fsync(int file) {
  privet::testing::CountDown();
  return static_cast<int>(::syscall(SYS_fsync, file));
}
int fdatasync(int file) {
  privet::testing::CountDown();
  return static_cast<int>(::syscall(SYS_fdatasync, file));
}
}
