// SPDX-License-Identifier: Apache-2.0

#include "engine/index_names.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "crypto/hash.h"
#include "engine/index_values.h"
#include "record/plan.h"

namespace privet::engine {
namespace {

bool FindTogether(const record::IndexSpec& a, const record::IndexSpec& b) {
  return a.normal == b.normal && a.unique == b.unique && BitsOf(a) == BitsOf(b);
}

}  // namespace

void IndexNames::Add(const record::Plan& plan, std::string* errors) {
  const auto error = [&](const std::string& text) {
    absl::StrAppend(errors, errors->empty() ? "" : "\n", text);
  };
  for (const record::Field& field : plan.fields()) {
    if (!field.has_index) continue;
    const std::string& name = field.index.name;
    const std::string here =
        absl::StrCat("field `", field.path, "` of `", plan.type(), "`");
    const auto [same, is_new] =
        by_name_.emplace(name, First{&field.index, here});
    if (!FindTogether(*same->second.index, field.index)) {
      error(absl::StrCat(
          here, " and ", same->second.field, " share the index `", name,
          "`, and differ in `unique`, `bits` or `normalize`; say the same of "
          "both, or give the index of one another `name`"));
    }
    const auto [number, is_first] = by_number_.emplace(crypto::Id4(name), name);
    if (!is_new || is_first) continue;
    error(absl::StrCat(
        here, ": its index `", name, "` and the index `", number->second,
        "` have the same short hash, and records could not be told apart; "
        "rename one of them"));
  }
}

}  // namespace privet::engine
