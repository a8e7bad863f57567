// SPDX-License-Identifier: Apache-2.0
//
// Whatever bytes the pass takes, what it makes of them parses, holds only what
// the call may see, and is the same when it is made again.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/fuzz_target.h"
#include "record/fake_rules.h"
#include "record/pass.h"
#include "record/plan.h"
#include "record/random_schema.h"
#include "record/reference.h"

namespace privet::testing {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

// A random type that has most of what there is.
constexpr std::uint64_t kSchema = 12;

class World {
 public:
  World() : schema_(FirstThatBinds()) {
    layout_ = std::make_unique<Layout>(
        schema_.root(), std::set<const google::protobuf::FieldDescriptor*>());
    rules_.Add("shown", "shown");
    rules_.Add("hidden", "hidden");
    rules_.record.set_type(std::string(schema_.root()->full_name()));
    bool shown = false;
    for (const LeafInfo& leaf : layout_->leaves()) {
      v1::Field* field = rules_.record.add_field();
      field->set_path(leaf.path);
      field->add_categories((shown = !shown) ? "shown" : "hidden");
      is_shown_[leaf.path] = shown;
    }
    auto plan = record::Plan::Bind(rules_, schema_.root(), Scanners{});
    Require(plan.ok());
    plan_ = *plan;
    for (std::size_t i = 0; i < plan_->cells().size(); ++i) {
      if (plan_->cells()[i].categories[0] == 0) {
        call_.permitted.Add(static_cast<record::CellIndex>(i));
      }
    }
  }

  void Check(const std::string& bytes) {
    if (!pass_.Minimize(*plan_, call_, bytes).ok()) return;
    const std::string output(pass_.output());
    auto shown = schema_.New();
    Require(shown->ParsePartialFromString(output));
    auto whole = schema_.New();
    if (whole->ParsePartialFromString(bytes)) {
      layout_->Filter(
          [this](const std::string& path) { return is_shown_.at(path); },
          whole.get());
      Require(Deterministic(*whole) == Deterministic(*shown));
    }
    Require(pass_.Minimize(*plan_, call_, output).ok());
    Require(pass_.output() == output);
    Require(pass_.Split(*plan_, call_, bytes).ok());
  }

  std::string Seed(std::uint64_t seed) {
    Random random(seed);
    auto message = schema_.New();
    schema_.Fill(&random, message.get());
    return message->SerializePartialAsString();
  }

 private:
  static std::uint64_t FirstThatBinds() {
    for (std::uint64_t seed = kSchema;; ++seed) {
      const RandomSchema schema(seed);
      if (Layout::IsOneValue(*schema.root())) continue;
      const Layout layout(schema.root(), {});
      if (layout.EveryMessageHasLeaves() && layout.leaves().size() > 30) {
        return seed;
      }
    }
  }

  RandomSchema schema_;
  FakeRules rules_;
  std::unique_ptr<Layout> layout_;
  std::map<std::string, bool> is_shown_;
  std::shared_ptr<const record::Plan> plan_;
  record::CallView call_;
  record::Pass pass_;
};

World& TheWorld() {
  static World* const world = new World;
  return *world;
}

}  // namespace
}  // namespace privet::testing

std::vector<std::string> FuzzSeeds() {
  std::vector<std::string> seeds;
  for (std::uint64_t i = 0; i < 20; ++i) {
    seeds.push_back(privet::testing::TheWorld().Seed(i));
  }
  return seeds;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  privet::testing::TheWorld().Check(
      std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
