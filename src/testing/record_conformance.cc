// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "base/sealed_header.h"
#include "base/status_macros.h"
#include "privet/record_store.h"
#include "privet/testing/conformance.h"
#include "testing/expect.h"
#include "testing/sealed_bytes.h"

namespace privet::testing {
namespace {

constexpr std::uint32_t kType = 0x80000001;  // above what fits an int
constexpr std::uint32_t kResidueType = 7;
constexpr std::uint32_t kLogClass = 900;
const absl::Time kCreated = absl::FromUnixSeconds(1'767'225'600);

// A record with a public compartment and two others of the owner `number`.
SealedParts Parts(std::uint64_t number) {
  SealedParts parts;
  parts.id = MakeRecordId(
      kType, kCreated + absl::Hours(static_cast<std::int64_t>(number)), number);
  parts.owner = MakeOwner(number);
  parts.compartments = {MakeCompartment(1, base::kPublicClass),
                        MakeCompartment(2, kLogClass), MakeCompartment(3, 901)};
  return parts;
}

SealedParts ResidueParts(std::uint64_t number) {
  SealedParts parts;
  parts.id = MakeRecordId(kResidueType, kCreated, number);
  parts.owner = MakeOwner(1'000'000);
  parts.flags = base::kAboutNobody;
  parts.type = "test.Record#log";
  parts.compartments = {MakeCompartment(9, 902)};
  return parts;
}

RecordVersion VersionOf(const SealedRecord& record) {
  return {record.id(), record.revision(), record.bytes().size()};
}

// Returns what is left of `record` without compartment `i`.
Replacement Without(const SealedRecord& record, std::size_t i) {
  const auto header = base::SealedHeader::Parse(record.bytes());
  return {VersionOf(record),
          base::DropCompartments(*header, std::uint64_t{1} << i, true),
          {header->compartment(i)},
          std::nullopt};
}

Residue ResidueOf(std::uint64_t number) {
  const SealedParts parts = ResidueParts(number);
  return {parts.id, MakeSealedBytes(parts)};
}

struct Found {
  RecordId id;
  std::string bytes;
};

constexpr RecordId LastId() {
  RecordId id;
  for (std::uint8_t& byte : id.bytes) byte = 0xff;
  return id;
}

absl::StatusOr<std::vector<Found>> InRange(RecordSource& source,
                                           const RecordId& from,
                                           const RecordId& to) {
  std::vector<Found> found;
  PRIVET_RETURN_IF_ERROR(source.ScanRange(
      from, to, [&](const RecordId& id, std::string_view bytes) {
        found.push_back({id, std::string(bytes)});
        return true;
      }));
  return found;
}

absl::StatusOr<std::vector<Found>> All(RecordSource& source) {
  return InRange(source, RecordId(), LastId());
}

absl::StatusOr<std::vector<RecordId>> Of(RecordSource& source,
                                         const OwnerId& owner) {
  std::vector<RecordId> ids;
  PRIVET_RETURN_IF_ERROR(
      source.ScanSubject(owner, [&](const RecordId& id, std::string_view) {
        ids.push_back(id);
        return true;
      }));
  std::sort(ids.begin(), ids.end());
  return ids;
}

absl::StatusOr<std::vector<SealedRecord>> InsertSome(const InsertRecord& insert,
                                                     std::uint64_t count) {
  std::vector<SealedRecord> records;
  for (std::uint64_t i = 1; i <= count; ++i) {
    records.push_back(MakeSealedRecord(Parts(i)));
  }
  // Not in the order of ids.
  for (std::size_t i = records.size(); i-- > 0;) {
    PRIVET_RETURN_IF_ERROR(insert(records[i]));
  }
  return records;
}

absl::Status ScansRange(RecordSource& source, const InsertRecord& insert) {
  PRIVET_ASSIGN_OR_RETURN(const auto records, InsertSome(insert, 5));
  PRIVET_ASSIGN_OR_RETURN(const auto found,
                          InRange(source, records[1].id(), records[3].id()));
  PRIVET_EXPECT(found.size() == 2);
  PRIVET_EXPECT(found[0].id == records[1].id());
  PRIVET_EXPECT(found[1].id == records[2].id());
  PRIVET_EXPECT(found[1].bytes == records[2].bytes());
  return absl::OkStatus();
}

absl::Status StopsScans(RecordSource& source, const InsertRecord& insert) {
  PRIVET_RETURN_IF_ERROR(InsertSome(insert, 3).status());
  int seen = 0;
  PRIVET_RETURN_IF_ERROR(source.ScanRange(
      RecordId(), LastId(),
      [&](const RecordId&, std::string_view) { return ++seen < 2; }));
  PRIVET_EXPECT(seen == 2);
  return absl::OkStatus();
}

absl::Status ScansSubject(RecordSource& source, const InsertRecord& insert) {
  SealedParts shared = Parts(1);
  shared.further_owners = {MakeOwner(2)};
  shared.compartments[2].owner_index = 1;
  const SealedRecord both = MakeSealedRecord(shared);
  const SealedRecord second = MakeSealedRecord(Parts(2));
  PRIVET_RETURN_IF_ERROR(insert(both));
  PRIVET_RETURN_IF_ERROR(insert(second));
  PRIVET_ASSIGN_OR_RETURN(const auto of_first, Of(source, MakeOwner(1)));
  PRIVET_EXPECT(of_first == std::vector<RecordId>{both.id()});
  PRIVET_ASSIGN_OR_RETURN(const auto of_second, Of(source, MakeOwner(2)));
  PRIVET_EXPECT((of_second == std::vector<RecordId>{both.id(), second.id()}));
  PRIVET_ASSIGN_OR_RETURN(const auto of_nobody, Of(source, MakeOwner(3)));
  PRIVET_EXPECT(of_nobody.empty());
  return absl::OkStatus();
}

absl::Status ReplacesWhatWasRead(RecordSource& source,
                                 const InsertRecord& insert) {
  PRIVET_ASSIGN_OR_RETURN(const auto records, InsertSome(insert, 2));
  const Replacement shorter = Without(records[0], 1);
  PRIVET_ASSIGN_OR_RETURN(const std::size_t written, source.Replace({shorter}));
  PRIVET_EXPECT(written == 1);
  PRIVET_ASSIGN_OR_RETURN(const auto found, All(source));
  PRIVET_EXPECT(found.size() == 2);
  PRIVET_EXPECT(found[0].bytes == shorter.bytes);
  PRIVET_EXPECT(found[1].bytes == records[1].bytes());
  // Another length, another revision, another id: not what was read.
  PRIVET_ASSIGN_OR_RETURN(const std::size_t again, source.Replace({shorter}));
  PRIVET_EXPECT(again == 0);
  Replacement other = Without(records[1], 1);
  other.was.revision = 2;
  PRIVET_ASSIGN_OR_RETURN(const std::size_t later, source.Replace({other}));
  PRIVET_EXPECT(later == 0);
  other.was = VersionOf(MakeSealedRecord(Parts(3)));
  PRIVET_ASSIGN_OR_RETURN(const std::size_t nowhere, source.Replace({other}));
  PRIVET_EXPECT(nowhere == 0);
  return absl::OkStatus();
}

absl::Status RemovesWhatWasRead(RecordSource& source,
                                const InsertRecord& insert) {
  PRIVET_ASSIGN_OR_RETURN(const auto records, InsertSome(insert, 3));
  Removal stale{VersionOf(records[0]), std::nullopt};
  stale.was.length -= 1;
  const Removal right{VersionOf(records[1]), std::nullopt};
  PRIVET_ASSIGN_OR_RETURN(const std::size_t gone,
                          source.Remove({stale, right, right}));
  PRIVET_EXPECT(gone == 1);
  PRIVET_ASSIGN_OR_RETURN(const auto found, All(source));
  PRIVET_EXPECT(found.size() == 2);
  PRIVET_ASSIGN_OR_RETURN(const auto of_second, Of(source, MakeOwner(2)));
  PRIVET_EXPECT(of_second.empty());
  return absl::OkStatus();
}

absl::Status StoresResidues(RecordSource& source, const InsertRecord& insert) {
  PRIVET_ASSIGN_OR_RETURN(const auto records, InsertSome(insert, 3));
  Replacement shorter = Without(records[0], 1);
  shorter.residue = ResidueOf(1);
  PRIVET_RETURN_IF_ERROR(source.Replace({shorter}).status());
  // Taken already: thrown away.
  Removal whole{VersionOf(records[1]), ResidueOf(1)};
  PRIVET_RETURN_IF_ERROR(source.Remove({whole}).status());
  // Not what was read: its residue is not stored either.
  Removal stale{VersionOf(records[2]), ResidueOf(2)};
  stale.was.revision = 9;
  PRIVET_RETURN_IF_ERROR(source.Remove({stale}).status());
  PRIVET_ASSIGN_OR_RETURN(
      const auto found,
      InRange(source, MakeRecordId(kResidueType, absl::UnixEpoch(), 0),
              MakeRecordId(kResidueType + 1, absl::UnixEpoch(), 0)));
  PRIVET_EXPECT(found.size() == 1);
  PRIVET_EXPECT(found[0].bytes == ResidueOf(1).bytes);
  return absl::OkStatus();
}

absl::Status SweepsInSteps(RecordSource& source, const InsertRecord& insert) {
  PRIVET_ASSIGN_OR_RETURN(const auto records, InsertSome(insert, 6));
  PRIVET_ASSIGN_OR_RETURN(const auto before,
                          source.SweptUpTo(kType, kLogClass));
  // The first stays, the second is shortened, the third and the fourth go.
  const auto decide = [&](const RecordId& id,
                          std::string_view) -> std::optional<Disposal> {
    if (id == records[0].id()) return std::nullopt;
    const Replacement shorter = Without(records[1], 1);
    if (id == records[1].id()) {
      return Disposal{false, shorter.bytes, shorter.dropped, ResidueOf(1)};
    }
    return Disposal{true, "", {}, ResidueOf(id == records[2].id() ? 2 : 3)};
  };
  SweepRange range{kType, kLogClass, MakeRecordId(kType, kCreated, 0),
                   records[4].id(), 3};
  PRIVET_ASSIGN_OR_RETURN(SweepStep step, source.Sweep(range, decide));
  PRIVET_EXPECT(step.upto == records[3].id());
  PRIVET_EXPECT(step.has_mark == before.has_value());
  range.from = step.upto;
  PRIVET_ASSIGN_OR_RETURN(step, source.Sweep(range, decide));
  PRIVET_EXPECT(step.upto == range.to);
  PRIVET_ASSIGN_OR_RETURN(
      const auto residues,
      InRange(source, MakeRecordId(kResidueType, absl::UnixEpoch(), 0),
              MakeRecordId(kResidueType + 1, absl::UnixEpoch(), 0)));
  PRIVET_EXPECT(residues.size() == 3);
  PRIVET_ASSIGN_OR_RETURN(
      const auto left,
      InRange(source, MakeRecordId(kType, absl::UnixEpoch(), 0), LastId()));
  PRIVET_EXPECT(left.size() == 4);
  PRIVET_EXPECT(left[0].bytes == records[0].bytes());
  PRIVET_EXPECT(left[1].bytes == Without(records[1], 1).bytes);
  PRIVET_EXPECT(left[2].id == records[4].id());
  return absl::OkStatus();
}

absl::Status MarksWhatWasSwept(RecordSource& source,
                               const InsertRecord& insert) {
  PRIVET_ASSIGN_OR_RETURN(const auto records, InsertSome(insert, 2));
  PRIVET_ASSIGN_OR_RETURN(const auto before,
                          source.SweptUpTo(kType, kLogClass));
  if (!before.has_value()) return absl::OkStatus();  // keeps no marks
  PRIVET_EXPECT(*before == RecordId());
  const SweepRange range{kType, kLogClass, MakeRecordId(kType, kCreated, 0),
                         records[1].id(), 100};
  PRIVET_RETURN_IF_ERROR(source
                             .Sweep(range,
                                    [](const RecordId&, std::string_view) {
                                      return std::optional<Disposal>();
                                    })
                             .status());
  PRIVET_ASSIGN_OR_RETURN(const auto after, source.SweptUpTo(kType, kLogClass));
  PRIVET_EXPECT(after == records[1].id());
  PRIVET_ASSIGN_OR_RETURN(const auto other, source.SweptUpTo(kType, 901));
  PRIVET_EXPECT(other == RecordId());
  PRIVET_ASSIGN_OR_RETURN(const auto never, source.SweptUpTo(kType, 12345));
  PRIVET_EXPECT(never == LastId());
  return absl::OkStatus();
}

absl::Status MarksWhatWasDestroyed(RecordSource& source,
                                   const InsertRecord& insert) {
  PRIVET_ASSIGN_OR_RETURN(const auto none, source.DestroyedUpTo());
  if (!none.has_value()) return absl::OkStatus();  // keeps no mark
  PRIVET_EXPECT(none->empty());
  PRIVET_RETURN_IF_ERROR(InsertSome(insert, 1).status());
  for (const std::string& mark :
       {std::string("first"), std::string(24, '\0')}) {
    PRIVET_RETURN_IF_ERROR(source.SetDestroyedUpTo(mark));
    PRIVET_ASSIGN_OR_RETURN(const auto there, source.DestroyedUpTo());
    PRIVET_EXPECT(there == mark);
  }
  return absl::OkStatus();
}

constexpr RecordSourceCase kSourceCases[] = {
    {"A source scans a range in the order of ids", ScansRange},
    {"A source ends a scan when it is told to", StopsScans},
    {"A source finds the records of an owner and of a further owner",
     ScansSubject},
    {"A source replaces what is as it was read", ReplacesWhatWasRead},
    {"A source removes what is as it was read", RemovesWhatWasRead},
    {"A source stores the residue of what it changed, once", StoresResidues},
    {"A source sweeps a range in steps", SweepsInSteps},
    {"A source that keeps marks tells how far a sweep came", MarksWhatWasSwept},
    {"A source that keeps a mark of the ledger tells the last one",
     MarksWhatWasDestroyed},
};

}  // namespace

absl::Span<const RecordSourceCase> RecordSourceConformance() {
  return kSourceCases;
}

namespace {

IndexTag Tag(std::string value, std::uint32_t compartment,
             bool unique = false) {
  return {0xf0000001, 1, unique, compartment, std::move(value)};
}

absl::Status PutsAndGets(RecordStore& store) {
  const SealedRecord record = MakeSealedRecord(Parts(1));
  PRIVET_EXPECT_CODE(store.Get(record.id()).status(),
                     absl::StatusCode::kNotFound);
  PRIVET_RETURN_IF_ERROR(store.Put(record));
  PRIVET_ASSIGN_OR_RETURN(const SealedRecord got, store.Get(record.id()));
  PRIVET_EXPECT(got.bytes() == record.bytes());
  PRIVET_EXPECT_CODE(store.Put(record), absl::StatusCode::kAlreadyExists);
  return absl::OkStatus();
}

absl::Status PutsOverTheRevisionBefore(RecordStore& store) {
  SealedParts parts = Parts(1);
  parts.revision = 2;
  PRIVET_EXPECT_CODE(store.Put(MakeSealedRecord(parts)),
                     absl::StatusCode::kNotFound);
  PRIVET_RETURN_IF_ERROR(store.Put(MakeSealedRecord(Parts(1))));
  parts.revision = 3;
  PRIVET_EXPECT_CODE(store.Put(MakeSealedRecord(parts)),
                     absl::StatusCode::kAborted);
  parts.revision = 2;
  parts.owner = MakeOwner(77);
  PRIVET_RETURN_IF_ERROR(store.Put(MakeSealedRecord(parts)));
  PRIVET_EXPECT_CODE(store.Put(MakeSealedRecord(parts)),
                     absl::StatusCode::kAborted);
  PRIVET_ASSIGN_OR_RETURN(const SealedRecord got, store.Get(parts.id));
  PRIVET_EXPECT(got.revision() == 2);
  PRIVET_ASSIGN_OR_RETURN(const auto before, Of(store, MakeOwner(1)));
  PRIVET_EXPECT(before.empty());
  PRIVET_ASSIGN_OR_RETURN(const auto now, Of(store, MakeOwner(77)));
  PRIVET_EXPECT(now.size() == 1);
  return absl::OkStatus();
}

absl::Status PutsAllOrNone(RecordStore& store) {
  PRIVET_RETURN_IF_ERROR(store.Put(MakeSealedRecord(Parts(3))));
  const std::vector<SealedRecord> three = {MakeSealedRecord(Parts(1)),
                                           MakeSealedRecord(Parts(2)),
                                           MakeSealedRecord(Parts(3))};
  PRIVET_EXPECT_CODE(store.PutAll(three), absl::StatusCode::kAlreadyExists);
  PRIVET_ASSIGN_OR_RETURN(const auto one, All(store));
  PRIVET_EXPECT(one.size() == 1);
  PRIVET_ASSIGN_OR_RETURN(const auto none, Of(store, MakeOwner(1)));
  PRIVET_EXPECT(none.empty());
  PRIVET_EXPECT_CODE(store.PutAll({three[0], three[0]}),
                     absl::StatusCode::kInvalidArgument);
  PRIVET_RETURN_IF_ERROR(
      store.PutAll(absl::MakeConstSpan(three).subspan(0, 2)));
  PRIVET_RETURN_IF_ERROR(store.PutAll({}));
  PRIVET_ASSIGN_OR_RETURN(const auto all, All(store));
  PRIVET_EXPECT(all.size() == 3);
  return absl::OkStatus();
}

absl::Status FindsByIndex(RecordStore& store) {
  for (std::uint64_t i = 1; i <= 3; ++i) {
    PRIVET_RETURN_IF_ERROR(store.Put(
        MakeSealedRecord(Parts(i), {Tag(i < 3 ? "same" : "other", 2)})));
  }
  PRIVET_ASSIGN_OR_RETURN(const auto both, store.Find(Tag("same", 0), 10));
  PRIVET_EXPECT((both == std::vector<RecordId>{Parts(1).id, Parts(2).id}));
  PRIVET_ASSIGN_OR_RETURN(const auto one, store.Find(Tag("same", 0), 1));
  PRIVET_EXPECT(one == std::vector<RecordId>{Parts(1).id});
  IndexTag elsewhere = Tag("same", 0);
  elsewhere.generation = 2;
  PRIVET_ASSIGN_OR_RETURN(const auto none, store.Find(elsewhere, 10));
  PRIVET_EXPECT(none.empty());
  PRIVET_EXPECT_CODE(store.Find(Tag("", 0), 1).status(),
                     absl::StatusCode::kInvalidArgument);
  return absl::OkStatus();
}

absl::Status KeepsUniqueValuesUnique(RecordStore& store) {
  const SealedRecord first =
      MakeSealedRecord(Parts(1), {Tag("login", 2, true)});
  PRIVET_RETURN_IF_ERROR(store.Put(first));
  PRIVET_EXPECT_CODE(
      store.Put(MakeSealedRecord(Parts(2), {Tag("login", 2, true)})),
      absl::StatusCode::kAlreadyExists);
  PRIVET_EXPECT_CODE(store.Get(Parts(2).id).status(),
                     absl::StatusCode::kNotFound);
  PRIVET_ASSIGN_OR_RETURN(const SealedRecord found,
                          store.FindUnique(Tag("login", 2, true)));
  PRIVET_EXPECT(found.id() == first.id());
  PRIVET_EXPECT_CODE(store.FindUnique(Tag("nobody", 2, true)).status(),
                     absl::StatusCode::kNotFound);
  // The record itself may keep its value.
  SealedParts amended = Parts(1);
  amended.revision = 2;
  return store.Put(MakeSealedRecord(amended, {Tag("login", 2, true)}));
}

absl::Status DropsIndexRowsWithTheirCompartment(RecordStore& store) {
  const SealedRecord record =
      MakeSealedRecord(Parts(1), {Tag("two", 2), Tag("three", 3)});
  PRIVET_RETURN_IF_ERROR(store.Put(record));
  const Replacement shorter = Without(record, 1);
  PRIVET_RETURN_IF_ERROR(store.Replace({shorter}).status());
  PRIVET_ASSIGN_OR_RETURN(const auto gone, store.Find(Tag("two", 2), 10));
  PRIVET_EXPECT(gone.empty());
  PRIVET_ASSIGN_OR_RETURN(const auto there, store.Find(Tag("three", 3), 10));
  PRIVET_EXPECT(there.size() == 1);
  PRIVET_RETURN_IF_ERROR(
      store.Remove({{{record.id(), 1, shorter.bytes.size()}, std::nullopt}})
          .status());
  PRIVET_ASSIGN_OR_RETURN(const auto none, store.Find(Tag("three", 3), 10));
  PRIVET_EXPECT(none.empty());
  return absl::OkStatus();
}

absl::Status ReplacesIndexRowsOfAnAmendedRecord(RecordStore& store) {
  PRIVET_RETURN_IF_ERROR(
      store.Put(MakeSealedRecord(Parts(1), {Tag("before", 2)})));
  SealedParts amended = Parts(1);
  amended.revision = 2;
  PRIVET_RETURN_IF_ERROR(
      store.Put(MakeSealedRecord(amended, {Tag("after", 2)})));
  PRIVET_ASSIGN_OR_RETURN(const auto before, store.Find(Tag("before", 2), 10));
  PRIVET_EXPECT(before.empty());
  PRIVET_ASSIGN_OR_RETURN(const auto after, store.Find(Tag("after", 2), 10));
  PRIVET_EXPECT(after.size() == 1);
  return absl::OkStatus();
}

absl::Status StoresNothingBelowAMark(RecordStore& store) {
  const SealedRecord last = MakeSealedRecord(Parts(9));
  PRIVET_RETURN_IF_ERROR(store.Put(last));
  // A mark only rises.
  for (const RecordId& to : {last.id(), Parts(1).id}) {
    const SweepRange range{kType, kLogClass, RecordId(), to, 100};
    PRIVET_RETURN_IF_ERROR(store
                               .Sweep(range,
                                      [](const RecordId&, std::string_view) {
                                        return std::optional<Disposal>();
                                      })
                               .status());
  }
  const SealedRecord late = MakeSealedRecord(Parts(5), {Tag("late", 2)});
  PRIVET_RETURN_IF_ERROR(store.Put(late));
  PRIVET_ASSIGN_OR_RETURN(const SealedRecord got, store.Get(late.id()));
  PRIVET_EXPECT(got.bytes() == Without(late, 1).bytes);
  PRIVET_ASSIGN_OR_RETURN(const auto found, store.Find(Tag("late", 2), 1));
  PRIVET_EXPECT(found.empty());
  SealedParts all_due = Parts(6);
  all_due.compartments.pop_back();
  PRIVET_EXPECT_CODE(store.Put(MakeSealedRecord(all_due)),
                     absl::StatusCode::kFailedPrecondition);
  PRIVET_EXPECT_CODE(store.Get(all_due.id).status(),
                     absl::StatusCode::kNotFound);
  return absl::OkStatus();
}

constexpr RecordStoreCase kStoreCases[] = {
    {"A record store gets what was put", PutsAndGets},
    {"A record store writes only over the revision before",
     PutsOverTheRevisionBefore},
    {"A record store puts all or none", PutsAllOrNone},
    {"A record store finds by blind index", FindsByIndex},
    {"A record store keeps the values of a unique index unique",
     KeepsUniqueValuesUnique},
    {"A record store drops index rows with their compartment",
     DropsIndexRowsWithTheirCompartment},
    {"A record store replaces the index rows of an amended record",
     ReplacesIndexRowsOfAnAmendedRecord},
    {"A record store stores nothing below the mark of a sweep",
     StoresNothingBelowAMark},
};

}  // namespace

absl::Span<const RecordStoreCase> RecordStoreConformance() {
  return kStoreCases;
}

}  // namespace privet::testing
