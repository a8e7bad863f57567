// SPDX-License-Identifier: Apache-2.0
//
// How a policy names the fields of a record, and whether it declares them.

#ifndef PRIVET_POLICY_RECORD_PATHS_H_
#define PRIVET_POLICY_RECORD_PATHS_H_

#include <cstddef>
#include <string_view>

#include "absl/container/flat_hash_map.h"

namespace privet::v1 {
class Field;
class Record;
}  // namespace privet::v1

namespace privet::policy {

// Returns whether `path` is names with dots between: `items.note`,
// `ext.[acme.extra].ip`.
bool IsFieldPath(std::string_view path);

// Returns the path of the message that the field lies in, empty for the record
// itself; and the name that the field has there. Not for extensions.
std::string_view ParentOf(std::string_view path);
std::string_view NameOf(std::string_view path);

// At most so many names in a path of a declared record: protobuf takes no more
// than 32 messages in one another.
inline constexpr std::ptrdiff_t kMostLevels = 30;
bool LiesTooDeep(std::string_view path);

// Returns whether `record` declares its fields, for want of a .proto: one of
// them says its type.
bool DeclaresFields(const v1::Record& record);

// Returns whether `field` says by itself what it is: its categories, or public.
bool IsTagged(const v1::Field& field);

// The fields of one record; views into its block.
using FieldsByPath = absl::flat_hash_map<std::string_view, const v1::Field*>;

// Returns the nearest message around `path` that is tagged, whose tag holds for
// what has none of its own; null if there is none.
const v1::Field* FindTagAround(const FieldsByPath& fields,
                               std::string_view path);

}  // namespace privet::policy

#endif  // PRIVET_POLICY_RECORD_PATHS_H_
