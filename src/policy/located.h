// SPDX-License-Identifier: Apache-2.0
//
// From findings and errors of a text to what people are told.

#ifndef PRIVET_POLICY_LOCATED_H_
#define PRIVET_POLICY_LOCATED_H_

#include <string>

#include "google/protobuf/descriptor.h"
#include "policy/finding.h"
#include "policy/lexer.h"
#include "policy/source_text.h"
#include "policy/syntax_tree.h"
#include "privet/diagnostic.h"

namespace privet::policy {

// Where a policy was written: null members for one that came as a message.
struct Origin {
  const SourceText* source = nullptr;
  const SyntaxTree* tree = nullptr;
};

Diagnostic Locate(const TextError& error, const SourceText& source);

Diagnostic Locate(const Finding& finding, const Origin& origin);

// Returns `path` in words: `rule[3].permit.purposes[0]`.
std::string PathText(const FieldPath& path,
                     const google::protobuf::Descriptor& type);

// Sorts by place, errors before warnings before notes, and removes what is
// said twice of one place.
void SortDiagnostics(Diagnostics* diagnostics);

// Returns all of them as one text; of many the first hundred.
std::string ToText(const Diagnostics& diagnostics);

}  // namespace privet::policy

#endif  // PRIVET_POLICY_LOCATED_H_
