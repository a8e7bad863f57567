// SPDX-License-Identifier: Apache-2.0
//
// The rows that account for shares: one for each that was let out, whatever
// happens at any of its calls of a store.

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/desk.h"
#include "engine/engine_rig.h"
#include "privet/actor.h"
#include "privet/store.h"
#include "privet/testing/stores.h"
#include "subject/state_row.h"
#include "support/catch.h"
#include "support/infermesh_records.h"
#include "support/status_assertions.h"

namespace privet {
namespace {

using testing::Desk;
using testing::kAda;
using testing::RowsOf;
using Code = absl::StatusCode;

// A store at which others are served between two calls of one.
class BusyStore final : public Store {
 public:
  explicit BusyStore(std::shared_ptr<Store> behind)
      : behind_(std::move(behind)) {}

  // Lets `calls` pass, and serves the others before the next.
  void ServeAfter(int calls, std::function<void()> others) {
    calls_ = calls;
    others_ = std::move(others);
  }
  // Returns whether they were served.
  bool Served() { return std::exchange(others_, nullptr) == nullptr; }

  absl::StatusOr<std::optional<std::string>> Read(
      std::string_view key) override {
    Count();
    return behind_->Read(key);
  }
  absl::Status Scan(std::string_view from, std::string_view to,
                    absl::FunctionRef<bool(std::string_view, std::string_view)>
                        visit) override {
    Count();
    return behind_->Scan(from, to, visit);
  }
  absl::Status Commit(absl::Span<const Condition> conditions,
                      absl::Span<const Write> writes) override {
    Count();
    return behind_->Commit(conditions, writes);
  }
  absl::StatusOr<Scrubbed> Scrub() override { return behind_->Scrub(); }

 private:
  void Count() {
    if (others_ == nullptr || calls_-- > 0) return;
    std::exchange(others_, nullptr)();
  }

  const std::shared_ptr<Store> behind_;
  int calls_ = 0;
  std::function<void()> others_;
};

// A desk, and others that another process serves.
class BusyDesk : public Desk {
 public:
  BusyDesk() : other(engine) {
    rig.state = std::make_shared<testing::FailingStore>(busy_state);
    rig.vault = std::make_shared<testing::FailingStore>(busy_vault);
    engine = rig.OpenOrDie();
    REQUIRE_OK(other.subjects().GiveConsent(ada, PurposeId("analytics")));
  }

  std::size_t Disclosures() {
    std::size_t count = 0;
    for (const auto& [key, value] : RowsOf(*rig.state)) {
      if (key.compare(0, 2, "s/") != 0) continue;
      count += key.at(subject::PresentPrefix({}).size()) ==
               static_cast<char>(subject::RowKind::kDisclosure);
    }
    return count;
  }

  std::shared_ptr<BusyStore> busy_state =
      std::make_shared<BusyStore>(rig.state);
  std::shared_ptr<BusyStore> busy_vault =
      std::make_shared<BusyStore>(rig.vault);
  Engine other;
};

using Share = absl::Status (*)(BusyDesk&);

RequestOptions Case() {
  return testing::OfCase("2 BvR 17/26", {CategoryId("account.email")});
}

absl::Status WithAuthority(BusyDesk& desk) {
  return desk.As("legal")
      .Share(desk.account, desk.ada, RecipientId("authority"),
             PurposeId("compliance"), Case())
      .status();
}

absl::Status InHandWithAuthority(BusyDesk& desk) {
  return desk.As("legal")
      .Share(testing::AccountOf(kAda), desk.ada, RecipientId("authority"),
             PurposeId("compliance"), Case())
      .status();
}

absl::Status OnConsent(BusyDesk& desk) {
  return desk.As("product")
      .Share(desk.request, desk.ada, RecipientId("analytics_co"),
             PurposeId("analytics"))
      .status();
}

// Shares with `others` served before each call of a store in turn, at desks of
// their own, until there is no further call.
void ServeEverywhere(Share share, const std::function<void(BusyDesk&)>& others,
                     const std::function<void(BusyDesk&, bool)>& check) {
  for (const bool in_vault : {true, false}) {
    bool served = true;
    for (int calls = 0; served; ++calls) {
      INFO((in_vault ? "vault" : "state") << ", after calls: " << calls);
      BusyDesk desk;
      BusyStore& store = in_vault ? *desk.busy_vault : *desk.busy_state;
      store.ServeAfter(calls, [&] { others(desk); });
      const absl::Status shared = share(desk);
      served = store.Served();
      if (served) check(desk, shared.ok());
    }
  }
}

TEST_CASE("Nothing is on record of a share whose person was erased meanwhile",
          "[engine][share][erase]") {
  for (const Share share : {WithAuthority, OnConsent}) {
    ServeEverywhere(
        share,
        [](BusyDesk& desk) {
          REQUIRE_OK(desk.other.subjects().Erase(desk.ada));
        },
        [](BusyDesk& desk, bool shared) {
          CHECK_FALSE(shared);
          CHECK(desk.Disclosures() == 0);
          CHECK(RowsOf(*desk.rig.state).size() > 0);
          for (const auto& [key, value] : RowsOf(*desk.rig.state)) {
            CHECK(value.find("2 BvR") == std::string::npos);
          }
        });
  }
}

TEST_CASE("A share of a record in hand is on record once, of a stranger",
          "[engine][share][erase]") {
  ServeEverywhere(
      InHandWithAuthority,
      [](BusyDesk& desk) { REQUIRE_OK(desk.other.subjects().Erase(desk.ada)); },
      [](BusyDesk& desk, bool shared) {
        CHECK(shared);
        CHECK(desk.Disclosures() == 1);
        const std::string his = subject::PresentPrefix(desk.account.owner());
        for (const auto& [key, value] : RowsOf(*desk.rig.state)) {
          CHECK(key.compare(0, his.size(), his) != 0);
        }
      });
}

TEST_CASE("A share is on record once, however often it is decided anew",
          "[engine][share]") {
  for (const Share share : {WithAuthority, InHandWithAuthority, OnConsent}) {
    ServeEverywhere(
        share,
        [](BusyDesk& desk) {
          REQUIRE_OK(desk.other.subjects().GiveConsent(Subject("bob-90aa"),
                                                       PurposeId("analytics")));
        },
        [](BusyDesk& desk, bool shared) {
          CHECK(shared);
          CHECK(desk.Disclosures() == 1);
        });
  }
}

TEST_CASE("Nothing is on record of a share that a withdrawal stopped",
          "[engine][share][subjects]") {
  ServeEverywhere(
      OnConsent,
      [](BusyDesk& desk) {
        REQUIRE_OK(desk.other.subjects().WithdrawConsent(
            desk.ada, PurposeId("analytics")));
      },
      [](BusyDesk& desk, bool shared) {
        CHECK_FALSE(shared);
        CHECK(desk.Disclosures() == 0);
      });
}

TEST_CASE("Nothing is on record of a share that a store stopped",
          "[engine][share]") {
  bool stopped = true;
  for (int calls = 0; stopped; ++calls) {
    INFO("after calls: " << calls);
    BusyDesk desk;
    desk.rig.state->plan().LoseAnswer(calls, absl::UnavailableError("gone"));
    const absl::Status shared = WithAuthority(desk);
    stopped = !shared.ok();
    if (stopped) REQUIRE_ERROR(shared, Code::kUnavailable, "gone");
    CHECK(desk.Disclosures() == (stopped ? 0 : 1));
  }
}

TEST_CASE("A day's shares with one recipient are one row, an authority's each",
          "[engine][share]") {
  BusyDesk desk;
  for (std::size_t i = 1; i <= 3; ++i) {
    REQUIRE_OK(OnConsent(desk));
    REQUIRE_OK(WithAuthority(desk));
    CHECK(desk.Disclosures() == 1 + i);
  }
}

}  // namespace
}  // namespace privet
