// SPDX-License-Identifier: Apache-2.0
//
// Which name was meant by one that is not there.

#ifndef PRIVET_POLICY_NEAREST_H_
#define PRIVET_POLICY_NEAREST_H_

#include <string>
#include <string_view>
#include <vector>

namespace privet::policy {

// Returns the candidate that `name` was most likely meant to be: equal but for
// case, `-`, `_` and `.`, or few edits away; else the one whose last part it
// is. Empty: none is near. Of equals, the first.
std::string_view Nearest(std::string_view name,
                         const std::vector<std::string_view>& candidates);

// Returns "did you mean `x`?" for the nearest, or "" if none is near.
std::string DidYouMean(std::string_view name,
                       const std::vector<std::string_view>& candidates);

}  // namespace privet::policy

#endif  // PRIVET_POLICY_NEAREST_H_
