// SPDX-License-Identifier: Apache-2.0
//
// The pass against the reference by reflection, on random types, messages,
// assignments and calls, and on bytes that were tampered with.

#include <cstdlib>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "google/protobuf/descriptor.pb.h"
#include "record/fake_rules.h"
#include "record/pass.h"
#include "record/plan.h"
#include "record/random_schema.h"
#include "record/reference.h"
#include "support/catch.h"
#include "support/status_assertions.h"
#include "support/text_of.h"
#include "transform/transform.h"

namespace privet::testing {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using record::CallView;
using record::CellIndex;
using record::Pass;
using record::Plan;

int Runs(int wanted) {
  const char* text = std::getenv("PRIVET_PROPERTY_RUNS");
  if (text == nullptr) return wanted;
  return std::max(1, std::min(wanted, std::atoi(text)));
}

// A random type with random tags, bound.
class World {
 public:
  explicit World(std::uint64_t seed) : random_(seed * 2 + 1), schema_(seed) {
    if (schema_.root() == nullptr) return;
    DeclareCategories();
    ChooseUntagged();
    layout_ = std::make_unique<Layout>(schema_.root(), untagged_);
    if (Layout::IsOneValue(*schema_.root()) ||
        !layout_->EveryMessageHasLeaves() || layout_->leaves().size() > 500) {
      return;
    }
    TagLeaves();
    auto plan = Plan::Bind(rules_, schema_.root(), Scanners{});
    if (!plan.ok()) {
      error_ = std::string(plan.status().message());
      return;
    }
    plan_ = *plan;
    for (const record::Field& field : plan_->fields()) {
      if (field.is_leaf) field_of_[field.path] = &field;
    }
  }

  const Plan* plan() const { return plan_.get(); }
  const std::string& error() const { return error_; }
  Random* random() { return &random_; }
  // Some of them may have no tag, and are then unknown to us alone.
  bool has_extensions() const { return schema_.file()->extension_count() > 0; }
  const Layout& layout() const { return *layout_; }
  std::unique_ptr<Message> NewMessage() { return schema_.New(); }

  std::unique_ptr<Message> RandomMessage() {
    auto message = schema_.New();
    schema_.Fill(&random_, message.get());
    return message;
  }

  CallView RandomCall(bool everything = false) {
    CallView call;
    for (std::size_t i = 0; i < plan_->cells().size(); ++i) {
      const auto cell = static_cast<CellIndex>(i);
      if (!everything && OneIn(&random_, 3)) continue;
      call.permitted.Add(cell);
      if (everything || OneIn(&random_, 2)) continue;
      const auto& categories = plan_->cells()[i].categories;
      const policy::Form form = FormOf(categories);
      if (form == policy::kWhole) continue;
      const record::FormRow* row = plan_->TransformsOf(form);
      if (row == nullptr) continue;
      call.formed.Add(cell);
      call.transforms[cell] = row->transforms.data();
    }
    return call;
  }

  // Deletes from `message` what the call does not show, and applies the forms;
  // `compartment` -1: of all compartments.
  void Reference(const CallView& call, int compartment, Message* message) {
    layout_->Filter(
        [&](const std::string& path) {
          const record::Field& field = *field_of_.at(path);
          return call.permitted.Has(field.cell) &&
                 (compartment < 0 || field.compartment == compartment);
        },
        message);
    layout_->ChangeLeaves(
        [&](const std::string& path, Message* holder,
            const FieldDescriptor* field,
            int index) { return Change(call, path, holder, field, index); },
        message);
  }

  // What must be in one compartment is exactly what shares a fate.
  bool CompartmentsAreFates() const {
    std::map<std::string, int> by_key;
    std::map<int, std::string> by_compartment;
    for (const LeafInfo& leaf : layout_->leaves()) {
      const std::string key = KeyOf(leaf);
      const int compartment = field_of_.at(leaf.path)->compartment;
      if (by_key.emplace(key, compartment).first->second != compartment ||
          by_compartment.emplace(compartment, key).first->second != key) {
        return false;
      }
    }
    return true;
  }

  const record::Field& FieldAt(const std::string& path) const {
    return *field_of_.at(path);
  }

 private:
  void DeclareCategories() {
    for (const char* fate : {"a", "a", "b", "c", "d"}) {
      rules_.Add("c" + std::to_string(count_++), fate);
    }
    text_ = rules_.Add("text", "t");
    domain_ = rules_.Add("domain", "t");
    number_ = rules_.Add("number", "a");
    v1::Transform form;
    form.mutable_truncate()->set_characters(3);
    text_form_ = rules_.AddForm(text_, form);
    form.mutable_email_domain();
    domain_form_ = rules_.AddForm(domain_, form);
    email_domain_ = MakeTransform(form, transform::FieldType::kString);
    form.mutable_bucket()->set_width(10);
    number_form_ = rules_.AddForm(number_, form);
    bucket_ = MakeTransform(form, transform::FieldType::kInt64);
    form.mutable_truncate()->set_characters(3);
    truncate_ = MakeTransform(form, transform::FieldType::kString);
  }

  static std::unique_ptr<const transform::Transform> MakeTransform(
      const v1::Transform& form, transform::FieldType type) {
    transform::Target target;
    target.type = type;
    return *transform::Compile(form, target, Scanners{});
  }

  policy::Form FormOf(const std::vector<policy::Category>& categories) const {
    if (categories == std::vector<policy::Category>{text_}) return text_form_;
    if (categories == std::vector<policy::Category>{domain_}) {
      return domain_form_;
    }
    if (categories == std::vector<policy::Category>{number_}) {
      return number_form_;
    }
    return policy::kWhole;
  }

  void ChooseUntagged() {
    for (int i = 0; i < schema_.file()->extension_count(); ++i) {
      if (OneIn(&random_, 3)) untagged_.insert(schema_.file()->extension(i));
    }
  }

  void TagLeaves() {
    rules_.record.set_type(std::string(schema_.root()->full_name()));
    for (const LeafInfo& leaf : layout_->leaves()) {
      v1::Field* said = rules_.record.add_field();
      said->set_path(leaf.path);
      std::vector<std::string>& names = tags_[leaf.path];
      const auto type = leaf.field->type();
      if (!leaf.is_map_key && OneIn(&random_, 2) &&
          type == FieldDescriptor::TYPE_STRING) {
        names = {OneIn(&random_, 4) ? "domain" : "text"};
      } else if (!leaf.is_map_key && OneIn(&random_, 2) &&
                 leaf.field->cpp_type() == FieldDescriptor::CPPTYPE_INT64) {
        names = {"number"};
      } else if (!OneIn(&random_, 6)) {
        const auto one = [&] {
          return "c" + std::to_string(Pick(&random_, 5));
        };
        names.push_back(one());
        if (OneIn(&random_, 4)) names.push_back(one());
      }
      said->set_public_(names.empty());
      for (const std::string& name : names) said->add_categories(name);
    }
  }

  std::string KeyOf(const LeafInfo& leaf) const {
    std::set<policy::Category> categories;
    for (const LeafInfo& other : layout_->leaves()) {
      if (leaf.unit.empty() ? other.path != leaf.path
                            : other.unit != leaf.unit) {
        continue;
      }
      for (const std::string& name : tags_.at(other.path)) {
        categories.insert(*rules_.FindCategory(name));
      }
    }
    if (categories.empty()) return "public";
    const std::vector<policy::Category> list(categories.begin(),
                                             categories.end());
    return "fate " + rules_.FateOf(list);
  }

  bool Change(const CallView& call, const std::string& path, Message* holder,
              const FieldDescriptor* field, int index) {
    const record::Field& info = *field_of_.at(path);
    if (!call.formed.Has(info.cell)) return true;
    const auto* reflection = holder->GetReflection();
    const policy::Form form = FormOf(plan_->cells()[info.cell].categories);
    if (form == number_form_) {
      std::uint64_t value = static_cast<std::uint64_t>(
          index < 0 ? reflection->GetInt64(*holder, field)
                    : reflection->GetRepeatedInt64(*holder, field, index));
      const bool kept =
          bucket_->ApplyNumber(&value) == transform::Applied::kKept;
      const auto changed = static_cast<std::int64_t>(value);
      index < 0 ? reflection->SetInt64(holder, field, changed)
                : reflection->SetRepeatedInt64(holder, field, index, changed);
      return kept;
    }
    const std::string text =
        index < 0 ? reflection->GetString(*holder, field)
                  : reflection->GetRepeatedString(*holder, field, index);
    const auto& made = form == domain_form_ ? *email_domain_ : *truncate_;
    std::string out(made.MaxOut(text.size()), 0);
    std::size_t size = 0;
    const bool kept = made.ApplyBytes(text, nullptr, out.data(), &size) ==
                      transform::Applied::kKept;
    if (kept) out.resize(size);
    index < 0 ? reflection->SetString(holder, field, out)
              : reflection->SetRepeatedString(holder, field, index, out);
    return kept;
  }

  Random random_;
  RandomSchema schema_;
  FakeRules rules_;
  int count_ = 0;
  policy::Category text_ = 0, domain_ = 0, number_ = 0;
  policy::Form text_form_ = 0, domain_form_ = 0, number_form_ = 0;
  std::unique_ptr<const transform::Transform> bucket_, truncate_, email_domain_;
  std::set<const FieldDescriptor*> untagged_;
  std::unique_ptr<Layout> layout_;
  std::map<std::string, std::vector<std::string>> tags_;
  std::shared_ptr<const Plan> plan_;
  std::map<std::string, const record::Field*> field_of_;
  std::string error_;
};

// Returns what is wrong with `bytes`, which should be `expected`; else "".
std::string Differs(World* world, std::string_view bytes,
                    const Message& expected) {
  auto parsed = world->NewMessage();
  if (!parsed->ParsePartialFromString(std::string(bytes))) {
    return "the output does not parse";
  }
  if (Deterministic(*parsed) == Deterministic(expected)) return "";
  const std::string got = TextOf(*parsed);
  const std::string want = TextOf(expected);
  std::size_t at = 0;
  while (at < got.size() && at < want.size() && got[at] == want[at]) ++at;
  const std::size_t from = at < 60 ? 0 : at - 60;
  return "got {" + got.substr(from, 160) + "} expected {" +
         want.substr(from, 160) + "}";
}

std::unique_ptr<Message> Parsed(World* world, const std::string& bytes) {
  auto message = world->NewMessage();
  if (!message->ParsePartialFromString(bytes)) return nullptr;
  return message;
}

// Splits, and compares each compartment, and joins of some of them.
std::string CheckSplit(World* world, const std::string& bytes, Pass* pass) {
  const Plan& plan = *world->plan();
  const CallView call = world->RandomCall();
  const absl::Status status = pass->Split(plan, call, bytes);
  if (!status.ok()) return status.ToString();
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < plan.compartments().size(); ++i) {
    parts.emplace_back(pass->output(i));
    auto expected = Parsed(world, bytes);
    world->Reference(call, static_cast<int>(i), expected.get());
    const std::string wrong = Differs(world, parts[i], *expected);
    if (!wrong.empty())
      return "compartment " + std::to_string(i) + ": " + wrong;
  }
  // Some of them, in any order.
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!OneIn(world->random(), 3)) order.push_back(i);
  }
  std::shuffle(order.begin(), order.end(), *world->random());
  std::vector<std::string_view> chosen;
  for (const std::size_t i : order) chosen.push_back(parts[i]);
  CallView purpose = world->RandomCall();
  purpose.formed = record::CellSet();
  const absl::Status joined = pass->Join(plan, purpose, chosen);
  if (!joined.ok()) return "join: " + joined.ToString();
  std::string whole;
  for (const std::string_view part : chosen) whole += part;
  auto expected = Parsed(world, whole);
  if (expected == nullptr) return "the parts together do not parse";
  world->Reference(purpose, -1, expected.get());
  const std::string wrong = Differs(world, pass->output(), *expected);
  return wrong.empty() ? "" : "join: " + wrong;
}

// Deletes all that is not in a compartment from the input: the same bytes.
std::string CheckNonInterference(World* world, const Message& message,
                                 Pass* pass) {
  const Plan& plan = *world->plan();
  const CallView call = world->RandomCall();
  const absl::Status status = pass->Split(plan, call, Deterministic(message));
  if (!status.ok()) return status.ToString();
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < plan.compartments().size(); ++i) {
    parts.emplace_back(pass->output(i));
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    auto rest = Parsed(world, Deterministic(message));
    world->layout().Filter(
        [&](const std::string& path) {
          const record::Field& field = world->FieldAt(path);
          return call.permitted.Has(field.cell) && field.compartment == i;
        },
        rest.get());
    const absl::Status again = pass->Split(plan, call, Deterministic(*rest));
    if (!again.ok()) return again.ToString();
    if (pass->output(i) != parts[i]) {
      return "compartment " + std::to_string(i) +
             " depends on what is not in it";
    }
  }
  return "";
}

std::string CheckMinimize(World* world, const std::string& bytes, Pass* pass) {
  const CallView call = world->RandomCall();
  const absl::Status status = pass->Minimize(*world->plan(), call, bytes);
  if (!status.ok()) return status.ToString();
  auto expected = Parsed(world, bytes);
  world->Reference(call, -1, expected.get());
  return Differs(world, pass->output(), *expected);
}

TEST_CASE("The pass is the reference on random types and messages",
          "[record][property]") {
  const int runs = Runs(10'000);
  int bound = 0, messages = 0;
  Pass pass;
  for (std::uint64_t seed = 1; bound < runs; ++seed) {
    World world(seed);
    INFO("seed " << seed << " " << world.error());
    REQUIRE(world.error().empty());
    if (world.plan() == nullptr) continue;
    if (std::getenv("PRIVET_SHOW_SCHEMA") != nullptr) {
      INFO(world.plan()->descriptor()->file()->DebugString());
    }
    ++bound;
    REQUIRE(world.CompartmentsAreFates());
    for (int i = 0; i < 4; ++i) {
      const auto message = world.RandomMessage();
      const std::string bytes = message->SerializePartialAsString();
      INFO("message " << i);
      REQUIRE(CheckSplit(&world, bytes, &pass) == "");
      REQUIRE(CheckMinimize(&world, bytes, &pass) == "");
      REQUIRE(CheckNonInterference(&world, *message, &pass) == "");
      ++messages;
    }
  }
  WARN(bound << " random types, " << messages << " messages");
}

// What became of tampered bytes, and why.
struct Tally {
  int accepted = 0, refused = 0, junk_dropped = 0;
  std::map<std::string, int> reasons;
};

std::string CheckMutated(World* world, const std::string& bytes, Pass* pass,
                         Tally* tally) {
  const Plan& plan = *world->plan();
  const CallView call = world->RandomCall();
  const auto parsed = Parsed(world, bytes);
  const absl::Status status = pass->Minimize(plan, call, bytes);
  if (!status.ok()) {
    ++tally->refused;
    if (parsed == nullptr) return "";
    // Stricter than protobuf, for a reason that the contract names; never on
    // what a serializer writes.
    const std::string text(status.message());
    const std::size_t begin = text.find("`: ") + 3;
    ++tally->reasons[text.substr(begin, text.find(';') - begin)];
    // (A closed enum may be set, and unknown to the parser once more.)
    parsed->DiscardUnknownFields();
    if (parsed->SerializePartialAsString() == bytes) {
      return "refused what a serializer writes: " + text;
    }
    return "";
  }
  ++tally->accepted;
  const std::string output(pass->output());
  const auto shown = Parsed(world, output);
  if (shown == nullptr) return "the output does not parse";
  if (parsed == nullptr) {
    // The junk must be in what was dropped.
    ++tally->junk_dropped;
    const CallView all = world->RandomCall(/*everything=*/true);
    if (pass->Minimize(plan, all, bytes).ok()) {
      return world->has_extensions()
                 ? ""
                 : "accepted whole, and protobuf refuses it";
    }
    return "";
  }
  world->Reference(call, -1, parsed.get());
  const std::string wrong = Differs(world, output, *parsed);
  if (!wrong.empty()) return wrong;
  // That call may look into what this one dropped, and refuse it.
  const std::string split = CheckSplit(world, bytes, pass);
  return split.rfind("INVALID_ARGUMENT", 0) == 0 ? "" : split;
}

// Returns bytes with a random fault, or with one more field behind them: then
// it may be there twice, or with another member of its oneof.
std::string RandomInput(World* world) {
  std::string bytes = world->RandomMessage()->SerializePartialAsString();
  if (!OneIn(world->random(), 4)) return Mutate(world->random(), bytes);
  const auto other = world->RandomMessage();
  std::vector<const FieldDescriptor*> fields;
  other->GetReflection()->ListFields(*other, &fields);
  const std::size_t kept = Pick(world->random(), fields.size() + 1);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i != kept) other->GetReflection()->ClearField(other.get(), fields[i]);
  }
  return bytes + other->SerializePartialAsString();
}

TEST_CASE("The pass is the reference on tampered bytes", "[record][property]") {
  const int runs = Runs(100'000);
  constexpr int kEach = 50;
  Tally tally;
  Pass pass;
  int done = 0;
  for (std::uint64_t seed = 1'000'000; done < runs; ++seed) {
    World world(seed);
    INFO("seed " << seed << " " << world.error());
    REQUIRE(world.error().empty());
    if (world.plan() == nullptr) continue;
    for (int i = 0; i < kEach; ++i, ++done) {
      const std::string bytes = RandomInput(&world);
      INFO("input " << i);
      REQUIRE(CheckMutated(&world, bytes, &pass, &tally) == "");
    }
  }
  std::string reasons;
  for (const auto& [reason, count] : tally.reasons) {
    reasons += "\n  " + std::to_string(count) + " " + reason;
  }
  WARN(tally.accepted << " accepted (" << tally.junk_dropped
                      << " with junk in what was dropped), " << tally.refused
                      << " refused, of which protobuf takes:" << reasons);
}

}  // namespace
}  // namespace privet::testing
