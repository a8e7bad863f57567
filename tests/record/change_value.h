// SPDX-License-Identifier: Apache-2.0
//
// Transforms single values of a message, by reflection.

#ifndef PRIVET_TESTS_RECORD_CHANGE_VALUE_H_
#define PRIVET_TESTS_RECORD_CHANGE_VALUE_H_

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "transform/transform.h"

namespace privet::testing {

// Gives the value of `field` in `holder`, or the one at `index` if that is not
// below 0, its form: a string, an int64 or a message. false: it is dropped.
bool ChangeValue(const transform::Transform& form,
                 google::protobuf::Message* holder,
                 const google::protobuf::FieldDescriptor* field, int index);

// Returns whether the message there holds unknown fields.
bool HasUnknown(google::protobuf::Message* holder,
                const google::protobuf::FieldDescriptor* field, int index);

}  // namespace privet::testing

#endif  // PRIVET_TESTS_RECORD_CHANGE_VALUE_H_
