// SPDX-License-Identifier: Apache-2.0
//
// The tables of a plan as the pass reads them: message by message, field
// number by field number.

#ifndef PRIVET_RECORD_TABLES_H_
#define PRIVET_RECORD_TABLES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "policy/snapshot.h"
#include "record/cells.h"
#include "record/plan.h"
#include "transform/transform.h"

namespace privet::record {

// What to do with a field of the table, by the wire type that it comes with.
enum class Action : std::uint8_t {
  kUnknown = 0,
  kVarint,
  kFixed32,
  kFixed64,
  kBytes,
  kText,  // must be UTF-8
  kMessage,
  kGroup,
  kPackedVarint,
  kPackedFixed32,
  kPackedFixed64,
};

// How a number lies on the wire.
enum class Codec : std::uint8_t {
  kNone,
  kInt32,
  kInt64,
  kUint32,
  kUint64,
  kSint32,
  kSint64,
  kBool,
  kFixed32,
  kSfixed32,
  kFloat,
  kFixed64,
  kSfixed64,
  kDouble,
};

inline constexpr std::uint16_t kRepeated = 0xffff;  // in Entry::seen
inline constexpr std::uint16_t kNoIndex = 0xffff;

// One field of one message in the tree of the type.
struct Entry {
  std::uint32_t number = 0;
  std::uint32_t actions = 0;  // four bits for each wire type
  // Singular fields have a bit in their message, the members of a oneof one
  // together: a bit set twice is a fault.
  std::uint16_t seen = kRepeated;
  // A leaf's cell. Of a map: the cells that keep an entry, its key's and, if
  // the value is a leaf, its value's.
  CellIndex cell = kNoCell;
  CellIndex value_cell = kNoCell;
  std::uint16_t field = 0;         // number of Plan::fields()
  std::uint16_t node = kNoIndex;   // of messages: their table
  std::uint16_t reach = kNoIndex;  // of messages: what lies beneath
  std::uint8_t compartment = 0;    // of leaves
  Codec codec = Codec::kNone;
  bool is_leaf = false;   // tagged: a message that is one value, too
  bool captured = false;  // its value is told

  Action ActionFor(std::uint32_t wire_type) const {
    return static_cast<Action>(actions >> (4 * wire_type) & 15);
  }
  void SetAction(std::uint32_t wire_type, Action action) {
    actions |= static_cast<std::uint32_t>(action) << (4 * wire_type);
  }
};
static_assert(sizeof(Entry) == 24 || sizeof(Entry) == 28);

// A message type at one place in the tree.
struct Node {
  std::vector<Entry> entries;         // [0] stands for every unknown field
  std::vector<std::uint16_t> dense;   // number → entry
  std::vector<std::uint32_t> sparse;  // higher numbers, sorted
  std::vector<std::uint16_t> sparse_entry;
  std::uint16_t seen_words = 1;
  bool is_map_entry = false;

  const Entry& Find(std::uint32_t number) const {
    if (number < dense.size()) return entries[dense[number]];
    return FindSparse(number);
  }
  const Entry& FindSparse(std::uint32_t number) const {
    const auto it = std::lower_bound(sparse.begin(), sparse.end(), number);
    if (it == sparse.end() || *it != number) return entries[0];
    return entries[sparse_entry[static_cast<std::size_t>(it - sparse.begin())]];
  }
};

// Which compartments have a field beneath a message, and which cells those are.
struct Reach {
  struct Part {
    std::uint8_t compartment = 0;
    CellSet cells;
  };
  CellSet cells;
  std::uint64_t mask = 0;
  std::vector<Part> parts;
};

using FormTable = std::map<policy::Form, FormRow>;

struct Tables {
  const google::protobuf::Descriptor* descriptor = nullptr;
  std::string type, sealed_type, subject_kind, subject_path, created_path;
  std::uint16_t subject_field = kNoIndex, created_field = kNoIndex;
  std::vector<Node> nodes;  // [0] is the type
  std::vector<Reach> reaches;
  std::vector<Cell> cells;
  std::vector<Field> fields;
  std::vector<Compartment> compartments;
  CellSet all_cells;
  std::size_t max_seen_words = 1;

  FormTable forms;
  // Of a residue's plan: from the parent's values, by the form in which the
  // category that they become may be stored.
  FormTable residue_forms;
  std::vector<std::unique_ptr<const transform::Transform>> transforms;

  std::unique_ptr<const Plan> residue;
  std::string residue_retention;
};

}  // namespace privet::record

#endif  // PRIVET_RECORD_TABLES_H_
