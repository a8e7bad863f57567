// SPDX-License-Identifier: Apache-2.0

#include "engine/outcomes.h"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/core.h"
#include "policy/snapshot.h"
#include "privet/explain.h"
#include "privet/outcome.h"
#include "record/cells.h"
#include "record/pass.h"
#include "record/plan.h"

namespace privet {
namespace engine {
namespace {

std::string WhyDropped(const Call& call, const record::Field& field) {
  const record::Cell& cell = call.resolved->plan->cells()[field.cell];
  const Explanation why = call.generation->snapshot().Explain(
      *call.resolved->context, cell.categories, call.word);
  if (!why.denial.rule.empty()) {
    return absl::StrCat("rule `", why.denial.rule, "`");
  }
  if (!why.denial.gate.empty()) {
    return absl::StrCat("gate `", why.denial.gate, "`");
  }
  if (!why.denial.missing.empty())
    return absl::StrCat(why.denial.missing, " is missing");
  return "no rule permits it";
}

std::string FormName(const Call& call, const record::Field& field) {
  const record::Cell& cell = call.resolved->plan->cells()[field.cell];
  return call.generation->snapshot()
      .Explain(*call.resolved->context, cell.categories, call.word)
      .form;
}

Outcome::Field Judge(const Call& call, const record::Field& field,
                     bool dropped_by_form, const char* fate) {
  Outcome::Field judged{field.path, Outcome::Action::kDropped, {}};
  if (!call.view.permitted.Has(field.cell)) {
    judged.reason = WhyDropped(call, field);
  } else if (fate != nullptr) {
    judged.reason = fate;
  } else if (dropped_by_form) {
    judged.reason = absl::StrCat("its form is ", FormName(call, field));
  } else if (call.view.formed.Has(field.cell)) {
    judged.action = Outcome::Action::kTransformed;
    judged.reason = FormName(call, field);
  } else {
    judged.action = Outcome::Action::kKept;
  }
  return judged;
}

std::string Paths(const Outcome& outcome, Outcome::Action action) {
  std::vector<std::string> paths;
  for (const Outcome::Field& field : outcome.fields) {
    if (field.action == action) paths.push_back(field.path);
  }
  return paths.empty() ? std::string()
                       : absl::StrCat(" (", absl::StrJoin(paths, ", "), ")");
}

}  // namespace

void FillOutcome(const Call& call, const record::Pass& pass,
                 AlsoThere also_there, FieldFate fate, Outcome* outcome) {
  if (outcome == nullptr) return;
  outcome->fields.clear();
  outcome->unknown = pass.unknown();
  const auto fields = call.resolved->plan->fields();
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!fields[i].is_leaf || fields[i].cell == record::kNoCell ||
        (!pass.Seen(i) && !also_there(fields[i]))) {
      continue;
    }
    outcome->fields.push_back(
        Judge(call, fields[i], pass.DroppedByForm(i), fate(fields[i])));
  }
}

void FillOutcome(const Call& call, const record::Pass& pass, Outcome* outcome) {
  FillOutcome(
      call, pass, [](const record::Field&) { return false; },
      [](const record::Field&) -> const char* { return nullptr; }, outcome);
}

}  // namespace engine

std::size_t Outcome::Count(Action action) const {
  std::size_t count = 0;
  for (const Field& field : fields) count += field.action == action ? 1 : 0;
  return count;
}

std::string Outcome::ToString() const {
  std::string text =
      absl::StrCat(Count(Action::kKept), " kept, ", Count(Action::kTransformed),
                   " transformed", engine::Paths(*this, Action::kTransformed),
                   ", ", Count(Action::kDropped), " dropped",
                   engine::Paths(*this, Action::kDropped));
  if (unknown > 0) absl::StrAppend(&text, ", ", unknown, " unknown");
  return text;
}

}  // namespace privet
