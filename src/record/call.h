// SPDX-License-Identifier: Apache-2.0
//
// One plan in one context: from the state of a person to what a call may see.

#ifndef PRIVET_RECORD_CALL_H_
#define PRIVET_RECORD_CALL_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "policy/snapshot.h"
#include "record/cells.h"
#include "record/pass.h"
#include "record/plan.h"

namespace privet::record {

// Which decision each cell of a plan takes in one context. Immutable; made once
// for each (plan, context), kept by the engine, and then no call allocates.
class CallPlan {
 public:
  // Makes it; both must outlive it. Builds the context's decisions, so it may
  // take a while. ResourceExhausted if one of them is too large.
  static absl::StatusOr<CallPlan> Make(const Plan& plan,
                                       const policy::Context& context);

  // Makes the call of a pass over the parent's bytes that makes the residue:
  // `residue` is Plan::residue(), `context` that of storing the parent. Its
  // view permits what may be stored under the category that it becomes.
  static absl::StatusOr<CallPlan> ForResidue(const Plan& residue,
                                             const policy::Context& context);

  // Decides each distinct condition once: some 50 ns for 12 fields. A cell
  // whose form drops everything is not permitted. `view->pseudonymizer` stays.
  void Evaluate(const policy::Word& word, CallView* view) const;

  // Returns the decision of a cell, to explain it.
  policy::Node NodeOf(CellIndex cell) const { return node_of_cell_[cell]; }

 private:
  struct Group {
    policy::Node node = 0;
    CellSet cells;
    std::vector<CellIndex> list;  // the same, to be walked where a form applies
  };

  CallPlan(const Plan& plan, const policy::Context& context, bool residue)
      : plan_(&plan), context_(&context), residue_(residue) {}

  absl::Status AddCells();

  const Plan* plan_;
  const policy::Context* context_;
  bool residue_;
  std::vector<Group> groups_;
  std::vector<policy::Node> node_of_cell_;
};

}  // namespace privet::record

#endif  // PRIVET_RECORD_CALL_H_
