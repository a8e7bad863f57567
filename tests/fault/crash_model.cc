// SPDX-License-Identifier: Apache-2.0

#include "fault/crash_model.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "infermesh.pb.h"
#include "privet/local.h"
#include "privet/record_id.h"
#include "privet/sealed_record.h"

namespace privet::testing {
namespace {

using infermesh::v1::ApiRequest;

// Retention `log` of the reference policy.
constexpr absl::Duration kKeep = absl::Hours(24 * 30);

template <typename T>
T FromHex(const std::string& hex) {
  return *T::FromBytes(absl::HexStringToBytes(hex));
}

std::int64_t Number(const std::string& text) {
  std::int64_t number = -1;
  return absl::SimpleAtoi(text, &number) ? number : -1;
}

}  // namespace

std::string CrashModel::Take(const std::string& line) {
  const std::vector<std::string> words = absl::StrSplit(line, ' ');
  if (words[0] == "ok") {
    if (!pending_.has_value()) return "acknowledged nothing";
    Commit(*pending_);
    pending_.reset();
    return "";
  }
  if (words[0] == "now" && words.size() == 2) {
    now_ = absl::FromUnixMillis(Number(words[1]));
    return "";
  }
  if (words[0] == "failed") return absl::StrCat("the driver ", line);
  Pending pending;
  pending.what = words[0];
  if (words[0] == "put" && words.size() == 6) {
    pending.id = words[1];
    pending.owner = words[2];
    pending.account = words[3];
    pending.tokens = Number(words[4]);
  } else if (words[0] == "amend" && words.size() == 5) {
    pending.id = words[1];
    pending.revision = static_cast<std::uint64_t>(Number(words[2]));
    pending.tokens = Number(words[3]);
  } else if (words[0] == "erase" && words.size() == 3) {
    pending.account = words[1];
  } else if (words[0] != "sweep" || words.size() != 2) {
    return absl::StrCat("what is `", line, "`?");
  }
  now_ = absl::FromUnixMillis(Number(words.back()));
  pending_ = pending;
  return "";
}

void CrashModel::Commit(const Pending& done) {
  if (done.what == "put") {
    records_[done.id] = Known{done.account, done.owner, done.tokens, 1, false};
  } else if (done.what == "amend") {
    records_[done.id].tokens = done.tokens;
    records_[done.id].revision = done.revision;
  } else if (done.what == "erase") {
    for (auto& [id, known] : records_) {
      known.erased |= known.account == done.account;
    }
  }
}

bool CrashModel::IsDue(const std::string& id) const {
  return CreatedAt(FromHex<RecordId>(id)) + kKeep <= now_;
}

CrashModel::Shown CrashModel::Look(Local& local, const std::string& id) const {
  Shown shown;
  const auto stored = local.records->Get(FromHex<RecordId>(id));
  if (!stored.ok()) {
    if (!absl::IsNotFound(stored.status())) {
      shown.problem = absl::StrCat(id, ": ", stored.status().ToString());
    }
    return shown;
  }
  const auto gateway = local.engine.ActAs(ActorId("gateway"), RegionId("de"));
  const auto seen = gateway->Open<ApiRequest>(*stored, AnySubject(),
                                              PurposeId("service.delivery"));
  if (seen.ok()) {
    shown.tokens = seen->prompt_tokens();
  } else if (!absl::IsNotFound(seen.status())) {
    shown.problem = absl::StrCat(id, ": ", seen.status().ToString());
  }
  return shown;
}

std::string CrashModel::CheckKnown(Local& local, const std::string& id,
                                   Known* known) {
  const Shown shown = Look(local, id);
  if (!shown.problem.empty()) return shown.problem;
  if (known->erased) {
    return shown.tokens.has_value()
               ? absl::StrCat(id, " of an erased account opens")
               : "";
  }
  if (IsDue(id)) {
    return shown.tokens.value_or(0) != 0
               ? absl::StrCat(id, " is due and shows what is due")
               : "";
  }
  if (!shown.tokens.has_value()) {
    return absl::StrCat(id, " was acknowledged and is lost");
  }
  if (*shown.tokens != known->tokens) {
    return absl::StrCat(id, " was acknowledged with ", known->tokens,
                        " and shows ", *shown.tokens);
  }
  return "";
}

// An erasure under way: all of the account's records open, or none does.
std::string CrashModel::CheckErasure(Local& local, const std::string& account) {
  int open = 0, gone = 0;
  for (const auto& [id, known] : records_) {
    if (known.account != account || known.erased || IsDue(id)) continue;
    const Shown shown = Look(local, id);
    if (!shown.problem.empty()) return shown.problem;
    ++(shown.tokens.has_value() ? open : gone);
  }
  if (open > 0 && gone > 0) {
    return absl::StrCat(account, " is half erased: ", open, " open, ", gone,
                        " gone");
  }
  if (open == 0) Commit(*pending_);
  return "";
}

std::string CrashModel::CheckPending(Local& local) {
  if (!pending_.has_value()) return "";
  if (pending_->what == "erase") {
    return CheckErasure(local, pending_->account);
  }
  if (pending_->what != "put" && pending_->what != "amend") return "";
  const Shown shown = Look(local, pending_->id);
  if (!shown.problem.empty()) return shown.problem;
  if (shown.tokens == pending_->tokens) Commit(*pending_);
  return "";
}

// No row of an account that was erased, and none that nobody put.
std::string CrashModel::CheckNothingBeside(Local& local) const {
  std::string problem;
  for (const auto& [id, known] : records_) {
    if (!known.erased) continue;
    const absl::Status status = local.records->ScanSubject(
        FromHex<OwnerId>(known.owner),
        [&](const RecordId& found, std::string_view) {
          problem =
              absl::StrCat(found.ToString(), " of an erased account is there");
          return false;
        });
    if (!status.ok()) problem = status.ToString();
    if (!problem.empty()) return problem;
  }
  RecordId last;
  last.bytes.fill(0xff);
  const absl::Status status = local.records->ScanRange(
      RecordId(), last, [&](const RecordId& id, std::string_view bytes) {
        if (bytes.find("#log") == std::string_view::npos &&
            records_.count(id.ToString()) == 0) {
          problem = absl::StrCat(id.ToString(), " was never acknowledged");
        }
        return problem.empty();
      });
  return status.ok() ? problem : status.ToString();
}

std::string CrashModel::Check(Local& local) {
  std::string problem = CheckPending(local);
  // A put that was not acknowledged may be there all the same, unopened: of an
  // account that was erased meanwhile it is not.
  pending_.reset();
  for (auto& [id, known] : records_) {
    if (!problem.empty()) return problem;
    problem = CheckKnown(local, id, &known);
  }
  if (problem.empty()) problem = CheckNothingBeside(local);
  // What is due or erased stays so: no need to look at it for ever.
  for (auto it = records_.begin(); it != records_.end();) {
    it = it->second.erased ? records_.erase(it) : std::next(it);
  }
  return problem;
}

}  // namespace privet::testing
