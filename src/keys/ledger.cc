// SPDX-License-Identifier: Apache-2.0

#include "keys/ledger.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "base/posix_file.h"
#include "base/status_macros.h"
#include "crypto/random.h"
#include "keys/ledger_format.h"

namespace privet::keys {
namespace {

constexpr char kSuffix[] = ".segment";
constexpr std::size_t kDigits = 20;
// Entries between two places that Read() can start from.
constexpr std::uint64_t kStride = 256;

// A segment is named by the number of its first entry, so that names sort.
std::string SegmentName(std::uint64_t first) {
  char digits[kDigits + 1];
  std::snprintf(digits, sizeof(digits), "%020llu",
                static_cast<unsigned long long>(first));
  return absl::StrCat(digits, kSuffix);
}

// Returns the number in a segment's name; 0 if it is none.
std::uint64_t NumberOf(std::string_view name) {
  std::uint64_t number = 0;
  if (name.size() != kDigits + sizeof(kSuffix) - 1 ||
      name.substr(kDigits) != kSuffix ||
      !absl::SimpleAtoi(absl::string_view(name.data(), kDigits), &number)) {
    return 0;
  }
  return number;
}

absl::StatusOr<std::vector<std::uint64_t>> ListSegments(
    const std::string& folder) {
  DIR* const listing = opendir(folder.c_str());
  if (listing == nullptr) return base::FileError("open", folder, errno);
  std::vector<std::uint64_t> numbers;
  while (const dirent* entry = readdir(listing)) {
    const std::uint64_t number = NumberOf(entry->d_name);
    if (number != 0) numbers.push_back(number);
  }
  closedir(listing);
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

// Makes the segment after `last`, whole under its name or not there at all.
absl::Status CreateSegment(const std::string& folder, const LedgerMark& last) {
  const std::string path =
      absl::StrCat(folder, "/", SegmentName(last.number + 1));
  const std::string unfinished = path + ".new";
  {
    PRIVET_ASSIGN_OR_RETURN(
        const base::File file,
        base::OpenAt(unfinished, O_RDWR | O_CREAT | O_TRUNC));
    PRIVET_RETURN_IF_ERROR(
        base::WriteAt(file, unfinished, 0, SegmentHeader(last)));
    PRIVET_RETURN_IF_ERROR(base::Flush(file, unfinished));
  }
  if (rename(unfinished.c_str(), path.c_str()) != 0) {
    return base::FileError("rename", unfinished, errno);
  }
  return base::FlushFolder(folder);
}

absl::Status InFile(const absl::Status& status, const std::string& path) {
  if (!absl::IsDataLoss(status)) return status;
  return absl::DataLossError(absl::StrCat("ledger `", path,
                                          "` is damaged: ", status.message(),
                                          "; restore it from a copy"));
}

absl::Status Missing(const std::string& folder) {
  return absl::FailedPreconditionError(absl::StrCat(
      "ledger `", folder,
      "` is missing; without it nobody knows what was erased: restore it"));
}

}  // namespace

// A place in the ledger: just after the entry of `mark`.
struct Place {
  LedgerMark mark;
  std::uint64_t segment = 1;
  std::size_t offset = kSegmentHeaderSize;
};

class Ledger::Impl {
 public:
  Impl(std::string folder, const LedgerOptions& options)
      : folder_(std::move(folder)), options_(options) {}

  absl::Status Start();
  absl::StatusOr<LedgerMark> Append(absl::Time now,
                                    absl::Span<const LedgerItem> items);
  absl::StatusOr<LedgerMark> Beginning();
  absl::StatusOr<LedgerMark> Head();
  absl::Status Read(const LedgerMark& after,
                    absl::FunctionRef<bool(const LedgerEntry&)> visit);

 private:
  using Visitor = absl::FunctionRef<bool(const LedgerEntry&)>;

  std::string PathOf(std::uint64_t segment) const {
    return absl::StrCat(folder_, "/", SegmentName(segment));
  }
  absl::Status CheckIsHere(const LedgerMark& after) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Reads what others appended since the last call.
  absl::Status Follow() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status AppendOne(std::int64_t ms, const LedgerItem& item)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status WalkFrom(Place* place, Visitor visit)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status EnterSegment(Place* place, std::uint64_t segment)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Remember(const Place& place) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string folder_;
  const LedgerOptions options_;
  base::Mutex mutex_;
  std::vector<std::uint64_t> segments_ ABSL_GUARDED_BY(mutex_);
  LedgerMark before_first_ ABSL_GUARDED_BY(mutex_);
  Place tail_ ABSL_GUARDED_BY(mutex_);
  std::vector<Place> places_ ABSL_GUARDED_BY(mutex_);  // by number
  // A flush failed: what the disk holds is unknown until it is read again.
  bool broken_ ABSL_GUARDED_BY(mutex_) = false;
};

void Ledger::Impl::Remember(const Place& place) {
  if (places_.empty() ||
      place.mark.number >= places_.back().mark.number + kStride) {
    places_.push_back(place);
  }
}

absl::Status Ledger::Impl::EnterSegment(Place* place, std::uint64_t segment) {
  const std::string path = PathOf(segment);
  PRIVET_ASSIGN_OR_RETURN(const base::File file, base::OpenAt(path, O_RDONLY));
  PRIVET_ASSIGN_OR_RETURN(const std::string bytes,
                          base::ReadFrom(file, path, 0));
  auto before =
      ParseSegmentHeader(std::string_view(bytes).substr(0, kSegmentHeaderSize));
  if (!before.ok()) return InFile(before.status(), path);
  const bool first = segment == segments_.front();
  if (before->number + 1 != segment || (!first && !(*before == place->mark))) {
    return InFile(absl::DataLossError("it does not follow the one before it"),
                  path);
  }
  if (first) before_first_ = *before;
  *place = Place{*before, segment, kSegmentHeaderSize};
  return absl::OkStatus();
}

// Visits the entries after `place` up to the last whole one, and moves it.
absl::Status Ledger::Impl::WalkFrom(Place* place, Visitor visit) {
  for (;;) {
    const bool last = place->segment == segments_.back();
    const std::string path = PathOf(place->segment);
    PRIVET_ASSIGN_OR_RETURN(const base::File file,
                            base::OpenAt(path, O_RDONLY));
    PRIVET_ASSIGN_OR_RETURN(const std::size_t size, base::SizeOf(file, path));
    if (size < place->offset) {
      return InFile(absl::DataLossError("entries are missing at its end"),
                    path);
    }
    PRIVET_ASSIGN_OR_RETURN(const std::string bytes,
                            base::ReadFrom(file, path, place->offset));
    bool stopped = false;
    const std::size_t begin = place->offset;
    const auto walked =
        WalkEntries(bytes, last, &place->mark,
                    [&](const LedgerEntry& entry, std::size_t end) {
                      place->offset = begin + end;
                      stopped = !visit(entry);
                      return !stopped;
                    });
    if (!walked.ok()) return InFile(walked.status(), path);
    if (stopped || last) return absl::OkStatus();
    const auto next =
        std::upper_bound(segments_.begin(), segments_.end(), place->segment);
    PRIVET_RETURN_IF_ERROR(EnterSegment(place, *next));
  }
}

absl::Status Ledger::Impl::Follow() {
  PRIVET_ASSIGN_OR_RETURN(segments_, ListSegments(folder_));
  if (segments_.empty()) return Missing(folder_);
  Place place = tail_;
  const absl::Status walked = WalkFrom(
      &place,
      [&](const LedgerEntry& entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        if (entry.mark.number % kStride == 0) {
          Remember({entry.mark, place.segment, place.offset});
        }
        return true;
      });
  // A place in front of a fault still is one.
  tail_ = place;
  return walked;
}

absl::Status Ledger::Impl::Start() {
  base::MutexLock lock(&mutex_);
  const auto segments = ListSegments(folder_);
  if (absl::IsNotFound(segments.status())) return Missing(folder_);
  if (!segments.ok()) return segments.status();
  if (segments->empty()) return Missing(folder_);
  segments_ = *segments;
  PRIVET_RETURN_IF_ERROR(EnterSegment(&tail_, segments_.front()));
  Remember(tail_);
  return Follow();
}

absl::StatusOr<LedgerMark> Ledger::Impl::Head() {
  base::MutexLock lock(&mutex_);
  PRIVET_RETURN_IF_ERROR(Follow());
  return tail_.mark;
}

absl::StatusOr<LedgerMark> Ledger::Impl::Beginning() {
  base::MutexLock lock(&mutex_);
  if (before_first_.number == 0) return before_first_;
  return absl::FailedPreconditionError(absl::StrCat(
      "ledger `", folder_, "` keeps its entries from ",
      before_first_.number + 1,
      " on: a store that is new cannot catch up; restore the newest one"));
}

absl::Status Ledger::Impl::AppendOne(std::int64_t ms, const LedgerItem& item) {
  if (tail_.offset >= options_.segment_bytes &&
      tail_.offset > kSegmentHeaderSize) {
    PRIVET_RETURN_IF_ERROR(CreateSegment(folder_, tail_.mark));
    segments_.push_back(tail_.mark.number + 1);
    PRIVET_RETURN_IF_ERROR(EnterSegment(&tail_, segments_.back()));
  }
  const std::string path = PathOf(tail_.segment);
  PRIVET_ASSIGN_OR_RETURN(const base::File file, base::OpenAt(path, O_RDWR));
  // Behind the last whole entry there may be a torn one.
  if (ftruncate(file.get(), static_cast<off_t>(tail_.offset)) != 0) {
    return base::FileError("write", path, errno);
  }
  Place place = tail_;
  const std::string entry = SerializeEntry(&place.mark, ms, item);
  place.offset += entry.size();
  absl::Status status = base::WriteAt(file, path, tail_.offset, entry);
  if (status.ok()) {
    status = base::Flush(file, path);
    broken_ = !status.ok();
  }
  if (!status.ok()) {
    broken_ |= ftruncate(file.get(), static_cast<off_t>(tail_.offset)) != 0;
    return status;
  }
  tail_ = place;
  if (tail_.mark.number % kStride == 0) Remember(tail_);
  return absl::OkStatus();
}

absl::StatusOr<LedgerMark> Ledger::Impl::Append(
    absl::Time now, absl::Span<const LedgerItem> items) {
  for (const LedgerItem& item : items) {
    if (item.body.size() > kMaxBody) {
      return absl::InvalidArgumentError("a ledger entry is too long");
    }
  }
  base::MutexLock lock(&mutex_);
  const std::string path = folder_ + "/lock";
  // Opened for each append, since the lock is that of the open file: it
  // excludes the other threads' ledgers as well as other processes.
  PRIVET_ASSIGN_OR_RETURN(const base::File held,
                          base::OpenAt(path, O_RDWR | O_CREAT));
  while (flock(held.get(), LOCK_EX) != 0) {
    if (errno != EINTR) return base::FileError("lock", path, errno);
  }
  if (broken_) {
    return absl::UnavailableError(absl::StrCat(
        "ledger `", folder_,
        "` could not be flushed to the disk before; open it again"));
  }
  PRIVET_RETURN_IF_ERROR(Follow());
  for (const LedgerItem& item : items) {
    PRIVET_RETURN_IF_ERROR(AppendOne(absl::ToUnixMillis(now), item));
  }
  return tail_.mark;
}

// Checks what can be told by numbers alone.
absl::Status Ledger::Impl::CheckIsHere(const LedgerMark& after) const {
  if (after.number > tail_.mark.number) {
    return absl::FailedPreconditionError(absl::StrCat(
        "a store holds ", after.number, " entries of a ledger, and ledger `",
        folder_, "` only ", tail_.mark.number,
        ": it is an old copy; restore the newest one"));
  }
  if (after.number < before_first_.number) {
    return absl::FailedPreconditionError(absl::StrCat(
        "a store holds ", after.number, " entries of ledger `", folder_,
        "`, which keeps those from ", before_first_.number + 1,
        " on: the store is too old to be used"));
  }
  return absl::OkStatus();
}

absl::Status Ledger::Impl::Read(const LedgerMark& after, Visitor visit) {
  base::MutexLock lock(&mutex_);
  PRIVET_RETURN_IF_ERROR(Follow());
  PRIVET_RETURN_IF_ERROR(CheckIsHere(after));
  Place place = tail_;
  if (after.number < tail_.mark.number) {
    auto next = std::upper_bound(places_.begin(), places_.end(), after.number,
                                 [](std::uint64_t number, const Place& p) {
                                   return number < p.mark.number;
                                 });
    place = *std::prev(next);
  }
  bool same = place.mark == after;
  if (place.mark.number < after.number) {
    PRIVET_RETURN_IF_ERROR(WalkFrom(&place, [&](const LedgerEntry& entry) {
      same = entry.mark == after;
      return entry.mark.number < after.number;
    }));
  }
  if (!same) {
    return absl::FailedPreconditionError(
        absl::StrCat("ledger `", folder_,
                     "` is not the one that a store belongs to; restore the "
                     "two that belong together"));
  }
  return WalkFrom(&place, visit);
}

absl::Status Ledger::Create(std::string_view folder) {
  const std::string name(folder);
  if (mkdir(name.c_str(), 0700) != 0 && errno != EEXIST) {
    return base::FileError("make", name, errno);
  }
  PRIVET_ASSIGN_OR_RETURN(const std::vector<std::uint64_t> segments,
                          ListSegments(name));
  if (!segments.empty()) {
    return absl::AlreadyExistsError(
        absl::StrCat("ledger `", name, "` is there already"));
  }
  // Random, so that no two ledgers are taken for each other.
  LedgerMark beginning;
  crypto::RandomBytes(beginning.check.data(), beginning.check.size());
  PRIVET_RETURN_IF_ERROR(CreateSegment(name, beginning));
  return base::FlushFolder(base::FolderOf(name));
}

absl::StatusOr<std::shared_ptr<Ledger>> Ledger::Open(
    std::string_view folder, const LedgerOptions& options) {
  auto impl = std::make_unique<Impl>(std::string(folder), options);
  PRIVET_RETURN_IF_ERROR(impl->Start());
  return std::shared_ptr<Ledger>(new Ledger(std::move(impl)));
}

Ledger::Ledger(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Ledger::~Ledger() = default;

absl::StatusOr<LedgerMark> Ledger::Append(absl::Time now,
                                          absl::Span<const LedgerItem> items) {
  return impl_->Append(now, items);
}
absl::StatusOr<LedgerMark> Ledger::Head() { return impl_->Head(); }
absl::StatusOr<LedgerMark> Ledger::Beginning() { return impl_->Beginning(); }

absl::Status Ledger::Read(const LedgerMark& after,
                          absl::FunctionRef<bool(const LedgerEntry&)> visit) {
  return impl_->Read(after, visit);
}

}  // namespace privet::keys
