// SPDX-License-Identifier: Apache-2.0
//
// The `privet` command: one file for each subcommand.

#ifndef PRIVET_CLI_RUN_H_
#define PRIVET_CLI_RUN_H_

#include <ostream>
#include <string>
#include <vector>

namespace privet::cli {

// Runs the command with `args` (without the name of the program). Results go to
// `out`, what kept it from a result to `err`. Returns the exit code:
//
//   0  yes: done, or nothing wrong was found
//   1  no: the policy has errors, the request is refused, a name is taken
//   2  there is no answer: a file is missing, a store does not answer, the
//      command was called wrongly
int Run(const std::vector<std::string>& args, std::ostream& out,
        std::ostream& err);

}  // namespace privet::cli

#endif  // PRIVET_CLI_RUN_H_
