// SPDX-License-Identifier: Apache-2.0
//
// The header of constants that a policy makes.

#ifndef PRIVET_CLI_CONSTANTS_H_
#define PRIVET_CLI_CONSTANTS_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace privet::v1 {
class Policy;
}  // namespace privet::v1

namespace privet::cli {

// Returns the name of the constant for an id: `kServiceDelivery` for
// `service.delivery`, `kUsCa` for `us-ca`.
std::string ConstantName(std::string_view id);

// Returns the namespace for a policy's id: `acme::shop_eu` for `acme.shop-eu`.
std::string NamespaceFor(std::string_view policy_id);

// Returns the text of a header with one constant for each leaf that a policy
// declares, one namespace for each kind, since a category and a purpose may
// have one name. `name_space` is C++ (`acme::shop`), `guard_name` the name of
// the file that it is for. InvalidArgument if two names make one constant, or
// `name_space` is none.
absl::StatusOr<std::string> ConstantsHeader(const v1::Policy& policy,
                                            std::string_view name_space,
                                            std::string_view guard_name);

}  // namespace privet::cli

#endif  // PRIVET_CLI_CONSTANTS_H_
