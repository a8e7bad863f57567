// SPDX-License-Identifier: Apache-2.0

#include "record/call.h"

#include <algorithm>

#include "base/status_macros.h"

namespace privet::record {

absl::StatusOr<CallPlan> CallPlan::Make(const Plan& plan,
                                        const policy::Context& context) {
  CallPlan call(plan, context, /*residue=*/false);
  PRIVET_RETURN_IF_ERROR(call.AddCells());
  return call;
}

absl::StatusOr<CallPlan> CallPlan::ForResidue(const Plan& residue,
                                              const policy::Context& context) {
  CallPlan call(residue, context, /*residue=*/true);
  PRIVET_RETURN_IF_ERROR(call.AddCells());
  return call;
}

absl::Status CallPlan::AddCells() {
  for (std::size_t i = 0; i < plan_->cells().size(); ++i) {
    PRIVET_ASSIGN_OR_RETURN(const policy::Node node,
                            context_->NodeOf(plan_->cells()[i].categories));
    node_of_cell_.push_back(node);
    const auto known =
        std::find_if(groups_.begin(), groups_.end(),
                     [node](const Group& group) { return group.node == node; });
    Group& group = known != groups_.end() ? *known : groups_.emplace_back();
    group.node = node;
    group.cells.Add(static_cast<CellIndex>(i));
    group.list.push_back(static_cast<CellIndex>(i));
  }
  return absl::OkStatus();
}

void CallPlan::Evaluate(const policy::Word& word, CallView* view) const {
  view->permitted = CellSet();
  view->formed = CellSet();
  for (const Group& group : groups_) {
    const policy::Verdict verdict = context_->Evaluate(group.node, word);
    if (!verdict.permitted) continue;
    if (verdict.form == policy::kWhole && !residue_) {
      view->permitted |= group.cells;
      continue;
    }
    const FormRow* const row = residue_
                                   ? plan_->ResidueTransformsOf(verdict.form)
                                   : plan_->TransformsOf(verdict.form);
    if (row == nullptr) continue;
    for (const CellIndex cell : group.list) {
      if (!row->cells.Has(cell)) continue;  // nothing of it is left
      view->permitted.Add(cell);
      view->formed.Add(cell);
      view->transforms[cell] = row->transforms.data();
    }
  }
}

}  // namespace privet::record
