// SPDX-License-Identifier: Apache-2.0

#include "cli/run.h"

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include "cli/command.h"

namespace privet::cli {
namespace {

constexpr char kAbout[] =
    "Keeps a privacy policy: checks it, explains it, makes constants of it, "
    "expires data by it.";
constexpr char kExitCodes[] =
    "Exit codes: 0 yes or done; 1 no: the policy has errors, the request is "
    "refused, the name is taken; 2 no answer.";

}  // namespace

int Run(const std::vector<std::string>& args, std::ostream& out,
        std::ostream& err) {
  CLI::App app(kAbout, "privet");
  app.footer(kExitCodes);
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string("privet ") + PRIVET_VERSION);
  Action action;
  AddInit(&app, &action);
  AddCheck(&app, &action);
  AddExplain(&app, &action);
  AddGenerate(&app, &action);
  AddSweep(&app, &action);
  AddKeys(&app, &action);

  // The library reports by exceptions; they end here.
  try {
    std::vector<std::string> reversed(args.rbegin(), args.rend());
    app.parse(std::move(reversed));
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error, out, err);
    return code == 0 ? kYes : kNoAnswer;
  }
  return action({out, err});
}

}  // namespace privet::cli
