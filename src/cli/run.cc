// SPDX-License-Identifier: Apache-2.0

#include "cli/run.h"

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include "cli/command.h"
#include "policy/nearest.h"
#include "policy/text.h"

namespace privet::cli {
namespace {

constexpr char kAbout[] = "Keeps a privacy policy.";
constexpr char kExitCodes[] =
    "Exit codes: 0 yes, or done; 1 no: the policy has errors, the request is\n"
    "refused, the name is taken; 2 there is no answer.";

// Tells of a subcommand that there is none of; the library would only say that
// one is missing.
int CheckName(const CLI::App& app, const std::vector<std::string>& args,
              std::ostream& err) {
  if (args.empty() || args[0].empty() || args[0][0] == '-') return kYes;
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands(nullptr)) {
    if (command->get_name() == args[0]) return kYes;
    names.push_back(command->get_name());
  }
  const std::string near =
      policy::DidYouMean(args[0], {names.begin(), names.end()});
  err << policy::Quoted(args[0]) << " is no subcommand; "
      << (near.empty() ? "there are " + policy::List(names) : near) << "\n";
  return kNoAnswer;
}

}  // namespace

int Run(const std::vector<std::string>& args, std::ostream& out,
        std::ostream& err) {
  CLI::App app(kAbout, "privet");
  app.footer(kExitCodes);
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string("privet ") + PRIVET_VERSION);
  Action action;
#ifdef PRIVET_CLI_LOCAL
  AddInit(&app, &action);
#endif
  AddCheck(&app, &action);
  AddExplain(&app, &action);
  AddGenerate(&app, &action);
#ifdef PRIVET_CLI_LOCAL
  AddSweep(&app, &action);
  AddKeys(&app, &action);
#endif

  if (const int code = CheckName(app, args, err); code != kYes) return code;

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
