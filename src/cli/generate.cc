// SPDX-License-Identifier: Apache-2.0
//
// privet generate: the header of constants, in which a typo does not compile.

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <system_error>

#include "absl/status/statusor.h"
#include "cli/command.h"
#include "cli/constants.h"
#include "policy/policy_access.h"
#include "privet/policy.h"
#include "privet/v1/policy.pb.h"

namespace privet::cli {
namespace {

struct Options {
  std::string path;
  std::string output;
  std::string name_space;
};

// Writes beside the file and moves it into place, so that a build that is
// interrupted finds the old one or the new one.
bool WriteWhole(const std::string& path, const std::string& text) {
  const std::string draft = path + ".draft";
  std::error_code error;
  {
    std::ofstream file(draft, std::ios::binary | std::ios::trunc);
    file << text;
    file.flush();
    if (!file.good()) {
      std::filesystem::remove(draft, error);
      return false;
    }
  }
  std::filesystem::rename(draft, path, error);
  return !error;
}

int Generate(const Options& options, const Output& output) {
  absl::StatusOr<Policy> policy = Policy::Load(options.path);
  if (!policy.ok()) return Fail(policy.status(), output);
  const std::string name_space = options.name_space.empty()
                                     ? NamespaceFor(policy->id())
                                     : options.name_space;
  const std::string file_name =
      options.output.empty()
          ? std::string(policy->id()) + "_policy.h"
          : std::filesystem::path(options.output).filename().string();
  absl::StatusOr<std::string> header = ConstantsHeader(
      policy::PolicyAccess::MessageOf(*policy), name_space, file_name);
  if (!header.ok()) return Fail(header.status(), output);
  if (options.output.empty()) {
    output.out << *header;
    return kYes;
  }
  if (!WriteWhole(options.output, *header)) {
    output.err << "cannot write `" << options.output
               << "`: " << std::strerror(errno) << "\n";
    return kNoAnswer;
  }
  return kYes;
}

}  // namespace

void AddGenerate(CLI::App* app, Action* action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = AddCommand(
      app, "generate", "Make a C++ header of constants from a policy",
      "Makes one constant for each name that may be used, in one namespace for "
      "each\n"
      "kind: `shop::purpose::kDelivery`. In CMake: privet_generate().");
  AddPolicyOperand(command, &options->path);
  command->add_option("-o,--output", options->output,
                      "File to write; default: standard output");
  command->add_option("--namespace", options->name_space,
                      "C++ namespace; default: the policy's id");
  command->callback([options, action] {
    *action = [options](const Output& output) {
      return Generate(*options, output);
    };
  });
}

}  // namespace privet::cli
