// SPDX-License-Identifier: Apache-2.0

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "privet/denial.h"
#include "privet/explain.h"

namespace privet {
namespace {

// `by`: ", for purpose `ads`" and the like, for what is named.
void AddPart(std::string* text, const char* by, const std::string& name) {
  if (!name.empty()) absl::StrAppend(text, by, "`", name, "`");
}

std::string Request(const Denial& denial) {
  std::string text = absl::StrCat(denial.operation, " of ");
  if (!denial.field.empty()) {
    AddPart(&text, "field ", denial.field);
    AddPart(&text, ", category ", denial.category);
    text += ",";
  } else if (!denial.category.empty()) {
    AddPart(&text, "category ", denial.category);
  } else {
    text += "this record";
  }
  AddPart(&text, " by actor ", denial.actor);
  AddPart(&text, " for purpose ", denial.purpose);
  AddPart(&text, " with recipient ", denial.recipient);
  AddPart(&text, " in region ", denial.region);
  return text;
}

}  // namespace

std::string Explanation::ToString() const {
  if (permitted) {
    std::string text = "permitted";
    if (!rules.empty()) {
      absl::StrAppend(&text, " by rule `", absl::StrJoin(rules, "`, `"), "`");
    }
    if (!form.empty()) absl::StrAppend(&text, ", as ", form);
    return text;
  }
  std::string text = absl::StrCat(Request(denial), " is not permitted: ");
  if (!denial.rule.empty()) {
    absl::StrAppend(&text, "rule `", denial.rule, "` forbids it");
  } else if (!denial.gate.empty()) {
    absl::StrAppend(&text, "it does not pass the gate `", denial.gate, "`");
  } else {
    absl::StrAppend(&text, "no rule that holds permits it");
  }
  if (!denial.missing.empty()) {
    absl::StrAppend(&text, "; what it takes: ", denial.missing);
  }
  return text;
}

}  // namespace privet
