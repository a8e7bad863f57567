// SPDX-License-Identifier: Apache-2.0
//
// The reference host: a gateway to large language models that lives by its
// privacy policy for a year, and proves it. `inference_gateway --help`.

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "arguments.h"
#include "host.h"
#include "lives.h"
#include "policy_text.h"
#include "proof.h"
#include "report.h"
#include "simulation.h"
#include "steps.h"
#include "table.h"
#include "trace.h"
#include "world.h"

namespace gateway {
namespace {

namespace fs = std::filesystem;

// What people wrote about the service is not kept any more: the second version
// of the policy, in force from the autumn.
std::string NextPolicy(const std::string& policy) {
  std::smatch version;
  std::string next = policy;
  if (std::regex_search(policy, version,
                        std::regex(R"(version\s*:\s*(\d+))"))) {
    next.replace(static_cast<std::size_t>(version.position(1)),
                 static_cast<std::size_t>(version.length(1)),
                 std::to_string(std::stoi(version[1]) + 1));
  }
  return next + R"(
rule { name: "feedback is not kept"
       forbid { categories: ["communication.feedback"] } }
)";
}

absl::StatusOr<std::string> MakeFolder(const Arguments& arguments) {
  if (!arguments.keep.empty()) {
    std::error_code error;
    fs::create_directories(arguments.keep, error);
    if (error || !fs::is_empty(arguments.keep, error)) {
      return absl::FailedPreconditionError(absl::StrCat(
          "`", arguments.keep, "` is no empty folder; --keep needs one"));
    }
    fs::permissions(arguments.keep, fs::perms::owner_all, error);
    return arguments.keep;
  }
  std::string name = fs::temp_directory_path().string() + "/gateway.XXXXXX";
  if (mkdtemp(name.data()) == nullptr) {
    return absl::UnavailableError("cannot make a temporary folder");
  }
  return name;
}

absl::StatusOr<std::vector<Request>> GetTrace(const Arguments& arguments) {
  if (!arguments.trace.empty()) return ReadTrace(arguments.trace);
  return GenerateTrace(arguments.requests, arguments.seed);
}

absl::StatusOr<std::string> GetPolicy(const Arguments& arguments) {
  if (arguments.policy.empty()) return std::string(kPolicyText);
  std::ifstream file(arguments.policy, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (file && !text.empty()) return text;
  return absl::NotFoundError(
      absl::StrCat("cannot read `", arguments.policy, "`"));
}

// Returns whether the proof holds.
absl::StatusOr<bool> Live(const Arguments& arguments,
                          const std::string& folder) {
  auto trace = GetTrace(arguments);
  if (!trace.ok()) return trace.status();
  auto policy = GetPolicy(arguments);
  if (!policy.ok()) return policy.status();
  const absl::Time start =
      absl::FromCivil(absl::CivilDay(2026, 4, 2), absl::UTCTimeZone());
  auto host = Host::Create(folder, *policy, start);
  if (!host.ok()) return host.status();

  World world(arguments.seed);
  Report report;
  std::mt19937_64 random(arguments.seed);
  const std::size_t accounts =
      arguments.accounts > 0 ? arguments.accounts : 20 + trace->size() / 60;
  const std::vector<Event> events =
      PlanYear(&world, accounts, *trace, start, arguments.days, &random);
  std::cout << Thousands(trace->size()) << " requests of "
            << Thousands(accounts) << " accounts in " << arguments.days
            << " days; files in " << folder
            << (arguments.keep.empty() ? " (removed at the end)" : "") << "\n";
  Simulation simulation(host->get(), &world, &report, *trace, arguments.days,
                        NextPolicy(*policy), arguments.seed);
  GATEWAY_STEP(simulation.Run(events));
  report.Print(std::cout);

  Proof proof(host->get(), &world);
  GATEWAY_STEP(proof.OpenEverything());
  GATEWAY_STEP(proof.SearchShares());
  GATEWAY_STEP(proof.SearchFiles());
  proof.Print(std::cout);
  return proof.holds();
}

int Run(int argc, char** argv) {
  const auto arguments = Arguments::Parse(argc, argv);
  if (!arguments.ok()) {
    std::cerr << "inference_gateway: " << arguments.status().message() << "\n";
    return 2;
  }
  if (arguments->help) {
    std::cout << Arguments::Help();
    return 0;
  }
  if (!arguments->write_trace.empty()) {
    const absl::Status status =
        WriteTrace(GenerateTrace(arguments->requests, arguments->seed),
                   arguments->write_trace);
    if (!status.ok()) std::cerr << status.message() << "\n";
    return status.ok() ? 0 : 2;
  }
  const auto began = std::chrono::steady_clock::now();
  const auto folder = MakeFolder(*arguments);
  const absl::StatusOr<bool> held =
      folder.ok() ? Live(*arguments, *folder) : folder.status();
  std::error_code error;
  if (folder.ok() && arguments->keep.empty()) fs::remove_all(*folder, error);
  if (!held.ok()) {
    std::cerr << "inference_gateway: " << held.status().message() << "\n";
    return 2;
  }
  const std::chrono::duration<double> took =
      std::chrono::steady_clock::now() - began;
  std::cout << "  in " << static_cast<int>(took.count()) << " s\n";
  return *held ? 0 : 1;
}

}  // namespace
}  // namespace gateway

int main(int argc, char** argv) { return gateway::Run(argc, argv); }
