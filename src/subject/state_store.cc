// SPDX-License-Identifier: Apache-2.0

#include "subject/state_store.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/time/time.h"
#include "base/bytes.h"
#include "base/prefix.h"
#include "base/retry.h"
#include "base/status_macros.h"
#include "keys/ledger.h"
#include "policy/retention_class.h"
#include "privet/record_id.h"
#include "privet/store.h"
#include "subject/due_rows.h"
#include "subject/forget.h"
#include "subject/state_row.h"

namespace privet::subject {
namespace {

std::string Number(std::uint64_t number) {
  std::string row;
  base::AppendInt(&row, number);
  return row;
}

// Whether rows of other kinds follow from such a row.
bool HasConsequences(RowKind kind) {
  return kind == RowKind::kEvent || kind == RowKind::kConsent ||
         kind == RowKind::kObjection;
}

void Profile(const StateRow& row, policy::SubjectState* state) {
  if (row.texts.size() < 2) return;
  state->region = row.texts[0];
  state->kind = row.texts[1];
  for (std::size_t i = 2; i + 1 < row.texts.size(); i += 2) {
    state->facts.emplace_back(row.texts[i], row.texts[i + 1]);
  }
}

// `at` of a row is when it was said last; when it happened, or was said first,
// is its text.
absl::Time HappenedAt(const StateRow& row) {
  std::int64_t ms = 0;
  if (row.texts.empty() || !absl::SimpleAtoi(row.texts[0], &ms)) return row.at;
  return absl::FromUnixMillis(ms);
}

// An objection that was upheld, or is pending, stands; one that was overridden
// does not.
bool Stands(const StateRow& row) {
  return row.status == RowStatus::kInForce || row.status == RowStatus::kUpheld;
}

void Add(const StateRow& row, Said* said) {
  policy::SubjectState& state = said->state;
  if (row.kind == RowKind::kConsent && row.status == RowStatus::kEnded) {
    said->events.emplace_back(std::string(policy::kWithdrawnEvent) + row.name,
                              HappenedAt(row));
  }
  if (!Stands(row)) return;
  switch (row.kind) {
    case RowKind::kProfile:
      Profile(row, &state);
      break;
    case RowKind::kConsent:
      state.consents.push_back(row.name);
      break;
    case RowKind::kObjection:
      state.objections.push_back(row.name);
      said->events.emplace_back(std::string(policy::kObjectedEvent) + row.name,
                                HappenedAt(row));
      break;
    case RowKind::kRestriction:
      state.restricted = true;
      break;
    case RowKind::kEvent:
      state.happened.push_back(row.name);
      said->events.emplace_back(row.name, HappenedAt(row));
      break;
    case RowKind::kNotice:
      state.notices.push_back(row.name);
      break;
    case RowKind::kInstruction:
      state.instructed.push_back(row.name);
      break;
    case RowKind::kDisclosure:
      break;
  }
}

}  // namespace

absl::Time WhenHappened(const Said& said, std::string_view event) {
  const bool is_objection =
      event.substr(0, policy::kObjectedEvent.size()) == policy::kObjectedEvent;
  absl::Time first = absl::InfiniteFuture();
  for (const auto& [name, at] : said.events) {
    const bool beneath = is_objection && event.size() > name.size() &&
                         event[name.size()] == '.' &&
                         event.substr(0, name.size()) == name;
    if (name == event || beneath) first = std::min(first, at);
  }
  return first;
}

absl::Time SaidAt(const Said& said, const StateRow& row, absl::Time now) {
  for (const StateRow& other : said.rows) {
    if (other.kind != row.kind || other.name != row.name) continue;
    return std::max(now, other.at + absl::Milliseconds(1));
  }
  return now;
}

Said WithRow(const Said& said, const StateRow& row) {
  Said with;
  for (const StateRow& other : said.rows) {
    if (other.kind == row.kind && other.name == row.name) continue;
    Add(other, &with);
    with.rows.push_back(other);
  }
  Add(row, &with);
  with.rows.push_back(row);
  return with;
}

absl::StatusOr<std::shared_ptr<StateStore>> StateStore::Open(
    std::shared_ptr<Store> store, std::shared_ptr<keys::Ledger> ledger,
    std::shared_ptr<keys::Keyring> keyring) {
  std::shared_ptr<StateStore> state(
      new StateStore(std::move(store), std::move(ledger), std::move(keyring)));
  PRIVET_RETURN_IF_ERROR(state->CatchUp());
  return state;
}

absl::StatusOr<Said> StateStore::Read(const OwnerId& owner) {
  const std::string from = PresentPrefix(owner);
  std::vector<std::pair<std::string, std::string>> raw;
  PRIVET_RETURN_IF_ERROR(
      store_->Scan(from, base::EndOfPrefix(from),
                   [&raw](std::string_view key, std::string_view value) {
                     raw.emplace_back(key, value);
                     return true;
                   }));
  Said said;
  for (const auto& [key, value] : raw) {
    PRIVET_ASSIGN_OR_RETURN(
        StateRow row,
        Decode(key, value, [this](std::string_view k, std::string_view v) {
          return Mac(k, v);
        }));
    Add(row, &said);
    said.rows.push_back(std::move(row));
  }
  return said;
}

absl::Status StateStore::Apply(Change change, absl::Time now) {
  const std::string key =
      KeyOf(change.row.owner, change.row.kind, change.row.name);
  const std::string value = Encode(
      change.row,
      [this](std::string_view k, std::string_view v) { return Mac(k, v); });
  Own own;
  own.owner = change.row.owner;
  own.version = change.version;
  own.history = {HistoryKeyOf(change.row),
                 EncodeHistory(change.row, change.history)};
  own.follow = std::move(change.with);
  PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> version,
                          ReadVersion());
  if (version.value_or("") != own.version) {
    return absl::AbortedError("the state has changed since it was read");
  }
  if (!change.takes_away && !change.moves_periods) {
    std::vector<Store::Write> writes = std::move(own.follow);
    writes.push_back(std::move(own.history));
    Set(&writes, key, value);
    SetVersion(&writes);
    return store_->Commit({{kStateVersionKey, version}}, writes);
  }
  keys::LedgerItem item{kRowKind, base::Info(key, value)};
  if (change.moves_periods) {
    item.kind = kPeriodsKind;
    item.body.insert(0, own.owner.view());
  }
  PRIVET_ASSIGN_OR_RETURN(const keys::LedgerMark mark,
                          ledger_->Append(now, {item}));
  own.number = mark.number;
  return CatchUpWith(&own);
}

absl::Status StateStore::Write(absl::Span<const Store::Write> writes) {
  if (writes.empty()) return absl::OkStatus();
  return store_->Commit({}, writes);
}

absl::Status StateStore::CatchUp() { return CatchUpWith(nullptr); }

absl::Status StateStore::CatchUpWith(const Own* own) {
  return base::RetryAborted([&] { return CatchUpOnce(own); });
}

absl::StatusOr<std::optional<std::string>> StateStore::ReadVersion() {
  return store_->Read(kStateVersionKey);
}

absl::StatusOr<keys::LedgerMark> StateStore::ReadMark() {
  PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> row,
                          store_->Read(kStateMarkKey));
  // A new state, or one that was lost: the ledger says all that was taken away.
  if (!row.has_value()) return ledger_->Beginning();
  return keys::LedgerMark::Parse(*row);
}

// Returns those that are of the state, and moves `mark` to the last of all.
absl::StatusOr<std::vector<StateStore::Entry>> StateStore::EntriesAfter(
    keys::LedgerMark* mark) {
  std::vector<Entry> entries;
  PRIVET_RETURN_IF_ERROR(
      ledger_->Read(*mark, [&](const keys::LedgerEntry& entry) {
        if (keys::IsOfState(entry.kind)) {
          entries.push_back(
              {entry.mark.number, entry.kind, std::string(entry.body)});
        }
        *mark = entry.mark;
        return true;
      }));
  return entries;
}

// Applies, in one commit, every entry after the mark, moves the mark, and
// writes what goes with `own`. Aborted if another process moved it meanwhile.
absl::Status StateStore::CatchUpOnce(const Own* own) {
  PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> mark_row,
                          store_->Read(kStateMarkKey));
  PRIVET_ASSIGN_OR_RETURN(const keys::LedgerMark before, ReadMark());
  keys::LedgerMark mark = before;
  PRIVET_ASSIGN_OR_RETURN(const std::vector<Entry> entries,
                          EntriesAfter(&mark));
  if (mark == before && mark_row.has_value() && own == nullptr) {
    return absl::OkStatus();
  }
  PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> version,
                          ReadVersion());
  std::vector<Store::Write> writes;
  // What follows from a change was worked out from what was known before it.
  const bool alone = own != nullptr && entries.size() == 1 &&
                     entries[0].number == own->number &&
                     version.value_or("") == own->version;
  if (alone) writes = own->follow;
  if (own != nullptr) writes.push_back(own->history);
  if (own != nullptr && !alone) {
    Set(&writes, UnsettledKey(own->owner), Number(own->number));
  }
  for (const Entry& entry : entries) {
    PRIVET_RETURN_IF_ERROR(Replay(entry, alone, &writes));
  }
  if (!writes.empty()) SetVersion(&writes);
  Set(&writes, kStateMarkKey, mark.Serialize());
  return store_->Commit(
      {{kStateMarkKey, mark_row}, {kStateVersionKey, version}}, writes);
}

absl::Status StateStore::Replay(const Entry& entry, bool settled,
                                std::vector<Store::Write>* writes) {
  if (entry.kind == kRowKind || entry.kind == kPeriodsKind) {
    return ReplayRow(entry, settled, writes);
  }
  if (entry.kind == static_cast<std::uint8_t>(keys::LedgerKind::kOwnerErased)) {
    return ReplayErasure(entry.body, writes);
  }
  return absl::FailedPreconditionError(
      "the ledger holds an entry of a kind that this version does not know; "
      "use the newest version that has used it");
}

// A row that is newer than the entry stays: what it says was said later.
absl::Status StateStore::ReplayRow(const Entry& entry, bool settled,
                                   std::vector<Store::Write>* writes) {
  base::ByteReader reader(entry.body);
  if (entry.kind == kPeriodsKind) reader.Take(OwnerId().bytes.size());
  const std::string key(reader.Part());
  const std::string value(reader.Part());
  const auto mac = [this](std::string_view k, std::string_view v) {
    return Mac(k, v);
  };
  PRIVET_ASSIGN_OR_RETURN(const StateRow row, Decode(key, value, mac));
  PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> there,
                          store_->Read(key));
  if (there.has_value()) {
    PRIVET_ASSIGN_OR_RETURN(const StateRow present, Decode(key, *there, mac));
    if (present.at > row.at) return absl::OkStatus();
  }
  Set(writes, key, value);
  if (!settled && HasConsequences(row.kind)) {
    Set(writes, UnsettledKey(row.owner), Number(entry.number));
  }
  return absl::OkStatus();
}

// Whether a law keeps something of him, this store cannot know. Where it keeps
// nothing, the next sweep takes the rest.
absl::Status StateStore::ReplayErasure(std::string_view body,
                                       std::vector<Store::Write>* writes) {
  PRIVET_ASSIGN_OR_RETURN(const OwnerId owner,
                          OwnerId::FromBytes(body.substr(0, 16)));
  return ForgetButRestrictions(owner, writes);
}

absl::Status StateStore::ForgetButRestrictions(
    const OwnerId& owner, std::vector<Store::Write>* writes) {
  const std::string restrictions = KeyOf(owner, RowKind::kRestriction, "");
  Set(writes, UnsettledKey(owner), std::nullopt);
  return ForgetInto(
      *store_, owner,
      [&](std::string_view key, std::string_view value) {
        if (key.substr(0, restrictions.size()) != restrictions) return false;
        const auto row =
            Decode(key, value, [this](std::string_view k, std::string_view v) {
              return Mac(k, v);
            });
        // Who alters a row lifts no restriction by it.
        return !row.ok() || Stands(*row);
      },
      writes);
}

absl::Status StateStore::Forget(const OwnerId& owner, bool is_kept) {
  if (!is_kept) return subject::Forget(*store_, {owner});
  std::vector<Store::Write> writes;
  PRIVET_RETURN_IF_ERROR(ForgetButRestrictions(owner, &writes));
  SetVersion(&writes);
  return Write(writes);
}

absl::StatusOr<std::vector<OwnerId>> StateStore::Unsettled() {
  return UnsettledIn(*store_);
}

absl::Status StateStore::Settle(
    const OwnerId& owner,
    absl::FunctionRef<absl::StatusOr<std::vector<Store::Write>>(const Said&)>
        follow) {
  const std::string key = UnsettledKey(owner);
  return base::RetryAborted([&]() -> absl::Status {
    PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> unsettled,
                            store_->Read(key));
    if (!unsettled.has_value()) return absl::OkStatus();
    PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> version,
                            ReadVersion());
    PRIVET_ASSIGN_OR_RETURN(const Said said, Read(owner));
    PRIVET_ASSIGN_OR_RETURN(std::vector<Store::Write> writes, follow(said));
    Set(&writes, key, std::nullopt);
    return store_->Commit({{key, unsettled}, {kStateVersionKey, version}},
                          writes);
  });
}

absl::StatusOr<std::string> StateStore::Version() {
  PRIVET_RETURN_IF_ERROR(CatchUp());
  PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> version,
                          ReadVersion());
  return version.value_or("");
}

}  // namespace privet::subject
