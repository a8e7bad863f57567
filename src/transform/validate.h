// SPDX-License-Identifier: Apache-2.0
//
// What a transform says by itself, whatever field it is for.

#ifndef PRIVET_TRANSFORM_VALIDATE_H_
#define PRIVET_TRANSFORM_VALIDATE_H_

#include <string_view>

#include "absl/status/status.h"

namespace privet::v1 {
class Transform;
}  // namespace privet::v1

namespace privet::transform {

// Checks the parameters of `form`. Returns InvalidArgument, saying what is
// wrong and what would be right, for those that make no sense (`truncate`
// without `characters`), and Unimplemented ("… is not supported yet") for the
// forms that this library does not have: keyed_hash, token, url_origin,
// coordinates, date_shift, custom, and `replace` by a word list.
absl::Status Validate(const v1::Transform& form);

// Returns the name of the form as a policy writes it, such as `ip_prefix`;
// empty if none is said.
std::string_view FormName(const v1::Transform& form);

}  // namespace privet::transform

#endif  // PRIVET_TRANSFORM_VALIDATE_H_
