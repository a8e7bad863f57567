// SPDX-License-Identifier: Apache-2.0
//
// What the property tests of the pass have in common. Each check returns what
// is wrong, or "".

#ifndef PRIVET_TESTS_RECORD_PASS_CHECKS_H_
#define PRIVET_TESTS_RECORD_PASS_CHECKS_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "google/protobuf/message.h"
#include "record/pass.h"
#include "record/pass_world.h"

namespace privet::testing {

// Makes random types of the seeds from `first_seed` on, and calls `check` with
// each until that was `count` times. Ends the test if something is wrong.
void ForEachWorld(std::uint64_t first_seed, int count,
                  const std::function<std::string(World*)>& check);

// Returns the outputs of the last pass, which was a split.
std::vector<std::string> PartsOf(const World& world, const record::Pass& pass);

// `parts` are what a split of `whole` for `call` made.
std::string CheckParts(World* world, const record::CallView& call,
                       const google::protobuf::Message& whole,
                       const std::vector<std::string>& parts);

// Joins some of these parts in any order for another call, `purpose`.
std::string CheckJoin(World* world, const record::CallView& call,
                      const google::protobuf::Message& whole,
                      const std::vector<std::string>& parts,
                      const record::CallView& purpose, record::Pass* pass);

}  // namespace privet::testing

#endif  // PRIVET_TESTS_RECORD_PASS_CHECKS_H_
