// SPDX-License-Identifier: Apache-2.0
//
// Random record types with random tags, messages and calls, and what the
// reference makes of them: what the property tests of the pass stand on.

#ifndef PRIVET_TESTS_RECORD_PASS_WORLD_H_
#define PRIVET_TESTS_RECORD_PASS_WORLD_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "record/fake_rules.h"
#include "record/pass.h"
#include "record/plan.h"
#include "record/random_schema.h"
#include "record/reference.h"
#include "record/tripler.h"
#include "transform/transform.h"

namespace privet::testing {

// Numbers of compartments.
using Compartments = std::set<std::size_t>;

// A random type with random tags, bound.
class World {
 public:
  explicit World(std::uint64_t seed);

  // Null if the type is not one to try: it has nothing in it, or too much.
  const record::Plan* plan() const { return plan_.get(); }
  // Why it should have bound and did not.
  const std::string& error() const { return error_; }
  const Layout& layout() const { return *layout_; }
  const record::Field& FieldAt(const std::string& path) const;
  Compartments AllCompartments() const;
  // Returns whether what is in one compartment is exactly what shares a fate.
  bool CompartmentsAreFates() const;

  Random* random() { return &random_; }
  std::unique_ptr<google::protobuf::Message> NewMessage();
  std::unique_ptr<google::protobuf::Message> RandomMessage();
  // Returns null if protobuf refuses `bytes`.
  std::unique_ptr<google::protobuf::Message> Parsed(std::string_view bytes);

  // The type as the pass knows it: without the extensions that it does not.
  RandomSchema* known() { return known_ == nullptr ? &schema_ : known_.get(); }

  // Permits some cells, and some of these in a form only; Timestamps if
  // `moments`.
  record::CallView RandomCall(bool moments = true);
  // Permits everything as it is.
  record::CallView WholeCall() const;

  // Deletes from `message` what is in none of `compartments` or what the call
  // does not show, and applies the forms.
  void Reference(const record::CallView& call, const Compartments& compartments,
                 google::protobuf::Message* message);

  // How often the growing form was asked for, by the pass and by Reference().
  int AskedByPass() const { return tripler_->calls; }
  int AskedByReference() const { return reference_tripler_->calls; }

  // Returns what is wrong with `bytes`, which should be `expected`; else "".
  std::string Differs(std::string_view bytes,
                      const google::protobuf::Message& expected);

 private:
  // What a category may leave in, and how.
  struct Shape {
    policy::Form form = 0;
    std::unique_ptr<const transform::Transform> transform;
    bool of_moments = false;  // of google.protobuf.Timestamp
  };

  void DeclareCategories();
  void AddShape(const std::string& name, const std::string& fate,
                const std::string& form, transform::FieldType type);
  const Shape* ShapeOf(const std::vector<policy::Category>& categories) const;
  void ChooseUntagged();
  void MakeKnown(std::uint64_t seed);
  void TagLeaves();
  std::vector<std::string> RandomTags(const LeafInfo& leaf);
  std::string KeyOf(const LeafInfo& leaf) const;
  bool IsFormed(const record::CallView& call, const std::string& path) const {
    return call.formed.Has(FieldAt(path).cell);
  }
  bool Change(const record::CallView& call, const std::string& path,
              google::protobuf::Message* holder,
              const google::protobuf::FieldDescriptor* field, int index) const;

  Random random_;
  RandomSchema schema_;
  std::unique_ptr<RandomSchema> known_;  // null: there is no such extension
  FakeRules rules_;
  std::shared_ptr<Tripler> tripler_ = std::make_shared<Tripler>();
  std::shared_ptr<Tripler> reference_tripler_ = std::make_shared<Tripler>();
  std::map<policy::Category, Shape> shapes_;
  std::set<const google::protobuf::FieldDescriptor*> untagged_;
  std::unique_ptr<Layout> layout_;
  std::map<std::string, std::vector<std::string>> tags_;
  std::shared_ptr<const record::Plan> plan_;
  std::map<std::string, const record::Field*> field_of_;
  std::string error_;
};

}  // namespace privet::testing

#endif  // PRIVET_TESTS_RECORD_PASS_WORLD_H_
