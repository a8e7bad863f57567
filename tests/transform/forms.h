// SPDX-License-Identifier: Apache-2.0
//
// Forms out of the text in which a policy writes them.

#ifndef PRIVET_TESTS_TRANSFORM_FORMS_H_
#define PRIVET_TESTS_TRANSFORM_FORMS_H_

#include <string>

#include "google/protobuf/text_format.h"
#include "privet/v1/policy.pb.h"
#include "support/catch.h"

namespace privet::testing {

inline v1::Transform FormOrDie(const std::string& text) {
  v1::Transform form;
  REQUIRE(google::protobuf::TextFormat::ParseFromString(text, &form));
  return form;
}

}  // namespace privet::testing

#endif  // PRIVET_TESTS_TRANSFORM_FORMS_H_
