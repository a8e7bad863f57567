// SPDX-License-Identifier: Apache-2.0
//
// Calls of many threads on one engine, and on two over the same stores, while
// the policy is swapped and people speak. Run under ThreadSanitizer too.

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "base/mutex.h"
#include "engine/desk.h"
#include "engine/engine_rig.h"
#include "infermesh.pb.h"
#include "privet/engine.h"
#include "privet/policy.h"
#include "support/catch.h"
#include "support/infermesh_records.h"
#include "support/status_assertions.h"

namespace privet {
namespace {

using infermesh::v1::ApiRequest;
using testing::ActorOf;
using testing::Desk;
using testing::EngineRig;
using testing::PolicyOrDie;
using testing::Version;

constexpr PurposeId kDelivery("service.delivery");
constexpr PurposeId kImprovement("improvement");

// Runs each piece of work over and over, one thread for each, until it goes.
class Workers {
 public:
  explicit Workers(const std::vector<std::function<void()>>& work) {
    for (const auto& each : work) {
      threads_.emplace_back([this, each] {
        bool first = true;
        while (!stop_ || first) {
          each();
          if (first) ++started_;
          first = false;
        }
      });
    }
    while (started_ < static_cast<int>(work.size())) std::this_thread::yield();
  }
  ~Workers() {
    stop_ = true;
    for (std::thread& thread : threads_) thread.join();
  }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

 private:
  std::atomic<bool> stop_{false};
  std::atomic<int> started_{0};
  std::vector<std::thread> threads_;
};

// Counts what went wrong in threads, where no assertion may be made.
class Wrongs {
 public:
  void Unless(bool right) { count_ += right ? 0 : 1; }
  int count() const { return count_; }

 private:
  std::atomic<int> count_{0};
};

// The reference policy, and one by which `improvement` sees no models.
Policy Showing(bool models, std::uint32_t version) {
  if (models) return PolicyOrDie({Version(version)});
  return PolicyOrDie(
      {Version(version),
       {"permit { categories: [\"service_log\", \"usage_statistics\", "
        "\"communication.feedback\"]  purposes: [\"improvement\"] }",
        "permit { categories: [\"service_log\", \"usage_statistics\", "
        "\"communication.feedback\"]  except_categories: "
        "[\"service_log.model\"]  purposes: [\"improvement\"] }"}});
}

TEST_CASE("Each call is decided by one policy, the one at work when it began",
          "[engine][threads][swap]") {
  Desk desk;
  const Actor gateway = desk.gateway(), product = desk.As("product");
  std::vector<Policy> policies;
  for (std::uint32_t version = 5; version < 21; ++version) {
    policies.push_back(Showing(version % 2 == 0, version));
  }
  // Even while it stands, odd while it is swapped.
  std::atomic<std::uint64_t> turn{0};
  Wrongs wrongs;
  const auto check_models = [&](auto see) {
    const std::uint64_t before = turn;
    const absl::StatusOr<std::string> seen = see();
    if (!seen.ok()) return wrongs.Unless(false);
    if (before % 2 != 0 || turn != before) return;
    const bool shows = seen->find("sky-7b") != std::string::npos;
    wrongs.Unless(shows == (before / 2 % 2 == 0));
  };
  {
    const ApiRequest request = desk.rig.Request(testing::kAda);
    const Workers workers({
        [&] {
          check_models([&] {
            return product.OpenBytes(desk.request, desk.ada, kImprovement);
          });
        },
        [&] {
          check_models([&] {
            return product.Minimize(request, desk.ada, kImprovement);
          });
        },
        [&] { wrongs.Unless(gateway.Seal(request, desk.ada).ok()); },
        [&] {
          wrongs.Unless(gateway
                            .Share(desk.request, desk.ada,
                                   RecipientId("model_host"), kDelivery)
                            .ok());
          ApiRequest changes;
          changes.set_model("sky-8b");
          wrongs.Unless(gateway.Amend(desk.request, changes, desk.ada).ok());
          wrongs.Unless(desk.engine.Prefetch(desk.ada).ok());
          wrongs.Unless(!desk.engine.LogSafe(request).empty());
        },
    });
    for (const Policy& policy : policies) {
      ++turn;
      const absl::Status status = desk.engine.SetPolicy(policy);
      ++turn;
      wrongs.Unless(status.ok());
    }
  }
  CHECK(wrongs.count() == 0);
}

TEST_CASE("A call that begins after a withdrawal is refused, in any thread",
          "[engine][threads][subjects]") {
  Desk desk;
  const Engine other = desk.rig.OpenOrDie();
  const PurposeId analytics("analytics");
  // How often consent was given and withdrawn: even, it is withdrawn.
  std::atomic<int> said{0};
  Wrongs wrongs;
  const auto use = [&](const Engine& engine) {
    return [&wrongs, &said, actor = ActorOf(engine, "product"), &desk,
            analytics] {
      const int before = said;
      const bool ok = actor.OpenBytes(desk.request, desk.ada, analytics).ok();
      if (said == before && before % 4 != 1 && before % 4 != 3) {
        wrongs.Unless(ok == (before % 4 == 2));
      }
    };
  };
  {
    const Workers workers({use(desk.engine), use(other)});
    for (int i = 0; i < 40; ++i) {
      const Engine& told = i % 3 == 0 ? other : desk.engine;
      ++said;
      wrongs.Unless(told.subjects().GiveConsent(desk.ada, analytics).ok());
      ++said;
      std::this_thread::yield();
      ++said;
      wrongs.Unless(told.subjects().WithdrawConsent(desk.ada, analytics).ok());
      ++said;
      std::this_thread::yield();
    }
  }
  CHECK(wrongs.count() == 0);
}

TEST_CASE("People who speak at once, of themselves and each other, are heard",
          "[engine][threads][subjects]") {
  EngineRig rig;
  const Engine one = rig.OpenOrDie(), two = rig.OpenOrDie();
  constexpr int kPeople = 12;
  Wrongs wrongs;
  std::vector<std::thread> threads;
  for (const Engine* engine : {&one, &two, &one, &two}) {
    threads.emplace_back([&wrongs, engine] {
      for (int i = 0; i < kPeople; ++i) {
        const Subject who("person-" + std::to_string(i));
        const Subjects subjects = engine->subjects();
        wrongs.Unless(subjects.GiveConsent(who, PurposeId("analytics")).ok());
        wrongs.Unless(subjects.Object(who, kImprovement).ok());
        wrongs.Unless(
            subjects.RecordEvent(who, EventId("account_closed")).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrongs.count() == 0);
  for (int i = 0; i < kPeople; ++i) {
    const std::string id = "person-" + std::to_string(i);
    const Actor product = ActorOf(one, "product");
    REQUIRE_OK(
        product.Minimize(rig.Request(id), Subject(id), PurposeId("analytics")));
    CHECK_FALSE(
        product.Minimize(rig.Request(id), Subject(id), kImprovement).ok());
  }
}

TEST_CASE("Erasures at once do not stand in each other's way",
          "[engine][threads][erase]") {
  EngineRig rig;
  const Engine one = rig.OpenOrDie(), two = rig.OpenOrDie();
  constexpr int kPeople = 16;
  constexpr int kRecords = 8;
  for (int i = 0; i < kPeople * kRecords; ++i) {
    testing::StoreOrDie(rig, ActorOf(one, "gateway"),
                        rig.Request("person-" + std::to_string(i % kPeople)));
  }
  std::vector<absl::Status> failed;
  base::Mutex mutex;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      const Engine& engine = t % 2 == 0 ? one : two;
      // Each person is erased twice, by two threads that come by at once.
      for (int i = t / 2; i < kPeople; i += 2) {
        const auto receipt =
            engine.subjects().Erase(Subject("person-" + std::to_string(i)));
        base::MutexLock lock(&mutex);
        if (!receipt.ok()) failed.push_back(receipt.status());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const absl::Status& status : failed) REQUIRE_OK(status);
  int left = 0;
  RecordId last;
  last.bytes.fill(0xff);
  REQUIRE_OK(rig.records->ScanRange(RecordId(), last,
                                    [&left](const RecordId&, std::string_view) {
                                      ++left;
                                      return true;
                                    }));
  CHECK(left == 0);
}

TEST_CASE("Nothing that is sealed while a person is erased opens after it",
          "[engine][threads][erase]") {
  EngineRig rig;
  const Engine one = rig.OpenOrDie(), two = rig.OpenOrDie();
  for (int round = 0; round < 10; ++round) {
    const std::string id = "person-" + std::to_string(round);
    const SealedRecord first =
        testing::StoreOrDie(rig, ActorOf(one, "gateway"), rig.Request(id));
    const OwnerId erased = first.owner();
    Wrongs wrongs;
    std::vector<std::vector<SealedRecord>> sealed(2);
    {
      const auto work = [&](const Engine& engine,
                            std::vector<SealedRecord>* out) {
        return [&, out, actor = ActorOf(engine, "gateway")] {
          auto record = actor.Seal(rig.Request(id), Subject(id));
          if (!record.ok()) return wrongs.Unless(false);
          // Refused or not: what counts is that it does not open.
          (void)rig.records->Put(*record);
          if (record->owner() == erased) out->push_back(*std::move(record));
        };
      };
      const Workers workers({work(one, &sealed[0]), work(two, &sealed[1])});
      wrongs.Unless(two.subjects().Erase(Subject(id)).ok());
    }
    CHECK(wrongs.count() == 0);
    for (const auto& records : sealed) {
      for (const SealedRecord& record : records) {
        REQUIRE_ERROR(
            ActorOf(one, "gateway").OpenBytes(record, AnySubject(), kDelivery),
            absl::StatusCode::kNotFound, "");
        REQUIRE_ERROR(rig.records->Get(record.id()),
                      absl::StatusCode::kNotFound, "");
      }
    }
  }
}

}  // namespace
}  // namespace privet
