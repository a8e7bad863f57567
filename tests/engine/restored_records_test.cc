// SPDX-License-Identifier: Apache-2.0
//
// Records restored from a backup: what was erased, or ended by an event, since
// the backup goes again, with all that finds it.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "engine/engine_rig.h"
#include "infermesh.pb.h"
#include "privet/record_store.h"
#include "privet/sealed_record.h"
#include "privet/testing/stores.h"
#include "support/catch.h"
#include "support/edited_policy.h"
#include "support/infermesh_records.h"
#include "support/status_assertions.h"

namespace privet {
namespace {

using testing::ActorOf;
using testing::EngineRig;
using testing::NewMemoryRecordStore;
using testing::PolicyOrDie;

// The reference policy, with accounts that are found by their address.
Policy WithIndex() {
  return PolicyOrDie(
      {{"record { type: \"infermesh.v1.Account\" ",
        "record { type: \"infermesh.v1.Account\"  field { path: \"email\"  "
        "categories: \"account.email\"  index { name: \"by_email\" unique: "
        "true } } "}});
}

class Scene {
 public:
  Scene() : rig(WithIndex()), engine(rig.OpenOrDie()) {}

  // Stores a record, and copies it into the backup.
  template <typename T>
  SealedRecord StoreOrDie(const char* actor, const T& record) {
    const SealedRecord sealed =
        testing::StoreOrDie(rig, ActorOf(engine, actor), record);
    REQUIRE_OK(backup->Put(sealed));
    return sealed;
  }

  bool Has(const SealedRecord& record) {
    const auto found = rig.records->Get(record.id());
    if (found.ok()) return true;
    CHECK(found.status().code() == absl::StatusCode::kNotFound);
    return false;
  }

  // Puts the backup in the place of the records, and starts anew.
  void Restore() {
    rig.records = std::make_shared<testing::FailingRecordStore>(backup);
    engine = rig.OpenOrDie();
  }

  EngineRig rig;
  Engine engine;
  std::shared_ptr<RecordStore> backup = NewMemoryRecordStore();
};

TEST_CASE("Records of an erased person that a backup brings back go again",
          "[engine][restore]") {
  Scene scene;
  const auto account = scene.StoreOrDie("accounts", testing::AccountOf("ada"));
  const auto request = scene.StoreOrDie("gateway", scene.rig.Request("ada"));
  const auto payment = scene.StoreOrDie("payments", testing::PaymentOf("ada"));
  const auto other = scene.StoreOrDie("gateway", scene.rig.Request("bob"));
  REQUIRE_OK(scene.engine.subjects().Erase(Subject("ada")));
  scene.Restore();
  CHECK_FALSE(scene.Has(account));
  CHECK_FALSE(scene.Has(request));
  CHECK(scene.Has(payment));  // bookkeeping
  CHECK(scene.Has(other));

  // Nothing finds the account, and its address is free.
  const auto tag =
      scene.engine.IndexOf("by_email", testing::AccountOf("ada").email());
  REQUIRE_OK(tag);
  const auto found = scene.rig.records->Find(*tag, 10);
  REQUIRE_OK(found);
  CHECK(found->empty());
  testing::StoreOrDie(scene.rig, ActorOf(scene.engine, "accounts"),
                      testing::AccountOf("ada"));
}

TEST_CASE("What an event ended goes again from a backup", "[engine][restore]") {
  Scene scene;
  const auto account = scene.StoreOrDie("accounts", testing::AccountOf("ada"));
  REQUIRE_OK(scene.engine.subjects().RecordEvent(Subject("ada"),
                                                 EventId("account_closed")));
  scene.rig.clock.Advance(absl::Hours(24 * 91));
  CHECK(scene.rig.SweepOrDie().records == 1);
  REQUIRE_FALSE(scene.Has(account));
  scene.Restore();
  CHECK_FALSE(scene.Has(account));
}

TEST_CASE("Records that a backup does not bring back are not looked for",
          "[engine][restore]") {
  Scene scene;
  scene.StoreOrDie("gateway", scene.rig.Request("ada"));
  REQUIRE_OK(scene.engine.subjects().Erase(Subject("ada")));
  scene.rig.OpenOrDie();
  const int before = scene.rig.records->plan().calls();
  scene.rig.OpenOrDie();
  CHECK(scene.rig.records->plan().calls() == before + 1);  // reads the mark
}

// A table of the host's own: the four functions alone.
class HostTable final : public RecordSource {
 public:
  explicit HostTable(std::shared_ptr<RecordStore> rows)
      : rows_(std::move(rows)) {}
  absl::Status ScanRange(const RecordId& from, const RecordId& to,
                         Visitor visit) override {
    return rows_->ScanRange(from, to, visit);
  }
  absl::Status ScanSubject(const OwnerId& owner, Visitor visit) override {
    ++scans;
    return rows_->ScanSubject(owner, visit);
  }
  absl::StatusOr<std::size_t> Replace(
      absl::Span<const Replacement> replacements) override {
    return rows_->Replace(replacements);
  }
  absl::StatusOr<std::size_t> Remove(
      absl::Span<const Removal> removals) override {
    return rows_->Remove(removals);
  }

  int scans = 0;

 private:
  const std::shared_ptr<RecordStore> rows_;
};

TEST_CASE("A sweep takes out of a host's table what its backup brought back",
          "[engine][restore][sweep]") {
  Scene scene;
  const auto request = scene.StoreOrDie("gateway", scene.rig.Request("ada"));
  REQUIRE_OK(scene.engine.subjects().Erase(Subject("ada")));
  auto table = std::make_shared<HostTable>(scene.backup);
  REQUIRE_OK(scene.backup->Get(request.id()));
  const SweepReport report = scene.rig.SweepOrDie({{"restored", table}});
  CHECK(report.records == 1);
  CHECK(scene.backup->Get(request.id()).status().code() ==
        absl::StatusCode::kNotFound);
  const int scans = table->scans;
  scene.rig.SweepOrDie({{"restored", table}});
  CHECK(table->scans == scans);
}

}  // namespace
}  // namespace privet
