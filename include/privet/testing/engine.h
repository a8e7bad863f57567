// SPDX-License-Identifier: Apache-2.0
//
// A real engine over stores in memory, for the tests of hosts. Part of
// privet::testing: linked into a service, it would make all data unreadable at
// the next start.

#ifndef PRIVET_TESTING_ENGINE_H_
#define PRIVET_TESTING_ENGINE_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "privet/engine.h"
#include "privet/engine_options.h"
#include "privet/policy.h"
#include "privet/record_store.h"
#include "privet/store.h"
#include "privet/sweeper.h"
#include "privet/testing/stores.h"

namespace google::protobuf {
class Message;
}  // namespace google::protobuf

namespace privet::testing {

// An engine with all its parts: stores in memory, a ledger in a temporary
// folder that goes with it, a root key that is drawn anew, and a clock that
// stands still until the test moves it.
//
// Example:
//
//   auto test = privet::testing::TestEngine::ForPolicyOrDie("shop.textproto");
//   auto desk = *test->engine().ActAs(shop::actor::kDesk, shop::region::kDe);
//   test->clock().Advance(absl::Hours(24 * 31));
//   test->SweepOrDie();
class TestEngine {
 public:
  // Makes one from the policy at `path`, or of its text; prints what is wrong
  // and ends the program if it cannot. `options` may set what Engine::Create()
  // takes beside keys, stores, ledger and clock.
  static std::unique_ptr<TestEngine> ForPolicyOrDie(std::string_view path,
                                                    EngineOptions options = {});
  static std::unique_ptr<TestEngine> ForTextOrDie(std::string_view policy,
                                                  EngineOptions options = {});
  ~TestEngine();
  TestEngine(const TestEngine&) = delete;
  TestEngine& operator=(const TestEngine&) = delete;

  Engine& engine() { return *engine_; }
  ManualClock& clock() { return clock_; }
  RecordStore& records() { return *records_; }
  Store& vault() { return *vault_; }
  Store& state() { return *state_; }
  const std::string& ledger() const { return ledger_; }

  // Makes the engine anew over the same stores and ledger, as a process that
  // was started again.
  absl::StatusOr<Engine> Restart();
  void RestartOrDie();

  // Runs a sweeper over the stores, at the time of the clock.
  absl::StatusOr<SweepReport> Sweep();
  SweepReport SweepOrDie();

 private:
  TestEngine(Policy policy, EngineOptions options);
  static std::unique_ptr<TestEngine> MakeOrDie(absl::StatusOr<Policy> policy,
                                               EngineOptions options);

  Policy policy_;
  EngineOptions options_;
  ManualClock clock_;
  std::string folder_, ledger_;
  std::shared_ptr<KeyProvider> keys_;
  std::shared_ptr<Store> vault_, state_;
  std::shared_ptr<RecordStore> records_;
  std::unique_ptr<Engine> engine_;
};

// Returns the paths of the text and bytes fields of `record`, of 4 bytes and
// more, whose values stand somewhere in `bytes`: empty if the bytes leak
// nothing of the record. For a host's tests of its logs, files and messages.
std::string LeaksOf(const google::protobuf::Message& record,
                    std::string_view bytes);
inline bool LeaksNothingOf(const google::protobuf::Message& record,
                           std::string_view bytes) {
  return LeaksOf(record, bytes).empty();
}

}  // namespace privet::testing

#endif  // PRIVET_TESTING_ENGINE_H_
