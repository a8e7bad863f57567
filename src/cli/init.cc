// SPDX-License-Identifier: Apache-2.0
//
// privet init: the two folders in which the quickstart runs.

#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "absl/status/status.h"
#include "cli/command.h"
#include "cli/starter.h"
#include "privet/local.h"
#include "privet/policy.h"

namespace privet::cli {
namespace {

struct Options {
  std::string folder;
  std::string policy;
};

int Init(const Options& options, const Output& output) {
  std::string text(kStarterPolicy);
  if (!options.policy.empty()) {
    std::ifstream file(options.policy, std::ios::binary);
    std::stringstream read;
    read << file.rdbuf();
    if (!file.good()) {
      output.err << "cannot read policy `" << options.policy << "`\n";
      return kNoAnswer;
    }
    text = read.str();
    const absl::Status loads = Policy::Parse(text, options.policy).status();
    if (!loads.ok()) return Fail(loads, output);
  }
  const absl::Status status = InitLocal(options.folder, text);
  if (!status.ok()) return Fail(status, output);
  output.out << options.folder
             << "/policy.textproto       the policy: edit it, "
             << "then run `privet check`\n"
             << options.folder << ".keys/root.keys         the root key: copy "
             << "it into a safe, now (`privet keys export`)\n"
             << options.folder << ".keys/ledger/           what was erased or "
             << "withdrawn: it outlives restores\n"
             << "Back up " << options.folder << " as you like; never "
             << options.folder << ".keys as a whole.\n";
  return kYes;
}

}  // namespace

void AddInit(CLI::App* app, Action* action) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      AddCommand(app, "init", "Make FOLDER and FOLDER.keys, to start from",
                 "Makes FOLDER (a starter policy, data) and FOLDER.keys (root "
                 "key, ledger), as\n"
                 "privet::OpenLocal() opens them.");
  command->add_option("FOLDER", options->folder, "Folder to make")->required();
  command->add_option("--policy", options->policy,
                      "Policy to start from; default: that of the quickstart");
  command->callback([options, action] {
    *action = [options](const Output& output) {
      return Init(*options, output);
    };
  });
}

}  // namespace privet::cli
