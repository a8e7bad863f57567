// SPDX-License-Identifier: Apache-2.0

#include "arguments.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace gateway {
namespace {

// Sets what `name` stands for; false if the value does not fit, or the name is
// none.
bool Set(const std::string& name, const std::string& value,
         Arguments* arguments) {
  std::uint64_t number = 0;
  const bool is_number = absl::SimpleAtoi(value, &number);
  if (name == "--trace") {
    arguments->trace = value;
  } else if (name == "--keep") {
    arguments->keep = value;
  } else if (name == "--write-trace") {
    arguments->write_trace = value;
  } else if (name == "--requests" && is_number && number > 0) {
    arguments->requests = number;
  } else if (name == "--accounts" && is_number) {
    arguments->accounts = number;
  } else if (name == "--days" && is_number && number > 0 && number <= 365) {
    arguments->days = number;
  } else if (name == "--policy") {
    arguments->policy = value;
  } else if (name == "--seed" && is_number) {
    arguments->seed = number;
  } else {
    return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<Arguments> Arguments::Parse(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    std::string name = argv[i];
    if (name == "--help" || name == "-h") {
      arguments.help = true;
      continue;
    }
    std::string value;
    if (const std::size_t at = name.find('='); at != std::string::npos) {
      value = name.substr(at + 1);
      name.resize(at);
    } else if (i + 1 < argc) {
      value = argv[++i];
    }
    if (value.empty() || !Set(name, value, &arguments)) {
      return absl::InvalidArgumentError(
          absl::StrCat("`", name,
                       "` is no option, or its value does not fit; "
                       "try --help"));
    }
  }
  return arguments;
}

const char* Arguments::Help() {
  return R"(usage: inference_gateway [OPTION...]

Lives a year as a gateway to large language models that keeps its privacy
policy: people sign up, ask, pay, write to support, consent, object, leave, are
erased; the gateway stores, reads, shares and forgets. Then it proves that the
policy held: it looks for every text that it ever wrote, in every file and in
every byte that it sent, and tries to open what must not open.

  --trace FILE        requests to replay (TIMESTAMP,ContextTokens,GeneratedTokens)
  --requests N        or make N like those of a public trace (10000)
  --accounts N        people (one for each 60 requests, and 20)
  --days N            a part of the year (365)
  --policy FILE       another policy than the reference one; the proof holds it
                      against the same prose
  --seed N            another seed is another year (1)
  --keep DIR          leave the files in DIR, an empty folder, for a look
  --write-trace FILE  write the requests that would be made, and do no more

Exit status: 0 the policy held, 1 it did not, 2 the year could not be lived.
)";
}

}  // namespace gateway
