// SPDX-License-Identifier: Apache-2.0

#include "fault/crash_copies.h"

#include <filesystem>
#include <string>
#include <utility>

#include "local/folders.h"

namespace privet::testing {
namespace {

namespace fs = std::filesystem;

void CopyTree(const std::string& from, const std::string& to) {
  fs::remove_all(to);
  fs::copy(from, to, fs::copy_options::recursive);
}

void CopyInstallation(const std::string& from, const std::string& to) {
  CopyTree(from, to);
  CopyTree(from + ".keys", to + ".keys");
}

// A database and what a killed process left beside it. Its index of the log is
// made anew.
void CopyDatabase(const std::string& from, const std::string& to) {
  fs::remove(to + "-shm");
  for (const char* suffix : {"", "-wal"}) {
    fs::remove(to + suffix);
    if (fs::exists(from + suffix)) fs::copy_file(from + suffix, to + suffix);
  }
}

}  // namespace

CrashCopies::CrashCopies(std::string top) : top_(std::move(top)) {}

void CrashCopies::BackUp() {
  CopyInstallation(top_ + "/privacy", top_ + "/backup");
}

std::string CrashCopies::WithOldState() {
  const std::string copy = top_ + "/forgetful";
  CopyInstallation(top_ + "/privacy", copy);
  CopyDatabase(local::Folders(top_ + "/backup").state,
               local::Folders(copy).state);
  return copy;
}

std::string CrashCopies::Restored() {
  const std::string copy = top_ + "/restored";
  CopyInstallation(top_ + "/privacy", copy);
  const local::Folders from(top_ + "/backup"), to(copy);
  CopyDatabase(from.records, to.records);
  CopyDatabase(from.state, to.state);
  CopyDatabase(from.vault, to.vault);
  return copy;
}

}  // namespace privet::testing
