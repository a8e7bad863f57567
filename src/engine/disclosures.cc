// SPDX-License-Identifier: Apache-2.0

#include "engine/disclosures.h"

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "crypto/random.h"
#include "engine/core.h"
#include "keys/catalogue.h"
#include "keys/keyring.h"
#include "policy/snapshot.h"
#include "privet/record_id.h"
#include "privet/store.h"
#include "record/plan.h"
#include "subject/due_rows.h"
#include "subject/state_row.h"
#include "subject/state_store.h"

namespace privet::engine {
namespace {

std::string DayText(absl::Time now) {
  return absl::FormatTime("%Y%m%d", now, absl::UTCTimeZone());
}

// A share with an authority is one of its kind: its row has a random name.
std::string Unique() {
  unsigned char random[8];
  crypto::RandomBytes(random, sizeof(random));
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(random), sizeof(random)));
}

absl::Status CheckUnchanged(const Core& core, const Call& call) {
  if (core.keyring()->Unchanged(call.keys)) return absl::OkStatus();
  return absl::AbortedError("keys or state have changed meanwhile");
}

// The recipient keeps pseudonyms that these names are part of.
absl::Status RememberNames(const Core& core, const Call& call) {
  const Resolved& resolved = *call.resolved;
  if (resolved.names_are_remembered.load(std::memory_order_acquire)) {
    return absl::OkStatus();
  }
  const policy::Snapshot& snapshot = call.generation->snapshot();
  std::vector<keys::SealedName> names = {
      {keys::NameKind::kRecipient,
       std::string(snapshot.OldestName(policy::Sealed::kRecipient,
                                       resolved.context->recipient()))}};
  for (const record::Cell& cell : resolved.plan->cells()) {
    for (const policy::Category category : cell.categories) {
      names.push_back(
          {keys::NameKind::kCategory,
           std::string(snapshot.OldestName(policy::Sealed::kCategory,
                                           snapshot.CategoryName(category)))});
    }
  }
  PRIVET_RETURN_IF_ERROR(keys::RememberNames(*core.options().vault, names));
  resolved.names_are_remembered.store(true, std::memory_order_release);
  return absl::OkStatus();
}

// Aborted if the call may have been decided on what is not so any more. An
// erasure, and whatever else takes a share away, bumps the counter before its
// last write of the state, and that write changes the version: so it comes
// before the version is read, and shows in the counter, or after the commit,
// and takes the row along, or the commit fails.
absl::Status WriteUnlessChanged(const Core& core, const Call& call,
                                const subject::StateRow& row) {
  Store& state = *core.options().state;
  PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> version,
                          state.Read(subject::kStateVersionKey));
  const std::string key = subject::KeyOf(row.owner, row.kind, row.name);
  PRIVET_ASSIGN_OR_RETURN(const std::optional<std::string> there,
                          state.Read(key));
  PRIVET_RETURN_IF_ERROR(CheckUnchanged(core, call));
  if (there.has_value()) return absl::OkStatus();
  const std::string value =
      subject::Encode(row, [&core](std::string_view k, std::string_view v) {
        return core.keyring()->StateMac(k, v);
      });
  return state.Commit({{subject::kStateVersionKey, version}}, {{key, value}});
}

absl::Status RecordToday(const Core& core, const Call& call,
                         subject::StateRow row) {
  absl::StrAppend(&row.name, "/", DayText(call.keys.now));
  if (core.DisclosureIsNoted(row.owner, row.name, call.keys.counter)) {
    return CheckUnchanged(core, call);
  }
  PRIVET_RETURN_IF_ERROR(WriteUnlessChanged(core, call, row));
  core.NoteDisclosureIsNoted(row.owner, row.name, call.keys.counter);
  return absl::OkStatus();
}

absl::Status RecordCase(const Core& core, const Call& call,
                        subject::StateRow row) {
  absl::StrAppend(&row.name, "/", Unique());
  row.texts = {call.request.case_reference};
  absl::Status status = WriteUnlessChanged(core, call, row);
  if (!status.ok() && !absl::IsAborted(status)) {
    // Whether it was written is not known. Nothing leaves, so it may not stay.
    const std::string key = subject::KeyOf(row.owner, row.kind, row.name);
    core.state()->Write({{key, std::nullopt}}).IgnoreError();
  }
  return status;
}

}  // namespace

absl::Status RecordDisclosure(const Core& core, const Call& call) {
  if (core.state() == nullptr) return core.NeedKeys();
  PRIVET_RETURN_IF_ERROR(RememberNames(core, call));
  subject::StateRow row;
  // A record about nobody, or about somebody of whom nothing is stored, is
  // accounted for under the type's nobody.
  row.owner = call.person->owner.value_or(call.resolved->sealed->name().nobody);
  row.kind = subject::RowKind::kDisclosure;
  row.at = call.keys.now;
  row.name = std::string(call.resolved->context->recipient());
  return call.request.case_reference.empty() ? RecordToday(core, call, row)
                                             : RecordCase(core, call, row);
}

}  // namespace privet::engine
