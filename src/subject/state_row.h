// SPDX-License-Identifier: Apache-2.0
//
// Rows of the state: what a person said and what happened to him, each under
// his owner, each authenticated. A row says the present; what it said before
// lies in the history beside it.
//
//   "s/" ‖ owner 16 ‖ u8 kind ‖ name
//       → u8 1 ‖ u8 status ‖ u64 ms ‖ LP(text) ‖ LP(text) … ‖ MAC 16
//   "h/" ‖ owner 16 ‖ u64 ms ‖ u8 kind ‖ name         (big-endian, in order)
//       → u8 1 ‖ u8 status ‖ LP(text) …
//
// MAC = H(16, state key, info(the row's key, the row's value before the MAC)):
// who can write the database cannot grant himself consent.

#ifndef PRIVET_SUBJECT_STATE_ROW_H_
#define PRIVET_SUBJECT_STATE_ROW_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "privet/record_id.h"

namespace privet::subject {

enum class RowKind : std::uint8_t {
  kProfile = 1,      // name "": region, kind, then fact id and value in turn
  kConsent = 2,      // name: purpose
  kObjection = 3,    // name: purpose
  kRestriction = 4,  // name: "a" or "d", the ground of GDPR art. 18(1)
  kEvent = 5,        // name: event
  kNotice = 6,       // name: notice
  kInstruction = 7,  // name: recipient
  kDisclosure = 8,  // name: recipient ‖ "/" ‖ day, or ‖ "/" ‖ a random hex
};

// What a row says. Values are part of the format.
enum class RowStatus : std::uint8_t {
  kInForce = 1,     // consent given, objection pending, event happened …
  kEnded = 2,       // withdrawn, lifted, undone
  kUpheld = 3,      // of an objection
  kOverridden = 4,  // of an objection
};

struct StateRow {
  OwnerId owner;
  RowKind kind = RowKind::kProfile;
  std::string name;
  RowStatus status = RowStatus::kInForce;
  absl::Time at;
  std::vector<std::string> texts;
};

// Authenticates (key, value) under the state key: 16 bytes.
using StateMac = absl::FunctionRef<std::string(std::string_view key,
                                               std::string_view value)>;

// Returns the key of a row of the present.
std::string KeyOf(const OwnerId& owner, RowKind kind, std::string_view name);

// Returns what the keys of all rows of `owner` begin with.
std::string PresentPrefix(const OwnerId& owner);
std::string HistoryPrefix(const OwnerId& owner);

// Returns the key of the history entry that says what `row` says.
std::string HistoryKeyOf(const StateRow& row);

// Returns the value of a row, MAC included; a text has at most 1,024 bytes.
std::string Encode(const StateRow& row, StateMac mac);

// Returns the value of a history entry: `texts` beside what the row says, such
// as evidence and case references, which the present row does not need.
std::string EncodeHistory(const StateRow& row,
                          const std::vector<std::string>& texts);

// Parses a row of the present. DataLoss if it is malformed or the MAC does not
// verify: somebody wrote it who does not hold the state key.
absl::StatusOr<StateRow> Decode(std::string_view key, std::string_view value,
                                StateMac mac);

}  // namespace privet::subject

#endif  // PRIVET_SUBJECT_STATE_ROW_H_
