// SPDX-License-Identifier: Apache-2.0
//
// Compartments of random records, opened and joined for a purpose.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "record/pass.h"
#include "record/pass_checks.h"
#include "record/pass_world.h"
#include "support/catch.h"
#include "support/property.h"

namespace privet::testing {
namespace {

using record::CallView;
using record::Pass;

// What may leave unchanged is what a pass leaves unchanged.
std::string CheckPassesWhole(World* world,
                             const std::vector<std::string>& parts,
                             const CallView& purpose, Pass* pass) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!record::PassesWhole(*world->plan(), i, purpose)) continue;
    const absl::Status status =
        pass->Minimize(*world->plan(), purpose, parts[i]);
    if (!status.ok()) return "alone: " + status.ToString();
    if (pass->output() == parts[i]) continue;
    return "compartment " + std::to_string(i) + " may leave whole and changes";
  }
  return "";
}

TEST_CASE("Joined compartments are the reference on what was opened",
          "[record][property]") {
  constexpr int kEach = 2;
  Pass pass;
  ForEachWorld(2'000'000, PropertyRuns(10'000), [&](World* world) {
    for (int i = 0; i < kEach; ++i) {
      const auto message = world->RandomMessage();
      // As a record is stored, or some of it in a form.
      const CallView call =
          OneIn(world->random(), 2) ? world->WholeCall() : world->RandomCall();
      const absl::Status status =
          pass.Split(*world->plan(), call, message->SerializePartialAsString());
      if (!status.ok()) return status.ToString();
      const std::vector<std::string> parts = PartsOf(*world, pass);
      const CallView purpose = world->RandomCall();
      std::string wrong =
          CheckJoin(world, call, *message, parts, purpose, &pass);
      if (wrong.empty()) wrong = CheckPassesWhole(world, parts, purpose, &pass);
      if (!wrong.empty()) return "message " + std::to_string(i) + ": " + wrong;
    }
    return std::string();
  });
}

}  // namespace
}  // namespace privet::testing
