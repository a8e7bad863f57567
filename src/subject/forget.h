// SPDX-License-Identifier: Apache-2.0
//
// Takes what the state says of people out of it: for who has no key as well.

#ifndef PRIVET_SUBJECT_FORGET_H_
#define PRIVET_SUBJECT_FORGET_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/types/span.h"
#include "privet/record_id.h"
#include "privet/store.h"

namespace privet::subject {

// Puts `value` in place of what `writes` says of `key`.
void Set(std::vector<Store::Write>* writes, std::string key,
         std::optional<std::string> value);

// Gives the state another version (kStateVersionKey).
void SetVersion(std::vector<Store::Write>* writes);

// Adds to `writes` the deletion of every row of `owner`, present and past, of
// the store and of `writes` itself, but of those rows that `stays` names.
absl::Status ForgetInto(
    Store& state, const OwnerId& owner,
    absl::FunctionRef<bool(std::string_view key, std::string_view value)> stays,
    std::vector<Store::Write>* writes);

// Deletes every row of `owners`, of whom no key lives. A change that was begun
// before that was known is not made any more.
absl::Status Forget(Store& state, absl::Span<const OwnerId> owners);

}  // namespace privet::subject

#endif  // PRIVET_SUBJECT_FORGET_H_
