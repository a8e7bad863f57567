// SPDX-License-Identifier: Apache-2.0

#include <iostream>
#include <string>
#include <vector>

#include "cli/run.h"

int main(int argc, char** argv) {
  const std::vector<std::string> args(argv + (argc > 0 ? 1 : 0), argv + argc);
  const int code = privet::cli::Run(args, std::cout, std::cerr);
  std::cout.flush();
  return std::cout.good() ? code : 2;
}
