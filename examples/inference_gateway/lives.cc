// SPDX-License-Identifier: Apache-2.0

#include "lives.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "infermesh_policy.h"

namespace gateway {
namespace {

// Parts of the year.
constexpr double kLastSignUp = 0.74;
constexpr double kPolicy = 0.82;
constexpr double kNotice = 0.88;
constexpr double kSuccession = 0.945;

constexpr absl::Duration kDay = absl::Hours(24);

// Plans the life of one account.
class Life {
 public:
  Life(std::uint32_t account, absl::Time start, std::size_t days,
       std::mt19937_64* random, std::vector<Event>* events)
      : account_(account),
        start_(start),
        days_(static_cast<double>(days)),
        random_(random),
        events_(events) {}

  void Plan() {
    // A third was there before the year begins.
    const double born =
        Chance(0.33) ? 0.01 * Part() : kLastSignUp * days_ * Part();
    const double closes = Chance(0.15) ? born + 60 + 150 * Part() : days_;
    const double erases = Chance(0.1) ? born + 20 + 250 * Part() : days_ + 1;
    const double ends = std::min(closes, erases);
    At(born, Happening::kSignUp);
    if (Chance(0.5)) At(born + 0.001, Happening::kConsent);
    PlanRights(born, ends);
    PlanUse(born, ends);
    if (closes < erases) At(closes, Happening::kClose);
    At(erases, Happening::kErase);
  }

 private:
  double Part() {
    return static_cast<double>((*random_)() >> 11) / 9007199254740992.0;
  }
  bool Chance(double part) { return Part() < part; }
  void At(double day, Happening what) {
    if (day >= days_) return;
    events_->push_back({start_ + day * kDay, what, account_});
  }
  // At a moment of the life.
  void Within(double from, double to, double chance, Happening what) {
    if (to > from && Chance(chance)) At(from + (to - from) * Part(), what);
  }

  void PlanRights(double born, double ends) {
    Within(born + 10, ends, 0.25, Happening::kWithdraw);
    const double objects = born + 15 + 200 * Part();
    if (Chance(0.1) && objects + 14 < ends) {
      At(objects, Happening::kObject);
      At(objects + 14, Chance(0.7) ? Happening::kUphold : Happening::kOverride);
    }
    const double restricts = born + 15 + 250 * Part();
    if (Chance(0.06) && restricts < ends) {
      At(restricts, Happening::kRestrict);
      if (restricts + 20 < ends) At(restricts + 20, Happening::kLift);
    }
    Within(born + 5, ends, 0.15, Happening::kChangeEmail);
    if (ends >= kSuccession * days_ + 1) {
      if (Chance(0.6)) At(kNotice * days_ + Part(), Happening::kNotice);
      if (Chance(0.3)) At(kSuccession * days_ + Part(), Happening::kSuccession);
    }
    Within(born + 1, ends, 0.04, Happening::kCase);
  }

  void PlanUse(double born, double ends) {
    const double between_payments = 20 + 40 * Part();
    for (double day = born + Part(); day < ends; day += between_payments) {
      At(day, Happening::kTopUp);
    }
    for (double day = born + 3 * Part(); day < ends; day += 10 + 50 * Part()) {
      At(day, Happening::kVisit);
    }
    for (double day = born + 150 * Part(); day < ends;
         day += 30 + 300 * Part()) {
      At(day, Happening::kTicket);
    }
  }

  const std::uint32_t account_;
  const absl::Time start_;
  const double days_;
  std::mt19937_64* const random_;
  std::vector<Event>* const events_;
};

void AddAccounts(World* world, std::size_t count) {
  constexpr privet::RegionId kRegions[] = {infermesh::region::kDe,
                                           infermesh::region::kFr,
                                           privet::RegionId("us-ca")};
  for (std::uint32_t i = 0; i < count; ++i) {
    Account account;
    account.id = absl::StrCat(
        "acct-", world->canaries.Make({Text::kAccountId, i, kEveryRecord}));
    account.region = kRegions[i % 3];
    // A few use much, most use little.
    account.weight = 1 / std::sqrt(1.0 + i);
    world->accounts.push_back(std::move(account));
  }
}

// Replays the trace in its own time, in slices: so people come as they came,
// and a year does not need a year of requests.
void AddRequests(const std::vector<Request>& trace, absl::Time start,
                 std::size_t days, std::vector<Event>* events) {
  const std::size_t slices = days * kSlicesOfDay;
  for (std::size_t i = 0; i < trace.size(); ++i) {
    const std::size_t slice = SliceOf(i, trace.size(), days);
    const std::size_t first = (slice * trace.size() + slices - 1) / slices;
    const absl::Time begins =
        start + absl::Hours(9) +
        static_cast<double>(slice) * (kDay / static_cast<double>(kSlicesOfDay));
    events->push_back({begins + absl::Seconds(trace[i].at - trace[first].at),
                       Happening::kRequest, static_cast<std::uint32_t>(i)});
  }
}

}  // namespace

std::vector<Event> PlanYear(World* world, std::size_t count,
                            const std::vector<Request>& trace, absl::Time start,
                            std::size_t days, std::mt19937_64* random) {
  AddAccounts(world, count);
  std::vector<Event> events;
  for (std::uint32_t i = 0; i < count; ++i) {
    Life(i, start, days, random, &events).Plan();
  }
  AddRequests(trace, start, days, &events);
  for (std::size_t day = 1; day <= days; ++day) {
    events.push_back(
        {start + static_cast<double>(day) * kDay, Happening::kSweep, 0});
  }
  events.push_back({start + kPolicy * static_cast<double>(days) * kDay,
                    Happening::kPolicy, 0});
  std::stable_sort(events.begin(), events.end(),
                   [](const Event& a, const Event& b) { return a.at < b.at; });
  return events;
}

}  // namespace gateway
