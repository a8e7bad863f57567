// SPDX-License-Identifier: Apache-2.0
//
// What must be true after a crash, worked out from what was acknowledged.

#ifndef PRIVET_TESTS_FAULT_CRASH_MODEL_H_
#define PRIVET_TESTS_FAULT_CRASH_MODEL_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "privet/local.h"
#include "privet/record_store.h"
#include "privet/sealed_record.h"

namespace privet::testing {

class CrashModel {
 public:
  explicit CrashModel(absl::Time now) : now_(now) {}

  // Takes one line of the driver. Returns what is wrong with it, or "".
  std::string Take(const std::string& line);

  // The time that the driver had come to.
  absl::Time now() const { return now_; }

  // Whether an erasure was under way.
  bool IsErasing() const;

  // No row of a person whose erasure was acknowledged is in `records`, before
  // any engine has opened them and tidied up. Comes before Check().
  std::string CheckErased(RecordStore& records) const;

  // Compares what is stored with what was acknowledged; an operation that was
  // under way may have happened or not, but not by half. Then takes what
  // happened as the truth. Returns what is wrong, or "".
  std::string Check(Local& local);

  // Remembers what a backup of `local` holds.
  std::string BackUp(Local& local);

  // `local` is what the killed process left, but for the state, which is that
  // of the backup. What is not in it any more must open from no copy: rows go
  // last. Comes before Check().
  std::string CheckRowsGoLast(Local& local) const;

  // `local` is a restore of the backup. What was erased since must not open,
  // everything else must. Comes after Check().
  std::string CheckRestored(Local& local) const;

 private:
  struct Known {
    std::string account, owner;
    std::int64_t tokens = 0;
    std::uint64_t revision = 1;
    bool erased = false;
  };
  struct Written {
    std::string id, owner;
    std::int64_t tokens = 0;
  };
  struct Pending {
    std::string what, account;
    std::vector<Written> records;
    std::uint64_t revision = 1;
  };
  struct BackedUp {
    std::string bytes;
    std::int64_t tokens = 0;
  };
  // What a record shows: nullopt if it opens no more.
  struct Shown {
    std::optional<std::int64_t> tokens;
    std::string problem;
  };

  Shown Look(Local& local, const std::string& id) const;
  Shown Open(Local& local, const SealedRecord& sealed) const;
  std::string CheckKnown(Local& local, const std::string& id, Known* known);
  std::string CheckPending(Local& local);
  std::string CheckRace(Local& local);
  std::string CheckErasure(Local& local, const std::string& account);
  std::string CheckNothingBeside(Local& local) const;
  void Commit(const Pending& done);
  void Erase(const std::string& account);
  bool IsDue(const std::string& id) const;

  absl::Time now_;
  std::map<std::string, Known> records_;
  std::map<std::string, BackedUp> backup_;
  std::optional<Pending> pending_;
};

}  // namespace privet::testing

#endif  // PRIVET_TESTS_FAULT_CRASH_MODEL_H_
