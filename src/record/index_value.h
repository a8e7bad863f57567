// SPDX-License-Identifier: Apache-2.0
//
// What a pass was told, as text: the id of a subject, the time of creation, the
// values of indexes.

#ifndef PRIVET_RECORD_INDEX_VALUE_H_
#define PRIVET_RECORD_INDEX_VALUE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "record/pass.h"
#include "record/plan.h"

namespace privet::record {

// Returns text and bytes as they are, numbers in decimal.
std::string ToText(const Captured& captured);

// Returns the time of a captured Timestamp message. InvalidArgument if it is
// none, or out of range.
absl::StatusOr<absl::Time> ToTime(const Captured& captured);

// Returns what is hashed for an index, so that what people take for equal is
// equal: kExact the value; kEmail without white space around it, all letters
// folded; kCaseFold with letters folded (Unicode's simple case folding; text
// that is not UTF-8 as it is).
std::string Normalize(IndexSpec::Normal normal, std::string_view value);

// Where the record is to be found: an index, the compartment whose expiry takes
// the entry along, and the normalized value.
struct IndexValue {
  const Field* field = nullptr;
  std::uint32_t compartment = 0;  // id
  std::string value;
};

// A value that is hashed has its length, a u16, before it.
inline constexpr std::size_t kLongestIndexed = 65'535;

// Returns the index values of the last pass, Split(), of `plan`. A value that
// was not stored, or that `decided`, the decision on storing, lets be stored in
// a smaller form only or not at all, is not indexed: its hash would say more of
// it than may be stored, and that of a form finds what only looks alike. Nor is
// an empty one. ResourceExhausted, with the field, if one is too long.
absl::StatusOr<std::vector<IndexValue>> IndexValuesOf(const Plan& plan,
                                                      const CallView& decided,
                                                      const Pass& pass);

}  // namespace privet::record

#endif  // PRIVET_RECORD_INDEX_VALUE_H_
