// SPDX-License-Identifier: Apache-2.0
//
// Puts, drops of a part and removals in the SQLite store, against the table
// that a careful team writes by hand: the same records in the same batches
// under the same pragmas, by turns. Records are sealed beforehand; the store
// alone is timed.

#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "base/keep.h"
#include "base/sealed_header.h"
#include "privet/record_store.h"
#include "privet/sealed_record.h"
#include "retention/age_sweep.h"
#include "retention/class_rule.h"
#include "retention/disposal.h"
#include "store/hand_written_table.h"
#include "store/sqlite/record_store.h"
#include "store/temporary_folder.h"
#include "store/tombstones.h"
#include "support/bar.h"
#include "testing/sealed_bytes.h"

namespace privet::benchmarks {
namespace {

constexpr std::size_t kRecords = 1'000'000;
constexpr std::size_t kFewRecords = 100'000;
constexpr std::size_t kOwners = 100'000;
constexpr std::size_t kBatch = 1000;
constexpr std::size_t kRecordSize = 640;
constexpr std::uint32_t kType = 0x51ab3e07;
constexpr std::uint32_t kShortClass = 101;  // of the first part
constexpr std::uint32_t kLongClass = 102;   // of the two others

// The records come over a hundred days; ten of them are due.
constexpr int kDays = 100;
constexpr int kDueDays = 10;
const absl::Time kFirst = absl::FromUnixSeconds(1'767'225'600);

void Must(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "sqlite_benchmark: %s\n", status.ToString().c_str());
  std::abort();
}

std::uint64_t Mixed(std::uint64_t number) {
  number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9u;
  number = (number ^ (number >> 27)) * 0x94d049bb133111ebu;
  return number ^ (number >> 31);
}

// Returns sixteen bytes that look random and differ for each number.
std::string Random16(std::uint64_t number, std::uint64_t salt) {
  std::string bytes;
  for (const std::uint64_t part :
       {Mixed(number * 2 + 1 + (salt << 40)), Mixed(number + (salt << 50))}) {
    for (int i = 0; i < 8; ++i) {
      bytes.push_back(static_cast<char>(part >> (8 * i)));
    }
  }
  return bytes;
}

absl::Time CreatedOf(std::size_t number, std::size_t count) {
  return kFirst + absl::Milliseconds(static_cast<std::int64_t>(
                      number * (std::uint64_t{kDays} * 86'400'000 / count)));
}

OwnerId OwnerOf(std::size_t number) {
  return testing::MakeOwner(Mixed(number) % kOwners);
}

SealedRecord SealedOf(std::size_t number, std::size_t count) {
  testing::SealedParts parts;
  parts.id = testing::MakeRecordId(kType, CreatedOf(number, count),
                                   Mixed(number) & 0xffffffffffff);
  parts.owner = OwnerOf(number);
  parts.compartments = {testing::MakeCompartment(1, kShortClass),
                        testing::MakeCompartment(2, kLongClass),
                        testing::MakeCompartment(3, kLongClass)};
  parts.body_size = 0;
  const std::size_t header = testing::MakeSealedBytes(parts).size();
  parts.body_size = (kRecordSize - header) / 3;
  return testing::MakeSealedRecord(
      parts, {IndexTag{7, 1, false, 1, Random16(number, 1)}});
}

HandWrittenRow RowOf(std::size_t number, std::size_t count) {
  HandWrittenRow row;
  row.id = Random16(number, 2);
  row.subject = std::string(OwnerOf(number).view());
  row.tag = Random16(number, 1);
  row.due_ms = absl::ToUnixMillis(CreatedOf(number, count));
  // What it keeps beside its columns is as large as the sealed record.
  for (std::string& part : row.parts) {
    part.assign((kRecordSize - 32) / 3, 'p');
  }
  return row;
}

// Keeps of classes, as the vault tells them: so buckets are a sixteenth of the
// longest.
class Vault final : public store::Tombstones {
 public:
  absl::StatusOr<std::vector<Fate>> FatesOf(
      absl::Span<const store::SubjectKeyName> keys) override {
    return std::vector<Fate>(keys.size(), Fate::kLives);
  }
  absl::StatusOr<std::optional<absl::Duration>> LongestKeep(
      std::uint32_t) override {
    return absl::Hours(24) * kDays;
  }
};

struct Times {
  double put = 0;
  double drop = 0;    // of a part
  double remove = 0;  // of records
  std::size_t dropped = 0, removed = 0;
};

std::shared_ptr<RecordStore> OpenOurs(const std::string& path) {
  auto records = store::sqlite::OpenRecords(path, std::make_shared<Vault>());
  Must(records.status());
  return *records;
}

// Makes `make`'s items a batch at a time, and times what `put` does with them.
template <typename Make, typename Put>
double TimePuts(std::size_t count, Make make, Put put) {
  double seconds = 0;
  for (std::size_t first = 0; first < count; first += kBatch) {
    std::vector<decltype(make(0, count))> batch;
    for (std::size_t i = 0; i < kBatch; ++i) {
      batch.push_back(make(first + i, count));
    }
    seconds += Seconds([&] { put(batch); });
  }
  return seconds;
}

retention::ClassRule Rule(std::uint32_t retention_class, std::uint32_t days) {
  retention::ClassRule rule;
  rule.retention_class = retention_class;
  const base::Keep keep{days, base::Keep::Unit::kDay};
  rule.created = retention::ClassRule::Created{keep, keep, {keep}};
  return rule;
}

std::size_t SweepOurs(RecordStore& records, const retention::ClassRule& rule,
                      const std::vector<retention::ClassRule>& rules,
                      absl::Time now) {
  const retention::DueByAge due(rules, now);
  retention::Counts counts;
  Must(retention::SweepByAge(
      records, kType, rule, RecordId(), due, now, kBatch,
      [](const RecordId&) { return absl::OkStatus(); }, &counts));
  std::size_t dropped = counts.records;
  if (dropped == 0) {
    for (const auto& [of, count] : counts.compartments) dropped += count;
  }
  return dropped;
}

// Copies a file, and has it on the disk: else the first flush of what is timed
// next would write it.
void Copy(const std::string& path) {
  std::filesystem::copy_file(path, path + ".copy");
  sync();
}

Times RunOurs(const std::string& path, std::size_t count) {
  Times times;
  {
    const auto records = OpenOurs(path);
    times.put = TimePuts(count, SealedOf, [&](const auto& batch) {
      Must(records->PutAll(batch));
    });
  }
  Copy(path);
  const absl::Time now =
      kFirst + absl::Hours(24) * (kDays + kDueDays) - absl::Milliseconds(1);
  {
    const auto records = OpenOurs(path);
    const std::vector<retention::ClassRule> rules = {Rule(kShortClass, kDays)};
    times.drop = Seconds(
        [&] { times.dropped = SweepOurs(*records, rules[0], rules, now); });
  }
  {
    const auto records = OpenOurs(path + ".copy");
    const std::vector<retention::ClassRule> rules = {Rule(kShortClass, kDays),
                                                     Rule(kLongClass, kDays)};
    times.remove = Seconds(
        [&] { times.removed = SweepOurs(*records, rules[1], rules, now); });
  }
  return times;
}

Times RunHandWritten(const std::string& path, std::size_t count) {
  Times times;
  {
    HandWrittenTable table(path);
    times.put =
        TimePuts(count, RowOf, [&](const auto& batch) { table.Insert(batch); });
  }
  Copy(path);
  const std::int64_t due_ms = absl::ToUnixMillis(
      kFirst + absl::Hours(24) * kDueDays - absl::Milliseconds(1));
  {
    HandWrittenTable table(path);
    const std::int64_t next_ms =
        absl::ToUnixMillis(kFirst + absl::Hours(24) * kDays * 10);
    times.drop = Seconds(
        [&] { times.dropped = table.DropDue(due_ms, next_ms, kBatch); });
  }
  {
    HandWrittenTable table(path + ".copy");
    times.remove =
        Seconds([&] { times.removed = table.DeleteDue(due_ms, kBatch); });
  }
  return times;
}

template <typename Run>
Times RunIn(Run run, const char* who, std::size_t count) {
  const testing::TemporaryFolder folder;
  const Times times = run(folder / "records.db", count);
  std::fprintf(
      stderr,
      "%-13s %7zu records: put %6.2f us, drop %6.2f us (%zu), delete "
      "%6.2f us (%zu)\n",
      who, count, times.put * 1e6 / static_cast<double>(count),
      times.drop * 1e6 / static_cast<double>(times.dropped), times.dropped,
      times.remove * 1e6 / static_cast<double>(times.removed), times.removed);
  if (times.dropped != count / 10 || times.removed != count / 10) {
    std::fprintf(stderr, "sqlite_benchmark: not a tenth was due\n");
    std::abort();
  }
  return times;
}

}  // namespace

int Main(int runs) {
  std::vector<double> put, drop, remove, flatness;
  for (int run = 0; run < runs; ++run) {
    const Times ours = RunIn(RunOurs, "privet", kRecords);
    const Times theirs = RunIn(RunHandWritten, "hand-written", kRecords);
    const Times few = RunIn(RunOurs, "privet", kFewRecords);
    put.push_back(theirs.put / ours.put);
    drop.push_back(theirs.drop / ours.drop);
    remove.push_back(theirs.remove / ours.remove);
    const double many = (ours.drop + ours.remove) / kRecords;
    flatness.push_back(many / ((few.drop + few.remove) / kFewRecords));
  }
  Report("sqlite_put_vs_sql", Median(put));
  Report("sweep_drop_vs_sql", Median(drop));
  Report("sweep_delete_vs_sql", Median(remove));
  Report("sweep_flatness", Median(flatness));
  return 0;
}

}  // namespace privet::benchmarks

int main(int argc, char** argv) {
  return privet::benchmarks::Main(argc > 1 ? std::atoi(argv[1]) : 3);
}
