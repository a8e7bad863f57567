// SPDX-License-Identifier: Apache-2.0
//
// How long a compartment lives: the set of retentions that cover it, with the
// periods in force when it was sealed (SEAL.md 2, "Class").

#ifndef PRIVET_POLICY_RETENTION_CLASS_H_
#define PRIVET_POLICY_RETENTION_CLASS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/keep.h"

namespace privet::policy {

// One retention as a class remembers it. All names are the oldest in `was`.
struct Period {
  std::string id;
  std::vector<std::string> after;  // events, sorted; empty: created
  base::Keep keep;
  std::string obligation;  // id; empty: none. Not part of the class's hash
  bool anonymize = false;  // leaves a residue. Not part of the class's hash
};

struct RetentionClass {
  std::uint32_t id = 0;         // 0: public, never due
  std::vector<Period> periods;  // sorted by id

  // The row (class → this) in the vault; Parse(Serialize()) is equal.
  std::string Serialize() const;
  static absl::StatusOr<RetentionClass> Parse(std::string_view row);
};

}  // namespace privet::policy

#endif  // PRIVET_POLICY_RETENTION_CLASS_H_
