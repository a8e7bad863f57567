// SPDX-License-Identifier: Apache-2.0
//
// What descriptors say of fields, in the words of the pass.

#ifndef PRIVET_RECORD_FIELD_KIND_H_
#define PRIVET_RECORD_FIELD_KIND_H_

#include <vector>

#include "google/protobuf/descriptor.h"
#include "record/tables.h"
#include "transform/transform.h"

namespace privet::record {

// Returns whether a message of this type is one value, with one tag: it holds
// anything (Any, Struct, Value, ListValue), is a point in time, or has no
// fields.
bool IsOneValue(const google::protobuf::Descriptor& type);

// Returns whether such a field may not inherit its tag: only Timestamp may.
bool NeedsOwnTag(const google::protobuf::FieldDescriptor& field);

// Returns the extensions of `type` that its pool knows, by number.
std::vector<const google::protobuf::FieldDescriptor*> ExtensionsOf(
    const google::protobuf::Descriptor& type);

// Returns what transforms call its type.
transform::FieldType FieldTypeOf(
    const google::protobuf::FieldDescriptor& field);

// Says which wire types the field may come with, and what each means.
void SetActions(const google::protobuf::FieldDescriptor& field, Entry* entry);

}  // namespace privet::record

#endif  // PRIVET_RECORD_FIELD_KIND_H_
