// SPDX-License-Identifier: Apache-2.0
//
// Walks a message type into the tables of a plan.

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "record/draft.h"
#include "record/field_kind.h"
#include "record/wire.h"

namespace privet::record {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using At = std::pair<std::uint16_t, std::uint16_t>;  // node, entry

constexpr std::size_t kMaxFields = 20'000;
constexpr std::uint32_t kMaxDense = 256;

// What a message hands down to the fields in it.
struct Scope {
  std::string path;  // with a dot at the end, if it is not the root
  std::vector<std::uint32_t> numbers;
  std::optional<Tag> inherited;
  std::size_t source = 0;  // which tag that is; 0: of a message type
  int unit = -1;
};

class TreeGrower {
 public:
  explicit TreeGrower(Draft* draft) : draft_(*draft) {}

  void Grow() {
    const Descriptor& type = *draft_.type;
    if (IsOneValue(type)) {
      Error("",
            "is a type whose content nobody can tag; wrap it in a message "
            "of your own and tag the field");
    }
    GrowMessage(type, Scope{});
    for (const std::string& path : draft_.tags.UnusedPaths()) {
      Error(path,
            "is tagged by the policy, but the type has no such field (or it "
            "lies in a message that is itself inside one of its kind, or is "
            "one value); correct the path");
    }
  }

 private:
  struct Open {
    const Descriptor* type;
    int unit;
    std::uint16_t node;
  };

  void Error(const std::string& path, absl::string_view what) {
    draft_.errors.push_back(path.empty()
                                ? absl::StrCat("the type ", what)
                                : absl::StrCat("field `", path, "` ", what));
  }

  std::uint16_t NewNode() {
    draft_.tables->nodes.emplace_back();
    draft_.tables->nodes.back().entries.emplace_back();
    return static_cast<std::uint16_t>(draft_.tables->nodes.size() - 1);
  }

  bool TooLarge() {
    // Fields, nodes and what lies beneath them are numbered with 16 bits.
    if (entry_count_ < kMaxFields && draft_.tables->nodes.size() < kMaxFields) {
      return false;
    }
    if (!too_large_) {
      Error("", absl::StrCat("has more than ", kMaxFields,
                             " places for fields and messages; split it up"));
    }
    too_large_ = true;
    return true;
  }

  // Returns the node of `type` in `scope`; one that is open already is met
  // again.
  std::uint16_t GrowMessage(const Descriptor& type, const Scope& scope) {
    for (const Open& open : open_) {
      if (open.type == &type && open.unit == scope.unit) {
        draft_.recursive.push_back(open.node);
        return open.node;
      }
    }
    const std::uint16_t node = NewNode();
    if (TooLarge()) return node;
    if (open_.size() == static_cast<std::size_t>(kMaxDepth)) {
      Error(scope.path, absl::StrCat("lies more than ", kMaxDepth,
                                     " messages deep, where no record is "
                                     "read; flatten the type"));
      return node;
    }
    if (type.options().message_set_wire_format()) {
      Error(scope.path,
            "is or holds a MessageSet, which is not supported; use "
            "extensions of a message");
      return node;
    }
    open_.push_back({&type, scope.unit, node});
    const std::optional<Tag> all = draft_.tags.ReadAll(
        type, scope.path, &draft_.errors, &draft_.unsupported);
    Scope inner = scope;
    if (all) {
      inner.inherited = all;
      inner.source = 0;
    }
    for (int i = 0; i < type.field_count(); ++i) {
      GrowField(*type.field(i), std::string(type.field(i)->name()), node,
                inner);
    }
    for (const FieldDescriptor* extension : ExtensionsOf(type)) {
      GrowExtension(*extension, node, inner);
    }
    open_.pop_back();
    FinishNode(node, type);
    return node;
  }

  void GrowExtension(const FieldDescriptor& field, std::uint16_t node,
                     const Scope& scope) {
    const std::string name =
        absl::StrCat("[", std::string(field.full_name()), "]");
    std::vector<std::string> errors;
    bool unsupported = false;
    // One that nobody tagged is an unknown field.
    const std::string path = scope.path + name;
    const std::optional<Tag> own =
        draft_.tags.ReadOwn(field, path, &errors, &unsupported);
    if (!own && errors.empty() && !HasPathsBeneath(path)) return;
    GrowField(field, name, node, scope);
  }

  bool HasPathsBeneath(const std::string& path) const {
    if (draft_.tags.declared() == nullptr) return false;
    for (const v1::Field& field : draft_.tags.declared()->field()) {
      if (field.path().compare(0, path.size() + 1, path + ".") == 0) {
        return true;
      }
    }
    return false;
  }

  void GrowField(const FieldDescriptor& field, const std::string& name,
                 std::uint16_t node, const Scope& scope) {
    if (TooLarge()) return;
    ++entry_count_;
    const std::string path = scope.path + name;
    const std::optional<Tag> own =
        draft_.tags.ReadOwn(field, path, &draft_.errors, &draft_.unsupported);
    const At at = AddEntry(field, path, node, scope);
    if (field.is_required()) draft_.required.push_back(at);
    if (field.is_map()) {
      if (own && own->index) Error(path, "is a map and cannot be indexed");
      GrowMap(field, at, Beneath(path, field, own, scope), own.has_value());
      return;
    }
    if (field.message_type() != nullptr && !IsOneValue(*field.message_type())) {
      Scope beneath = Beneath(path, field, own, scope);
      if (field.is_repeated() && beneath.unit < 0) {
        beneath.unit = NewUnit(path);
      }
      const std::uint16_t child = GrowMessage(*field.message_type(), beneath);
      draft_.EntryAt(at).node = child;
      if (own && !used_[beneath.source]) {
        Error(path,
              "has a tag that decides nothing: each field beneath it has one "
              "of its own; take one of them out");
      }
      if (own && own->index) Error(path, "is a message and cannot be indexed");
      return;
    }
    std::optional<Tag> tag = own;
    if (!tag && NeedsOwnTag(field)) {
      Error(path,
            "holds anything at all, or nothing, and needs a tag of its own: "
            "add `[(privet.v1.field).categories = \"...\"]`, or a `field` to "
            "the record in the policy");
      return;
    }
    if (!tag) tag = Inherit(scope);
    AddLeaf(field, at, path, tag, scope.unit, /*is_map_key=*/false);
  }

  int NewUnit(const std::string& path) {
    draft_.unit_paths.push_back(path);
    return static_cast<int>(draft_.unit_paths.size()) - 1;
  }

  std::optional<Tag> Inherit(const Scope& scope) {
    if (!scope.inherited) return std::nullopt;
    used_[scope.source] = true;
    Tag tag = *scope.inherited;
    tag.index.reset();
    return tag;
  }

  Scope Beneath(const std::string& path, const FieldDescriptor& field,
                const std::optional<Tag>& own, const Scope& scope) {
    Scope beneath = scope;
    beneath.path = path + ".";
    beneath.numbers.push_back(static_cast<std::uint32_t>(field.number()));
    if (own) {
      beneath.inherited = own;
      beneath.source = used_.size();
      used_.push_back(false);
    }
    return beneath;
  }

  void GrowMap(const FieldDescriptor& field, At at, Scope scope,
               bool has_own_tag);

  At AddEntry(const FieldDescriptor& field, const std::string& path,
              std::uint16_t node, const Scope& scope) {
    Tables& tables = *draft_.tables;
    Field info;
    info.path = path;
    info.numbers = scope.numbers;
    info.numbers.push_back(static_cast<std::uint32_t>(field.number()));
    info.in_unit = scope.unit >= 0;
    info.redact = IsRedacted(field);
    info.type = FieldTypeOf(field);
    tables.fields.push_back(std::move(info));
    Entry entry;
    entry.number = static_cast<std::uint32_t>(field.number());
    entry.field = static_cast<std::uint16_t>(tables.fields.size() - 1);
    SetActions(field, &entry);
    std::vector<Entry>& entries = tables.nodes[node].entries;
    entries.push_back(entry);
    return {node, static_cast<std::uint16_t>(entries.size() - 1)};
  }

  void AddLeaf(const FieldDescriptor& field, At at, const std::string& path,
               const std::optional<Tag>& tag, int unit, bool is_map_key) {
    if (!tag) {
      Error(path,
            "has no tag: add `[(privet.v1.field).categories = \"...\"]`, or "
            "`.public = true` if it is not personal, or a `field` to the "
            "record in the policy");
      return;
    }
    Leaf leaf;
    leaf.field = draft_.EntryAt(at).field;
    leaf.tag = *tag;
    leaf.descriptor = &field;
    leaf.unit = unit;
    leaf.is_map_key = is_map_key;
    leaf.entries.push_back(at);
    draft_.EntryAt(at).is_leaf = true;
    draft_.tables->fields[leaf.field].is_leaf = true;
    if (field.message_type() != nullptr) {
      value_nodes_.clear();
      const std::uint16_t child =
          GrowValue(*field.message_type(), leaf.field, &leaf);
      draft_.EntryAt(at).node = child;
    }
    draft_.leaves.push_back(std::move(leaf));
  }

  // Walks into a message that is one value: all of it shares the leaf.
  std::uint16_t GrowValue(const Descriptor& type, std::uint16_t field,
                          Leaf* leaf) {
    for (const auto& [known, node] : value_nodes_) {
      if (known == &type) return node;
    }
    const std::uint16_t node = NewNode();
    value_nodes_.emplace_back(&type, node);
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& inner = *type.field(i);
      Entry entry;
      entry.number = static_cast<std::uint32_t>(inner.number());
      entry.field = field;
      SetActions(inner, &entry);
      std::vector<Entry>& entries = draft_.tables->nodes[node].entries;
      entries.push_back(entry);
      const At at{node, static_cast<std::uint16_t>(entries.size() - 1)};
      leaf->entries.push_back(at);
      if (inner.message_type() != nullptr) {
        const std::uint16_t child =
            GrowValue(*inner.message_type(), field, leaf);
        draft_.EntryAt(at).node = child;
      }
    }
    FinishNode(node, type);
    return node;
  }

  void FinishNode(std::uint16_t node, const Descriptor& type);

  Draft& draft_;
  std::vector<Open> open_;
  std::vector<std::pair<const Descriptor*, std::uint16_t>> value_nodes_;
  std::size_t entry_count_ = 0;
  std::vector<bool> used_ = {true};  // by source: the tag reached a field
  bool too_large_ = false;
};

// A map's entry: the key and, if it is a leaf, the value decide whether it
// stays.
void TreeGrower::GrowMap(const FieldDescriptor& field, At at, Scope scope,
                         bool has_own_tag) {
  const Descriptor& type = *field.message_type();
  if (scope.unit < 0) {
    scope.unit = NewUnit(draft_.tables->fields[draft_.EntryAt(at).field].path);
  }
  const std::uint16_t node = NewNode();
  draft_.tables->nodes[node].is_map_entry = true;
  draft_.EntryAt(at).node = node;
  for (const FieldDescriptor* part : {type.map_key(), type.map_value()}) {
    ++entry_count_;
    const bool is_key = part == type.map_key();
    const std::string path = scope.path + std::string(part->name());
    const At inner = AddEntry(*part, path, node, scope);
    const std::optional<Tag> own =
        draft_.tags.ReadPath(path, &draft_.errors, &draft_.unsupported);
    if (part->message_type() != nullptr && !IsOneValue(*part->message_type())) {
      const std::uint16_t child =
          GrowMessage(*part->message_type(), Beneath(path, *part, own, scope));
      draft_.EntryAt(inner).node = child;
      continue;
    }
    std::optional<Tag> tag = own;
    if (!tag) tag = Inherit(scope);
    AddLeaf(*part, inner, path, tag, scope.unit, is_key);
  }
  if (has_own_tag && !used_[scope.source]) {
    Error(draft_.tables->fields[draft_.EntryAt(at).field].path,
          "has a tag that decides nothing: its key and value have their own; "
          "take one of them out");
  }
  FinishNode(node, type);
}

// Gives singular fields their bits, and builds the look-up.
void TreeGrower::FinishNode(std::uint16_t number, const Descriptor& type) {
  Node& node = draft_.tables->nodes[number];
  std::uint16_t next = 0;
  std::vector<std::pair<const void*, std::uint16_t>> oneofs;
  std::vector<std::pair<std::uint32_t, std::uint16_t>> sparse;
  for (std::size_t i = 1; i < node.entries.size(); ++i) {
    Entry& entry = node.entries[i];
    const auto index = static_cast<std::uint16_t>(i);
    if (entry.number < kMaxDense) {
      if (node.dense.size() <= entry.number)
        node.dense.resize(entry.number + 1);
      node.dense[entry.number] = index;
    } else {
      sparse.emplace_back(entry.number, index);
    }
    const FieldDescriptor* field =
        type.FindFieldByNumber(static_cast<int>(entry.number));
    if (field == nullptr) {
      field = type.file()->pool()->FindExtensionByNumber(
          &type, static_cast<int>(entry.number));
    }
    if (field->is_repeated()) continue;
    const auto* const oneof = field->containing_oneof();
    const auto known =
        std::find_if(oneofs.begin(), oneofs.end(), [&](const auto& seen) {
          return oneof != nullptr && seen.first == oneof;
        });
    if (known != oneofs.end()) {
      entry.seen = known->second;
      continue;
    }
    entry.seen = next++;
    if (oneof != nullptr) oneofs.emplace_back(oneof, entry.seen);
  }
  std::sort(sparse.begin(), sparse.end());
  for (const auto& [field, index] : sparse) {
    node.sparse.push_back(field);
    node.sparse_entry.push_back(index);
  }
  node.seen_words = static_cast<std::uint16_t>(std::max(1, (next + 63) / 64));
  draft_.tables->max_seen_words =
      std::max<std::size_t>(draft_.tables->max_seen_words, node.seen_words);
}

}  // namespace

void GrowTree(Draft* draft) { TreeGrower(draft).Grow(); }

}  // namespace privet::record
