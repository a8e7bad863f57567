// SPDX-License-Identifier: Apache-2.0

#include "privet/testing/engine.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "keys/ledger.h"
#include "privet/engine.h"
#include "privet/keys.h"
#include "privet/policy.h"
#include "privet/sweeper.h"
#include "privet/testing/stores.h"

namespace privet::testing {
namespace {

void OrDie(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::abort();
}

std::string TemporaryFolder() {
  std::error_code error;
  std::string folder =
      (std::filesystem::temp_directory_path(error) / "privet-XXXXXX").string();
  if (error || ::mkdtemp(folder.data()) == nullptr) {
    OrDie(absl::UnavailableError("cannot make a temporary folder"));
  }
  return folder;
}

}  // namespace

std::unique_ptr<TestEngine> TestEngine::MakeOrDie(absl::StatusOr<Policy> policy,
                                                  EngineOptions options) {
  OrDie(policy.status());
  std::unique_ptr<TestEngine> test(
      new TestEngine(*std::move(policy), std::move(options)));
  test->RestartOrDie();
  return test;
}

std::unique_ptr<TestEngine> TestEngine::ForPolicyOrDie(std::string_view path,
                                                       EngineOptions options) {
  return MakeOrDie(Policy::Load(path), std::move(options));
}

std::unique_ptr<TestEngine> TestEngine::ForTextOrDie(std::string_view policy,
                                                     EngineOptions options) {
  return MakeOrDie(Policy::Parse(policy, "test.textproto"), std::move(options));
}

TestEngine::TestEngine(Policy policy, EngineOptions options)
    : policy_(std::move(policy)),
      options_(std::move(options)),
      folder_(TemporaryFolder()),
      ledger_(folder_ + "/ledger"),
      vault_(NewMemoryStore()),
      state_(NewMemoryStore()),
      records_(NewMemoryRecordStore(vault_)) {
  OrDie(CreateKeyFile(folder_ + "/root.keys"));
  auto keys = OpenKeyFile(folder_ + "/root.keys");
  OrDie(keys.status());
  keys_ = *std::move(keys);
  OrDie(keys::Ledger::Create(ledger_));
  options_.keys = keys_;
  options_.vault = vault_;
  options_.state = state_;
  options_.ledger = ledger_;
  options_.sources = {records_};
  options_.clock = &clock_;
}

TestEngine::~TestEngine() {
  engine_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

absl::StatusOr<Engine> TestEngine::Restart() {
  engine_.reset();
  auto engine = Engine::Create(policy_, options_);
  if (engine.ok()) engine_ = std::make_unique<Engine>(*engine);
  return engine;
}

void TestEngine::RestartOrDie() { OrDie(Restart().status()); }

absl::StatusOr<SweepReport> TestEngine::Sweep() {
  SweeperOptions options;
  options.vault = vault_;
  options.state = state_;
  options.ledger = ledger_;
  options.sources = {{"records", records_}};
  options.clock = &clock_;
  auto sweeper = Sweeper::Create(engine_->policy(), std::move(options));
  if (!sweeper.ok()) return sweeper.status();
  return sweeper->Run();
}

SweepReport TestEngine::SweepOrDie() {
  auto report = Sweep();
  OrDie(report.status());
  return *std::move(report);
}

}  // namespace privet::testing
