// SPDX-License-Identifier: Apache-2.0

#include "proof.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <string>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "expectation.h"
#include "infermesh_policy.h"
#include "messages.h"
#include "progress.h"
#include "report.h"
#include "steps.h"
#include "table.h"

namespace gateway {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPiece = std::size_t{4} << 20;
constexpr std::size_t kShown = 20;

// Calls `visit` with the bytes of a file, a few MiB at a time; each piece
// begins with the end of the one before, so that no window is missed.
template <typename Visit>
absl::Status ReadFile(const fs::path& path, Visit visit) {
  std::ifstream file(path, std::ios::binary);
  std::string buffer;
  std::size_t begin = 0;
  while (file) {
    const std::size_t kept = std::min(buffer.size(), CanaryBook::kSize - 1);
    buffer.erase(0, buffer.size() - kept);
    buffer.resize(kept + kPiece);
    file.read(buffer.data() + kept, static_cast<std::streamsize>(kPiece));
    buffer.resize(kept + static_cast<std::size_t>(file.gcount()));
    visit(buffer, begin - std::min(begin, kept));
    begin += static_cast<std::size_t>(file.gcount());
  }
  if (file.eof()) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("cannot read `", path.string(), "`"));
}

}  // namespace

// The same search must find in the outbox what is known to be there.
absl::Status Proof::CheckSight() {
  std::size_t found = 0;
  GATEWAY_STEP(ReadFile(
      host_->outbox().path(), [&](const std::string& bytes, std::size_t) {
        world_->canaries.Scan(
            bytes, [&found](const Canary&, std::size_t) { ++found; });
      }));
  if (found == 0 || found < recognized_) {
    Violate("the search does not find what is there: it is blind");
  }
  return absl::OkStatus();
}

absl::Status Proof::SearchFiles() {
  std::error_code error;
  for (const char* folder : {"/privacy", "/privacy.keys"}) {
    for (const auto& entry :
         fs::recursive_directory_iterator(host_->folder() + folder, error)) {
      if (!entry.is_regular_file()) continue;
      ++files_;
      file_bytes_ += entry.file_size();
      GATEWAY_STEP(ReadFile(entry.path(), [&](const std::string& bytes,
                                              std::size_t begin) {
        world_->canaries.Scan(bytes, [&](const Canary& canary, std::size_t at) {
          Violate(absl::StrCat("`", NameOf(canary.text),
                               "` lies in the clear in ", entry.path().string(),
                               " at byte ", begin + at));
        });
      }));
    }
    if (error) {
      return absl::UnavailableError(
          absl::StrCat("cannot list `", host_->folder(), folder, "`"));
    }
  }
  return absl::OkStatus();
}

absl::Status Proof::SearchShares() {
  std::ifstream file(host_->outbox().path(), std::ios::binary);
  std::string bytes;
  for (const Outbox::Piece& piece : host_->outbox().pieces()) {
    bytes.resize(piece.size);
    file.read(bytes.data(), static_cast<std::streamsize>(piece.size));
    ++shares_;
    share_bytes_ += piece.size;
    world_->canaries.Scan(bytes, [&](const Canary& canary, std::size_t) {
      // A later revision of a record holds texts of the earlier one.
      const bool its_own = canary.account == piece.account &&
                           (canary.record == kEveryRecord ||
                            world_->records[canary.record].id ==
                                world_->records[piece.record].id);
      if (its_own && piece.sendable.Has(canary.text)) {
        ++recognized_;
        return;
      }
      Violate(absl::StrCat("`", NameOf(canary.text), "`",
                           its_own ? "" : " of another record", " was sent to ",
                           std::string(piece.recipient.text())));
    });
  }
  if (!file && !host_->outbox().pieces().empty()) {
    return absl::UnavailableError("cannot read what was sent");
  }
  return CheckSight();
}

absl::Status Proof::OpenEverything() {
  Progress progress("opening", world_->records.size());
  for (std::size_t i = 0; i < world_->records.size(); ++i) {
    OpenOne(i);
    progress.Show(i, absl::StrCat(refused_, " refused"));
  }
  if (seen_ == 0) Violate("nothing opens at all: the attempts are blind");
  return absl::OkStatus();
}

void Proof::OpenOne(std::size_t index) {
  const StoredRecord& record = world_->records[index];
  const auto sealed = privet::SealedRecord::Parse(record.id, record.copy);
  if (!sealed.ok()) return Violate("a copy of a record does not parse");
  const auto message = NewMessage(record.type);
  bool any = false;
  for (const View& view : AllViews()) {
    const TextSet visible =
        Visible(*world_, record, view.purpose, host_->clock().Now());
    ++attempts_;
    const absl::Status status = host_->As(view.actor)
                                    .OpenInto(*sealed, privet::AnySubject(),
                                              view.purpose, message.get());
    if (!status.ok()) ++refused_;
    const auto where = [&] {
      return absl::StrCat(" of `", NameOf(record.type), "` for ",
                          std::string(view.purpose.text()));
    };
    TextSet seen;
    world_->canaries.Scan(
        message->SerializeAsString(), [&](const Canary& canary, std::size_t) {
          seen.Add(canary.text);
          ++seen_;
          if (!visible.Has(canary.text) || canary.account != record.account) {
            Violate(absl::StrCat("`", NameOf(canary.text), "`", where(),
                                 " opens, and must not"));
          }
        });
    for (int i = 0; i < static_cast<int>(Text::kCount); ++i) {
      const auto text = static_cast<Text>(i);
      any = any || visible.Has(text);
      if (visible.Has(text) && !seen.Has(text)) {
        Violate(absl::StrCat("`", NameOf(text), "`", where(),
                             " does not open, and should: ", ReasonOf(status)));
      }
    }
  }
  if (!any) ++dead_;
}

void Proof::Violate(std::string what) { ++violations_[std::move(what)]; }

void Proof::Print(std::ostream& out) const {
  out << "\nProof\n"
      << "  looked for " << Thousands(world_->canaries.size()) << " texts in "
      << files_ << " files of stores, vault and ledger (" << Bytes(file_bytes_)
      << ")\n"
      << "  and in " << Thousands(shares_) << " shares (" << Bytes(share_bytes_)
      << "), where " << Thousands(recognized_)
      << " were found that may be there\n"
      << "  tried to open " << Thousands(world_->records.size())
      << " records in " << Thousands(attempts_)
      << " ways: " << Thousands(refused_) << " refused, " << Thousands(seen_)
      << " texts seen" << (holds() ? ", all of them permitted; " : "; ")
      << Thousands(dead_) << " records open to nobody\n";
  std::size_t count = 0;
  std::size_t shown = 0;
  for (const auto& [what, times] : violations_) {
    count += times;
    if (++shown <= kShown) {
      out << "  VIOLATION: " << what << " (" << Thousands(times) << ")\n";
    }
  }
  out << (holds() ? "  the policy held\n"
                  : absl::StrCat("  ", count, " violations\n"));
}

}  // namespace gateway
