// SPDX-License-Identifier: Apache-2.0
//
// The policy that `privet init` writes: examples/quickstart/policy.textproto,
// put in at build time (src/cli/CMakeLists.txt).

#ifndef PRIVET_CLI_STARTER_H_
#define PRIVET_CLI_STARTER_H_

namespace privet::cli {

extern const char kStarterPolicy[];

}  // namespace privet::cli

#endif  // PRIVET_CLI_STARTER_H_
