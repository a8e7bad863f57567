// SPDX-License-Identifier: Apache-2.0

#include "record/pass_checks.h"

#include <algorithm>
#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "record/plan.h"
#include "support/catch.h"

namespace privet::testing {

using google::protobuf::Message;
using record::CallView;
using record::Pass;

void ForEachWorld(std::uint64_t first_seed, int count,
                  const std::function<std::string(World*)>& check) {
  int bound = 0;
  for (std::uint64_t seed = first_seed; bound < count; ++seed) {
    World world(seed);
    INFO("seed " << seed << " " << world.error());
    REQUIRE(world.error().empty());
    if (world.plan() == nullptr) continue;
    ++bound;
    const std::string wrong = check(&world);
    if (wrong.empty()) continue;
    // Written only now, since it takes long.
    INFO(world.plan()->descriptor()->file()->DebugString());
    REQUIRE(wrong == "");
  }
}

std::vector<std::string> PartsOf(const World& world, const Pass& pass) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < world.plan()->compartments().size(); ++i) {
    parts.emplace_back(pass.output(i));
  }
  return parts;
}

std::string CheckParts(World* world, const CallView& call, const Message& whole,
                       const std::vector<std::string>& parts) {
  const std::unique_ptr<Message> expected(whole.New());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    expected->CopyFrom(whole);
    world->Reference(call, {i}, expected.get());
    const std::string wrong = world->Differs(parts[i], *expected);
    if (!wrong.empty()) {
      return "compartment " + std::to_string(i) + ": " + wrong;
    }
  }
  return "";
}

std::string CheckJoin(World* world, const CallView& call, const Message& whole,
                      const std::vector<std::string>& parts,
                      const CallView& purpose, Pass* pass) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!OneIn(world->random(), 3)) order.push_back(i);
  }
  std::shuffle(order.begin(), order.end(), *world->random());
  std::vector<std::string_view> chosen;
  for (const std::size_t i : order) chosen.push_back(parts[i]);
  const absl::Status joined = pass->Join(*world->plan(), purpose, chosen);
  if (!joined.ok()) return "join: " + joined.ToString();
  const std::unique_ptr<Message> expected(whole.New());
  expected->CopyFrom(whole);
  world->Reference(call, Compartments(order.begin(), order.end()),
                   expected.get());
  world->Reference(purpose, world->AllCompartments(), expected.get());
  const std::string wrong = world->Differs(pass->output(), *expected);
  return wrong.empty() ? "" : "join: " + wrong;
}

}  // namespace privet::testing
