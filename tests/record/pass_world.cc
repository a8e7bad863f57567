// SPDX-License-Identifier: Apache-2.0

#include "record/pass_world.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <utility>

#include "google/protobuf/text_format.h"
#include "record/change_value.h"
#include "support/text_of.h"

namespace privet::testing {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using record::CallView;
using record::CellIndex;
using record::Plan;

bool IsMoment(const FieldDescriptor& field) {
  return field.message_type() != nullptr &&
         field.message_type()->full_name() == "google.protobuf.Timestamp";
}

}  // namespace

World::World(std::uint64_t seed) : random_(seed * 2 + 1), schema_(seed) {
  if (schema_.root() == nullptr) return;
  DeclareCategories();
  ChooseUntagged();
  layout_ = std::make_unique<Layout>(schema_.root(), untagged_);
  if (Layout::IsOneValue(*schema_.root()) ||
      !layout_->EveryMessageHasLeaves() || layout_->leaves().size() > 500) {
    return;
  }
  TagLeaves();
  auto plan =
      Plan::Bind(rules_, schema_.root(), Scanners{{"triple", tripler_}});
  if (!plan.ok()) {
    error_ = std::string(plan.status().message());
    return;
  }
  plan_ = *plan;
  MakeKnown(seed);
  for (const record::Field& field : plan_->fields()) {
    if (field.is_leaf) field_of_[field.path] = &field;
  }
}

const record::Field& World::FieldAt(const std::string& path) const {
  return *field_of_.at(path);
}

Compartments World::AllCompartments() const {
  Compartments all;
  for (std::size_t i = 0; i < plan_->compartments().size(); ++i) all.insert(i);
  return all;
}

bool World::CompartmentsAreFates() const {
  std::map<std::string, int> by_key;
  std::map<int, std::string> by_compartment;
  for (const LeafInfo& leaf : layout_->leaves()) {
    const std::string key = KeyOf(leaf);
    const int compartment = FieldAt(leaf.path).compartment;
    if (by_key.emplace(key, compartment).first->second != compartment ||
        by_compartment.emplace(compartment, key).first->second != key) {
      return false;
    }
  }
  return true;
}

std::unique_ptr<Message> World::NewMessage() { return schema_.New(); }

std::unique_ptr<Message> World::RandomMessage() {
  auto message = schema_.New();
  schema_.Fill(&random_, message.get());
  return message;
}

std::unique_ptr<Message> World::Parsed(std::string_view bytes) {
  auto message = schema_.New();
  if (!message->ParsePartialFromString(std::string(bytes))) return nullptr;
  return message;
}

CallView World::RandomCall(bool moments) {
  CallView call;
  for (std::size_t i = 0; i < plan_->cells().size(); ++i) {
    const auto cell = static_cast<CellIndex>(i);
    if (OneIn(&random_, 3)) continue;
    call.permitted.Add(cell);
    if (OneIn(&random_, 2)) continue;
    const Shape* shape = ShapeOf(plan_->cells()[i].categories);
    if (shape == nullptr || (shape->of_moments && !moments)) continue;
    const record::FormRow* row = plan_->TransformsOf(shape->form);
    if (row == nullptr) continue;
    call.formed.Add(cell);
    call.transforms[cell] = row->transforms.data();
  }
  return call;
}

CallView World::WholeCall() const {
  CallView call;
  call.permitted = record::CellSet::FirstCells(plan_->cells().size());
  return call;
}

void World::Reference(const CallView& call, const Compartments& compartments,
                      Message* message) {
  if (!call.formed.Empty()) {
    // For a form, what holds anything else is no Timestamp.
    layout_->ChangeLeaves(
        [&](const std::string& path, Message* holder,
            const FieldDescriptor* field, int index) {
          return !IsMoment(*field) || !IsFormed(call, path) ||
                 !HasUnknown(holder, field, index);
        },
        message);
  }
  layout_->Filter(
      [&](const std::string& path) {
        const record::Field& field = FieldAt(path);
        return call.permitted.Has(field.cell) &&
               compartments.count(field.compartment) != 0;
      },
      message);
  if (call.formed.Empty()) return;
  layout_->ChangeLeaves(
      [&](const std::string& path, Message* holder,
          const FieldDescriptor* field,
          int index) { return Change(call, path, holder, field, index); },
      message);
}

bool World::Change(const CallView& call, const std::string& path,
                   Message* holder, const FieldDescriptor* field,
                   int index) const {
  if (!IsFormed(call, path)) return true;
  const CellIndex cell = FieldAt(path).cell;
  return ChangeValue(*ShapeOf(plan_->cells()[cell].categories)->transform,
                     holder, field, index);
}

std::string World::Differs(std::string_view bytes, const Message& expected) {
  if (bytes == expected.SerializePartialAsString()) return "";
  const auto parsed = Parsed(bytes);
  if (parsed == nullptr) return "the output does not parse";
  if (Deterministic(*parsed) == Deterministic(expected)) return "";
  const std::string got = TextOf(*parsed);
  const std::string want = TextOf(expected);
  std::size_t at = 0;
  while (at < got.size() && at < want.size() && got[at] == want[at]) ++at;
  const std::size_t from = at < 60 ? 0 : at - 60;
  return "got {" + got.substr(from, 160) + "} expected {" +
         want.substr(from, 160) + "}";
}

void World::DeclareCategories() {
  int count = 0;
  for (const char* fate : {"a", "a", "b", "c", "d"}) {
    rules_.Add("c" + std::to_string(count++), fate);
  }
  using transform::FieldType;
  AddShape("text", "t", "truncate { characters: 3 }", FieldType::kString);
  AddShape("domain", "t", "email_domain {}", FieldType::kString);
  AddShape("grown", "a", "scan { scanner: 'triple' }", FieldType::kString);
  AddShape("number", "a", "bucket { width: 10 }", FieldType::kInt64);
  AddShape("moment", "b", "time { to: DAY }", FieldType::kTimestamp);
}

void World::AddShape(const std::string& name, const std::string& fate,
                     const std::string& form, transform::FieldType type) {
  v1::Transform said;
  if (!google::protobuf::TextFormat::ParseFromString(form, &said)) std::abort();
  transform::Target target;
  target.type = type;
  auto made = transform::Compile(said, target,
                                 Scanners{{"triple", reference_tripler_}});
  const policy::Category category = rules_.Add(name, fate);
  shapes_[category] = {rules_.AddForm(category, said), *std::move(made),
                       type == transform::FieldType::kTimestamp};
}

const World::Shape* World::ShapeOf(
    const std::vector<policy::Category>& categories) const {
  if (categories.size() != 1) return nullptr;
  const auto found = shapes_.find(categories[0]);
  return found == shapes_.end() ? nullptr : &found->second;
}

void World::ChooseUntagged() {
  for (int i = 0; i < schema_.file()->extension_count(); ++i) {
    if (OneIn(&random_, 3)) untagged_.insert(schema_.file()->extension(i));
  }
}

void World::MakeKnown(std::uint64_t seed) {
  std::set<std::string> names;
  for (const FieldDescriptor* extension : layout_->UnknownExtensions()) {
    names.insert(std::string(extension->name()));
  }
  if (!names.empty()) known_ = std::make_unique<RandomSchema>(seed, names);
}

void World::TagLeaves() {
  rules_.record.set_type(std::string(schema_.root()->full_name()));
  for (const LeafInfo& leaf : layout_->leaves()) {
    v1::Field* said = rules_.record.add_field();
    said->set_path(leaf.path);
    const std::vector<std::string> names = RandomTags(leaf);
    said->set_public_(names.empty());
    for (const std::string& name : names) said->add_categories(name);
    tags_[leaf.path] = names;
  }
}

std::vector<std::string> World::RandomTags(const LeafInfo& leaf) {
  // No form fits the key of a map.
  if (!leaf.is_map_key && OneIn(&random_, 2) &&
      leaf.field->type() == FieldDescriptor::TYPE_STRING) {
    static constexpr const char* kShapes[] = {"domain", "text", "text", "grown",
                                              "grown"};
    return {kShapes[Pick(&random_, std::size(kShapes))]};
  }
  if (!leaf.is_map_key && OneIn(&random_, 2) &&
      leaf.field->cpp_type() == FieldDescriptor::CPPTYPE_INT64) {
    return {"number"};
  }
  if (IsMoment(*leaf.field) && OneIn(&random_, 2)) return {"moment"};
  std::vector<std::string> names;
  if (OneIn(&random_, 6)) return names;
  do {
    names.push_back("c" + std::to_string(Pick(&random_, 5)));
  } while (names.size() < 2 && OneIn(&random_, 4));
  return names;
}

std::string World::KeyOf(const LeafInfo& leaf) const {
  std::set<policy::Category> categories;
  for (const LeafInfo& other : layout_->leaves()) {
    if (leaf.unit.empty() ? other.path != leaf.path : other.unit != leaf.unit) {
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

}  // namespace privet::testing
