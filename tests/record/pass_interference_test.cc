// SPDX-License-Identifier: Apache-2.0
//
// A compartment tells nothing of the others.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include "record/pass.h"
#include "record/pass_checks.h"
#include "record/pass_world.h"
#include "support/catch.h"
#include "support/property.h"

namespace privet::testing {
namespace {

using google::protobuf::Message;
using record::CallView;
using record::Pass;

// Deletes all that is not in a compartment from the input: the same bytes.
std::string CheckNonInterference(World* world, const Message& message,
                                 Pass* pass) {
  const record::Plan& plan = *world->plan();
  // (A Timestamp with something unknown in it has no form; without, it has.)
  const CallView call = world->RandomCall(/*moments=*/false);
  const absl::Status status = pass->Split(plan, call, Deterministic(message));
  if (!status.ok()) return status.ToString();
  const std::vector<std::string> parts = PartsOf(*world, *pass);
  CallView permitted = call;
  permitted.formed = record::CellSet();
  const auto rest = world->NewMessage();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    rest->CopyFrom(message);
    world->Reference(permitted, {i}, rest.get());
    const absl::Status again = pass->Split(plan, call, Deterministic(*rest));
    if (!again.ok()) return again.ToString();
    if (pass->output(i) != parts[i]) {
      return "compartment " + std::to_string(i) +
             " depends on what is not in it";
    }
  }
  return "";
}

TEST_CASE("A compartment's bytes depend on its own fields alone",
          "[record][property]") {
  constexpr int kEach = 2;
  Pass pass;
  ForEachWorld(3'000'000, PropertyRuns(10'000), [&](World* world) {
    for (int i = 0; i < kEach; ++i) {
      const auto message = world->RandomMessage();
      const std::string wrong = CheckNonInterference(world, *message, &pass);
      if (!wrong.empty()) return "message " + std::to_string(i) + ": " + wrong;
    }
    return std::string();
  });
}

}  // namespace
}  // namespace privet::testing
