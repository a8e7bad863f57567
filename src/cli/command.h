// SPDX-License-Identifier: Apache-2.0
//
// What the subcommands share.

#ifndef PRIVET_CLI_COMMAND_H_
#define PRIVET_CLI_COMMAND_H_

#include <functional>
#include <ostream>
#include <string>
#include <string_view>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "nlohmann/json.hpp"
#include "privet/diagnostic.h"

namespace privet::cli {

enum ExitCode { kYes = 0, kNo = 1, kNoAnswer = 2 };

// Where a command writes.
struct Output {
  std::ostream& out;
  std::ostream& err;
};

// What a command line asked for; returns the exit code.
using Action = std::function<int(const Output&)>;

// Each adds a subcommand that, once parsed, sets `action`. Those of a local
// installation are there where the embedded store is (PRIVET_BUILD_SQLITE).
void AddCheck(CLI::App* app, Action* action);
void AddExplain(CLI::App* app, Action* action);
void AddGenerate(CLI::App* app, Action* action);
void AddInit(CLI::App* app, Action* action);
void AddKeys(CLI::App* app, Action* action);
void AddSweep(CLI::App* app, Action* action);

// Adds a subcommand; `details` end its help, before the exit codes.
CLI::App* AddCommand(CLI::App* app, const std::string& name,
                     const std::string& about, const std::string& details);

// Adds the operand that names a policy, and `--json`.
void AddPolicyOperand(CLI::App* command, std::string* path);
void AddJsonFlag(CLI::App* command, bool* json);

// Reports why there is no answer, or that it is no; returns the exit code that
// says so: kNo for a policy with errors and for what is there already.
int Fail(const absl::Status& status, const Output& output);

// A diagnostic, and JSON in the form that all commands print: ordered, one
// document, ended by a line feed.
nlohmann::ordered_json ToJson(const Diagnostic& diagnostic);
void Print(const nlohmann::ordered_json& json, std::ostream& out);

}  // namespace privet::cli

#endif  // PRIVET_CLI_COMMAND_H_
