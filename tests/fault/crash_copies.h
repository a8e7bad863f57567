// SPDX-License-Identifier: Apache-2.0
//
// Copies of an installation, made while nobody writes: what a host would put
// back after a disaster.

#ifndef PRIVET_TESTS_FAULT_CRASH_COPIES_H_
#define PRIVET_TESTS_FAULT_CRASH_COPIES_H_

#include <string>

namespace privet::testing {

class CrashCopies {
 public:
  // Of the installation TOP/privacy; the copies lie in TOP as well.
  explicit CrashCopies(std::string top);

  // Takes a backup of records, state and vault.
  void BackUp();

  // Returns the folder of a copy of what is there now, of which the state is
  // that of the backup: nobody remembers there what was under way.
  std::string WithOldState();

  // Returns the folder of a copy with all of the backup, and the ledger and
  // root key of now: a restore.
  std::string Restored();

 private:
  const std::string top_;
};

}  // namespace privet::testing

#endif  // PRIVET_TESTS_FAULT_CRASH_COPIES_H_
