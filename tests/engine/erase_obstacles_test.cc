// SPDX-License-Identifier: Apache-2.0
//
// Erasures that meet something in their way: damaged rows, stores that fail, a
// policy that is not the newest.

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/engine_rig.h"
#include "infermesh.pb.h"
#include "privet/record_store.h"
#include "support/catch.h"
#include "support/edited_policy.h"
#include "support/infermesh_records.h"
#include "support/status_assertions.h"

namespace privet {
namespace {

using infermesh::v1::ApiRequest;
using testing::ActorOf;
using testing::EngineRig;
using testing::PolicyOrDie;

// A table of the host's own, in which everybody has a row that was damaged.
class DamagedTable final : public RecordSource {
 public:
  absl::Status ScanRange(const RecordId&, const RecordId&, Visitor) override {
    return absl::OkStatus();
  }
  absl::Status ScanSubject(const OwnerId&, Visitor visit) override {
    visit(RecordId(), "PRV1, and then nothing that makes sense");
    return absl::OkStatus();
  }
  absl::StatusOr<std::size_t> Replace(absl::Span<const Replacement>) override {
    return 0;
  }
  absl::StatusOr<std::size_t> Remove(absl::Span<const Removal>) override {
    return 0;
  }
};

// A table in which, so many times, others have changed what is to be removed.
class ContestedTable final : public RecordSource {
 public:
  ContestedTable(std::shared_ptr<RecordSource> table, int times)
      : table_(std::move(table)), times_(times) {}

  absl::Status ScanRange(const RecordId& from, const RecordId& to,
                         Visitor visit) override {
    return table_->ScanRange(from, to, visit);
  }
  absl::Status ScanSubject(const OwnerId& owner, Visitor visit) override {
    return table_->ScanSubject(owner, visit);
  }
  absl::StatusOr<std::size_t> Replace(
      absl::Span<const Replacement> replacements) override {
    return table_->Replace(replacements);
  }
  absl::StatusOr<std::size_t> Remove(
      absl::Span<const Removal> removals) override {
    if (times_ > 0 && !removals.empty()) {
      --times_;
      return 0;
    }
    return table_->Remove(removals);
  }

 private:
  const std::shared_ptr<RecordSource> table_;
  int times_;
};

std::size_t RecordsIn(RecordSource& source) {
  std::size_t count = 0;
  RecordId last;
  last.bytes.fill(0xff);
  REQUIRE_OK(source.ScanRange(RecordId(), last,
                              [&](const RecordId&, std::string_view) {
                                ++count;
                                return true;
                              }));
  return count;
}

EngineOptions WithDamagedTable() {
  EngineOptions options;
  options.sources = {std::make_shared<DamagedTable>()};
  return options;
}

TEST_CASE("A damaged row keeps nobody's erasure from its end",
          "[engine][erase]") {
  EngineRig rig;
  const Engine engine = rig.OpenOrDie(WithDamagedTable());
  for (const char* id : {"ada", "bob"}) {
    testing::StoreOrDie(rig, ActorOf(engine, "gateway"), rig.Request(id));
  }
  for (const char* id : {"ada", "bob"}) {
    const auto receipt = engine.subjects().Erase(Subject(id));
    REQUIRE_OK(receipt);
    CHECK(receipt->records_removed == 1);
    CHECK(receipt->records_damaged == 1);
  }
  CHECK(RecordsIn(*rig.records) == 0);
  REQUIRE_OK(rig.TryOpen(WithDamagedTable()));
}

TEST_CASE("An erasure that is stuck keeps nobody's keys alive",
          "[engine][erase][error]") {
  EngineRig rig;
  const Engine engine = rig.OpenOrDie();
  const Actor gateway = ActorOf(engine, "gateway");
  testing::StoreOrDie(rig, gateway, rig.Request("ada"));
  const SealedRecord of_bob =
      testing::StoreOrDie(rig, gateway, rig.Request("bob"));
  rig.records->plan().FailAfter(0, absl::UnavailableError("unplugged"));
  REQUIRE_ERROR(engine.subjects().Erase(Subject("ada")),
                absl::StatusCode::kUnavailable, "unplugged");
  // The other's keys die all the same, and both are told to come back.
  REQUIRE_ERROR(engine.subjects().Erase(Subject("bob")),
                absl::StatusCode::kUnavailable, "unplugged");
  REQUIRE_ERROR(gateway.Open<ApiRequest>(of_bob, AnySubject(),
                                         PurposeId("service.delivery")),
                absl::StatusCode::kNotFound, "");
  REQUIRE_ERROR(engine.subjects().Erase(Subject("ada")),
                absl::StatusCode::kUnavailable, "unplugged");
  rig.records->plan().Pass();
  REQUIRE_OK(engine.subjects().Erase(Subject("ada")));
  CHECK(RecordsIn(*rig.records) == 0);
}

TEST_CASE("An erasure goes on when others are first to change a record",
          "[engine][erase]") {
  EngineRig rig;
  const int times = GENERATE(1, 20, 1'000'000);
  EngineOptions options;
  options.sources = {std::make_shared<ContestedTable>(rig.records, times)};
  const Engine engine = rig.OpenOrDie(options);
  testing::StoreOrDie(rig, ActorOf(engine, "gateway"), rig.Request("ada"));
  const auto receipt = engine.subjects().Erase(Subject("ada"));
  if (times < 1000) {
    REQUIRE_OK(receipt);
    CHECK(receipt->records_removed == 1);
  } else {
    REQUIRE_ERROR(receipt, absl::StatusCode::kUnavailable, "again");
  }
}

TEST_CASE("A process with an older policy erases nothing that a law keeps",
          "[engine][erase][error]") {
  EngineRig rig;
  const Engine older = rig.OpenOrDie();
  rig.Use(
      PolicyOrDie({{"obligation { id: \"bookkeeping\"",
                    "obligation { id: \"disputes\"  law: \"consumer law\" }\n"
                    "obligation { id: \"bookkeeping\""},
                   {"retention { id: \"talk\" ",
                    "retention { id: \"talk\"  obligation: \"disputes\" "},
                   testing::Version(5)}));
  const Engine newer = rig.OpenOrDie();
  testing::StoreOrDie(rig, ActorOf(newer, "support_desk"),
                      testing::TicketOf("ada"));
  REQUIRE_ERROR(older.subjects().Erase(Subject("ada")),
                absl::StatusCode::kFailedPrecondition, "disputes");
  const auto receipt = newer.subjects().Erase(Subject("ada"));
  REQUIRE_OK(receipt);
  REQUIRE(receipt->kept_for.size() == 1);
  CHECK(receipt->kept_for[0] == "disputes");
  CHECK(RecordsIn(*rig.records) == 1);
}

}  // namespace
}  // namespace privet
