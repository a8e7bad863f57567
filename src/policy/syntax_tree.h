// SPDX-License-Identifier: Apache-2.0
//
// A policy as it was written: every name and every value with its range in the
// text, comments kept.

#ifndef PRIVET_POLICY_SYNTAX_TREE_H_
#define PRIVET_POLICY_SYNTAX_TREE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "policy/finding.h"
#include "policy/source_text.h"

namespace privet::policy {

// What stands on the right of a name.
enum class ValueKind : std::uint8_t {
  kNone,  // nothing readable; an error was reported
  kMessage,
  kString,
  kInteger,
  kFloat,
  kIdentifier,
};

// One value, and the name that it was given under. Each element of a list is a
// node of its own, with the name of the list.
struct SyntaxNode {
  const google::protobuf::FieldDescriptor* field = nullptr;  // null: the root
  int index = -1;  // among the values of a repeated field; -1: singular
  ValueKind kind = ValueKind::kNone;
  bool negative = false;
  Range name;
  Range value;       // a block: from its opening to its closing bracket
  std::string text;  // a string, decoded; else as written, without a sign
  std::uint32_t parent = 0;
  std::uint32_t first_child = 0;  // 0: none, since 0 is the root
  std::uint32_t last_child = 0;
  std::uint32_t next_sibling = 0;
};

// The nodes of one text; the first is the root, of kind kMessage.
struct SyntaxTree {
  std::vector<SyntaxNode> nodes;
  std::vector<Range> comments;  // in order
  bool cut = false;  // a limit ended the reading: the rest is not here

  // Returns the node that `path` names, or the nearest one around it that was
  // written.
  const SyntaxNode& Find(const FieldPath& path) const;

  // Returns the range to show for `path`: the value, or for a block its name.
  Range RangeOf(const FieldPath& path) const;
};

}  // namespace privet::policy

#endif  // PRIVET_POLICY_SYNTAX_TREE_H_
