// SPDX-License-Identifier: Apache-2.0
//
// Why a call was refused, for programs; the status message says it for people.

#ifndef PRIVET_DENIAL_H_
#define PRIVET_DENIAL_H_

#include <optional>
#include <string>

#include "absl/status/status.h"

namespace privet {

// What a refusal carries: names of the policy and of fields, never a value of
// anybody's data. Fields that do not apply are empty.
struct Denial {
  std::string operation;  // "STORE", "USE" or "SHARE"
  std::string actor, purpose, recipient, region;
  std::string record_type;
  std::string field;  // path of the one that came nearest to a yes; empty: the
                      // request as such is refused
  std::string category;  // its category
  std::string rule;      // the rule that decided, by name
  std::string
      gate;  // or the gate, such as "agreement"; both empty: no rule permits it
  std::string missing;  // what would lift it: "consent to `analytics`"
};

// Returns the denial that `status` carries, or nullopt if it carries none. Its
// wire form is privet.v1.Denial (proto/privet/v1/denial.proto), as the payload
// `type.googleapis.com/privet.v1.Denial` of the status.
std::optional<Denial> GetDenial(const absl::Status& status);

}  // namespace privet

#endif  // PRIVET_DENIAL_H_
