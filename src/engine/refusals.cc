// SPDX-License-Identifier: Apache-2.0

#include "engine/refusals.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/denied.h"
#include "engine/core.h"
#include "engine/generation.h"
#include "policy/context.h"
#include "policy/snapshot.h"
#include "policy/text.h"
#include "privet/denial.h"
#include "privet/explain.h"
#include "privet/v1/policy.pb.h"
#include "record/cells.h"
#include "record/plan.h"

namespace privet::engine {
namespace {

Denial DenialOf(const Call& call) {
  Denial denial = call.resolved->context->Deny();
  denial.record_type = call.resolved->plan->type();
  return denial;
}

// The first field, in the order of the schema, that is decided as `cell`.
std::string PathOf(const record::Plan& plan, std::size_t cell) {
  for (const record::Field& field : plan.fields()) {
    if (field.is_leaf && field.cell == cell) return field.path;
  }
  return {};
}

policy::Explained Explain(const Call& call, const record::CellSet& of) {
  const policy::Snapshot& snapshot = call.generation->snapshot();
  const policy::Context& context = *call.resolved->context;
  const record::Plan& plan = *call.resolved->plan;
  policy::Explained why = snapshot.Explain(context, {}, call.word);
  if (!why.permitted) return why;
  // The request as such passes its gates: then a field says why.
  for (std::size_t i = 0; i < plan.cells().size(); ++i) {
    const record::Cell& cell = plan.cells()[i];
    if (cell.categories.empty() || !of.Has(static_cast<record::CellIndex>(i))) {
      continue;
    }
    policy::Explained field =
        snapshot.Explain(context, cell.categories, call.word);
    if (field.permitted) continue;  // in a form that leaves nothing of it
    if (!why.permitted && field.obstacle <= why.obstacle) continue;
    why = std::move(field);
    why.denial.field = PathOf(plan, i);
    if (why.obstacle == policy::Explained::kSubject) break;
  }
  return why;
}

// The purposes that serve an obligation, now.
std::vector<std::string> PurposesOf(const policy::Snapshot& snapshot,
                                    std::string_view obligation) {
  std::vector<std::string> purposes;
  for (const v1::Purpose& purpose : snapshot.policy().purpose()) {
    if (snapshot.Serves(PurposeId::FromText(purpose.id()), obligation)) {
      purposes.push_back(purpose.id());
    }
  }
  return purposes;
}

// A refusal that says what `denial` lacks.
absl::Status Refused(std::string_view why, const Denial& denial) {
  return base::Denied(absl::StatusCode::kPermissionDenied,
                      absl::StrCat(absl::string_view(why.data(), why.size()),
                                   "; what it takes: ", denial.missing),
                      denial);
}

// No field stands for the refusal: those that there are may be seen, in forms
// that leave nothing, or the type does not have them any more.
absl::Status NothingLeft(const Call& call) {
  Denial denial = DenialOf(call);
  denial.missing = "a field of which the purpose may see something";
  return Refused("nothing of the record is left for the purpose", denial);
}

}  // namespace

absl::Status RefusalOf(const Call& call, const record::CellSet& of) {
  policy::Explained why = Explain(call, of);
  if (why.permitted) return NothingLeft(call);
  why.denial.record_type = call.resolved->plan->type();
  return base::Denied(why.obstacle == policy::Explained::kSubject
                          ? absl::StatusCode::kFailedPrecondition
                          : absl::StatusCode::kPermissionDenied,
                      why.ToString(), why.denial);
}

absl::Status SomebodyElse(const Call& call) {
  Denial denial = DenialOf(call);
  denial.gate = "subject";
  denial.missing = "the record's own subject, or AnySubject()";
  return Refused(
      "the record is about somebody else than the subject that the call names",
      denial);
}

absl::Status KeptFor(const Call& call, std::string_view obligation) {
  const policy::Snapshot& snapshot = call.generation->snapshot();
  Denial denial = DenialOf(call);
  denial.gate = "obligation";
  denial.missing = absl::StrCat("a purpose that serves obligation ",
                                policy::Quoted(obligation));
  const std::vector<std::string> purposes = PurposesOf(snapshot, obligation);
  if (!purposes.empty()) {
    absl::StrAppend(&denial.missing, ": ", policy::List(purposes, "or"));
  }
  return base::Denied(
      absl::StatusCode::kPermissionDenied,
      absl::StrCat("the record is kept for a legal obligation only; claim ",
                   denial.missing),
      denial);
}

}  // namespace privet::engine
