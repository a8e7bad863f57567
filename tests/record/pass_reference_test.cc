// SPDX-License-Identifier: Apache-2.0
//
// The pass against the reference by reflection, on random types, messages,
// tags and calls.

#include <string>

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

std::string CheckSplit(World* world, const Message& message, Pass* pass) {
  const CallView call = world->RandomCall();
  const absl::Status status =
      pass->Split(*world->plan(), call, message.SerializePartialAsString());
  if (!status.ok()) return status.ToString();
  return CheckParts(world, call, message, PartsOf(*world, *pass));
}

std::string CheckMinimize(World* world, Message* message, Pass* pass) {
  const CallView call = world->RandomCall();
  const absl::Status status =
      pass->Minimize(*world->plan(), call, message->SerializePartialAsString());
  if (!status.ok()) return status.ToString();
  world->Reference(call, world->AllCompartments(), message);
  return world->Differs(pass->output(), *message);
}

TEST_CASE("The pass is the reference on random types and messages",
          "[record][property]") {
  constexpr int kEach = 3;
  Pass pass;
  ForEachWorld(1, PropertyRuns(10'000), [&](World* world) -> std::string {
    if (!world->CompartmentsAreFates()) return "compartments are not the fates";
    for (int i = 0; i < kEach; ++i) {
      const auto message = world->RandomMessage();
      std::string wrong = CheckSplit(world, *message, &pass);
      if (wrong.empty()) wrong = CheckMinimize(world, message.get(), &pass);
      if (wrong.empty() && world->AskedByPass() != world->AskedByReference()) {
        wrong = "a form was not asked exactly once for each value";
      }
      if (!wrong.empty()) return "message " + std::to_string(i) + ": " + wrong;
    }
    return "";
  });
}

}  // namespace
}  // namespace privet::testing
