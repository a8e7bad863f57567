// SPDX-License-Identifier: Apache-2.0
//
// A plan while it is made: the steps of binding hand it on.

#ifndef PRIVET_RECORD_DRAFT_H_
#define PRIVET_RECORD_DRAFT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "policy/snapshot.h"
#include "record/rules.h"
#include "record/tables.h"
#include "record/tags.h"

namespace privet::record {

// A tagged field, wherever it lies.
struct Leaf {
  std::uint16_t field = 0;  // number of Tables::fields
  Tag tag;
  const google::protobuf::FieldDescriptor* descriptor = nullptr;
  int unit = -1;  // the repeated message or map that it lies in; -1: none
  bool is_map_key = false;
  const ResidueRule::Step* step = nullptr;  // of a residue's plan
  // Its entries: itself, and if it is a message all that lies in it.
  std::vector<std::pair<std::uint16_t, std::uint16_t>> entries;
};

struct Draft {
  Draft(const Rules& the_rules, const google::protobuf::Descriptor* the_type)
      : rules(the_rules), type(the_type), tags(the_rules, the_type) {}

  const Rules& rules;
  const google::protobuf::Descriptor* type;
  TagReader tags;
  const ResidueRule* residue = nullptr;  // whose plan this is; null: none
  std::unique_ptr<Tables> tables = std::make_unique<Tables>();
  std::vector<Leaf> leaves;
  std::vector<std::string> unit_paths;
  // Fields that protobuf requires.
  std::vector<std::pair<std::uint16_t, std::uint16_t>> required;  // entries
  // Messages that lie in themselves, directly or not: node numbers.
  std::vector<std::uint16_t> recursive;

  std::vector<std::string> errors;
  bool unsupported = false;  // one of them is of what comes later

  Entry& EntryAt(std::pair<std::uint16_t, std::uint16_t> at) {
    return tables->nodes[at.first].entries[at.second];
  }
  const std::string& PathOf(const Leaf& leaf) const {
    return tables->fields[leaf.field].path;
  }
};

// The steps, in their order; each adds to draft->errors.
// Walks the type into tables and leaves.
void GrowTree(Draft* draft);
// Gives each leaf its cell and its compartment.
void AssignCompartments(Draft* draft);
// Says beneath which message which cells lie.
void ComputeReach(Draft* draft);
// Finds the subject, the time of creation, and the indexes.
void ResolveRoles(Draft* draft);
// Compiles the transforms that may apply to each leaf.
void CompileForms(Draft* draft, const Scanners& scanners);

}  // namespace privet::record

#endif  // PRIVET_RECORD_DRAFT_H_
