// SPDX-License-Identifier: Apache-2.0
//
// A club whose policy and `t.Member` a test writes itself, with one actor,
// `desk`.

#ifndef PRIVET_TESTS_ENGINE_CLUB_H_
#define PRIVET_TESTS_ENGINE_CLUB_H_

#include <string>
#include <utility>

#include "engine/engine_rig.h"
#include "privet/actor.h"
#include "privet/engine.h"
#include "privet/policy.h"
#include "record/schema.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet::testing {

class ClubRig {
 public:
  ClubRig(const std::string& policy, const char* member)
      : schema(member),
        rig(ParseOrDie(policy)),
        engine(OpenOrDie()),
        desk(ActorOf(engine, "desk")) {}

  // One more engine over the same parts, as one more process has it.
  Engine OpenOrDie() {
    EngineOptions options;
    options.types = {schema.Type("Member")};
    return rig.OpenOrDie(std::move(options));
  }

  Schema schema;
  EngineRig rig;
  Engine engine;
  Actor desk;

 private:
  static Policy ParseOrDie(const std::string& text) {
    auto policy = Policy::Parse(text, "club.textproto");
    REQUIRE_OK(policy);
    return *policy;
  }
};

}  // namespace privet::testing

#endif  // PRIVET_TESTS_ENGINE_CLUB_H_
