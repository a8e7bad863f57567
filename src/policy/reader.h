// SPDX-License-Identifier: Apache-2.0
//
// Reads protobuf text format into a tree that knows where everything stands.
// Protobuf's own parser stops at the first syntax error and holds one place for
// a whole list; this one goes on at the next field.

#ifndef PRIVET_POLICY_READER_H_
#define PRIVET_POLICY_READER_H_

#include <cstddef>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "policy/lexer.h"
#include "policy/source_text.h"
#include "policy/syntax_tree.h"

namespace privet::policy {

inline constexpr std::size_t kMostBytes = std::size_t{8} << 20;
inline constexpr int kMostDepth = 32;  // of blocks in blocks

// Reads `source` as a message of `type`. What cannot be read is in `errors`,
// and left out of the tree, or is there with kind kNone.
SyntaxTree Read(const SourceText& source,
                const google::protobuf::Descriptor& type, TextErrors* errors);

// Sets `message` from the tree, by reflection; whatever does not fit its field
// is an error. A repeated field gets an element for each of its nodes, also for
// those that do not fit, so that the indices of both agree.
void SetMessage(const SyntaxTree& tree, google::protobuf::Message* message,
                TextErrors* errors);

}  // namespace privet::policy

#endif  // PRIVET_POLICY_READER_H_
