// SPDX-License-Identifier: Apache-2.0

#include "fault/crash_model.h"

#include <cstddef>
#include <cstdint>
#include <iterator>
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
#include "base/sealed_header.h"
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
    pending.account = words[3];
    pending.records = {{words[1], words[2], Number(words[4])}};
  } else if (words[0] == "amend" && words.size() == 5) {
    pending.revision = static_cast<std::uint64_t>(Number(words[2]));
    pending.records = {{words[1], "", Number(words[3])}};
  } else if (words[0] == "erase" && words.size() == 3) {
    pending.account = words[1];
  } else if (words[0] == "race" && words.size() % 3 == 0) {
    pending.account = words[1];
    for (std::size_t i = 2; i + 3 < words.size(); i += 3) {
      pending.records.push_back({words[i], words[i + 1], Number(words[i + 2])});
    }
  } else if (words[0] != "sweep" || words.size() != 2) {
    return absl::StrCat("what is `", line, "`?");
  }
  now_ = absl::FromUnixMillis(Number(words.back()));
  pending_ = pending;
  return "";
}

void CrashModel::Commit(const Pending& done) {
  for (const Written& written : done.records) {
    Known& known = records_[written.id];
    if (done.what != "amend") {
      known.account = done.account;
      known.owner = written.owner;
    }
    known.tokens = written.tokens;
    known.revision = done.revision;
  }
  if (done.what == "erase" || done.what == "race") Erase(done.account);
}

void CrashModel::Erase(const std::string& account) {
  for (auto& [id, known] : records_) known.erased |= known.account == account;
}

bool CrashModel::IsErasing() const {
  return pending_.has_value() &&
         (pending_->what == "erase" || pending_->what == "race");
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
  return Open(local, *stored);
}

CrashModel::Shown CrashModel::Open(Local& local,
                                   const SealedRecord& sealed) const {
  Shown shown;
  const auto gateway = local.engine.ActAs(ActorId("gateway"), RegionId("de"));
  const auto seen = gateway->Open<ApiRequest>(sealed, AnySubject(),
                                              PurposeId("service.delivery"));
  if (seen.ok()) {
    shown.tokens = seen->prompt_tokens();
  } else if (!absl::IsNotFound(seen.status())) {
    shown.problem =
        absl::StrCat(sealed.id().ToString(), ": ", seen.status().ToString());
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
  if (open == 0) Erase(account);
  return "";
}

// Each put of a race may have come to its end, whatever became of the others.
std::string CrashModel::CheckRace(Local& local) {
  for (const Written& written : pending_->records) {
    const Shown shown = Look(local, written.id);
    if (!shown.problem.empty()) return shown.problem;
    if (shown.tokens != written.tokens) continue;
    records_[written.id] =
        Known{pending_->account, written.owner, written.tokens, 1, false};
  }
  return CheckErasure(local, pending_->account);
}

std::string CrashModel::CheckPending(Local& local) {
  if (!pending_.has_value()) return "";
  if (pending_->what == "erase") {
    return CheckErasure(local, pending_->account);
  }
  if (pending_->what == "race") return CheckRace(local);
  if (pending_->what != "put" && pending_->what != "amend") return "";
  const Written& written = pending_->records.front();
  const Shown shown = Look(local, written.id);
  if (!shown.problem.empty()) return shown.problem;
  if (shown.tokens == written.tokens) Commit(*pending_);
  return "";
}

std::string CrashModel::CheckErased(RecordStore& records) const {
  std::string problem;
  for (const auto& [id, known] : records_) {
    if (!known.erased) continue;
    const absl::Status status = records.ScanSubject(
        FromHex<OwnerId>(known.owner),
        [&](const RecordId& found, std::string_view) {
          problem =
              absl::StrCat(found.ToString(), " of an erased account is there");
          return false;
        });
    if (!status.ok()) problem = status.ToString();
    if (!problem.empty()) return problem;
  }
  return "";
}

// No row of an account that was erased, and none that nobody put.
std::string CrashModel::CheckNothingBeside(Local& local) const {
  std::string problem = CheckErased(*local.records);
  if (!problem.empty()) return problem;
  RecordId last;
  last.bytes.fill(0xff);
  const absl::Status status = local.records->ScanRange(
      RecordId(), last, [&](const RecordId& id, std::string_view bytes) {
        const auto header = base::SealedHeader::Parse(bytes);
        if (!header.ok()) {
          problem = header.status().ToString();
        } else if (!header->about_nobody() &&
                   records_.count(id.ToString()) == 0) {
          problem = absl::StrCat(id.ToString(), " was never acknowledged");
        }
        return problem.empty();
      });
  return status.ok() ? problem : status.ToString();
}

std::string CrashModel::Check(Local& local) {
  std::string problem = CheckPending(local);
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

std::string CrashModel::BackUp(Local& local) {
  backup_.clear();
  for (const auto& [id, known] : records_) {
    const auto stored = local.records->Get(FromHex<RecordId>(id));
    if (IsDue(id)) continue;
    if (!stored.ok()) return stored.status().ToString();
    backup_[id] = {std::string(stored->bytes()), known.tokens};
  }
  return "";
}

std::string CrashModel::CheckRowsGoLast(Local& local) const {
  for (const auto& [id, copy] : backup_) {
    const auto record = FromHex<RecordId>(id);
    if (IsDue(id) || local.records->Get(record).ok()) continue;
    const auto sealed = SealedRecord::Parse(record, copy.bytes);
    if (!sealed.ok()) return sealed.status().ToString();
    const Shown shown = Open(local, *sealed);
    if (!shown.problem.empty()) return shown.problem;
    if (shown.tokens.has_value()) {
      return absl::StrCat(id, " is out of the store, and a copy of it opens");
    }
  }
  return "";
}

std::string CrashModel::CheckRestored(Local& local) const {
  for (const auto& [id, copy] : backup_) {
    if (IsDue(id)) continue;
    const Shown shown = Look(local, id);
    if (!shown.problem.empty()) return shown.problem;
    const bool erased = records_.count(id) == 0;
    if (erased && shown.tokens.has_value()) {
      return absl::StrCat(id, " of an erased account opens after a restore");
    }
    if (erased && local.records->Get(FromHex<RecordId>(id)).ok()) {
      return absl::StrCat(id, " of an erased account is back after a restore");
    }
    if (!erased && shown.tokens != copy.tokens) {
      return absl::StrCat(id, " is lost in a restore");
    }
  }
  return "";
}

}  // namespace privet::testing
