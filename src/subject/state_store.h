// SPDX-License-Identifier: Apache-2.0
//
// The state of people in its store, in step with the ledger.

#ifndef PRIVET_SUBJECT_STATE_STORE_H_
#define PRIVET_SUBJECT_STATE_STORE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "keys/keyring.h"
#include "keys/ledger.h"
#include "policy/subject_state.h"
#include "privet/record_id.h"
#include "privet/store.h"
#include "subject/state_row.h"

namespace privet::subject {

// What the state says of one person.
struct Said {
  policy::SubjectState state;
  // Those in force and when they happened: what the host recorded, withdrawals,
  // objections that stand.
  std::vector<std::pair<std::string, absl::Time>> events;
  std::vector<StateRow> rows;  // all of them
};

// Returns when `event`, by its oldest name, happened; InfiniteFuture if it did
// not. An objection to a group is one to all that lies beneath it.
absl::Time WhenHappened(const Said& said, std::string_view event);

// Returns when `row` is said that is said `now`: after what it stands in place
// of, although a clock stands still or went back a little. A replay keeps the
// newer of the two, and each has its entry in the history.
absl::Time SaidAt(const Said& said, const StateRow& row, absl::Time now);

// Returns what is said once `row` stands in place of the row of its kind and
// name.
Said WithRow(const Said& said, const StateRow& row);

// One change: what the state says afterwards, what only the history keeps, and
// rows of other kinds (due_rows.h) that are written in the same commit.
struct Change {
  StateRow row;
  std::vector<std::string> history;  // free text, such as a case reference
  bool takes_away = false;           // goes through the ledger first
  bool moves_periods = false;        // so does this: a deadline hangs on it
  std::vector<Store::Write> with;
  // StateStore::Version() before the person was read, of whom `with` was worked
  // out.
  std::string version;
};

// Reads and writes rows of people. Each change is one commit; one that takes
// something away is in the ledger before. Thread-safe; every call may block,
// and returns Unavailable, ResourceExhausted or DataLoss as a Store does.
class StateStore {
 public:
  // Kinds of ledger entries that are the state's: a row; owner ‖ a row.
  static constexpr std::uint8_t kRowKind = keys::kFirstStateKind;
  static constexpr std::uint8_t kPeriodsKind = keys::kPeriodsKind;

  // Opens the state, and applies what the ledger has and it lacks.
  // FailedPrecondition if it is ahead of the ledger or belongs to another.
  static absl::StatusOr<std::shared_ptr<StateStore>> Open(
      std::shared_ptr<Store> store, std::shared_ptr<keys::Ledger> ledger,
      std::shared_ptr<keys::Keyring> keyring);

  // Returns what the state says of `owner`. DataLoss if a row does not verify.
  absl::StatusOr<Said> Read(const OwnerId& owner);

  // Makes `change`; durable when it returns. Aborted, and nothing changed, if
  // the version is another by now. If it becomes another while the ledger is
  // written, the person is unsettled afterwards.
  absl::Status Apply(Change change, absl::Time now);

  // Writes rows of other kinds.
  absl::Status Write(absl::Span<const Store::Write> writes);

  // Deletes every row of `owner`, who is erased, present and past. `is_kept`: a
  // law keeps something of him; then restrictions that are in force go on.
  absl::Status Forget(const OwnerId& owner, bool is_kept);

  // Applies what the ledger has and this state lacks.
  absl::Status CatchUp();

  // Returns those about whom a replay of the ledger said something: the rows
  // that follow from it are missing, and stale ones there.
  absl::StatusOr<std::vector<OwnerId>> Unsettled();

  // Writes what `follow` returns for one of them, in the commit that notes that
  // he is settled. It is called again if the state changes meanwhile. Does
  // nothing about anybody else.
  absl::Status Settle(
      const OwnerId& owner,
      absl::FunctionRef<absl::StatusOr<std::vector<Store::Write>>(const Said&)>
          follow);

  // Returns bytes that differ whenever what is known of anybody does. Applies
  // what the ledger has and this state lacks.
  absl::StatusOr<std::string> Version();

 private:
  StateStore(std::shared_ptr<Store> store, std::shared_ptr<keys::Ledger> ledger,
             std::shared_ptr<keys::Keyring> keyring)
      : store_(std::move(store)),
        ledger_(std::move(ledger)),
        keyring_(std::move(keyring)) {}

  // An entry of the ledger, and the rows that are written with it; of those in
  // `follow` only if they were worked out from what is known.
  struct Own {
    std::uint64_t number = 0;
    OwnerId owner;
    std::string version;
    Store::Write history;
    std::vector<Store::Write> follow;
  };
  struct Entry {
    std::uint64_t number = 0;
    std::uint8_t kind = 0;
    std::string body;
  };

  absl::StatusOr<std::optional<std::string>> ReadVersion();
  absl::StatusOr<keys::LedgerMark> ReadMark();
  absl::StatusOr<std::vector<Entry>> EntriesAfter(keys::LedgerMark* mark);
  absl::Status CatchUpOnce(const Own* own);
  absl::Status CatchUpWith(const Own* own);
  absl::Status Replay(const Entry& entry, bool settled,
                      std::vector<Store::Write>* writes);
  absl::Status ReplayRow(const Entry& entry, bool settled,
                         std::vector<Store::Write>* writes);
  absl::Status ReplayErasure(std::string_view body,
                             std::vector<Store::Write>* writes);
  std::string Mac(std::string_view key, std::string_view value) const {
    return keyring_->StateMac(key, value);
  }

  absl::Status ForgetButRestrictions(const OwnerId& owner,
                                     std::vector<Store::Write>* writes);

  const std::shared_ptr<Store> store_;
  const std::shared_ptr<keys::Ledger> ledger_;
  const std::shared_ptr<keys::Keyring> keyring_;
};

}  // namespace privet::subject

#endif  // PRIVET_SUBJECT_STATE_STORE_H_
