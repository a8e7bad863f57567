// SPDX-License-Identifier: Apache-2.0
//
// Finds in bytes that protobuf takes what no serializer writes.

#ifndef PRIVET_TESTS_RECORD_ODDITIES_H_
#define PRIVET_TESTS_RECORD_ODDITIES_H_

#include <string>

#include "google/protobuf/descriptor.h"

namespace privet::testing {

struct Oddities {
  bool singular_twice = false;  // or two members of a oneof
  bool map_key_twice = false;
  bool padded = false;  // a tag, a length or a number in more than its bytes
};

// Reads `bytes` field by field, by the descriptors alone.
Oddities FindOddities(const google::protobuf::Descriptor& type,
                      const std::string& bytes);

}  // namespace privet::testing

#endif  // PRIVET_TESTS_RECORD_ODDITIES_H_
