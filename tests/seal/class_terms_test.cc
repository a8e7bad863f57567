// SPDX-License-Identifier: Apache-2.0

#include "seal/class_terms.h"

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/keep.h"
#include "keys/catalogue.h"
#include "keys/epoch.h"
#include "policy/retention_class.h"
#include "seal/rig.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet::seal {
namespace {

using privet::testing::ClassOf;
using privet::testing::kNow;
using privet::testing::NoEvent;
using privet::testing::PeriodOf;

base::Keep AsSealed(const policy::Period& period) { return period.keep; }

ClassTerms TermsOrDie(std::vector<policy::Period> periods) {
  auto terms = ClassTerms::Make(ClassOf(std::move(periods)), AsSealed);
  REQUIRE_OK(terms);
  return *std::move(terms);
}

TEST_CASE("A class asks for an epoch, a slot or both", "[seal][class_terms]") {
  struct Case {
    std::string name;
    std::vector<policy::Period> periods;
    std::string slot;        // kind
    bool slot_of_class;      // or of all classes
    std::string epoch_keep;  // empty: no epoch
  };
  const Case test = GENERATE(values<Case>({
      {"creation", {PeriodOf("a", {}, "30d")}, "", false, "30d"},
      {"the shortest of two from creation",
       {PeriodOf("a", {}, "90d"), PeriodOf("b", {}, "2w")},
       "",
       false,
       "2w"},
      {"an event", {PeriodOf("a", {"closed"}, "30d")}, "event", true, ""},
      {"both",
       {PeriodOf("a", {}, "1y"), PeriodOf("b", {"closed"}, "30d")},
       "event",
       true,
       "1y"},
      // Beside an obligation the others only restrict.
      {"an obligation from creation",
       {PeriodOf("a", {}, "30d"), PeriodOf("b", {}, "10y", "tax")},
       "obligation",
       false,
       "10y"},
      {"an obligation from an event",
       {PeriodOf("a", {}, "30d"), PeriodOf("b", {"closed"}, "3y", "tax")},
       "obligation",
       true,
       ""},
      {"one obligation with two lengths: the earliest end counts",
       {PeriodOf("a", {}, "10y", "tax"), PeriodOf("b", {}, "6y", "tax"),
        PeriodOf("c", {}, "1y")},
       "obligation",
       false,
       "6y"},
      {"an obligation from creation beside an event",
       {PeriodOf("a", {"closed"}, "30d"), PeriodOf("b", {}, "3y", "tax")},
       "obligation",
       false,
       "3y"},
  }));

  DYNAMIC_SECTION(test.name) {
    const ClassTerms terms = TermsOrDie(test.periods);
    CHECK(terms.slot_kind().kind == test.slot);
    CHECK((terms.slot() == keys::kErasableSlot) == test.slot.empty());
    CHECK(terms.slot_kind().retention_class ==
          (test.slot_of_class ? terms.id() : 0));
    REQUIRE(terms.has_epoch() == !test.epoch_keep.empty());
    if (!terms.has_epoch()) return;
    const base::Keep keep = *base::Keep::Parse(test.epoch_keep);
    const std::uint32_t epoch = terms.EpochOf(absl::ToUnixMillis(kNow));
    CHECK(epoch == *keys::EpochOf(kNow, keep));
    CHECK(terms.EpochDies(epoch) == keys::EpochDies(epoch, keep, keep));
  }
}

TEST_CASE("A class without an epoch has none, whenever it was created",
          "[seal][class_terms]") {
  const ClassTerms terms = TermsOrDie({PeriodOf("a", {"closed"}, "30d")});
  CHECK(terms.EpochOf(absl::ToUnixMillis(kNow)) == keys::kNoEpoch);
  CHECK(terms.EpochDies(keys::kNoEpoch) == absl::InfiniteFuture());
}

TEST_CASE("What cannot be a class is refused", "[seal][class_terms][error]") {
  REQUIRE_ERROR(ClassTerms::Make(policy::RetentionClass(), AsSealed),
                absl::StatusCode::kInvalidArgument, "has no retention");
}

TEST_CASE("Data is due at its limit, not after it",
          "[seal][class_terms][due]") {
  struct Case {
    std::string name;
    std::string keep;
    absl::Time due;
  };
  const absl::Time created = absl::FromCivil(
      absl::CivilSecond(2026, 1, 31, 12, 0, 0), absl::UTCTimeZone());
  const auto at = [](int year, int month, int day) {
    return absl::FromCivil(absl::CivilSecond(year, month, day, 12, 0, 0),
                           absl::UTCTimeZone());
  };
  const Case test = GENERATE_COPY(values<Case>({
      {"days", "30d", created + absl::Hours(24 * 30)},
      {"a month that has no 31st", "1mo", at(2026, 2, 28)},
      {"two months", "2mo", at(2026, 3, 31)},
      {"a year", "1y", at(2027, 1, 31)},
      {"at once", "0d", created},
  }));
  DYNAMIC_SECTION(test.name) {
    const ClassTerms terms = TermsOrDie({PeriodOf("a", {}, test.keep)});
    CHECK(terms.DueAt(created, test.due - absl::Milliseconds(1), NoEvent) ==
          Due::kNo);
    CHECK(terms.DueAt(created, test.due, NoEvent) == Due::kYes);
  }
}

TEST_CASE("An event counts when the last of its retention has happened",
          "[seal][class_terms][due]") {
  const ClassTerms terms =
      TermsOrDie({PeriodOf("a", {"closed", "settled"}, "30d")});
  absl::Time closed = absl::InfiniteFuture(), settled = absl::InfiniteFuture();
  const auto events = [&](std::string_view event) {
    return event == "closed" ? closed : settled;
  };
  const absl::Time much_later = kNow + absl::Hours(24 * 1000);
  CHECK(terms.DueAt(kNow, much_later, events) == Due::kNo);
  closed = kNow;
  CHECK(terms.DueAt(kNow, much_later, events) == Due::kNo);
  settled = much_later - absl::Hours(24 * 30);
  CHECK(terms.DueAt(kNow, much_later - absl::Milliseconds(1), events) ==
        Due::kNo);
  CHECK(terms.DueAt(kNow, much_later, events) == Due::kYes);
  // Also for a record that was made after the event.
  CHECK(terms.DueAt(much_later, much_later, events) == Due::kYes);
}

TEST_CASE(
    "An obligation outlasts the other retentions, and restricts meanwhile",
    "[seal][class_terms][due]") {
  const ClassTerms terms =
      TermsOrDie({PeriodOf("a", {}, "30d"), PeriodOf("b", {}, "100d", "tax")});
  const auto due = [&](int days) {
    return terms.DueAt(kNow, kNow + absl::Hours(24 * days), NoEvent);
  };
  CHECK(due(29) == Due::kNo);
  CHECK(due(30) == Due::kRestricted);
  CHECK(due(99) == Due::kRestricted);
  CHECK(due(100) == Due::kYes);
}

TEST_CASE("A stricter policy acts on old records at once, a laxer one never",
          "[seal][class_terms][due]") {
  const std::string in_force = GENERATE("10d", "90d");
  const auto keep_in_force = [&](const policy::Period& period) {
    return std::min(period.keep, *base::Keep::Parse(in_force));
  };
  const auto terms =
      ClassTerms::Make(ClassOf({PeriodOf("a", {}, "30d")}), keep_in_force);
  REQUIRE_OK(terms);
  const int days = in_force == "10d" ? 10 : 30;
  const absl::Time due = kNow + absl::Hours(24 * days);
  CHECK(terms->DueAt(kNow, due - absl::Milliseconds(1), NoEvent) == Due::kNo);
  CHECK(terms->DueAt(kNow, due, NoEvent) == Due::kYes);
  // The length of epochs is that of sealing: part of the format.
  const base::Keep sealed = *base::Keep::Parse("30d");
  const std::uint32_t epoch = terms->EpochOf(absl::ToUnixMillis(kNow));
  CHECK(epoch == *keys::EpochOf(kNow, sealed));
  CHECK(terms->EpochDies(epoch) ==
        keys::EpochDies(epoch, sealed,
                        *base::Keep::Parse(days == 10 ? "10d" : "30d")));
}

TEST_CASE("Sealed again, each retention keeps the smaller of its keeps",
          "[seal][class_terms][amend]") {
  struct Case {
    std::string name;
    std::vector<policy::Period> in_force, had, want;
  };
  const Case test = GENERATE(values<Case>({
      {"a laxer policy does not reach back",
       {PeriodOf("a", {}, "90d")},
       {PeriodOf("a", {}, "30d")},
       {PeriodOf("a", {}, "30d")}},
      {"a stricter one does",
       {PeriodOf("a", {}, "10d")},
       {PeriodOf("a", {}, "30d")},
       {PeriodOf("a", {}, "10d")}},
      {"a new retention applies",
       {PeriodOf("a", {}, "30d"), PeriodOf("b", {}, "9d")},
       {PeriodOf("a", {}, "30d")},
       {PeriodOf("a", {}, "30d"), PeriodOf("b", {}, "9d")}},
      {"a vanished one stays",
       {PeriodOf("b", {}, "90d")},
       {PeriodOf("a", {}, "30d")},
       {PeriodOf("a", {}, "30d"), PeriodOf("b", {}, "90d")}},
      {"another anchor does not undo the old one",
       {PeriodOf("a", {"closed"}, "30d")},
       {PeriodOf("a", {}, "30d")},
       {PeriodOf("a", {}, "30d"), PeriodOf("a", {"closed"}, "30d")}},
      {"another obligation leaves of the old one its end",
       {PeriodOf("b", {}, "9y", "trade")},
       {PeriodOf("a", {}, "3y", "tax")},
       {PeriodOf("a", {}, "3y"), PeriodOf("b", {}, "9y", "trade")}},
  }));
  DYNAMIC_SECTION(test.name) {
    const policy::RetentionClass had = ClassOf(test.had);
    const auto narrow = Narrow(ClassOf(test.in_force), {&had});
    REQUIRE_OK(narrow);
    CHECK(narrow->Serialize() == ClassOf(test.want).Serialize());
  }
}

TEST_CASE("Id, anchor, keep and obligation each change the class",
          "[seal][class_terms]") {
  const auto id = [](std::vector<policy::Period> periods) {
    return ClassOf(std::move(periods)).id;
  };
  const std::uint32_t one = id({PeriodOf("a", {}, "30d")});
  CHECK(one != id({PeriodOf("b", {}, "30d")}));
  CHECK(one != id({PeriodOf("a", {"closed"}, "30d")}));
  CHECK(one != id({PeriodOf("a", {}, "31d")}));
  CHECK(one != id({PeriodOf("a", {}, "30d", "tax")}));
  CHECK(one != id({PeriodOf("a", {}, "30d"), PeriodOf("b", {}, "1y")}));
}

}  // namespace
}  // namespace privet::seal
